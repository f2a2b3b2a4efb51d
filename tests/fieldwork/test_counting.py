"""From stored households to the monitor, on both databases."""

from typing import Any

import shapely
from flask import Flask
from sqlalchemy import select

from jps.areas.models import Boundary, BoundarySet
from jps.areas.rules import Level
from jps.db import EVERYWHERE, AreaScope, db, scoped_to, set_scope
from jps.fieldwork.models import FieldFact, FieldTally
from jps.fieldwork.queries import households_behind, key_of, last_run, monitor_table, unit_of
from jps.fieldwork.rules import UnitKind
from jps.households.models import Household
from jps.households.rules import Source
from jps.households.saving import Author
from jps.households.workflow import return_household
from jps.jobs.rules import JobState
from tests.conftest import NOW
from tests.fieldwork.conftest import Counted, Fill

VILLAGE, OTHER = "75.01.01.2001", "75.02.01.2001"
FLOORS = ("1", "2", "3", "4", "5", "6", "7", "8")


def honest(place: int, village: str = VILLAGE) -> Any:
    """Answers of an honest enumerator: every house is another one, on its own spot."""

    def answers(n: int) -> dict[str, Any]:
        return {
            "area_code": village,
            "address": f"Jalan {place} nomor {n}",
            "gps": f"0.6{place}{n:02d} 122.98{n:02d} 20 5",
            "floor_material": FLOORS[n % 8],
            "floor_area": 20 + n,
            "interview_start": f"2024-06-20T{8 + n % 8:02d}:00:00+08:00",
            "interview_end": f"2024-06-20T{8 + n % 8:02d}:{30 + n % 10}:00+08:00",
            "interview_date": f"2024-06-{1 + n % 20:02d}",
        }

    return answers


def careless(n: int) -> dict[str, Any]:
    """Answers written at one desk at night, in five minutes."""
    return {
        "address": f"Jalan X nomor {n}",
        "gps": "0.9 122.5 20 5",
        "interview_start": "2024-06-20T23:00:00+08:00",
        "interview_end": "2024-06-20T23:05:00+08:00",
        "interview_date": "2024-06-20",
    }


def draw_village(app: Flask) -> None:
    """Put a real boundary around the honest points into force."""
    with app.app_context():
        found = BoundarySet(
            level=Level.DESA, schematic=False, dissolved=False, source="t", version="v1",
            imported_at=NOW, imported_by="t",
        )  # fmt: skip
        db.session.add(found)
        db.session.flush()
        box = shapely.to_wkb(shapely.box(122.9, 0.55, 123.05, 0.75))
        db.session.add(Boundary(set_id=found.id, area_code=VILLAGE, geometry=box, km2=1.0))
        db.session.commit()


def test_from_interviews_to_the_monitor(app: Flask, fill: Fill, count: Counted) -> None:
    draw_village(app)
    for place in range(6):
        fill(f"jujur{place}", 24, honest(place))
    fill("curang", 24, careless)
    job = count()
    assert (job.state, job.result) == (JobState.DONE, {"interviews": 168, "new": 168})
    with app.app_context():
        session = db.session()
        set_scope(session, EVERYWHERE)
        run = last_run(session)
        assert run is not None
        assert (run.interviews, run.boundaries, run.schematic) == (168, "v1", False)
        table = monitor_table(session, UnitKind.ENUMERATOR)
        assert (table.total, table.alarms) == (7, 1)
        worst = table.rows[0]
        assert worst.unit == "curang"
        told = {key for key, cell in worst.cells.items() if cell.flagged}
        assert told == {"short", "outside", "one-spot", "straight", "night", "busy"}
        assert (worst.cells["short"].hits, worst.cells["short"].of) == (24, 24)
        assert worst.summary is not None
        assert (worst.summary.interviews, worst.summary.days) == (24, 1)
        assert (worst.summary.minutes, worst.summary.variety) == (5.0, 0.0)
        best = next(row for row in table.rows if row.unit == "jujur1")
        assert best.summary is not None
        assert best.summary.days == 20
        assert best.summary.variety == 1.0
        kind = UnitKind.ENUMERATOR
        found, total = households_behind(session, kind, "curang", "outside", page=1, size=10)
        assert (len(found), total) == (10, 24)
        assert found[0].fact.outside is not None
        assert found[0].fact.outside > 20_000
        assert households_behind(session, kind, "jujur0", "outside", page=1, size=10) == ([], 0)
        villages = monitor_table(session, UnitKind.VILLAGE)
        assert [row.unit for row in villages.rows] == [VILLAGE]
        assert villages.rows[0].cells["night"].of == 168


def test_only_what_changed_is_looked_at_again(app: Flask, fill: Fill, count: Counted) -> None:
    fill("ani", 3, honest(0))
    fill("budi", 2, honest(1, OTHER))
    assert count().result == {"interviews": 5, "new": 5}
    assert count().result == {"interviews": 5, "new": 0}
    with app.app_context():
        session = db.session()
        set_scope(session, EVERYWHERE)
        one = session.scalars(select(Household).order_by(Household.id)).first()
        assert one is not None
        author = Author("citra", EVERYWHERE, Source.FORM)
        return_household(session, one.id, "periksa", version=one.version, by=author, at=NOW)
        session.commit()
    assert count().result == {"interviews": 5, "new": 1}
    with app.app_context():
        session = db.session()
        set_scope(session, EVERYWHERE)
        assert sum(session.scalars(select(FieldFact.returned))) == 1
        query = select(FieldTally.hits).where(FieldTally.indicator == "returned")
        assert sum(session.scalars(query)) == 1
        assert session.scalar(select(FieldFact.outside)) is None  # no boundary, nobody knows


def test_new_boundaries_look_at_all_again(app: Flask, fill: Fill, count: Counted) -> None:
    fill("ani", 3, honest(0))
    count()
    draw_village(app)
    assert count().result == {"interviews": 3, "new": 3}
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        assert set(db.session.scalars(select(FieldFact.outside))) == {0.0}


def test_everybody_sees_their_own_areas(app: Flask, fill: Fill, count: Counted) -> None:
    fill("ani", 3, honest(0))
    fill("budi", 2, honest(1, OTHER))
    count()
    with app.app_context(), scoped_to(db.session(), AreaScope(codes=("75.02",))):
        session = db.session()
        assert [row.unit for row in monitor_table(session, UnitKind.ENUMERATOR).rows] == ["budi"]
        assert unit_of(session, key_of("budi")) == "budi"
        assert unit_of(session, key_of("ani")) is None
        behind = households_behind(session, UnitKind.ENUMERATOR, "ani", "night", page=1, size=5)
        assert behind == ([], 0)
