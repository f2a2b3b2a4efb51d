"""How well predictions of consumption find the poor. Pure.

Errors at a quota: who is poor (consumption below the line) and not among the predicted poorest
(exclusion), who is among them and not poor (inclusion), with 95 % intervals from the design of the
survey (`jps.welfare.design`): sampling units within strata.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from jps.errors import InvalidData
from jps.text import N_
from jps.welfare.design import Design
from jps.welfare.measures import ratio

Floats: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]

DECIMALS = 6  # of what is kept, so that machines agree

NOBODY_POOR = N_("Tidak ada baris di bawah garis {line}: periksa satuan konsumsi dan garisnya.")
ALL_POOR = N_("Semua baris di bawah garis {line}: periksa satuan konsumsi dan garisnya.")


@dataclass(frozen=True)
class Survey:
    """Households of a survey: answers as text by variable ("" is blank), one row each.

    `consumption` is rupiah per head and month; `units` are sampling units, `strata` their strata.
    """

    answers: Mapping[str, Sequence[str]]
    consumption: Floats
    weights: Floats
    areas: Sequence[str]
    units: Sequence[str]
    strata: Sequence[str]


@dataclass(frozen=True)
class Judged:
    """Predictions of households that were left out, beside what they consume."""

    survey: Survey
    y: Floats
    predicted: Floats
    w: Floats
    line: Floats

    @property
    def poor(self) -> Mask:
        """Who consumes less than the line."""
        return self.y < np.log(self.line)

    def check(self) -> None:
        """Raise `InvalidData` where everybody or nobody is poor."""
        if not self.poor.any() or self.poor.all():
            message = ALL_POOR if self.poor.all() else NOBODY_POOR
            raise InvalidData(message, line=f"Rp{self.line[0]:.0f}")

    def at(self, quota: float, rows: Mask | None = None) -> dict[str, Any]:
        """Return the errors when the predicted poorest of this share are selected."""
        mask = np.ones(len(self.y), dtype=bool) if rows is None else rows
        chosen = np.zeros(len(self.y), dtype=bool)
        order = np.flatnonzero(mask)[np.argsort(self._need()[mask], kind="stable")]
        reach = np.cumsum(self.w[order]) <= quota * self.w[mask].sum() + 1e-9
        chosen[order[reach]] = True
        return {
            "quota": quota,
            "exclusion": self._share(self.poor & ~chosen & mask, self.poor & mask),
            "inclusion": self._share(chosen & ~self.poor & mask, chosen & mask),
        }

    def _need(self) -> Floats:
        return self.predicted - np.log(self.line)

    def by_area(self, chances: Floats) -> list[dict[str, Any]]:
        """Return how the model does in each kabupaten."""
        regencies = np.array([area[:5] for area in self.survey.areas])
        found = []
        for code in np.unique(regencies):
            mask = regencies == code
            poor = mean(self.poor[mask], self.w[mask])
            found.append(
                {
                    "code": str(code),
                    "rows": int(mask.sum()),
                    "rmse": rmse(self.y, self.predicted, self.w, mask),
                    "bias": mean((self.predicted - self.y)[mask], self.w[mask]),
                    "poor": poor,
                    "poor_predicted": mean(chances[mask], self.w[mask]),
                    **self.at(poor, mask),
                }
            )
        return found

    def _share(self, part: Mask, whole: Mask) -> list[float] | None:
        """Return a share with its 95 % interval; None of nobody."""
        if not whole.any():
            return None
        found = ratio(part, whole, self._design, share=True)
        low, high = (found.value if one is None else one for one in (found.low, found.high))
        return [found.value, low, high]

    @cached_property
    def _design(self) -> Design:
        return Design(self.w, units=self.survey.units, strata=self.survey.strata)


def mean(values: npt.NDArray[Any], w: Floats) -> float:
    """Return the weighted mean."""
    return float(np.average(values, weights=w))


def rmse(y: Floats, predicted: Floats, w: Floats, mask: Mask) -> float:
    """Return the root of the weighted mean square of what predictions miss by, in some rows."""
    return math.sqrt(mean((y - predicted)[mask] ** 2, w[mask]))


def r2(y: Floats, predicted: Floats, w: Floats) -> float:
    """Return the share of the variance that is predicted."""
    return 1 - mean((y - predicted) ** 2, w) / mean((y - mean(y, w)) ** 2, w)


def rounded(value: Any) -> Any:
    """Return JSON with its numbers rounded."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return round(value, DECIMALS) if isinstance(value, float) else value
