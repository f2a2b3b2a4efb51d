"""Places by hierarchical codes, such as villages (Kemendagri), and how near two of them are."""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from jps.matching.columns import map_distinct
from jps.matching.hashing import Ints
from jps.matching.kinds import IntegerKind, Levels
from jps.matching.normalise import Normaliser
from jps.text import N_

VILLAGE = (2, 2, 2, 4)  # digits of province, regency, district and village


class Place(IntEnum):
    """How near two places are, from strong to weak; a district is one step above the place."""

    MISSING = 0
    SAME = 1
    SAME_DISTRICT = 2
    SAME_REGENCY = 3
    ELSEWHERE = 4


def read_place(code: str, parts: tuple[int, ...] = VILLAGE) -> int:
    """Return the digits of a code like "75.01.01.2001", 0 unless all `parts` are there."""
    digits = "".join(code.strip().split("."))
    return int(digits) if re.fullmatch(f"[0-9]{{{sum(parts)}}}", digits) else 0


@cache
def _above(parts: tuple[int, ...]) -> tuple[int, int]:
    """Return what to divide a code by for one step up and for two (or one, if there is no more)."""
    ends = parts[:0:-1]
    return 10 ** sum(ends[:1]), 10 ** sum(ends[:2])


def place_level(a: int, b: int, parts: tuple[int, ...] = VILLAGE) -> Place:
    """Say how near two places are."""
    if not a or not b:
        return Place.MISSING
    if a == b:
        return Place.SAME
    district, regency = _above(parts)
    if a // district == b // district:
        return Place.SAME_DISTRICT
    return Place.SAME_REGENCY if a // regency == b // regency else Place.ELSEWHERE


def place_levels(a: Ints, b: Ints, parts: tuple[int, ...] = VILLAGE) -> Levels:
    """Return `place_level` of every row of two equally long columns."""
    district, regency = _above(parts)
    levels = np.full(len(a), Place.ELSEWHERE, np.int8)
    levels[a // regency == b // regency] = Place.SAME_REGENCY
    levels[a // district == b // district] = Place.SAME_DISTRICT
    levels[a == b] = Place.SAME
    levels[(a == 0) | (b == 0)] = Place.MISSING
    return levels


@dataclass(frozen=True)
class Places(IntegerKind):
    """Places whose codes have `parts` of so many digits, from the largest area to the place."""

    parts: tuple[int, ...] = VILLAGE

    levels = Place
    reasons = (
        N_("{label} tidak diketahui"),
        N_("{label} sama"),
        N_("{label} berbeda, satu tingkat di atasnya sama"),
        N_("{label} berbeda, dua tingkat di atasnya sama"),
        N_("{label} berbeda"),
    )
    start = ((0.90, 0.04, 0.03, 0.03), (2e-3, 0.015, 0.2, 0.783))
    features = MappingProxyType({"whole": lambda one: one})

    def read(self, text: str, normaliser: Normaliser) -> int:
        """Return the value of one text."""
        return read_place(text, self.parts)

    def read_all(self, texts: pa.StringArray, normaliser: Normaliser) -> Ints:
        """Return `read` of every row."""
        return map_distinct(texts, lambda text: read_place(text, self.parts))

    def level(self, a: int, b: int) -> int:
        """Say how two values agree."""
        return place_level(a, b, self.parts)

    def levels_of(self, a: Ints, b: Ints, i: Ints, j: Ints) -> Levels:
        """Return `level` of pairs of rows."""
        return place_levels(a[i], b[j], self.parts)
