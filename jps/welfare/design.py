"""Errors that follow from how households were drawn: strata, primary units, weights. Pure.

Taylor linearisation: whatever a measure is, its error is that of the total of its influence values
(J.-C. Deville, Survey Methodology 25, 1999). Within each stratum primary units count as drawn with
replacement, the usual careful choice (W. Cochran, Sampling Techniques, 3rd ed. 1977, chapter 11):

    v = sum over strata of n / (n - 1) * sum over units of (t - mean of t)^2,

t being the sum of weight times influence within a unit. A stratum with one unit says nothing of its
own spread: it is compared with the mean of all units, which errs on the careful side. The bootstrap
draws n - 1 of n units of each stratum with replacement and weighs them by n / (n - 1) (J. Rao,
C. Wu, JASA 83, 1988).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from jps.welfare.estimates import share_interval, t_quantile

Floats = npt.NDArray[np.float64]
_REPLICATES = 400


@dataclass(frozen=True)
class Measured:
    """A measure with its standard error and 95 % interval; both None where nothing tells spread.

    `units` were drawn in `strata`; `n` households stand behind it.
    """

    value: float
    error: float | None
    low: float | None
    high: float | None
    n: int
    units: int
    strata: int

    @property
    def relative_error(self) -> float | None:
        """The error as a share of the value (CV)."""
        return None if self.error is None or not self.value else self.error / abs(self.value)


class Design:
    """How the rows of a sample were drawn.

    `weights`: how many households (or persons) each row stands for, above 0. `units`: the primary
    unit of each row (default: each row is one). `strata`: the stratum of each row (default: one).
    Raises `ValueError` where lengths differ or a weight is not above 0.
    """

    def __init__(
        self,
        weights: npt.ArrayLike,
        *,
        units: npt.ArrayLike | None = None,
        strata: npt.ArrayLike | None = None,
    ) -> None:
        self.weights: Floats = np.asarray(weights, dtype=np.float64)
        n = len(self.weights)
        if not np.all(np.isfinite(self.weights) & (self.weights > 0)):
            raise ValueError("weights must be above 0")
        stratum = _numbered(np.zeros(n) if strata is None else np.asarray(strata), n)
        unit = _numbered(np.arange(n) if units is None else np.asarray(units), n)
        # A unit is one of its stratum: the same name in two strata means two units.
        pairs = stratum.astype(np.int64) * (int(unit.max(initial=0)) + 1) + unit
        first, self._unit = np.unique(pairs, return_index=True, return_inverse=True)[1:]
        self._stratum = stratum[first]

    @classmethod
    def equal(cls, n: int) -> "Design":
        """Return a simple random sample of `n` rows."""
        return cls(np.ones(n))

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def units(self) -> int:
        """How many primary units there are."""
        return len(self._stratum)

    @cached_property
    def strata(self) -> int:
        """How many strata there are."""
        return len(self._sizes)

    @cached_property
    def _sizes(self) -> npt.NDArray[np.int64]:
        return np.bincount(self._stratum).astype(np.int64)

    @cached_property
    def lonely(self) -> int:
        """Strata with a single unit."""
        return int(np.count_nonzero(self._sizes == 1))

    @property
    def degrees(self) -> int:
        """Degrees of freedom: units less strata, at least 1."""
        return max(1, self.units - self.strata)

    def total(self, values: npt.ArrayLike) -> float:
        """Return the weighted sum of a value per row."""
        return float(np.sum(self.weights * np.asarray(values, dtype=np.float64)))

    def variance(self, influence: npt.ArrayLike) -> float | None:
        """Return the variance of the weighted sum of influence values; None for a single unit."""
        if self.units < 2:
            return None
        rows = self.weights * np.asarray(influence, dtype=np.float64)
        sums = np.bincount(self._unit, weights=rows, minlength=self.units)
        sizes = self._sizes
        means = np.bincount(self._stratum, weights=sums) / sizes
        alone = sizes == 1
        means[alone] = sums.mean()
        factor = np.where(alone, 1.0, sizes / np.maximum(sizes - 1, 1))
        return float(np.sum(factor[self._stratum] * (sums - means[self._stratum]) ** 2))

    def measured(
        self, value: float, influence: npt.ArrayLike, *, share: bool = False, beside: float = 0.0
    ) -> Measured:
        """Return a measure with the error of its influence values.

        `share`: it lies between 0 and 1, and so does its interval (Wilson). `beside`: variance from
        elsewhere.
        """
        drawn = self.variance(influence)
        error = None if drawn is None else math.sqrt(drawn + beside)
        return self._with_interval(value, error, share=share)

    def bootstrapped(
        self,
        estimate: Callable[[Floats], float],
        *,
        replicates: int = _REPLICATES,
        seed: int = 0,
        share: bool = False,
    ) -> Measured:
        """Return what `estimate` makes of the weights, with an error from drawing units again."""
        value = estimate(self.weights)
        if self.units < 2:
            return self._with_interval(value, None, share=share)
        rng = np.random.default_rng(seed)
        found = np.array([estimate(self._drawn_again(rng)) for _ in range(replicates)])
        return self._with_interval(value, float(found.std(ddof=1)), share=share)

    def _drawn_again(self, rng: np.random.Generator) -> Floats:
        """Return the weights of a bootstrap sample; a single unit of a stratum stays."""
        times = np.ones(self.units)
        for stratum, size in enumerate(self._sizes):
            if size > 1:
                mine = np.flatnonzero(self._stratum == stratum)
                drawn = rng.integers(0, size, size - 1)
                times[mine] = np.bincount(drawn, minlength=size) * size / (size - 1)
        return self.weights * times[self._unit]

    def _with_interval(self, value: float, error: float | None, *, share: bool) -> Measured:
        low = high = None
        if error is not None and share and 0 <= value <= 1:
            low, high = share_interval(value, error, self.degrees)
        elif error is not None:
            reach = t_quantile(self.degrees) * error
            low, high = value - reach, value + reach
        return Measured(value, error, low, high, len(self), self.units, self.strata)


def _numbered(names: npt.NDArray[Any], n: int) -> npt.NDArray[np.intp]:
    """Return a number from 0 for each name."""
    if len(names) != n:
        raise ValueError("weights, units and strata must have one value per row")
    return np.unique(names, return_inverse=True)[1]
