"""Estimates of quality: known cases, properties, and coverage by simulation."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.identity.quality_rules import (
    Interval,
    Stratum,
    allocate,
    expected_half,
    labels_needed,
    minutes_per_decision,
    ratio,
    recapture,
    wilson,
)

RIGHT, WRONG, NOBODY = (True, True), (False, True), (False, False)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (10, 10, 0.7225, 1.0),  # Wilson's interval of 10 of 10, as in Brown, Cai, DasGupta (2001)
        (0, 10, 0.0, 0.2775),
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), table I
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(right: int, n: int, low: float, high: float) -> None:
    found = wilson(right / n, n)
    assert found == pytest.approx((low, high), abs=2e-4)


def test_wilson_of_nothing_knows_nothing() -> None:
    assert wilson(0.5, 0) == (0.0, 1.0)


@given(st.integers(0, 60), st.integers(12, 60))
def test_one_stratum_is_close_to_wilson(wrong: int, right: int) -> None:
    """A simple random sample of a large list is what Wilson speaks of."""
    n = right + wrong
    found = ratio([Stratum(10**9, [RIGHT] * right + [WRONG] * wrong)])
    assert found is not None
    assert found.value == pytest.approx(right / n)
    low, high = wilson(right / n, n)
    assert found.low == pytest.approx(low, abs=1 / n)
    assert found.high == pytest.approx(high, abs=1 / n)
    assert found.low <= found.value <= found.high


def test_strata_count_by_their_size() -> None:
    found = ratio([Stratum(900, [RIGHT] * 9), Stratum(100, [WRONG, RIGHT])])
    assert found is not None
    assert found.value == pytest.approx(0.95)


def test_everybody_looked_at_leaves_no_doubt() -> None:
    found = ratio([Stratum(3, [RIGHT, RIGHT, WRONG])])
    assert found == Interval(2 / 3, 2 / 3, 2 / 3, 3)


def test_nobody_below_the_line_is_no_share() -> None:
    assert ratio([Stratum(5, [NOBODY, NOBODY])]) is None
    assert ratio([]) is None
    assert ratio([Stratum(5, [])]) is None


def test_agreement_is_no_certainty() -> None:
    """Twenty of twenty right in a large band do not make it flawless."""
    found = ratio([Stratum(10_000, [RIGHT] * 20), Stratum(2_000, [NOBODY] * 20)])
    assert found is not None
    assert found.value == 1.0
    assert 0.8 < found.low < 0.98


@pytest.mark.parametrize("wrong", [(0.002, 0.05, 0.4), (0.02, 0.3, 0.6), (0.0005, 0.02, 0.2)])
def test_intervals_hold_as_often_as_they_say(wrong: tuple[float, ...]) -> None:
    """Three bands, 600 labels drawn by allocation: about 95 of 100 intervals hold the truth."""
    rng = random.Random(11)
    sizes = (20_000, 3_000, 600)
    drawn = allocate(sizes, wrong, 600)
    truth = 1 - sum(n * p for n, p in zip(sizes, wrong, strict=True)) / sum(sizes)
    held = 0
    for _ in range(400):
        strata = [
            Stratum(size, [WRONG if rng.random() < p else RIGHT for _ in range(n)])
            for size, p, n in zip(sizes, wrong, drawn, strict=True)
        ]
        found = ratio(strata)
        assert found is not None
        held += found.low <= truth <= found.high
    assert held / 400 >= 0.92


def test_recall_counts_who_exists() -> None:
    """Below the line stand only members whom the registry has: their number is estimated too."""
    rng = random.Random(5)
    truth = 0.95 * 10_000 / (0.95 * 10_000 + 0.1 * 2_000)
    held = 0
    for _ in range(300):
        linked = [RIGHT if rng.random() < 0.95 else NOBODY for _ in range(100)]
        apart = [WRONG if rng.random() < 0.1 else NOBODY for _ in range(150)]
        found = ratio([Stratum(10_000, linked, open=False), Stratum(2_000, apart)])
        assert found is not None
        held += found.low <= truth <= found.high
    assert held / 300 >= 0.93


@given(
    st.lists(st.tuples(st.integers(1, 5_000), st.floats(0, 1)), min_size=1, max_size=8),
    st.integers(0, 3_000),
)
def test_allocation_adds_up(bands: list[tuple[int, float]], total: int) -> None:
    sizes, shares = [size for size, _ in bands], [share for _, share in bands]
    drawn = allocate(sizes, shares, total)
    assert sum(drawn) == min(total, sum(sizes))
    assert all(0 <= n <= size for n, size in zip(drawn, sizes, strict=True))


def test_every_band_is_looked_at() -> None:
    drawn = allocate((100_000, 50, 3_000), (0.0001, 0.5, 0.0001), 200)
    assert min(drawn) >= 10
    assert drawn[0] > drawn[2]


def test_more_labels_narrow_the_interval() -> None:
    sizes, shares = (10_000, 1_000), (0.01, 0.3)
    halves = [expected_half(sizes, shares, allocate(sizes, shares, n)) for n in (100, 400, 1_600)]
    assert halves[0] > 1.8 * halves[1] > 3 * halves[2] > 0


def test_labels_needed() -> None:
    assert labels_needed(None, 0.02) > 500
    assert labels_needed(Interval(0.9, 0.88, 0.92, 400), 0.02) == 0
    assert labels_needed(Interval(0.9, 0.86, 0.93, 400), 0.02) == 1_200
    assert labels_needed(Interval(1.0, 0.7, 1.0, 5), 0.02) >= 10


def test_recapture() -> None:
    found = recapture(900, 800, 720)  # independent: 1,000 in all, 20 of them missed
    assert found is not None
    assert found.loss == pytest.approx(0.02, abs=0.001)
    assert found.low < found.loss < found.high
    assert recapture(5, 5, 5) is None
    whole = recapture(100, 100, 100)
    assert whole is not None
    assert whole.loss == 0.0
    assert 0.0005 < whole.high < 0.01  # a hundred without a miss prove no perfection


def test_minutes_per_decision() -> None:
    steady = [60.0 * n for n in range(12)]
    assert minutes_per_decision({"a": steady, "b": [0.0, 9_999.0]}) == pytest.approx(1.0)
    assert minutes_per_decision({"a": [0.0, 30.0]}) is None
