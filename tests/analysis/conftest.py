"""Fixtures of the analysis tests: people with tokens in an office of two kabupaten."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from jps.access.rules import Role
from jps.access.services import find_user
from jps.access.tokens import create_api_token
from jps.analysis.office import Office
from jps.analysis.opening import LocalSource
from jps.config import Settings
from jps.db import db

NewToken = Callable[..., str]
NewOffice = Callable[..., Office]


@pytest.fixture
def token(app: Flask, make_user: Callable[..., str]) -> NewToken:
    """Make a token: `token(Role.ANALYST, "75.01", username="ina", project="map")`."""

    known: dict[str, tuple[str, ...]] = {}

    def make(role: Role, *areas: str, username: str, project: str = "map") -> str:
        if username not in known:
            make_user(role, *areas, username=username)
        assert known.setdefault(username, areas) == areas
        with app.app_context():
            user = find_user(db.session(), username)
            assert user is not None
            made = create_api_token(
                db.session(), user, name=project, days=9, by="tests", at=datetime.now(UTC)
            )
            db.session.commit()
            return made

    return make


@pytest.fixture
def opened(office: Settings, token: NewToken, areas: None) -> NewOffice:
    """Open the office as somebody: `opened("ina", "75.01")`."""

    def enter(
        username: str, *areas: str, role: Role = Role.ANALYST, project: str = "map"
    ) -> Office:
        return Office(LocalSource(office, token(role, *areas, username=username, project=project)))

    return enter
