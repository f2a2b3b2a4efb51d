"""What one interview tells, and what it adds to each indicator."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.config import DATA
from jps.fieldwork.facts import Facts, Interview, Somebody, entropy, facts_of, whipple
from jps.fieldwork.indicators import BITS, Around, flags_of, measure
from jps.questionnaire import load_form
from tests.households_examples import household_document

FORM = load_form(DATA / "questionnaire")
ZONE = ZoneInfo("Asia/Makassar")
AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 14:00 in Gorontalo
START = "2026-11-23T09:00:00+08:00"


def facts(members: tuple[Somebody, ...] = (), at: datetime = AT, **answers: Any) -> Facts:
    document = {**household_document(**answers), "members": None}
    return facts_of(FORM, Interview(document, at, members), zone=ZONE)


@pytest.mark.parametrize(
    ("end", "minutes"),
    [
        ("2026-11-23T09:25:30+08:00", 25.5),
        ("2026-11-23T01:25:00+00:00", 25.0),
        ("2026-11-23T08:59:00+08:00", None),  # the clock was turned back
        ("2026-11-25T09:00:00+08:00", None),  # left open for days
        ("soon", None),
        (None, None),
    ],
)
def test_length(end: str | None, minutes: float | None) -> None:
    assert facts(interview_start=START, interview_end=end).minutes == minutes


@pytest.mark.parametrize(
    ("start", "at", "night"),
    [
        ("2026-11-23T21:59:00+08:00", AT, False),
        ("2026-11-23T22:00:00+08:00", AT, True),
        ("2026-11-23T04:59:00+08:00", AT, True),
        ("2026-11-22T21:00:00+00:00", AT, False),  # 5:00 in Gorontalo
        (None, AT, False),
        (None, datetime(2026, 11, 23, 15, 0, tzinfo=UTC), True),  # received at 23:00
    ],
)
def test_night_is_by_the_offices_clock(start: str | None, at: datetime, *, night: bool) -> None:
    assert facts(interview_start=start, at=at).night is night


def test_place() -> None:
    found = facts(gps="0.6312345 122.9812345 20 5")
    assert (found.spot, found.accuracy) == ("0.63123 122.98123", 5.0)
    assert facts(gps="0.63 122.98 0 0").accuracy is None  # not measured
    assert (facts(gps=None).spot, facts(gps=None).accuracy) == (None, None)


def test_pattern_is_of_dwelling_and_assets_only() -> None:
    one, other = facts(address="Jalan 1"), facts(address="Jalan 2")
    assert one.pattern == other.pattern is not None
    assert facts(floor_material="9").pattern != one.pattern


def test_members() -> None:
    people = (
        Somebody("valid", "1990-01-01", 36, {"mother_name": "Ani", "birth_place": ""}),
        Somebody("blank", "1980", 45, {}),
        Somebody("zero", "2020-05-05", 6, {"mother_name": "Ani", "birth_place": "Limboto"}),
    )
    found = facts(people, rt=None, respondent_phone="081234567890")
    assert found.niks == (3, 2)
    assert found.births == (2, 1)
    assert found.ages == (2, 1)
    assert found.blank == (8, 4)  # RT, and three answers about members
    assert whipple(found.ages) == 250
    assert whipple((0, 0)) is None


def test_unknown_answers() -> None:
    asked = facts((Somebody("valid", "", None, {"aid_kur": "8", "job_insurance": ["99"]}),))
    none = facts((Somebody("valid", "", None, {"aid_kur": "1", "job_insurance": ["0"]}),))
    assert asked.unknown[0] == none.unknown[0]
    assert asked.unknown[1] - none.unknown[1] == 2


@pytest.mark.parametrize(
    ("around", "key", "hit"),
    [
        (Around(median={2: 50.0}, size=2), "short", True),
        (Around(median={2: 40.0}, size=2), "short", False),
        (Around(median={None: 60.0}, size=9), "short", True),  # sizes that are rare: all together
        (Around(outside=201.0), "outside", True),
        (Around(outside=200.0), "outside", False),
        (Around(outside=4_000.0, far=5_000.0), "outside", False),
        (Around(same_spot=3), "one-spot", True),
        (Around(same_spot=2), "one-spot", False),
        (Around(same_day=16), "busy", True),
        (Around(same_day=15), "busy", False),
        (Around(doubled=True), "doubled", True),
        (Around(returned=True), "returned", True),
    ],
)
def test_what_an_interview_speaks_for(around: Around, key: str, *, hit: bool) -> None:
    found = facts(interview_start=START, interview_end="2026-11-23T09:20:00+08:00")
    measured = measure(found, around)
    assert measured[key] == (1, int(hit))
    assert bool(flags_of(measured) & BITS[key]) is hit


def test_what_nobody_can_know_is_not_counted() -> None:
    measured = measure(facts(gps=None, interview_start=None), Around())
    for key in ("short", "outside", "crude-gps", "one-spot"):
        assert measured[key] == (0, 0)
    assert measured["no-gps"] == (1, 1)


@given(st.lists(st.integers(0, 50), max_size=30))
def test_entropy_is_a_share(counts: list[int]) -> None:
    found = entropy(counts)
    assert found is None if sum(counts) < 2 else found is not None and 0 <= found <= 1 + 1e-9
    if found is not None and sum(count > 0 for count in counts) == 1:
        assert found == 0
