"""What a rule may speak of: facts of households and of their members, as columns. Pure.

A fact that nobody knows is not zero and not "no". Numbers are float64, unknown NaN. A code is its
place among the fact's choices (int16), unknown -1. Several codes are a bit each, by the same places
(uint64), unknown 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.float64]
Codes: TypeAlias = npt.NDArray[np.str_]
Mask: TypeAlias = npt.NDArray[np.bool_]
Places: TypeAlias = npt.NDArray[np.intp]


class Kind(StrEnum):
    """How a fact can be compared."""

    NUMBER = "number"
    CODE = "code"
    CODES = "codes"  # several at once


class Unit(StrEnum):
    """Whom a fact is about."""

    HOUSEHOLD = "household"
    FAMILY = "family"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its name in rules, what people read, and the codes it may have with their labels.

    `measure` is the unit of a number for people ("tahun", "m2", "%"), empty for counts.
    """

    name: str
    label: str
    kind: Kind
    unit: Unit
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)
    measure: str = ""

    def place(self, code: str) -> int:
        """Return the place of a code among the choices; KeyError when it is none."""
        return tuple(self.choices).index(code) if code in self.choices else _no_choice(code)


def _no_choice(code: str) -> int:
    raise KeyError(code)


Catalogue: TypeAlias = Mapping[str, Fact]


@dataclass(frozen=True)
class Population:
    """Households with their families and members as columns of equal length.

    `keys` (ids as text) and `areas` (Kemendagri codes of desa, ascending) are of households; `home`
    holds for each member the place of their household, `family_home` for each family. `household`,
    `member` and `family` map a fact's name to its column. Raises `ValueError` when lengths differ
    or areas are not in order.
    """

    keys: Codes
    areas: Codes
    home: Places
    household: Mapping[str, npt.NDArray[Any]]
    member: Mapping[str, npt.NDArray[Any]]
    family_home: Places = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    family: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse columns of other lengths."""
        for unit in Unit:
            for name, column in self.columns(unit).items():
                if len(column) != self.rows(unit):
                    raise ValueError(f"{name}: {len(column)} values for {self.rows(unit)}")
        if len(self.areas) != len(self.keys) or np.any(self.areas[1:] < self.areas[:-1]):
            raise ValueError("one area for each household, in order")

    def __len__(self) -> int:
        return len(self.keys)

    def within(self, code: str) -> slice:
        """Return the households of an area, children included: they stand together.

        "." is followed by "/" in ASCII, so the children of `75.01` stand before `75.01/`.
        """
        low, high = np.searchsorted(self.areas, [code, code + "/"])
        return slice(int(low), int(high))

    def among(self, codes: Sequence[str]) -> slice | Places:
        """Return the households of these areas, of which none lies in another, in their order."""
        parts = [self.within(code) for code in sorted(codes)]
        if len(parts) == 1:
            return parts[0]
        return np.concatenate([np.arange(part.start, part.stop) for part in parts])

    def columns(self, unit: Unit) -> Mapping[str, npt.NDArray[Any]]:
        """Return the columns of a unit by the names of their facts."""
        if unit is Unit.HOUSEHOLD:
            return self.household
        return self.member if unit is Unit.MEMBER else self.family

    def rows(self, unit: Unit) -> int:
        """Return how many households, families or members there are."""
        return len(self.keys) if unit is Unit.HOUSEHOLD else len(self.homes(unit))

    def homes(self, unit: Unit) -> Places:
        """Return the household's place of each member or family."""
        return self.home if unit is Unit.MEMBER else self.family_home

    def column(self, fact: Fact) -> npt.NDArray[Any]:
        """Return the values of a fact; KeyError when the population does not carry it."""
        return self.columns(fact.unit)[fact.name]


def runs(codes: Codes) -> tuple[Codes, npt.NDArray[np.intp]]:
    """Return the values of a column in order, each once, and where each begins."""
    if not len(codes):
        return codes, np.zeros(0, dtype=np.intp)
    starts = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
    return codes[starts], starts
