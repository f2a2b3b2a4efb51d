"""Logs: one JSON object a line, and never what a person typed."""

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from jps.access.rules import Role
from jps.app import create_app
from jps.config import Settings
from jps.http import Door, requires
from jps.logs import JsonLine, set_up_logs
from tests.apps import FAST
from tests.conftest import SignIn
from tests.databases import Databases

NAME, NIK = "Siti Contohwati", "7501014101909001"
Lines = list[dict[str, Any]]


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """An application that may get routes."""
    return own_app


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: none of this depends on the database."""
    return databases.sqlite(tmp_path / "office")


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Settings:
    """An office that logs as a real one does."""
    return Settings(home=tmp_path / "office", worker=False, log_level="INFO")


@pytest.fixture
def written(app: Flask) -> Iterator[io.StringIO]:
    """What is logged from now on."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLine())
    root = logging.getLogger()
    before = root.handlers
    root.handlers = [handler]
    yield text
    root.handlers = before


def lines(written: io.StringIO) -> Lines:
    """Return what was logged, read as JSON."""
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_request_is_one_line_without_what_was_typed(
    sign_in: SignIn, written: io.StringIO
) -> None:
    browser = sign_in(Role.ADMINISTRATOR)
    browser.get("/audit/", query_string={"q": NAME, "who": NIK})
    browser.post("/users/", data={"full_name": NAME, "username": NIK, "password": NIK})
    browser.get(f"/{NAME}/{NIK}")
    asked = [line for line in lines(written) if line["event"] == "request"]
    rules = [(line["method"], line["rule"], line["status"]) for line in asked[-3:]]
    assert rules == [("GET", "/audit/", 200), ("POST", "/users/", 422), ("GET", None, 404)]
    assert all(re.fullmatch(r"[0-9a-f]{12}", line["request"]) for line in asked)
    assert all(line["ms"] >= 0 for line in asked)
    assert len(asked[-2]["user"]) == 36
    for word in (*NAME.split(), NIK):
        assert word not in written.getvalue()


def test_an_exception_is_its_type_and_place(app: Flask, written: io.StringIO) -> None:
    @requires(Door.OPEN)
    def fail() -> str:
        raise ValueError(f"{NAME} {NIK}")

    app.add_url_rule("/fail", view_func=fail)
    assert app.test_client().get("/fail").status_code == 500
    (error,) = [line for line in lines(written) if line["level"] == "ERROR"]
    assert error["error"] == "ValueError"
    assert error["where"][-1].endswith("fail")
    assert "Siti" not in written.getvalue()
    assert NIK not in written.getvalue()


def test_messages_of_libraries_are_logged_without_their_values(
    app: Flask, written: io.StringIO
) -> None:
    logging.getLogger("somelib").warning("cannot read %s of %s", NAME, NIK)
    logging.getLogger("somelib").warning(f"quoted {NIK}")
    logging.getLogger("jps.registry").warning("file of %s rows, near %s", 5, NIK)
    events = [line["event"] for line in lines(written)]
    assert events == ["cannot read %s of %s", "quoted #", "file of 5 rows, near #"]


def test_known_fields_only(app: Flask, written: io.StringIO) -> None:
    logging.getLogger("jps").info("done", extra={"job": "j1", "person": NAME})
    (line,) = lines(written)
    assert line["job"] == "j1"
    assert set(line) == {"at", "level", "logger", "event", "job"}


def test_level_is_the_setting(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = root.handlers, root.level
    try:
        create_app(Settings(home=tmp_path, log_level="WARNING"), FAST)
        assert root.level == logging.WARNING
        set_up_logs("DEBUG")
        assert root.level == logging.DEBUG
        assert logging.getLogger("sqlalchemy.engine").getEffectiveLevel() == logging.WARNING
    finally:
        root.handlers, root.level = before[0], before[1]
