"""Free text, such as a street, a suburb or a name in any language: its normal form, how two agree.

The normal form keeps letters and digits of every script, in capitals and without accents.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from operator import methodcaller
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from jps.matching.columns import Codes, distinct, of_texts, strings, take, to_texts
from jps.matching.hashing import Ints, add_hashes, hash_text
from jps.matching.kinds import Kind, Levels
from jps.matching.normalise import Normaliser
from jps.text import N_

_SEPARATORS = re.compile(r"[\W_]+")
_INSIDE = re.compile(r"(?<=\w)['’`](?=\w)")  # O'BRIEN is one word


class Wording(IntEnum):
    """How two texts agree, from strong to weak."""

    MISSING = 0
    SAME = 1
    SAME_WORDS = 2
    NEARLY_SAME = 3
    ALIKE = 4
    PARTLY_ALIKE = 5
    FAINT = 6
    DIFFERENT = 7


# Level and least Jaro-Winkler similarity; the first row that holds counts.
_CUTS = (
    (Wording.NEARLY_SAME, 0.95),
    (Wording.ALIKE, 0.90),
    (Wording.PARTLY_ALIKE, 0.80),
    (Wording.FAINT, 0.70),
)
_LEAST = _CUTS[-1][1]


# What keys are made of, from a text in normal form: its pieces, hashed and added up in any order.
PIECES: Mapping[str, Callable[[str], Sequence[str]]] = MappingProxyType(
    {
        "whole": lambda text: (text,),
        "words": str.split,
        "first": lambda text: (text.partition(" ")[0],),
        "last": lambda text: (text.rpartition(" ")[2],),
        "start": lambda text: (text[:3],),
        "head": lambda text: (text[:4],),
        "tail": lambda text: (text[-4:],),
    }
)


@dataclass(frozen=True)
class Text:
    """A text in normal form."""

    plain: str

    def feature(self, name: str) -> int:
        """Return the hash of the pieces of this name, 0 where the text is empty."""
        if not self.plain:
            return 0
        return add_hashes([hash_text(piece) for piece in PIECES[name](self.plain)])


@dataclass(frozen=True)
class Texts:
    """Many texts: distinct normal forms, and per row which one it has."""

    codes: Codes
    plain: pa.StringArray

    @classmethod
    def read(cls, values: pa.StringArray, normal: Callable[[str], str]) -> "Texts":
        """Return the normal form of every row, worked out once per distinct text."""
        written, rows = distinct(values)
        plain, codes = distinct(of_texts([normal(text) for text in to_texts(written)]))
        return cls(codes[rows], plain)

    def feature(self, name: str) -> Ints:
        """Return `Text.feature` of every row."""
        return self.distinct_feature(name)[self.codes]

    def distinct_feature(self, name: str) -> Ints:
        """Return `Text.feature` of every distinct text; worked out once."""
        if name not in self._known:
            self._known[name] = _hashed([PIECES[name](text) for text in to_texts(self.plain)])
        return self._known[name]

    @cached_property
    def _known(self) -> dict[str, Ints]:
        return {}

    def take(self, rows: Ints) -> "Texts":
        """Return the texts of these rows."""
        return Texts(self.codes[rows], self.plain)

    def without(self, values: Ints) -> "Texts":
        """Return the column with texts of these hashes empty."""
        hidden = pa.array(np.isin(self.distinct_feature("whole"), values))
        return Texts(self.codes, strings(pc.if_else(hidden, pa.scalar(""), self.plain)))


def plain_text(text: str) -> str:
    """Return a text in normal form: capitals without accents, one space between words."""
    letters = text
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _SEPARATORS.sub(" ", _INSIDE.sub("", letters.upper())).strip()


def by_distinct_pair(
    a: Texts, b: Texts, i: Ints, j: Ints, levels: Callable[[Texts, Texts, Ints, Ints], Levels]
) -> Levels:
    """Return levels of pairs of rows from a function of pairs of distinct texts, each once."""
    width = max(len(b.plain), 1)
    pairs = a.codes[i].astype(np.int64) * width + b.codes[j]
    once, back = np.unique(pairs, return_inverse=True)
    return levels(a, b, once // width, once % width)[back]


def text_level(a: Text, b: Text) -> Wording:
    """Say how two texts agree."""
    if not a.plain or not b.plain:
        return Wording.MISSING
    if a.plain == b.plain:
        return Wording.SAME
    if a.feature("words") == b.feature("words"):
        return Wording.SAME_WORDS
    alike = JaroWinkler.similarity(a.plain, b.plain, score_cutoff=_LEAST)
    return next((level for level, least in _CUTS if alike >= least), Wording.DIFFERENT)


def _text_levels(a: Texts, b: Texts, i: Ints, j: Ints) -> Levels:
    levels = np.full(len(i), Wording.DIFFERENT, np.int8)
    levels[a.distinct_feature("words")[i] == b.distinct_feature("words")[j]] = Wording.SAME_WORDS
    x, y = a.distinct_feature("whole")[i], b.distinct_feature("whole")[j]
    levels[x == y] = Wording.SAME
    levels[(x == 0) | (y == 0)] = Wording.MISSING
    rest = np.flatnonzero(levels == Wording.DIFFERENT)
    if len(rest):
        alike = cpdist(
            to_texts(take(a.plain, i[rest])),
            to_texts(take(b.plain, j[rest])),
            scorer=JaroWinkler.similarity,
            score_cutoff=_LEAST,
            dtype=np.float64,
        )
        for level, least in reversed(_CUTS):
            levels[rest[alike >= least]] = level
    return levels


def _hashed(texts: Sequence[Sequence[str]]) -> Ints:
    """Return the sum of the hashes of each text's pieces."""
    pieces = dict.fromkeys(piece for text in texts for piece in text)
    hashes = {piece: hash_text(piece) if piece else 0 for piece in pieces}
    return np.array([add_hashes([hashes[piece] for piece in text]) for text in texts], np.int64)


class TextKind(Kind[Text, Texts]):
    """A kind whose values are texts in a normal form."""

    features = MappingProxyType({name: methodcaller("feature", name) for name in PIECES})
    counted = True
    rare_says_more = True
    column = Texts

    def without(self, column: Texts, values: Ints) -> Texts:
        """Return a column with these values unknown."""
        return column.without(values)


@dataclass(frozen=True)
class FreeText(TextKind):
    """Text of words."""

    levels = Wording
    reasons = (
        N_("{label} tidak ada"),
        N_("{label} sama"),
        N_("{label}: kata-katanya sama, urutannya berbeda"),
        N_("{label} hampir sama"),
        N_("{label} mirip"),
        N_("{label} sebagian mirip"),
        N_("{label} sedikit mirip"),
        N_("{label} berbeda"),
    )
    start = (
        (0.75, 0.03, 0.07, 0.05, 0.04, 0.02, 0.04),
        (0.01, 1e-3, 2e-3, 5e-3, 0.02, 0.05, 0.912),
    )

    def read(self, text: str, normaliser: Normaliser) -> Text:
        """Return the value of one text."""
        return Text(plain_text(text))

    def read_all(self, texts: pa.StringArray, normaliser: Normaliser) -> Texts:
        """Return `read` of every row."""
        return Texts.read(texts, plain_text)

    def level(self, a: Text, b: Text) -> int:
        """Say how two values agree."""
        return text_level(a, b)

    def levels_of(self, a: Texts, b: Texts, i: Ints, j: Ints) -> Levels:
        """Return `level` of pairs of rows."""
        return by_distinct_pair(a, b, i, j, _text_levels)
