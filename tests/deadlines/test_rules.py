"""Windows: which one holds where, and what is late."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.areas.rules import lineage
from jps.deadlines.rules import (
    STAGE_NAMES,
    TOO_LATE,
    Phase,
    Stage,
    Window,
    window_for,
    window_problems,
)

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DESA = "75.01.01.2001"


def window(area: str, *, opens: timedelta | None = None, closes: timedelta = DAY) -> Window:
    """Return a window of the collection, relative to `AT`."""
    opens_at = None if opens is None else AT + opens
    first = None if opens_at is None else opens_at.date()
    return Window(Stage.COLLECTION, area, first, (AT + closes).date(), opens_at, AT + closes)


@pytest.mark.parametrize(
    ("opens", "closes", "phase"),
    [
        (None, 10 * DAY, Phase.OPEN),
        (-DAY, 3 * DAY, Phase.SOON),
        (DAY, 3 * DAY, Phase.BEFORE),
        (None, timedelta(0), Phase.CLOSED),
        (None, -DAY, Phase.CLOSED),
        (timedelta(0), timedelta(seconds=1), Phase.SOON),
    ],
)
def test_phases(opens: timedelta | None, closes: timedelta, phase: Phase) -> None:
    found = window(DESA, opens=opens, closes=closes)
    assert found.phase(AT) is phase
    assert found.is_open(AT) == (phase in {Phase.OPEN, Phase.SOON})


@pytest.mark.parametrize(
    ("closes", "days"), [(DAY, 1), (DAY + timedelta(seconds=1), 2), (-DAY, -1), (DAY * 9, 9)]
)
def test_days_left_count_the_begun_one(closes: timedelta, days: int) -> None:
    assert window(DESA, closes=closes).days_left(AT) == days


@given(st.sets(st.sampled_from(["75", "75.01", "75.01.01", DESA, "75.02", "75.01.02"])))
def test_the_smallest_area_around_holds(areas: set[str]) -> None:
    windows = [window(area) for area in sorted(areas)]
    around = [area for area in lineage(DESA) if area in areas]
    found = window_for(windows, Stage.COLLECTION, DESA)
    assert (found.area_code if found else None) == (around[-1] if around else None)
    assert window_for(windows, Stage.MEETING, DESA) is None


def test_an_area_whose_code_begins_alike_is_another_one() -> None:
    assert window_for([window("75.01.01.200")], Stage.COLLECTION, DESA) is None


@pytest.mark.parametrize(
    ("opens", "closes", "reason", "replaces", "wrong"),
    [
        (None, date(2026, 12, 1), "", False, set()),
        (None, None, "", False, {"closes_on"}),
        (date(2026, 12, 2), date(2026, 12, 1), "", False, {"closes_on"}),
        (None, date(2026, 12, 1), "", True, {"reason"}),
        (None, date(2026, 12, 1), "Banjir", True, set()),
        (None, date(2026, 12, 1), "x" * 301, False, {"reason"}),
    ],
)
def test_what_can_be_wrong(
    opens: date | None, closes: date | None, reason: str, replaces: bool, wrong: set[str]
) -> None:
    assert set(window_problems(opens, closes, reason=reason, replaces=replaces)) == wrong


def test_every_stage_is_named() -> None:
    assert set(STAGE_NAMES) == set(TOO_LATE) == set(Stage)
