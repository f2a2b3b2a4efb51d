"""How common a value is in the registry: a rare name that agrees says more than a common one."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jps.matching.hashing import Ints

Floats = npt.NDArray[np.float64]
_LISTED = 20_000  # most frequent values kept; all others count as one mean frequency


@dataclass(frozen=True)
class Frequencies:
    """Counts of the most frequent values (hashes or dates, sorted) and the mean of all others.

    `mean` is the chance that two persons drawn at random have the same value, the average that a
    model's share of agreeing strangers stands for.
    """

    values: Ints
    counts: Ints
    rest: float
    total: int
    mean: float

    @classmethod
    def of(cls, column: Ints) -> "Frequencies":
        """Count a column; 0 is unknown and not counted."""
        known = np.sort(column[column > 0])
        starts = np.flatnonzero(np.diff(known, prepend=0))
        values, counts = known[starts], np.diff(starts, append=len(known))
        total = int(counts.sum())
        if not total:
            return cls(values, counts, 1.0, 1, 1.0)
        top = np.sort(np.argsort(-counts, kind="stable")[:_LISTED])
        others = len(values) - len(top)
        rest = (total - int(counts[top].sum())) / others if others else 1.0
        mean = float(((counts / total) ** 2).sum())
        return cls(values[top], counts[top], rest, total, mean)

    def bits(self, column: Ints) -> Floats:
        """Return log2(frequency / mean) per row: negative for rare values."""
        if not len(self.values):
            return np.zeros(len(column))
        at = np.minimum(np.searchsorted(self.values, column), len(self.values) - 1)
        count = np.where(self.values[at] == column, self.counts[at], self.rest)
        return np.log2(count / self.total / self.mean)

    def bits_of(self, value: int) -> float:
        """Return `bits` of one value."""
        if not len(self.values):
            return 0.0
        at = min(int(self.values.searchsorted(value)), len(self.values) - 1)
        count = int(self.counts[at]) if self.values[at] == value else self.rest
        return math.log2(count / self.total / self.mean)

    @property
    def most_gain(self) -> float:
        """Return the most bits that agreement on the rarest value adds, at least 0."""
        rarest = min([self.rest, *self.counts.min(initial=self.total).reshape(1).tolist()])
        return max(0.0, -math.log2(rarest / self.total / self.mean))

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "values": self.values.tolist(),
            "counts": self.counts.tolist(),
            "rest": self.rest,
            "total": self.total,
            "mean": self.mean,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Frequencies":
        """Read what `to_json` wrote."""
        return cls(
            np.array(data["values"], np.int64),
            np.array(data["counts"], np.int64),
            float(data["rest"]),
            int(data["total"]),
            float(data["mean"]),
        )
