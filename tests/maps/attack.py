"""Somebody who subtracts whatever is published, to find out what is hidden.

Households of a desa are split by the programmes that they receive; every published figure is a sum
of these unknown numbers, none of which is negative. Linear programming tells the smallest and the
largest value that a hidden figure can have (SciPy's HiGHS).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from scipy.optimize import linprog

from jps.maps.aid import key_of

Cell = tuple[str, str]  # area, figure
Part = tuple[str, str]  # desa, programmes of a household; empty: none


def kinds(programmes: Iterable[str]) -> list[str]:
    """Return every set of programmes that a household can receive."""
    names = sorted(programmes)
    return ["", *(key_of(c) for n in range(1, len(names) + 1) for c in combinations(names, n))]


@dataclass
class Attack:
    """What was published, and how figures are made of the parts of the desa `villages`."""

    villages: list[str]
    figures: Mapping[str, Callable[[str], int]]  # how often does a kind of household count?
    kinds: list[str]
    known: dict[Cell, float] = field(default_factory=dict)

    def publish(self, area: str, figure: str, value: float) -> None:
        """Take note of a published figure."""
        self.known[area, figure] = value

    def bounds(self, area: str, figure: str) -> tuple[float, float]:
        """Return the least and the most that a figure can be, given all that was published."""
        goal = self._row(area, figure)
        rows = np.array([self._row(*cell) for cell in self.known])
        values = np.array(list(self.known.values()))
        found = []
        for sign in (1, -1):
            result = linprog(sign * goal, A_eq=rows, b_eq=values, bounds=(0, None))
            assert result.status in (0, 3), result.message
            found.append(float("inf") if result.fun is None else sign * float(result.fun))
        return found[0], found[1]

    def _row(self, area: str, figure: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        counts = self.figures[figure]
        return np.array(
            [
                float(counts(kind) if _lies(village, area) else 0)
                for village in self.villages
                for kind in self.kinds
            ]
        )


def _lies(village: str, area: str) -> bool:
    return not area or village == area or village.startswith(area + ".")
