"""Fixtures of all tests. `session`, `app` and `client` run on SQLite and on PostgreSQL."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from hypothesis import settings as hypothesis_settings
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.access.services import create_user
from jps.app import create_app
from jps.config import Settings
from jps.db import EVERYWHERE, db, set_scope
from tests.apps import FAST, Apps, close
from tests.databases import Databases, postgres_server

# A busy machine is no defect: properties are judged by what they say, not by how fast.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")


@event.listens_for(Engine, "connect")
def _reverse_what_nobody_ordered(connection: Any, _record: object) -> None:
    """Let SQLite give rows backwards where no order is asked for, as PostgreSQL may."""
    if "sqlite" in type(connection).__module__:
        connection.execute("PRAGMA reverse_unordered_selects=ON")


pytest_plugins = ("tests.offices",)

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PASSWORD = "rahasia-contoh-2026"
SignIn = Callable[..., FlaskClient]


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Where fresh databases come from."""
    return Databases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def postgres(databases: Databases) -> Iterator[Databases]:
    """A running PostgreSQL server."""
    with postgres_server() as url:
        databases.use_server(url)
        yield databases


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path
) -> Iterator[str]:
    """The URL of a fresh, migrated database; empty means SQLite in the office's folder."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    url: str = getattr(databases, request.param)(tmp_path / "office")
    yield url
    databases.give_back(url)


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Settings:
    """Settings of an office of its own."""
    return Settings(
        home=tmp_path / "office", database_url=database_url, worker=False, log_level="ERROR"
    )


@pytest.fixture(scope="session")
def apps() -> Apps:
    """Where applications come from."""
    return Apps()


@pytest.fixture
def app(office: Settings, apps: Apps) -> Iterator[Flask]:
    """The application of that office."""
    app = apps.of(office)
    yield app
    close(app)


@pytest.fixture
def own_app(office: Settings) -> Iterator[Flask]:
    """The same, built for this test alone, which adds routes or changes what was built in."""
    app = create_app(office, FAST)
    yield app
    close(app)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session that sees all areas."""
    with app.app_context():
        session = db.session()
        set_scope(session, EVERYWHERE)
        yield session
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody signed in with."""
    return app.test_client()


@pytest.fixture
def make_user(app: Flask) -> Callable[..., str]:
    """Make an account and return its sign-in name: `make_user(Role.OPERATOR, "75.01")`."""

    def make(role: Role, *areas: str, username: str = "") -> str:
        name = username or f"{role}-{len(areas)}-{crc32(' '.join(areas).encode())}"
        with app.app_context():
            create_user(
                db.session(),
                username=name,
                full_name=f"Contoh {role}",
                password=PASSWORD,
                role=role,
                areas=areas or ("75",),
                hash_password=hash_password,
                by="tests",
                at=NOW,
            )
            db.session.commit()
        return name

    return make


@pytest.fixture
def sign_in(app: Flask, make_user: Callable[..., str]) -> SignIn:
    """Return a browser signed in as a new person: `sign_in(Role.OPERATOR, "75.01")`."""

    def enter(role: Role, *areas: str, username: str = "") -> FlaskClient:
        name = make_user(role, *areas, username=username)
        client = app.test_client()
        answer = client.post("/login", data={"username": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    return enter


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real boundaries; tests that need it say so when it is not there."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("JPS_SHARED_DATA", beside))
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the real boundaries are missing: {folder}")
        pytest.skip("no real boundaries here: set JPS_SHARED_DATA to their folder")
    return folder
