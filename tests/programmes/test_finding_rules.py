"""What is wrong about a recipient, from what is known: pure."""

import uuid
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.identity.rules import LinkState
from jps.programmes.case_rules import (
    Action,
    Done,
    Presence,
    StrikeReason,
    Visit,
    VisitResult,
    due_day,
    is_looked_for_in_vain,
    missing_visits,
    next_state,
    to_undo,
)
from jps.programmes.finding_rules import (
    Days,
    Found,
    Known,
    found_about,
    found_twice,
    levels_of,
)
from jps.programmes.rules import (
    AppealKind,
    FindingKind,
    FindingState,
    Registered,
    Unit,
)

DAY = date(2026, 11, 23)
DAYS = Days(date(2026, 10, 1), DAY, DAY)
FINE = Known(
    id=uuid.UUID(int=1),
    link_state=LinkState.PADAN,
    registered=Registered.YES,
    eligible=True,
    same_as=None,
    member_id=uuid.UUID(int=2),
    family_id=uuid.UUID(int=3),
    household_id=uuid.UUID(int=4),
    presence="1",
    interviewed=date(2026, 9, 5),
    nik_problem=False,
    undelivered=False,
    stake=2_400_000,
)


def kinds(one: Known) -> list[tuple[FindingKind, str]]:
    """Return what is found, with the source."""
    return [(found.kind, found.source) for found in found_about(one, DAYS)]


def test_nothing_is_wrong_about_who_is_fine() -> None:
    assert kinds(FINE) == []
    assert kinds(replace(FINE, eligible=None, registered=Registered.DOUBTFUL)) == []


@pytest.mark.parametrize(
    ("known", "kind", "source"),
    [
        ({"link_state": LinkState.MENINGGAL}, FindingKind.DEAD, "registry:2026-10-01"),
        ({"presence": "2"}, FindingKind.DEAD, "visit:2026-09-05"),
        ({"link_state": LinkState.PINDAH}, FindingKind.MOVED, "registry:2026-10-01"),
        ({"presence": "4"}, FindingKind.MOVED, "visit:2026-09-05"),
        ({"link_state": LinkState.GANDA}, FindingKind.NIK_PROBLEM, "registry:2026-10-01"),
        ({"nik_problem": True}, FindingKind.NIK_PROBLEM, "list:2026-11-23"),
        ({"registered": Registered.NO}, FindingKind.NOT_REGISTERED, "list:2026-11-23"),
        ({"eligible": False}, FindingKind.NOT_ELIGIBLE, "rules:2026-11-23"),
        ({"undelivered": True}, FindingKind.NEVER_DELIVERED, "benefits:2026-11-23"),
        ({"same_as": uuid.UUID(int=9)}, FindingKind.TWICE, "list:2026-11-23"),
    ],
)
def test_each_fact_is_one_finding_with_its_source(
    known: dict[str, Any], kind: FindingKind, source: str
) -> None:
    assert kinds(replace(FINE, **known)) == [(kind, source)]


def test_a_second_member_of_a_family_is_told_once() -> None:
    second = replace(FINE, id=uuid.UUID(int=5))
    other = replace(FINE, id=uuid.UUID(int=6), family_id=uuid.UUID(int=7))
    found = list(found_twice(Unit.FAMILY, [FINE, second, other], DAY))
    assert [(one.recipient_id, one.other_id) for one in found] == [(second.id, FINE.id)]
    assert list(found_twice(Unit.PERSON, [FINE, second], DAY)) == []
    assert len(list(found_twice(Unit.HOUSEHOLD, [FINE, second, other], DAY))) == 2


def test_what_both_give_to_persons_overlaps_in_persons() -> None:
    assert levels_of(Unit.PERSON, Unit.PERSON) == {Unit.PERSON}
    assert levels_of(Unit.PERSON, Unit.FAMILY) == set(Unit)


@given(st.uuids(), st.uuids(), st.sampled_from(FindingKind))
def test_a_pair_has_one_key(one: uuid.UUID, other: uuid.UUID, kind: FindingKind) -> None:
    ways = {
        Found(kind, Unit.PERSON, one, "list:2026-11-23", other).key,
        Found(kind, Unit.FAMILY, other, "visit:2026-01-01", one).key,
    }
    assert len(ways) == 1
    assert len(ways.pop()) == 64


def test_not_found_needs_two_days() -> None:
    noon = Visit(VisitResult.NO_RESPONDENT, None, DAY)
    later = Visit(VisitResult.NO_RESPONDENT, None, DAY, "0,5 123,0")
    next_day = Visit(VisitResult.COMPLETE, Presence.NOT_FOUND, date(2026, 11, 24))
    assert not is_looked_for_in_vain([noon, later])
    assert is_looked_for_in_vain([noon, next_day])
    assert missing_visits(StrikeReason.NOT_FOUND, [noon]) is not None
    assert missing_visits(StrikeReason.NOT_FOUND, [noon, next_day]) is None
    assert missing_visits(StrikeReason.DEAD, []) is None


def test_steps_lead_where_the_table_says() -> None:
    assert next_state(Action.CONFIRM, FindingState.CHECKING) is FindingState.CONFIRMED
    assert next_state(Action.CONFIRM, FindingState.DISMISSED) is None
    assert next_state(Action.ASSIGN, FindingState.CHECKING) is FindingState.CHECKING
    assert next_state(Action.REOPEN, FindingState.DISMISSED) is FindingState.OPEN


def test_the_last_step_that_holds_is_undone() -> None:
    steps = [Done(1, Action.ASSIGN), Done(2, Action.CONFIRM), Done(3, Action.UNDO, undoes=2)]
    last = to_undo(steps)
    assert last is not None
    assert last.id == 1
    assert to_undo([*steps, Done(4, Action.UNDO, undoes=1)]) is None


def test_clocks_run_from_reception() -> None:
    assert due_day(AppealKind.CONTEST, date(2026, 11, 23)) == date(2026, 12, 7)
