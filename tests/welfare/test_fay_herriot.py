"""Small-area estimates: by hand, in the limits, and against a simulated truth."""

import numpy as np
import pytest

from jps.errors import InvalidData
from jps.welfare.fay_herriot import Direct, fay_herriot, reliability, standardised


def _simulated(seed: int, areas: int = 60) -> tuple[dict[str, Direct], dict[str, float]]:
    chance = np.random.default_rng(seed)
    x = chance.normal(size=areas)
    truth = 0.2 + 0.05 * x + chance.normal(0, 0.03, areas)
    variance = chance.uniform(0.0004, 0.006, areas)
    seen = truth + chance.normal(0, np.sqrt(variance))
    codes = [f"75.{place:02d}" for place in range(areas)]
    direct = {
        code: Direct(float(seen[at]), float(variance[at]), (float(x[at]),))
        for at, code in enumerate(codes)
    }
    return direct, {code: float(truth[at]) for at, code in enumerate(codes)}


def test_equal_variances_without_covariates_shrink_to_the_mean() -> None:
    """With equal D, REML gives A = s^2 - D, the weight A / (A + D) and the plain mean."""
    values = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 6.0}
    fitted = fay_herriot({code: Direct(value, 1.0, ()) for code, value in values.items()})
    s2 = np.var(list(values.values()), ddof=1)
    assert fitted.variance == pytest.approx(s2 - 1)
    gamma = 1 - 1 / s2
    assert fitted.coefficients == pytest.approx((3.0,))
    assert fitted.areas["d"].value == pytest.approx(3 + gamma * 3)
    g3 = 1 / s2**3 * 2 / (4 / s2**2)
    assert fitted.areas["a"].mse == pytest.approx(gamma + (1 - gamma) ** 2 * s2 / 4 + 2 * g3)


def test_it_is_nearer_the_truth_than_direct_estimates_and_knows_how_near() -> None:
    gains, claimed, real = [], [], []
    for seed in range(80):
        direct, truth = _simulated(seed)
        fitted = fay_herriot(direct)
        errors = [(fitted.areas[code].value - truth[code]) ** 2 for code in truth]
        gains.append(np.mean(errors) / np.mean([(direct[c].value - truth[c]) ** 2 for c in truth]))
        claimed.append(np.mean([area.mse for area in fitted.areas.values()]))
        real.append(np.mean(errors))
    assert np.mean(gains) < 0.6
    assert np.mean(claimed) == pytest.approx(np.mean(real), rel=0.1)


def test_sure_estimates_stay_and_unsure_ones_follow_the_covariates() -> None:
    direct, _ = _simulated(3)
    direct["75.00"] = Direct(0.9, 1e-9, direct["75.00"].covariates)
    direct["75.01"] = Direct(0.9, 1e6, direct["75.01"].covariates)
    found = fay_herriot(direct).areas
    assert found["75.00"].value == pytest.approx(0.9, abs=1e-4)
    assert found["75.01"].value == pytest.approx(found["75.01"].synthetic, abs=1e-4)


def test_units_of_covariates_do_not_matter() -> None:
    direct, _ = _simulated(4)
    scaled = {
        code: Direct(one.value, one.variance, (one.covariates[0] * 100 + 7,))
        for code, one in direct.items()
    }
    one, other = fay_herriot(direct).areas, fay_herriot(scaled).areas
    assert all(one[code].value == pytest.approx(other[code].value) for code in one)


@pytest.mark.parametrize(
    "direct",
    [
        {},
        {"a": Direct(0.1, 0.0, ())},
        {"a": Direct(0.1, 0.1, (1.0,)), "b": Direct(0.2, 0.1, (2.0,))},
        {str(n): Direct(n / 9, 0.1, (1.0,)) for n in range(9)},
    ],
)
def test_too_few_areas_or_covariates_that_say_nothing_are_refused(
    direct: dict[str, Direct],
) -> None:
    with pytest.raises(InvalidData):
        fay_herriot(direct)


def test_reliability_by_the_coefficient_of_variation() -> None:
    found = [reliability(cv) for cv in (0.1, 0.25, 0.26, 0.51, None)]
    assert found == ["good", "good", "caution", "unreliable", "unreliable"]
    assert standardised([(1, 5), (3, 5)]) == [(-1.0,), (1.0,)]
