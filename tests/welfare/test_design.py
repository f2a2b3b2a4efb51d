"""Errors from the design: by hand, against the bootstrap, and what must not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.welfare.design import Design
from jps.welfare.estimates import estimate, sums_of
from jps.welfare.measures import expected_rate, fgt, gini, mean, ratio


def test_the_error_of_a_mean_is_the_textbooks() -> None:
    values = [2.0, 4.0, 4.0, 10.0]
    found = mean(values, Design.equal(4))
    assert found.value == 5.0
    assert found.error == pytest.approx(np.std(values, ddof=1) / np.sqrt(4))
    assert found.high == pytest.approx(5.0 + 3.1824 * (found.error or 0))  # t of 3 degrees


def test_strata_by_hand() -> None:
    """A: 2 (1 + 1) = 4; B: 2 (4 + 4) = 16; of the mean of four (4 + 16) / 16."""
    found = mean([1, 3, 2, 6], Design(np.ones(4), strata=["A", "A", "B", "B"]))
    assert found.error == pytest.approx(np.sqrt(20 / 16))
    assert (found.units, found.strata, found.n) == (4, 2, 4)


def test_units_by_hand() -> None:
    """Sums within units of what is off the mean 4: -4 and 4; 2 (16 + 16) / 16."""
    found = mean([1, 3, 5, 7], Design(np.ones(4), units=["a", "a", "b", "b"]))
    assert found.error == pytest.approx(2.0)


def test_weights_by_hand() -> None:
    """Weight times what is off the mean: -0.5, -0.5, 1; 3/2 (0.25 + 0.25 + 1) / 4^2."""
    found = mean([1.0, 1.0, 2.0], Design([1.0, 1.0, 2.0]))
    assert found.value == 1.5
    assert found.error == pytest.approx(np.sqrt(1.5 * (0.5**2 * 2 + 1.0**2) / 16))


def test_one_name_in_two_strata_is_two_units() -> None:
    design = Design(np.ones(4), units=["1", "2", "1", "2"], strata=["A", "A", "B", "B"])
    assert design.units == 4


def test_a_lonely_unit_errs_on_the_careful_side() -> None:
    values = [1.0, 3.0, 9.0]
    lonely = Design(np.ones(3), strata=["A", "A", "B"])
    assert lonely.lonely == 1
    paired = mean(values[:2], Design(np.ones(2)))
    found = mean(values, lonely)
    assert found.error is not None
    assert paired.error is not None
    assert found.error > paired.error


def test_a_single_row_tells_no_error() -> None:
    found = mean([3.0], Design.equal(1))
    assert (found.value, found.error, found.low) == (3.0, None, None)
    assert Design.equal(1).bootstrapped(lambda w: 3.0).error is None


@pytest.mark.parametrize(
    "given_",
    [
        {"weights": [1, 0]},
        {"weights": [1, -1]},
        {"weights": [1, float("nan")]},
        {"weights": [1, 1], "units": ["a"]},
        {"weights": [1, 1], "strata": ["a", "b", "c"]},
    ],
)
def test_a_design_that_makes_no_sense_is_refused(given_: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match=r"weights"):
        Design(**given_)


@pytest.mark.parametrize("measure", ["P0", "P1", "gini", "ratio"])
def test_the_bootstrap_agrees_with_linearisation(measure: str) -> None:
    """400 draws tell an error to about 1 / sqrt(800), 3.5 %."""
    rng = np.random.default_rng(5)
    units = np.repeat(np.arange(120), 6)
    y = np.exp(rng.normal(0, 0.4, 720) + rng.normal(0, 0.4, 120)[units])
    w, other = rng.uniform(1, 3, 720), rng.uniform(1, 2, 720)
    strata = units % 4
    design = Design(w, units=units, strata=strata)

    def again(weights: np.typing.NDArray[np.float64]) -> float:
        kept = weights > 0
        there = Design(weights[kept])
        return {
            "P0": lambda: fgt(y[kept], 0.8, 0, there),
            "P1": lambda: fgt(y[kept], 0.8, 1, there),
            "gini": lambda: gini(y[kept], there),
            "ratio": lambda: ratio(y[kept], other[kept], there),
        }[measure]().value

    taylor = {
        "P0": fgt(y, 0.8, 0, design),
        "P1": fgt(y, 0.8, 1, design),
        "gini": gini(y, design),
        "ratio": ratio(y, other, design),
    }[measure]
    drawn = design.bootstrapped(again, seed=1)
    assert drawn.value == pytest.approx(taylor.value)
    assert drawn.error == pytest.approx(taylor.error, rel=0.12)


@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.floats(0.5, 9)), min_size=2, max_size=30))
def test_a_rate_from_probabilities_is_that_of_the_maps(rows: list[tuple[float, float]]) -> None:
    chances, weights = zip(*rows, strict=True)
    found, known = expected_rate(chances, Design(weights)), estimate(sums_of(rows))
    assert known is not None
    assert found.value == pytest.approx(known.rate)
    assert found.error == pytest.approx(known.error)
    assert found.low == pytest.approx(known.low)
    assert found.high == pytest.approx(known.high)
