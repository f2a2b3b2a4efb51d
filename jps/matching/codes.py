"""Codes out of a short list, such as the sex or a federal state: the same or not."""

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from jps.matching.columns import map_distinct
from jps.matching.hashing import Ints, hash_text
from jps.matching.kinds import IntegerKind, Levels
from jps.matching.normalise import Normaliser
from jps.text import N_


class Code(IntEnum):
    """Whether two codes are the same."""

    MISSING = 0
    SAME = 1
    DIFFERENT = 2


def read_code(text: str, known: tuple[str, ...] = ()) -> int:
    """Return a number for a code in any letter case; 0 for a blank or what is not `known`."""
    code = text.strip().casefold()
    if known:
        return known.index(code) + 1 if code in known else 0
    return hash_text(code) if code else 0


def code_level(a: int, b: int) -> Code:
    """Say whether two codes agree."""
    if not a or not b:
        return Code.MISSING
    return Code.SAME if a == b else Code.DIFFERENT


def code_levels(a: Ints, b: Ints) -> Levels:
    """Return `code_level` of every row."""
    levels = np.where(a == b, np.int8(Code.SAME), np.int8(Code.DIFFERENT))
    levels[(a == 0) | (b == 0)] = Code.MISSING
    return levels


@dataclass(frozen=True)
class Codes(IntegerKind):
    """Codes; those of `known` (in small letters), or any if it is empty."""

    known: tuple[str, ...] = ()

    levels = Code
    reasons = (N_("{label} tidak diketahui"), N_("{label} sama"), N_("{label} berbeda"))
    start = ((0.95, 0.05), (0.30, 0.70))
    features = MappingProxyType({"whole": lambda one: one})

    def read(self, text: str, normaliser: Normaliser) -> int:
        """Return the value of one text."""
        return read_code(text, self.known)

    def read_all(self, texts: pa.StringArray, normaliser: Normaliser) -> Ints:
        """Return `read` of every row."""
        return map_distinct(texts, lambda text: read_code(text, self.known))

    def level(self, a: int, b: int) -> int:
        """Say how two values agree."""
        return code_level(a, b)

    def levels_of(self, a: Ints, b: Ints, i: Ints, j: Ints) -> Levels:
        """Return `level` of pairs of rows."""
        return code_levels(a[i], b[j])
