"""Hot spots and small-area estimates as the map asks for them."""

import random

import pytest
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.areas.models import Area
from jps.areas.rules import level_of
from jps.audit.models import AuditEvent
from jps.maps.neighbours import touching
from tests.conftest import SignIn
from tests.figures import (
    add_areas,
    add_boundaries,
    add_household,
    add_rich_household,
    score_all,
)


def test_islands_have_the_nearest_as_neighbours() -> None:
    shapes: dict[str, shapely.Geometry] = {
        "a": shapely.box(0, 0, 1, 1),
        "b": shapely.box(1, 0, 2, 1),
        "c": shapely.box(5, 0, 6, 1),
    }
    found = touching(shapes)
    assert found == {"a": {"b", "c"}, "b": {"a", "c"}, "c": {"a", "b"}}
    assert touching({"a": shapes["a"]}) == {"a": frozenset()}


@pytest.fixture
def kecamatan(session: Session) -> None:
    """Nine kecamatan with one desa each, poorer and darker from the first to the last."""
    add_areas(session)
    chance = random.Random(1)
    for place in range(3, 12):
        upper = f"75.01.{place:02d}"
        for code, kind, parent in ((upper, "kecamatan", "75.01"), (f"{upper}.2001", "desa", upper)):
            session.add(
                Area(code=code, level=level_of(code), name=code, type=kind, parent_code=parent)
            )
            session.flush()
        for _ in range(12):
            answers = {"lighting": chance.choice("14"), "toilet": chance.choice("16")}
            answers["cooking_fuel"] = "10" if chance.random() < place / 12 else "4"
            poor = chance.random() < place / 12
            make = add_household if poor else add_rich_household
            made = make(session, f"{upper}.2001")
            made.answers = {**made.answers, **answers}
    add_boundaries(session)
    score_all(session)
    session.commit()


def test_estimates_lie_between_data_and_traits(kecamatan: None, sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER, "75")
    found = manager.get("/maps/estimates?level=kecamatan").get_json()["areas"]
    assert len(found) == 9
    for rate, error, cv, state, weight in found.values():
        assert 0 < rate < 1
        assert error > 0
        assert cv == pytest.approx(error / rate, rel=0.01)
        assert state in ("good", "caution", "unreliable")
        assert 0 <= weight <= 1
    assert manager.get("/maps/estimates?level=desa").get_json()["areas"] == {}
    spots = manager.get("/maps/spots?level=kecamatan").get_json()["areas"]
    assert set(spots) == set(found)


def test_points_are_without_names_within_reach_and_recorded(
    session: Session, sign_in: SignIn
) -> None:
    add_areas(session)
    here = "75.01.01.2001"
    for place in range(3):
        add_household(session, here, lat=0.6 + place / 10_000, lon=122.9, head_name="Rahasia")
    add_household(session, here)
    score_all(session)
    session.commit()
    manager = sign_in(Role.MANAGER, "75.01")
    answer = manager.post("/maps/points", data={"inside": here})
    assert "Rahasia" not in answer.text
    assert [point[:2] for point in answer.get_json()["single"]] == [
        [pytest.approx(0.6, abs=0.01), 122.9]
    ] * 3
    bins = manager.post("/maps/points", data={"inside": "75.01.01"}).get_json()["bins"]
    assert sum(n for _, _, n in bins) == 3
    assert manager.post("/maps/points", data={"inside": "75.01"}).status_code == 422
    assert manager.post("/maps/points", data={"inside": "75.71.01.1001"}).status_code == 404
    opened = select(AuditEvent.area_code).where(AuditEvent.action == "points-opened")
    assert session.scalars(opened.order_by(AuditEvent.seq)).all() == [here, "75.01.01"]
    session.rollback()
    assert sign_in(Role.ANALYST, "75").post("/maps/points").status_code == 403


def test_too_little_for_estimates_is_said(session: Session, sign_in: SignIn) -> None:
    add_areas(session)
    session.commit()
    found = sign_in(Role.ANALYST, "75").get("/maps/estimates?level=kecamatan").get_json()
    assert found["areas"] == {}
    assert "Belum cukup" in found["problem"]
