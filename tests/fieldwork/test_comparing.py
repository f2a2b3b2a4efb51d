"""Who stands out: few false alarms among honest people, and those who make interviews up found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jps.fieldwork.comparing import FEWEST, Grey, Unit, compare
from jps.fieldwork.indicators import INDICATORS
from tests.fieldwork.invented import WAYS, field

SEEDS = range(12)


def alarmed(units: list[Unit]) -> set[str]:
    return {one.unit for one in compare(units) if one.flagged}


def test_honest_people_hardly_ever_stand_out() -> None:
    """60 honest people with 15 indicators each, 12 times: at most one person in fifty."""
    people = sum(len(alarmed(field(seed, careless=0).units)) for seed in SEEDS)
    assert people <= 60 * len(SEEDS) / 50


def test_who_makes_interviews_up_is_found_and_others_are_left_alone() -> None:
    found = wrong = 0
    for seed in SEEDS:
        office = field(seed)
        alarms = alarmed(office.units)
        found += len(alarms & office.careless)
        wrong += len(alarms - office.careless)
    assert found >= 0.95 * len(SEEDS) * len(WAYS)
    assert wrong <= 60 * len(SEEDS) / 50


def test_with_many_careless_people_they_still_stand_out() -> None:
    office = field(3, honest=40, careless=10)
    assert len(alarmed(office.units) & office.careless) >= 9


def unit(key: str, of: int, hits: int, place: str = "75.01.01") -> Unit:
    return Unit(key, {place: {"night": (of, hits)}})


COLLEAGUES = [unit(f"c{n}", 100, 5 + n % 3) for n in range(8)]


@pytest.mark.parametrize(
    ("of", "hits", "units", "why"),
    [
        (FEWEST - 1, FEWEST - 1, COLLEAGUES, Grey.SMALL),
        (100, 90, COLLEAGUES[:3], Grey.ALONE),
        (100, 90, COLLEAGUES, None),
    ],
)
def test_too_few_is_grey_with_the_reason(
    of: int, hits: int, units: list[Unit], why: Grey | None
) -> None:
    found = {(one.unit, one.indicator): one for one in compare([unit("x", of, hits), *units])}
    one = found["x", "night"]
    assert one.grey is why
    assert one.flagged == (why is None)
    assert (one.expected is None) == (why is not None)


def test_a_place_where_all_are_alike_blames_nobody() -> None:
    """In one kecamatan everybody works at night; nobody there stands out for it."""
    there = [unit(f"n{n}", 100, 60 + n, "75.01.02") for n in range(6)]
    elsewhere = [unit(f"e{n}", 100, 5, "75.01.01") for n in range(6)]
    assert alarmed([*there, *elsewhere]) == set()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.floats(0, 1)), min_size=1, max_size=20))
def test_any_counts_are_judged_once_and_in_order(pairs: list[tuple[int, float]]) -> None:
    units = [unit(f"u{n}", of, round(of * share)) for n, (of, share) in enumerate(pairs)]
    found = [one for one in compare(units) if one.indicator == "night"]
    assert {one.unit for one in found} == {one.key for one in units}
    assert len(found) == len(units)
    for one in found:
        assert one.chance is None or 0 <= one.chance <= 1
        assert one.expected is None or -1e-9 <= one.expected <= 1 + 1e-9
        assert (one.grey is None) == (one.expected is not None)
    assert {one.key for one in INDICATORS} >= {one.indicator for one in compare(units)}


@given(st.integers(0, 100))
def test_more_of_the_same_never_lowers_the_score(hits: int) -> None:
    def score(hits: int) -> float:
        return next(
            one.score or 0.0
            for one in compare([unit("x", 100, hits), *COLLEAGUES])
            if (one.unit, one.indicator) == ("x", "night")
        )

    assert score(min(hits + 1, 100)) >= score(hits)
