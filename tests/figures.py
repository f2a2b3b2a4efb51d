"""Stored households with PPI answers, for tests of scores and figures."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area, AreaPopulation, Boundary, BoundarySet
from jps.areas.rules import Level, level_of
from jps.assessment.services import assess_households, current_scorecard
from jps.households.models import Household
from jps.households.rules import Source, State

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
POOR: dict[str, Any] = {
    "ppi_savings_account": "2",
    "ppi_ate_meat": "2",
    "ppi_ate_prepared_rice": "2",
    "ppi_bought_clothing_care": "2",
    "ppi_bought_gasoline": "2",
}
POOR_CALCULATED: dict[str, Any] = {
    "ppi_household_size": "4",
    "ppi_floor_material": "3",
    "ppi_refrigerator": "2",
    "ppi_car": "2",
}
RICH = dict.fromkeys(POOR, "1")
RICH_CALCULATED = dict.fromkeys(POOR_CALCULATED, "1") | {"ppi_household_size": "3"}


def add_household(session: Session, area_code: str, **values: Any) -> Household:
    """Store a sent household of five poor persons in `area_code`; `values` override columns."""
    household = Household(
        **{
            "id": uuid.uuid4(),
            "area_code": area_code,
            "state": State.SUBMITTED,
            "state_by": "tests",
            "state_at": AT,
            "source": Source.SAMPLE,
            "questionnaire_version": "test",
            "answers": dict(POOR),
            "calculated": dict(POOR_CALCULATED),
            "household_size": 5,
            "interview_date": date(2026, 11, 1),
            "visit_result": "1",
            "entered_by": "tests",
            "entered_at": AT,
            "changed_at": AT,
            **values,
        }
    )
    session.add(household)
    session.flush()
    return household


def add_rich_household(session: Session, area_code: str, **values: Any) -> Household:
    """Store a sent household of four persons who answer everything like rich people."""
    rich = {"answers": dict(RICH), "calculated": dict(RICH_CALCULATED), "household_size": 4}
    return add_household(session, area_code, **{**rich, **values})


AREAS = {
    "75": ("Gorontalo", "provinsi"),
    "75.01": ("Kabupaten Gorontalo", "kabupaten"),
    "75.01.01": ("Limboto", "kecamatan"),
    "75.01.01.2001": ("Kayubulan <b>", "desa"),
    "75.01.01.2002": ("Hutuo", "desa"),
    "75.01.02": ("Telaga", "kecamatan"),
    "75.01.02.2001": ("Luhu", "desa"),
    "75.71": ("Kota Gorontalo", "kota"),
    "75.71.01": ("Kota Barat", "kecamatan"),
    "75.71.01.1001": ("Buladu", "kelurahan"),
}


def add_areas(session: Session) -> None:
    """Store a small province: two kabupaten/kota, three kecamatan, four desa, two populations."""
    for code, (name, kind) in AREAS.items():
        parent = code.rpartition(".")[0] or None
        session.add(Area(code=code, level=level_of(code), name=name, type=kind, parent_code=parent))
        session.flush()
    for code, persons in (("75", 1_000), ("75.01", 800)):
        session.add(
            AreaPopulation(
                area_code=code, as_of=date(2024, 12, 31), source="dukcapil-2024s2", persons=persons
            )
        )
    session.flush()


def add_boundaries(session: Session, *, schematic: bool = True) -> None:
    """Store unit squares side by side as the boundaries of every level."""
    for level in Level:
        made = BoundarySet(
            level=level,
            schematic=schematic,
            dissolved=False,
            source="Digambar untuk pengujian",
            version=f"test-{level}",
            imported_at=AT,
            imported_by="tests",
        )
        session.add(made)
        session.flush()
        for place, code in enumerate(code for code in AREAS if level_of(code) == level):
            square = shapely.to_wkb(shapely.box(122 + place, 0, 123 + place, 1))
            session.add(Boundary(set_id=made.id, area_code=code, geometry=square, km2=12_000.0))
    session.flush()


def score_all(session: Session) -> None:
    """Score every stored household."""
    scorecard = current_scorecard()
    ids = session.scalars(select(Household.id)).all()
    assess_households(session, ids, scorecard, at=AT)
    session.flush()
