"""Rates of groups, their errors and intervals."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.welfare.estimates import Sums, estimate, sums_of

households = st.lists(
    st.tuples(st.floats(0.0001, 0.9999), st.integers(1, 15).map(float)), min_size=2, max_size=60
)


def test_a_group_without_households_has_no_rate() -> None:
    assert estimate(Sums()) is None


def test_one_household_has_a_rate_and_no_error() -> None:
    alone = estimate(sums_of([(0.25, 4.0)]))
    assert alone is not None
    assert (alone.rate, alone.error, alone.low, alone.high) == (0.25, None, None, None)


def test_by_hand() -> None:
    """p = 0.2, 0.6 with sizes 1, 3: rate 2.0/4 = 0.5; both variances by the formulas."""
    found = estimate(sums_of([(0.2, 1.0), (0.6, 3.0)]))
    assert found is not None
    assert found.rate == pytest.approx(0.5)
    spread = 2 / 1 * (1 * 0.3**2 + 9 * 0.1**2)
    status = 1 * 0.2 * 0.8 + 9 * 0.6 * 0.4
    assert found.error == pytest.approx(math.sqrt((spread + status) / 16))


@given(st.lists(st.floats(0.001, 0.999), min_size=30, max_size=200))
def test_equal_weights_give_the_published_formula(probabilities: list[float]) -> None:
    """Schreiner's sqrt(p (1 - p) / n), up to the factor n / (n - 1) on a part of it."""
    found = estimate(sums_of((p, 1.0) for p in probabilities))
    assert found is not None
    assert found.error is not None
    published = math.sqrt(found.rate * (1 - found.rate) / len(probabilities))
    assert published * (1 - 1e-9) <= found.error <= published * 1.02


@given(households, households)
def test_sums_of_two_groups_add_up(
    one: list[tuple[float, float]], two: list[tuple[float, float]]
) -> None:
    joint, added = estimate(sums_of(one + two)), estimate(sums_of(one) + sums_of(two))
    assert joint is not None
    assert added is not None
    assert added.rate == pytest.approx(joint.rate)
    assert added.error == pytest.approx(joint.error, abs=1e-9)


@given(households)
def test_the_interval_holds_the_rate_and_stays_within_bounds(
    found: list[tuple[float, float]],
) -> None:
    result = estimate(sums_of(found))
    assert result is not None
    assert result.low is not None
    assert result.high is not None
    assert 0 <= result.low <= result.rate <= result.high <= 1


@given(households)
def test_more_of_the_same_is_surer(found: list[tuple[float, float]]) -> None:
    few, many = estimate(sums_of(found)), estimate(sums_of(found * 9))
    assert few is not None
    assert many is not None
    assert few.error is not None
    assert many.error is not None
    assert many.rate == pytest.approx(few.rate)
    assert many.error < few.error


def test_wilsons_interval_by_hand() -> None:
    """10 of 50 by equal weights: Wilson gives 11.2-33.0 %; Student's t widens it a little."""
    found = estimate(sums_of((p, 1.0) for p in [0.2] * 50))
    assert found is not None
    assert found.low == pytest.approx(0.1124, abs=4e-3)
    assert found.high == pytest.approx(0.3304, abs=6e-3)


@pytest.mark.parametrize(
    ("n", "t"), [(2, 12.706), (3, 4.303), (5, 2.776), (6, 2.571), (11, 2.228), (31, 2.042)]
)
def test_small_groups_use_students_t(n: int, t: float) -> None:
    """Wilson's bounds solve (bound - rate)^2 = t^2 / n0 * bound (1 - bound), n0 without t."""
    found = estimate(sums_of((p, 1.0) for p in [0.3] * n))
    assert found is not None
    assert found.error is not None
    alone = found.rate * (1 - found.rate) / found.error**2
    for bound in (found.low, found.high):
        assert bound is not None
        assert (bound - found.rate) ** 2 * alone / (bound * (1 - bound)) == pytest.approx(
            t * t, rel=4e-3
        )
