"""Poverty and inequality: by hand, what they are the derivative of, and what must not matter."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.welfare.design import Design, Measured
from jps.welfare.measures import fgt, gini, lorenz, mean, ratio
from jps.welfare.reach import reach

Floats = npt.NDArray[np.float64]
Measure = Callable[[Floats, Design], Measured]

FOUR = np.array([1.0, 2.0, 3.0, 4.0])
MEASURES: dict[str, Measure] = {
    "P0": lambda y, design: fgt(y, 2.5, 0, design),
    "P1": lambda y, design: fgt(y, 2.5, 1, design),
    "P2": lambda y, design: fgt(y, 2.5, 2, design),
    "gini": gini,
    "lorenz": lambda y, design: lorenz(y, [0.37], design)[0],
    "mean": mean,
}
consumption = st.lists(st.floats(0.05, 50), min_size=2, max_size=25).map(np.array)


@pytest.mark.parametrize(
    ("name", "value"),
    [("P0", 0.5), ("P1", (0.6 + 0.2) / 4), ("P2", (0.36 + 0.04) / 4), ("gini", 0.25)],
)
def test_four_households_by_hand(name: str, value: float) -> None:
    assert MEASURES[name](FOUR, Design.equal(4)).value == pytest.approx(value)


def test_gini_of_the_ends() -> None:
    assert gini(np.full(5, 7.0), Design.equal(5)).value == pytest.approx(0)
    assert gini([0, 0, 0, 1], Design.equal(4)).value == pytest.approx(3 / 4)


def test_lorenz_by_hand() -> None:
    found = [one.value for one in lorenz(FOUR, [0, 0.25, 0.5, 0.625, 1], Design.equal(4))]
    assert found == pytest.approx([0, 0.1, 0.3, 0.45, 1])


def test_each_household_has_its_own_line() -> None:
    assert fgt(FOUR, [2, 2, 4, 4], 0, Design.equal(4)).value == 0.5


@given(consumption)
def test_gini_is_half_the_mean_difference_over_the_mean(y: Floats) -> None:
    pairs = np.abs(y[:, None] - y[None, :]).mean()
    assert gini(y, Design.equal(len(y))).value == pytest.approx(pairs / (2 * y.mean()), abs=1e-9)


@given(consumption, st.floats(0.1, 100))
def test_units_of_money_do_not_matter(y: Floats, factor: float) -> None:
    design = Design.equal(len(y))
    pairs = [
        (gini(y, design), gini(y * factor, design)),
        (lorenz(y, [0.4], design)[0], lorenz(y * factor, [0.4], design)[0]),
        (fgt(y, 7.0, 1, design), fgt(y * factor, 7.0 * factor, 1, design)),
    ]
    for one, other in pairs:
        assert other.value == pytest.approx(one.value, abs=1e-9)
        assert other.error == pytest.approx(one.error, abs=1e-9)


@given(consumption, st.integers(2, 4))
@pytest.mark.parametrize("name", MEASURES)
def test_replicated_households_and_weights_are_the_same(name: str, y: Floats, times: int) -> None:
    """Three of each household are one with weight three; a unit of them errs as the one did."""
    one = MEASURES[name](y, Design.equal(len(y)))
    again = np.repeat(y, times)
    units = np.repeat(np.arange(len(y)), times)
    replicated = MEASURES[name](again, Design(np.ones(len(again)), units=units))
    weighted = MEASURES[name](y, Design(np.full(len(y), float(times))))
    for other in (replicated, weighted):
        assert other.value == pytest.approx(one.value, abs=1e-9)
        assert other.error == pytest.approx(one.error, abs=1e-9)


class Watched(Design):
    """A design that keeps the influence values it was asked about."""

    seen: Floats = np.zeros(0)

    def variance(self, influence: npt.ArrayLike) -> float | None:
        """Keep them, and answer."""
        self.seen = np.asarray(influence, dtype=np.float64)
        return super().variance(influence)


@pytest.mark.parametrize("name", MEASURES)
def test_influence_is_the_derivative_by_the_weight(name: str) -> None:
    rng = np.random.default_rng(3)
    y, w = np.round(rng.lognormal(1, 0.7, 40), 1), rng.uniform(1, 4, 40)
    assert len(np.unique(y)) < 40  # ties are no exception
    watched = Watched(w)
    MEASURES[name](y, watched)
    assert np.sum(w * watched.seen) == pytest.approx(0, abs=1e-9)
    for place in range(0, 40, 3):
        step = np.zeros(40)
        step[place] = 1e-5
        up, down = (MEASURES[name](y, Design(w + sign * step)).value for sign in (1, -1))
        assert watched.seen[place] == pytest.approx((up - down) / 2e-5, abs=1e-7)


def test_what_cannot_be_measured_is_refused() -> None:
    design = Design.equal(2)
    for measure in (
        lambda: fgt([1, 2], 0, 1, design),
        lambda: fgt([1, 2], 1, 3, design),
        lambda: gini([0, 0], design),
        lambda: gini([-1, 2], design),
        lambda: lorenz([1, 2], [1.5], design),
        lambda: ratio([1, 2], [0, 0], design),
        lambda: reach([2, 0], [1, 0], design),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            measure()


def test_reach_by_hand() -> None:
    """Of ten poor of weight 1 four are selected, and of ten others one of weight 2."""
    selected = np.array([1] * 4 + [0] * 6 + [1] + [0] * 8)
    poor = np.array([1] * 10 + [0] * 9)
    w = np.array([1.0] * 10 + [2.0] + [1.0] * 8)
    found = {name: one.value for name, one in reach(selected, poor, Design(w)) if one is not None}
    assert found == pytest.approx(
        {
            "coverage": 0.4,
            "exclusion": 0.6,
            "leakage": 2 / 6,
            "coverage_of_others": 0.2,
            "differential": 0.2,
            "concentration": (4 / 6) / (10 / 20),
        }
    )


fractions = st.lists(
    st.tuples(st.integers(0, 1), st.floats(0.05, 0.95), st.floats(0.5, 4)), min_size=3, max_size=20
).filter(lambda rows: len({one for one, _, _ in rows}) == 2)


@given(fractions)
def test_reach_adds_up(rows: list[tuple[int, float, float]]) -> None:
    selected, poor, weights = (np.array(column, float) for column in zip(*rows, strict=True))
    design = Design(weights)
    found = reach(selected, poor, design)
    everybody = reach(np.ones(len(rows)), poor, design)
    assert found.coverage is not None
    assert found.exclusion is not None
    assert everybody.leakage is not None
    assert everybody.concentration is not None
    assert everybody.differential is not None
    assert found.coverage.value + found.exclusion.value == pytest.approx(1)
    assert found.coverage.error == pytest.approx(found.exclusion.error, abs=1e-9)
    assert everybody.leakage.value == pytest.approx(1 - mean(poor, design).value)
    assert everybody.concentration.value == pytest.approx(1)
    assert everybody.concentration.error == pytest.approx(0, abs=1e-9)
    assert everybody.differential.value == pytest.approx(0, abs=1e-9)


def test_errors_of_reach_are_those_of_drawing_again() -> None:
    rng = np.random.default_rng(11)
    n = 900
    poor = rng.uniform(0, 1, n)
    selected = (poor + rng.normal(0, 0.4, n) > 0.6).astype(float)
    design = Design(rng.uniform(1, 2, n))
    found = reach(selected, poor, design)
    for name, one in found:
        assert one is not None

        def again(w: Floats, name: str = name) -> float:
            kept = w > 0
            value: Measured = getattr(reach(selected[kept], poor[kept], Design(w[kept])), name)
            return value.value

        drawn = design.bootstrapped(again, replicates=200, seed=2)
        assert drawn.error == pytest.approx(one.error, rel=0.2), name


def test_nobody_poor_or_selected_has_no_figure() -> None:
    design = Design.equal(3)
    assert reach([1, 0, 0], [0, 0, 0], design).coverage is None
    assert reach([0, 0, 0], [1, 0, 0], design).leakage is None
    assert reach([1, 0, 0], [1, 1, 1], design).differential is None


@pytest.mark.parametrize("n", [2, 20, 500])
def test_nobody_poor_among_few_is_not_surely_nobody(n: int) -> None:
    design = Design.equal(n)
    none, all_of_them = (fgt(np.full(n, value), 3.0, 0, design) for value in (5.0, 1.0))
    assert (none.value, none.error, none.low) == (0.0, 0.0, 0.0)
    assert none.high == pytest.approx(1.959964**2 / (n + 1.959964**2))  # Wilson
    assert none.high is not None
    assert all_of_them.low == pytest.approx(1 - none.high)
    assert all_of_them.high == 1.0
