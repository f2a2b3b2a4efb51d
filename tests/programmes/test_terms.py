"""What terms give: components with caps, packages of areas, shares to the last rupiah."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.programmes.rules import Frequency
from jps.programmes.terms import (
    Component,
    Package,
    Share,
    family_amount,
    in_force,
    package_of,
    split,
    yearly,
)

KINDS = tuple("abcd")
COMPONENTS = st.tuples(
    *(
        st.builds(
            Component,
            st.just(code),
            st.just(code),
            st.integers(0, 900),
            st.none() | st.integers(1, 3),
        )
        for code in KINDS
    )
)
PERSONS = st.fixed_dictionaries({code: st.integers(0, 4) for code in KINDS})
PERCENTS = st.lists(st.integers(1, 9_999), min_size=1, max_size=6, unique=True).map(
    lambda cuts: [
        Fraction(high - low, 100)
        for low, high in zip([0, *sorted(cuts)], [*sorted(cuts), 10_000], strict=True)
    ]
)


@dataclass(frozen=True)
class Span:
    valid_from: date
    valid_to: date | None


@given(COMPONENTS, PERSONS, st.none() | st.integers(1, 5))
def test_no_other_choice_within_the_caps_gives_more(
    components: tuple[Component, ...], persons: dict[str, int], most: int | None
) -> None:
    limits = [min(persons[one.code], one.most or 9) for one in components]
    best = max(
        sum(count * one.amount for count, one in zip(counts, components, strict=True))
        for counts in product(*(range(limit + 1) for limit in limits))
        if most is None or sum(counts) <= most
    )
    paid = family_amount(components, persons, most)
    assert sum(one.amount for one in paid) == best
    assert most is None or sum(one.persons for one in paid) <= most
    assert all(one.persons <= limits[KINDS.index(one.code)] for one in paid)


def test_a_family_on_pkh_gets_its_four_dearest() -> None:
    components = (
        Component("hamil", "", 750_000, 2),
        Component("sd", "", 225_000),
        Component("lansia", "", 600_000, 1),
        Component("sma", "", 500_000),
    )
    paid = family_amount(components, {"sd": 3, "lansia": 2, "sma": 1, "hamil": 1, "other": 4}, 4)
    assert [(one.code, one.persons) for one in paid] == [
        ("hamil", 1),
        ("lansia", 1),
        ("sma", 1),
        ("sd", 1),
    ]


@given(st.integers(0, 10**12), PERCENTS)
def test_the_parts_of_all_payers_are_the_whole(amount: int, percents: list[Fraction]) -> None:
    shares = [Share(str(place), percent) for place, percent in enumerate(percents)]
    parts = split(amount, shares)
    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - amount * share.percent / 100) < 1


def test_shares_that_are_not_the_whole_are_refused() -> None:
    with pytest.raises(ValueError, match="100"):
        split(178_150, [Share("provinsi", Fraction(60)), Share("kabupaten", Fraction(30))])


def test_the_package_of_the_smallest_area_counts() -> None:
    all_of_it, one = Package("75", "beras 5 kg"), Package("75.04", "beras 10 kg")
    assert package_of([all_of_it, one], "75.04.01.2001") is one
    assert package_of([all_of_it, one], "75.01.01.2001") is all_of_it
    assert package_of([one], "75.01") is None


@pytest.mark.parametrize(
    ("frequency", "deliveries", "expected"),
    [
        (Frequency.MONTHLY, None, 12),
        (Frequency.MONTHLY, 3, 3),
        (Frequency.QUARTERLY, 4, 4),
        (Frequency.ONCE, None, 1),
        (Frequency.ONCE, 3, 3),
    ],
)
def test_a_year_is_as_many_deliveries(
    frequency: Frequency, deliveries: int | None, expected: int
) -> None:
    assert yearly(100, frequency, deliveries) == 100 * expected
    assert yearly(None, frequency, deliveries) is None


@given(st.lists(st.integers(1, 400), min_size=1, max_size=5, unique=True), st.integers(0, 450))
def test_what_is_in_force_is_what_began_last_and_has_not_ended(starts: list[int], on: int) -> None:
    zero = date(2026, 1, 1)
    days = [zero + timedelta(days=start) for start in sorted(starts)]
    spans = [Span(one, after) for one, after in zip(days, [*days[1:], None], strict=True)]
    found = in_force(spans, zero + timedelta(days=on))
    begun = [span for span in spans if span.valid_from <= zero + timedelta(days=on)]
    assert found == (begun[-1] if begun else None)


def test_nothing_is_in_force_after_the_last_end() -> None:
    assert in_force([Span(date(2020, 1, 1), date(2021, 1, 1))], date(2021, 1, 1)) is None
