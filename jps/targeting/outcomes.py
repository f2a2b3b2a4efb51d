"""What a selection would achieve: coverage, errors of targeting, cost. Pure.

Whether a household is poor is not known, only its probability p. So the numbers of poor are sums of
p, and their variance is the sum of p (1 - p), households being independent given their answers.
Coverage is the share of the expected poor who are selected, A / (A + B) with A the expected poor
among the selected and B among the others; exclusion error is 1 - coverage, inclusion error (also
called leakage) the expected share of the selected who are not poor
(Coady, Grosh, Hoddinott: Targeting of Transfers in Developing Countries, World Bank 2004, ch. 2).
Variances of the ratios by the delta method. An error of the score model itself, common to all
households, is not in the intervals.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jps.targeting.facts import Mask, Numbers

_Z = 1.959964  # 97.5 % point of the normal distribution
_NOBODY = 1e-6  # expected households; a share of less says nothing


@dataclass(frozen=True, slots=True)
class Share:
    """A share (0-1) with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a selection means for a group of households.

    `expected_poor` counts households: among the selected; `all_poor` in the whole group. Shares are
    None where nobody is there to be a share of. `cost` is in rupiah.
    """

    households: int
    selected: int
    selected_persons: int
    expected_poor: float
    all_poor: float
    coverage: Share | None
    inclusion_error: Share | None
    exclusion_error: Share | None
    cost: int


class Tally:
    """Sums over households from which outcomes of any group follow.

    `chances` are probabilities of being poor (NaN: not scored, not counted into shares), `persons`
    sizes, `cost_each` rupiah for one selected household.
    """

    def __init__(
        self, chances: Numbers, persons: Numbers, selected: Mask, *, cost_each: int
    ) -> None:
        known = ~np.isnan(chances)
        p = np.where(known, chances, 0.0)
        spread = p * (1 - p)
        people = np.nan_to_num(persons)
        rows = (np.ones(len(p)), selected, people * selected, known & selected)
        self._sums = np.stack(
            [*rows, p * selected, spread * selected, p * ~selected, spread * ~selected]
        )
        self._cost_each = cost_each

    def among(self, mask: Mask | None = None) -> Outcome:
        """Return the outcome among some households (default: all)."""
        sums = self._sums if mask is None else self._sums[:, mask]
        return self._outcome(sums.sum(axis=1).tolist())

    def runs(self, starts: npt.NDArray[np.intp]) -> list[Outcome]:
        """Return the outcomes of groups that stand together, by where each begins."""
        if not len(starts):
            return []
        sums = np.add.reduceat(self._sums, starts, axis=1)
        return [self._outcome(one) for one in sums.T.tolist()]

    def _outcome(self, sums: list[float]) -> Outcome:
        households, selected, persons, scored, a, var_a, b, var_b = sums
        coverage = _ratio(a, a + b, b * b * var_a + a * a * var_b, (a + b) ** 4)
        return Outcome(
            households=round(households),
            selected=round(selected),
            selected_persons=round(persons),
            expected_poor=a,
            all_poor=a + b,
            coverage=coverage,
            inclusion_error=_ratio(scored - a, scored, var_a, scored**2),
            exclusion_error=None if coverage is None else _complement(coverage),
            cost=round(selected) * self._cost_each,
        )


def _ratio(part: float, whole: float, above: float, below: float) -> Share | None:
    if whole < _NOBODY:
        return None
    value, reach = min(1.0, max(0.0, part / whole)), _Z * math.sqrt(above / below)
    return Share(value, max(0.0, value - reach), min(1.0, value + reach))


def _complement(share: Share) -> Share:
    return Share(1 - share.value, 1 - share.high, 1 - share.low)
