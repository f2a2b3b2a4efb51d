"""Fixtures of the API tests: an office with areas, and people with tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from jps.access.rules import Role
from jps.access.services import find_user
from jps.access.tokens import create_api_token
from jps.areas.models import Area
from jps.db import Base, db
from tests.households.conftest import AREAS
from tests.households_examples import household_document
from tests.registries import home, import_file

__all__ = ["home", "import_file"]


@dataclass(frozen=True)
class Program:
    """A program that works with a person's token."""

    client: FlaskClient
    token: str
    username: str

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send a request; `if_match` is a version."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        if "if_match" in options:
            headers["If-Match"] = f'"{options.pop("if_match")}"'
        return self.client.open("/api/v1" + path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Read."""
        return self.send("GET", path, **options)

    def post(self, path: str, body: object = None, **options: Any) -> TestResponse:
        """Send JSON."""
        return self.send("POST", path, json=body, **options)

    def put(self, path: str, body: object, **options: Any) -> TestResponse:
        """Replace by JSON."""
        return self.send("PUT", path, json=body, **options)


NewProgram = Callable[..., Program]


@pytest.fixture
def areas(app: Flask) -> None:
    """A few areas."""
    with app.app_context():
        Base.metadata.create_all(db.engine)
        for code, level, parent in AREAS:
            area = Area(code=code, level=level, name=code, type=level, parent_code=parent)
            db.session.add(area)
            db.session.flush()
        db.session.commit()


@pytest.fixture
def program(app: Flask, areas: None, make_user: Callable[..., str]) -> NewProgram:
    """Make a person with a token: `program(Role.OPERATOR, "75.01")`."""

    def make(role: Role, *codes: str, username: str = "", days: int = 30) -> Program:
        name = make_user(role, *codes, username=username)
        with app.app_context():
            user = find_user(db.session(), name)
            assert user is not None
            token = create_api_token(
                db.session(), user, name="tests", days=days, by="tests", at=datetime.now(UTC)
            )
            db.session.commit()
        return Program(app.test_client(), token, name)

    return make


@pytest.fixture
def ani(program: NewProgram) -> Program:
    """An enumerator of the first kabupaten."""
    return program(Role.ENUMERATOR, "75.01", username="ani")


@pytest.fixture
def budi(program: NewProgram) -> Program:
    """An operator of the first kabupaten."""
    return program(Role.OPERATOR, "75.01", username="budi")


def created(program: Program, **overrides: Any) -> dict[str, Any]:
    """Create the example household and return the answer."""
    answer = program.post("/households", household_document(**overrides))
    assert answer.status_code == 201, answer.text
    body = answer.get_json()
    assert isinstance(body, dict)
    return body


def place(body: dict[str, Any]) -> str:
    """Return the address of a household."""
    return f"/households/{body['id']}"
