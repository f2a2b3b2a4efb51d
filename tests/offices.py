"""An office with a few areas and households, for the tests of its pages."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.config import DATA
from jps.db import EVERYWHERE, Base, db, set_scope
from jps.deadlines.rules import Stage
from jps.deadlines.services import Term, set_deadline
from jps.households.models import Household
from jps.households.queries import gate, get_household
from jps.households.rules import Source
from jps.households.saving import Author
from jps.households.services import open_draft, submit_draft
from jps.questionnaire import load_form
from tests.households_examples import household_document

Stored = Callable[[str], Household]
NewHousehold = Callable[..., str]

AREAS = (
    ("75", "provinsi", "Gorontalo", "provinsi", None),
    ("75.01", "kabkota", "Gorontalo", "kabupaten", "75"),
    ("75.01.01", "kecamatan", "Limboto", "kecamatan", "75.01"),
    ("75.01.01.2001", "desa", "Contoh Satu", "desa", "75.01.01"),
    ("75.01.01.2002", "desa", "Contoh Dua", "desa", "75.01.01"),
    ("75.02", "kabkota", "Boalemo", "kabupaten", "75"),
    ("75.02.01", "kecamatan", "Tilamuta", "kecamatan", "75.02"),
    ("75.02.01.2001", "desa", "Contoh Tiga", "desa", "75.02.01"),
)


@pytest.fixture
def areas(app: Flask) -> None:
    """Two kabupaten with three villages."""
    with app.app_context():
        Base.metadata.create_all(db.engine)
        for code, level, name, kind, parent in AREAS:
            db.session.add(Area(code=code, level=level, name=name, type=kind, parent_code=parent))
            db.session.flush()
        db.session.commit()


@pytest.fixture
def stored(app: Flask) -> Stored:
    """Read a household by its id or the address of its form, with its people."""

    def read(address: str) -> Household:
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            found = get_household(db.session(), uuid.UUID(address.rpartition("/")[2]))
            db.session.expunge_all()
            return found

    return read


@pytest.fixture
def household(app: Flask, areas: None) -> NewHousehold:
    """Store a whole household of `by` and return its id: `household("ani", sent=True)`."""

    def make(by: str, *, sent: bool = True, **overrides: Any) -> str:
        at = datetime.now(UTC)
        with app.app_context():
            session = db.session()
            set_scope(session, EVERYWHERE)
            author = Author(by, EVERYWHERE, Source.FORM)
            opened = open_draft(session, household_document(**overrides), by=author, at=at)
            if sent:
                form = load_form(DATA / "questionnaire")
                schema = gate(session, form, today=at.date())
                submit_draft(session, opened.id, schema, version=opened.version, by=author, at=at)
            session.commit()
            return str(opened.id)

    return make


def end_stages(session: Session, year: int, *stages: Stage, area: str = "75.01") -> None:
    """Let stages end with a year, long past or far away, and commit."""
    day, at = date(year, 12, 31), datetime(year + 1, 1, 1, tzinfo=UTC)
    for stage in stages or (Stage.COLLECTION, Stage.VERIFICATION):
        term = Term(None, day, None, at)
        how: dict[str, Any] = {"reason": "Banjir", "by": "mira", "scope": EVERYWHERE, "at": at}
        set_deadline(session, stage, area, term, **how)
    session.commit()
