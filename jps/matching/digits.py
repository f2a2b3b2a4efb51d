"""Short numbers and codes that are typed: postcode, telephone, house, social security.

Two of them are near when few edits (insert, delete, replace, swap of neighbours) apart: the optimal
string alignment distance, see L. Boytsov, "Indexing methods for approximate dictionary searching",
ACM Journal of Experimental Algorithmics 16 (2011).
"""

import unicodedata
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from jps.matching.columns import take, to_texts
from jps.matching.hashing import Ints
from jps.matching.kinds import Levels
from jps.matching.normalise import Normaliser
from jps.matching.texts import Text, TextKind, Texts, by_distinct_pair
from jps.text import N_

_MOST = 2  # edits


class Edits(IntEnum):
    """How many edits lie between two numbers, from strong to weak."""

    MISSING = 0
    SAME = 1
    ONE = 2
    TWO = 3
    DIFFERENT = 4


def plain_digits(text: str) -> str:
    """Return the letters and digits of a number, in capitals: spaces and marks say nothing."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in plain if letter.isalnum())


def digits_level(a: Text, b: Text) -> Edits:
    """Say how two numbers agree."""
    if not a.plain or not b.plain:
        return Edits.MISSING
    edits = OSA.distance(a.plain, b.plain, score_cutoff=_MOST)
    return Edits(min(1 + edits, Edits.DIFFERENT))


def _digits_levels(a: Texts, b: Texts, i: Ints, j: Ints) -> Levels:
    x, y = a.distinct_feature("whole")[i], b.distinct_feature("whole")[j]
    levels = np.full(len(i), Edits.DIFFERENT, np.int8)
    levels[x == y] = Edits.SAME
    levels[(x == 0) | (y == 0)] = Edits.MISSING
    rest = np.flatnonzero(levels == Edits.DIFFERENT)
    if len(rest):
        texts = to_texts(take(a.plain, i[rest])), to_texts(take(b.plain, j[rest]))
        edits = cpdist(*texts, scorer=OSA.distance, dtype=np.int32, score_cutoff=_MOST)
        levels[rest] = np.minimum(1 + edits, Edits.DIFFERENT)
    return levels


@dataclass(frozen=True)
class Digits(TextKind):
    """Numbers and codes whose characters may be mistyped."""

    levels = Edits
    reasons = (
        N_("{label} tidak ada"),
        N_("{label} sama"),
        N_("{label} berbeda satu karakter"),
        N_("{label} berbeda dua karakter"),
        N_("{label} berbeda"),
    )
    start = ((0.85, 0.07, 0.03, 0.05), (0.01, 0.01, 0.03, 0.95))

    def read(self, text: str, normaliser: Normaliser) -> Text:
        """Return the value of one text."""
        return Text(plain_digits(text))

    def read_all(self, texts: pa.StringArray, normaliser: Normaliser) -> Texts:
        """Return `read` of every row."""
        return Texts.read(texts, plain_digits)

    def level(self, a: Text, b: Text) -> int:
        """Say how two values agree."""
        return digits_level(a, b)

    def levels_of(self, a: Texts, b: Texts, i: Ints, j: Ints) -> Levels:
        """Return `level` of pairs of rows."""
        return by_distinct_pair(a, b, i, j, _digits_levels)
