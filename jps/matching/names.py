"""Names of many people at once, and how two names agree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from jps.matching.columns import Codes, distinct, strings, take, to_texts
from jps.matching.hashing import Ints
from jps.matching.kinds import Kind
from jps.matching.normalise import Name, Normaliser
from jps.matching.parallel import cores, in_parallel
from jps.matching.words import split_names
from jps.text import N_

Levels = npt.NDArray[np.int8]
Texts = npt.NDArray[np.object_]


class Likeness(IntEnum):
    """How two names agree, from strong to weak."""

    MISSING = 0
    SAME = 1
    SAME_SOUND = 2
    CONTAINED = 3
    NEARLY_SAME = 4
    ALIKE = 5
    PARTLY_ALIKE = 6
    FAINT = 7
    DIFFERENT = 8


# Level, least Jaro-Winkler of the spelling (0-1), least token-set ratio of the sound (0-100); one
# of the two suffices, the first row that holds counts. 101 is out of reach.
_CUTS = (
    (Likeness.NEARLY_SAME, 0.95, 92.0),
    (Likeness.ALIKE, 0.90, 85.0),
    (Likeness.PARTLY_ALIKE, 0.80, 75.0),
    (Likeness.FAINT, 0.75, 101.0),
)
_LEAST_SPELLING, _LEAST_SOUND = 0.70, 75.0  # scores below are not worked out
_ALL_SHARED = 100.0
_AT_ONCE = 100_000  # distinct names normalised by one core at once


@dataclass(frozen=True)
class Names:
    """Names of many people: distinct normal forms, and per person (row) which one it has.

    The columns whole, spelling, first, last, initial, count are hashes and numbers per row, equal
    to the attributes of `Name`; `plain` and `sound` hold the text per distinct name.
    """

    codes: Codes
    plain: pa.StringArray
    sound: pa.StringArray
    columns: Ints  # one row per distinct name, one column per COLUMNS

    COLUMNS = ("whole", "spelling", "first", "last", "initial", "count")

    @classmethod
    def read(cls, values: pa.StringArray, normaliser: Normaliser) -> "Names":
        """Return the normal form of every row, worked out once per distinct text."""
        texts, codes = distinct(values)

        def forms(start: int) -> tuple[pa.StringArray, pa.StringArray, Ints]:
            words = split_names(texts.slice(start, _AT_ONCE), normaliser)
            return words.join("plain"), words.join("sound"), words.summary(cls.COLUMNS)

        parts = in_parallel(forms, range(0, max(len(texts), 1), _AT_ONCE))
        plain, sound, columns = zip(*parts, strict=True)
        return cls(
            codes,
            strings(pa.concat_arrays(plain)),
            strings(pa.concat_arrays(sound)),
            np.concatenate(columns),
        )

    def take(self, rows: Ints) -> "Names":
        """Return the names of these rows."""
        return replace(self, codes=self.codes[rows])

    def _column(self, name: str) -> Ints:
        return self.columns[:, self.COLUMNS.index(name)][self.codes]

    @cached_property
    def whole(self) -> Ints:
        return self._column("whole")

    @property
    def spelling(self) -> Ints:
        return self._column("spelling")

    @property
    def first(self) -> Ints:
        return self._column("first")

    @property
    def last(self) -> Ints:
        return self._column("last")

    @property
    def initial(self) -> Ints:
        return self._column("initial")

    @property
    def count(self) -> Ints:
        return self._column("count")


def name_level(a: Name, b: Name) -> Likeness:
    """Say how two names agree. Word order does not matter for equality; blanks are missing."""
    if a.missing or b.missing:
        return Likeness.MISSING
    if a.whole == b.whole:
        return Likeness.SAME if a.spelling == b.spelling else Likeness.SAME_SOUND
    spelling = JaroWinkler.similarity(a.plain, b.plain, score_cutoff=_LEAST_SPELLING)
    sound = fuzz.token_set_ratio(a.sound, b.sound, score_cutoff=_LEAST_SOUND)
    single = min(a.count, b.count) == 1
    if sound == _ALL_SHARED and not single:
        return Likeness.CONTAINED
    # One shared word (SITI and SITI AMINAH) is little, whatever the ratio says.
    sound = min(sound, _LEAST_SOUND) if single else sound
    for level, least_spelling, least_sound in _CUTS:
        if spelling >= least_spelling or sound >= least_sound:
            return level
    return Likeness.DIFFERENT


def name_levels(a: Names, b: Names, rows_a: Ints, rows_b: Ints) -> Levels:
    """Return `name_level` of the pairs (rows_a[i] of a, rows_b[i] of b), once per distinct pair."""
    width = max(len(b.plain), 1)
    pairs = a.codes[rows_a].astype(np.int64) * width + b.codes[rows_b]
    once, back = np.unique(pairs, return_inverse=True)
    return _distinct_levels(a, b, once // width, once % width)[back]


def _distinct_levels(a: Names, b: Names, i: Ints, j: Ints) -> Levels:
    whole, spelling, count = (Names.COLUMNS.index(name) for name in ("whole", "spelling", "count"))
    x, y = a.columns[i], b.columns[j]
    levels = np.full(len(i), Likeness.DIFFERENT, np.int8)
    same = x[:, whole] == y[:, whole]
    levels[same] = Likeness.SAME_SOUND
    levels[same & (x[:, spelling] == y[:, spelling])] = Likeness.SAME
    levels[(x[:, count] == 0) | (y[:, count] == 0)] = Likeness.MISSING
    rest = np.flatnonzero(levels == Likeness.DIFFERENT)
    if len(rest):
        single = np.minimum(x[rest, count], y[rest, count]) == 1
        levels[rest] = _scored(a, b, i[rest], j[rest], single)
    return levels


def _scored(a: Names, b: Names, i: Ints, j: Ints, single: npt.NDArray[np.bool_]) -> Levels:
    spelling = cpdist(
        _texts(a.plain, i),
        _texts(b.plain, j),
        scorer=JaroWinkler.similarity,
        score_cutoff=_LEAST_SPELLING,
        dtype=np.float64,
        workers=cores(),
    )
    sound = cpdist(
        _texts(a.sound, i),
        _texts(b.sound, j),
        scorer=fuzz.token_set_ratio,
        score_cutoff=_LEAST_SOUND,
        dtype=np.float64,
        workers=cores(),
    )
    contained = (sound == _ALL_SHARED) & ~single
    sound = np.where(single, np.minimum(sound, _LEAST_SOUND), sound)
    levels = np.full(len(i), Likeness.DIFFERENT, np.int8)
    for level, least_spelling, least_sound in reversed(_CUTS):
        levels[(spelling >= least_spelling) | (sound >= least_sound)] = level
    levels[contained] = Likeness.CONTAINED
    return levels


def _texts(values: pa.StringArray, rows: Ints) -> Sequence[str]:
    return to_texts(take(values, rows))


@dataclass(frozen=True)
class PersonNames(Kind[Name, Names]):
    """Names of people, in any order of words."""

    levels = Likeness
    reasons = (
        N_("{label} tidak ada"),
        N_("{label} sama"),
        N_("Bunyi {label} sama, ejaannya berbeda"),
        N_("Semua kata {label} yang satu ada pada yang lain"),
        N_("{label} hampir sama"),
        N_("{label} mirip"),
        N_("{label} sebagian mirip"),
        N_("{label} sedikit mirip"),
        N_("{label} berbeda"),
    )
    start = (
        (0.70, 0.08, 0.07, 0.06, 0.04, 0.03, 0.01, 0.01),
        (1e-4, 5e-5, 2e-4, 5e-4, 3e-3, 0.02, 0.02, 0.95615),
    )
    features = MappingProxyType(
        {name: attrgetter(name) for name in ("whole", "spelling", "first", "last", "initial")}
    )
    same = (Likeness.SAME, Likeness.SAME_SOUND)
    counted = True
    rare_says_more = True
    column = Names

    def read(self, text: str, normaliser: Normaliser) -> Name:
        """Return the value of one text."""
        return normaliser.name(text)

    def read_all(self, texts: pa.StringArray, normaliser: Normaliser) -> Names:
        """Return `read` of every row."""
        return Names.read(texts, normaliser)

    def level(self, a: Name, b: Name) -> int:
        """Say how two values agree."""
        return name_level(a, b)

    def levels_of(self, a: Names, b: Names, i: Ints, j: Ints) -> Levels:
        """Return `level` of pairs of rows."""
        return name_levels(a, b, i, j)
