"""How far the work is: counts that agree with the lists, expected numbers, what is late."""

from datetime import timedelta

from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.db import scoped_to
from jps.deadlines.rules import Stage, Window
from jps.households import services, workflow
from jps.households.lists import state_counts
from jps.households.models import Household, Merge
from jps.households.rules import Merged, State
from jps.households.workload import (
    Workload,
    mark_late,
    person_workloads,
    rolled_up,
    sent_between,
    village_workloads,
)
from tests.households.conftest import ANI, AT, BUDI, CITRA
from tests.households.store import Read, registered

HERE, THERE = "75.01.01.2001", "75.02.01.2001"


def test_they_agree_with_the_list(session: Session, read: Read) -> None:
    homes = some(session, read)
    found = village_workloads(session)
    total = Workload()
    for load in found.values():
        total.add(load)
    counts = state_counts(session)
    expected = {state: counts[state] for state in State if state != State.ARCHIVED}
    assert {state: total.counts[state] for state in expected} == expected
    assert found[HERE].sent == 2
    assert found[HERE].verified == 1
    assert found[HERE].decided == 0
    assert found[HERE].last == max(one.changed_at for one in homes if one.area_code == HERE)
    people = person_workloads(session, area="75.01")
    assert {key: load.counts.total() for key, load in people.items()} == {
        (HERE, "ani"): 3,
        ("75.01.01.2002", "budi"): 1,
    }


def some(session: Session, read: Read) -> list[Household]:
    """Return households of several states in three villages; one is merged, one archived."""
    kept, verified = registered(session, read), registered(session, read)
    other = registered(session, read, BUDI, area_code="75.01.01.2002")
    elsewhere = registered(session, read, area_code=THERE)
    workflow.verify(session, verified.id, version=1, by=BUDI, at=AT + timedelta(hours=2))
    gone = registered(session, read, area_code=THERE)
    workflow.archive(session, gone.id, "Uji", version=1, by=BUDI, at=AT)
    double = registered(session, read)
    merge = Merge(
        act_id=double.id,
        kind=Merged.HOUSEHOLD,
        record_id=double.id,
        kept_id=kept.id,
        household_id=double.id,
        kept_household_id=kept.id,
        area_code=HERE,
        kept_area_code=HERE,
        active=True,
        reason="Ganda",
        by="budi",
        at=AT,
    )
    session.add(merge)
    draft = services.open_draft(session, {"area_code": HERE}, by=ANI, at=AT)
    return [kept, verified, other, elsewhere, draft]


def test_only_ones_own_areas(session: Session, read: Read) -> None:
    some(session, read)
    with scoped_to(session, CITRA.scope):
        assert set(village_workloads(session)) == {THERE}
        assert person_workloads(session, area="75.01") == {}
        sent = sent_between(session, [AT, AT + timedelta(days=1)], area="")
        assert sent == [2], "the archived one was sent too"


def test_parts_add_up(session: Session, read: Read) -> None:
    some(session, read)
    loads = village_workloads(session)
    upper = rolled_up(loads, Level.KABKOTA)
    assert set(upper) == {"75.01", "75.02"}
    assert sum(load.counts.total() for load in upper.values()) == sum(
        load.counts.total() for load in loads.values()
    )
    assert sum(load.persons for load in upper.values()) == sum(
        load.persons for load in loads.values()
    )


def test_what_waits_after_the_deadline_is_late(session: Session, read: Read) -> None:
    some(session, read)
    loads = village_workloads(session)
    day = AT.date()
    windows = [
        Window(Stage.VERIFICATION, "75.01", None, day, None, AT - timedelta(days=1)),
        Window(Stage.VERIFICATION, "75.01.01.2002", None, day, None, AT + timedelta(days=1)),
        Window(Stage.COLLECTION, "75", None, day, None, AT - timedelta(days=1)),
    ]
    mark_late(loads, windows, at=AT)
    late = {code: dict(load.late) for code, load in loads.items() if load.overdue}
    assert late == {HERE: {Stage.VERIFICATION: 1, Stage.COLLECTION: 1}}


def test_sent_per_day_counts_each_household_once(session: Session, read: Read) -> None:
    registered(session, read)
    bounds = [AT + timedelta(days=number) for number in (-1, 0, 1)]
    assert sent_between(session, bounds, area="") == [0, 1]
    assert sent_between(session, bounds, area="75.02") == [0, 0]


def test_expected_is_unknown_without_a_population_or_a_size() -> None:
    load = Workload(persons=9, sized=3)
    assert load.expected(300, None) == 100
    assert load.expected(None, 3.0) is None
    assert Workload().expected(300, None) is None
    assert Workload().expected(300, 4.0) == 75
