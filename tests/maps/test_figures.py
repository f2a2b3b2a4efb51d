"""Figures of areas by hand and as sums of their parts."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.areas.rules import Level
from jps.maps.figures import (
    Population,
    Tallies,
    Tally,
    poverty_of,
    registration_of,
)
from jps.welfare.estimates import sums_of

TODAY = date(2026, 11, 23)


def tally(*households: tuple[float, int], day: date = date(2026, 11, 13)) -> Tally:
    """Return the tally of households given as (probability, persons)."""
    return Tally(
        households=len(households),
        persons=sum(size for _, size in households),
        by_household=sums_of((p, 1.0) for p, _ in households),
        by_person=sums_of((p, float(size)) for p, size in households),
        dates=Counter({day: len(households)}),
    )


def test_persons_and_households_are_counted_apart() -> None:
    found = poverty_of(tally((0.5, 6), (0.1, 2)))
    assert found is not None
    assert found.persons == pytest.approx(3.2)
    assert found.households == pytest.approx(0.6)
    assert found.rate.rate == pytest.approx(3.2 / 8)
    assert found.household_rate.rate == pytest.approx(0.3)
    assert found.scored == 2


def test_no_score_no_rate() -> None:
    assert poverty_of(Tally(households=4, persons=12)) is None
    assert registration_of(Tally(), None, on=TODAY) is None


def test_expected_households_are_population_over_mean_size() -> None:
    population = Population(8_000, date(2024, 12, 31), "dukcapil")
    found = registration_of(tally((0.5, 6), (0.1, 2)), population, on=TODAY)
    assert found is not None
    assert found.expected == pytest.approx(2_000)
    assert found.coverage == pytest.approx(2 / 2_000)


def test_without_official_population_coverage_is_unknown() -> None:
    found = registration_of(tally((0.5, 6)), None, on=TODAY)
    assert found is not None
    assert (found.expected, found.coverage) == (None, None)


@pytest.mark.parametrize(
    ("days", "median"),
    [([10], 10), ([1, 2, 100], 2), ([5, 7], 5), ([-3], 0), ([0, 0, 400], 0)],
)
def test_data_age_is_the_median(days: list[int], median: int) -> None:
    found = Tally(households=len(days), persons=4)
    found.dates = Counter(date.fromordinal(TODAY.toordinal() - back) for back in days)
    registration = registration_of(found, None, on=TODAY)
    assert registration is not None
    assert registration.age_days == median


def test_without_any_date_the_age_is_unknown() -> None:
    registration = registration_of(Tally(households=2, persons=4), None, on=TODAY)
    assert registration is not None
    assert registration.age_days is None


households = st.lists(st.tuples(st.floats(0.01, 0.9), st.integers(1, 9)), min_size=1, max_size=5)
places = st.sampled_from(["75.01.01.2001", "75.01.01.2002", "75.01.02.2001", "75.71.01.1001"])


@given(st.dictionaries(places, households, min_size=1))
def test_every_level_adds_up_to_the_total(found: dict[str, list[tuple[float, int]]]) -> None:
    tallies = Tallies({code: tally(*there) for code, there in found.items()})
    whole = poverty_of(tallies.everything)
    assert whole is not None
    for level in Level:
        parts = [poverty_of(part) for part in tallies.at(level).values()]
        assert sum(part.persons for part in parts if part) == pytest.approx(whole.persons)
        assert sum(part.scored for part in parts if part) == whole.scored


def test_adding_up_leaves_the_villages_as_they_were() -> None:
    villages = {"75.01.01.2001": tally((0.5, 6)), "75.01.01.2002": tally((0.1, 2))}
    tallies = Tallies(villages)
    assert tallies.at(Level.KECAMATAN)["75.01.01"].households == 2
    assert tallies.everything.households == 2
    assert tallies.at(Level.KECAMATAN) is tallies.at(Level.KECAMATAN)
    assert villages["75.01.01.2001"].households == 1
