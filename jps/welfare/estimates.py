"""The poverty rate of a group from its households' probabilities, and how sure it is.

The rate is the weighted mean of the probabilities p: with weight 1 per household it is the share of
households, with the household's size as weight the share of persons. Its standard error adds two
variances, both by the households' weights w (W is their sum, n their number, m the rate):

* sampling: the recorded households as a simple random sample of the area's,
  n / (n - 1) * sum(w^2 (p - m)^2) / W^2, the linearised variance of a ratio
  (W. Cochran, Sampling Techniques, 3rd ed. 1977, section 6.3), no finite-population factor because
  the number of households in a small area is not known: on the careful side;
* status: whether a household with probability p is poor stays unknown, sum(w^2 p (1 - p)) / W^2.

With equal weights they add up to about m (1 - m) / n, the formula that M. Schreiner gives for
poverty scorecards (e.g. Simple Poverty Scorecard for Fiji, 2014, section 6) with his factor
alpha = 1. Not in it: an error of the scorecard itself, common to all households of a region, and
households being picked because they are poor. Neither gets smaller with n.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_Z = 1.959964  # 97.5 % point of the normal distribution
_T_SMALL = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764}  # 97.5 % points of Student's t


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over households from which rate and error follow; the sums of two groups add up."""

    n: int = 0  # households
    w: float = 0.0  # sum of weights
    wp: float = 0.0  # of w p
    ww: float = 0.0  # of w^2
    wwp: float = 0.0  # of w^2 p
    wwpp: float = 0.0  # of w^2 p^2

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.n + other.n,
            self.w + other.w,
            self.wp + other.wp,
            self.ww + other.ww,
            self.wwp + other.wwp,
            self.wwpp + other.wwpp,
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """A poverty rate (0-1) with its standard error and 95 % interval.

    The last three are None for a single household: one observation says nothing about spread.
    """

    rate: float
    error: float | None
    low: float | None
    high: float | None


def sums_of(households: Iterable[tuple[float, float]]) -> Sums:
    """Return the sums over `(probability 0-1, weight > 0)`."""
    total = Sums()
    for p, w in households:
        total += Sums(1, w, w * p, w * w, w * w * p, w * w * p * p)
    return total


@lru_cache(maxsize=8192)  # a province's map twice over
def estimate(sums: Sums, squares: float | None = None) -> Estimate | None:
    """Return the rate of a group with its error, None for a group without households.

    What a household adds is 0 or 1 with probability p, or any share with the mean p: then `squares`
    is the sum of w^2 times the mean of its square.
    """
    if sums.n == 0 or sums.w <= 0:
        return None
    rate = sums.wp / sums.w
    if sums.n == 1:
        return Estimate(rate, None, None, None)
    error = math.sqrt(_variance(sums, rate, sums.wwp if squares is None else squares))
    low, high = share_interval(rate, error, sums.n - 1)
    return Estimate(rate, error, low, high)


def _variance(sums: Sums, rate: float, squares: float) -> float:
    spread = max(0.0, sums.wwpp - 2 * rate * sums.wwp + rate * rate * sums.ww)
    status = max(0.0, squares - sums.wwpp)
    return (sums.n / (sums.n - 1) * spread + status) / sums.w**2


def share_interval(rate: float, error: float, degrees: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share with its effective number of observations.

    That number is rate (1 - rate) / error^2, made smaller by (z / t)^2 for few degrees of freedom
    (E. Korn, B. Graubard, Survey Methodology 24, 1998); Wilson's interval behaves best where shares
    are small and groups too (C. Franco et al., J. Survey Statistics and Methodology 7, 2019).
    """
    if not 0 < rate < 1 or error == 0:
        return rate, rate
    n = rate * (1 - rate) / error**2 * (_Z / t_quantile(degrees)) ** 2
    middle = rate + _Z**2 / (2 * n)
    reach = _Z * math.sqrt(rate * (1 - rate) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def none_or_all_interval(rate: float, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share of 0 or 1 among `n` observations."""
    reach = _Z**2 / (n + _Z**2)
    return (0.0, reach) if rate == 0 else (1 - reach, 1.0)


def t_quantile(degrees: int) -> float:
    """Return the 97.5 % point of Student's t (Abramowitz and Stegun 1964, 26.7.5)."""
    if degrees in _T_SMALL:
        return _T_SMALL[degrees]
    z = _Z
    return (
        z
        + (z**3 + z) / (4 * degrees)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3)
    )
