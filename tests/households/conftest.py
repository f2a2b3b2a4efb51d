"""Fixtures of the household tests: two villages, and people who write."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.config import DATA
from jps.db import EVERYWHERE, AreaScope, Base
from jps.households.forms import HouseholdForm
from jps.households.queries import gate
from jps.households.rules import Source
from jps.households.schemas import HouseholdSchema
from jps.households.services import Author
from jps.questionnaire import load_form

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
AREAS = (
    ("75", "provinsi", None),
    ("75.01", "kabkota", "75"),
    ("75.01.01", "kecamatan", "75.01"),
    ("75.01.01.2001", "desa", "75.01.01"),
    ("75.01.01.2002", "desa", "75.01.01"),
    ("75.02", "kabkota", "75"),
    ("75.02.01", "kecamatan", "75.02"),
    ("75.02.01.2001", "desa", "75.02.01"),
)
ANI = Author("ani", EVERYWHERE, Source.FORM)
BUDI = Author("budi", EVERYWHERE, Source.FORM)
CITRA = Author("citra", AreaScope(codes=("75.02",)), Source.FORM)
DEWI = Author("dewi", AreaScope(codes=("75.01",)), Source.FORM)  # of the kabupaten
EKA = Author("eka", AreaScope(codes=("75",)), Source.FORM)  # of the province
DESA = Author("desa", AreaScope(codes=("75.01.01.2001",)), Source.FORM)


@pytest.fixture
def session(session: Session) -> Session:
    """The shared session, with a few areas."""
    Base.metadata.create_all(session.connection())
    for code, level, parent in AREAS:
        session.add(Area(code=code, level=level, name=code, type=level, parent_code=parent))
        session.flush()
    session.commit()
    return session


@pytest.fixture
def schema(session: Session) -> HouseholdSchema:
    """The gate as it stands on the day of the tests."""
    return gate(session, load_form(DATA / "questionnaire"), today=TODAY)


@pytest.fixture
def read(schema: HouseholdSchema) -> Callable[[dict[str, Any]], HouseholdForm]:
    """Send a document through the gate."""

    def load(document: dict[str, Any]) -> HouseholdForm:
        form = schema.load(document)
        assert isinstance(form, HouseholdForm)
        return form

    return load
