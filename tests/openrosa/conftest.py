"""A real server, phones that are connected to it, and what arrived."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from jps.access.devices import create_device_token
from jps.access.rules import Role
from jps.access.services import find_user
from jps.db import EVERYWHERE, db, set_scope
from jps.odk.models import Submission
from jps.worker import run_chores
from tests.openrosa.collect import Collect
from tests.serving import serving

VILLAGE = "75.01.01.2001"
NewPhone = Callable[..., Collect]
Arrived = Callable[[], list[Submission]]


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """Serve `app` on a free port of this machine and return its address."""
    with serving(app) as address:
        yield address


def connect(app: Flask, username: str, *areas: str, days: int = 30) -> str:
    """Make a token for a person, by themselves, and return it."""
    with app.app_context():
        user = find_user(db.session(), username)
        assert user is not None
        token = create_device_token(
            db.session(), user, name="HP uji", areas=areas, days=days, by=user, at=datetime.now(UTC)
        )
        db.session.commit()
        return token


@pytest.fixture
def phone(app: Flask, live: str, areas: None, make_user: Callable[..., str]) -> NewPhone:
    """Connect a phone: `phone("ani", "75.01")`; the person is made when they are not there."""

    def make(username: str = "ani", *codes: str, **how: Any) -> Collect:
        with app.app_context():
            known = find_user(db.session(), username)
        if known is None:
            make_user(Role.ENUMERATOR, *(codes or ("75.01",)), username=username)
        return Collect(f"{live}/odk/{connect(app, username)}", **how)

    return make


@pytest.fixture
def arrived(app: Flask) -> Arrived:
    """Do what is due, then return every submission, oldest first, with its files."""

    def read() -> list[Submission]:
        run_chores(app)
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            query = select(Submission).options(
                selectinload(Submission.files), undefer(Submission.xml)
            )
            found = db.session.scalars(query.order_by(Submission.received_at)).all()
            db.session.expunge_all()
            return list(found)

    return read
