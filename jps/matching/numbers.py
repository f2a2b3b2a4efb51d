"""NIK and KK numbers: which are numbers at all, and how two of them agree."""

import re
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from jps.matching.columns import numbers_where
from jps.matching.hashing import Ints
from jps.matching.kinds import IntegerKind, Levels
from jps.matching.normalise import Normaliser
from jps.text import N_

_DIGITS = "[0-9]{15,17}"  # one digit lost or doubled is a damaged number, fewer say nothing
_SPACING = "[ \t\r\n.\u00a0-]+"
_NEAR = 2  # edits (insert, delete, replace, swap of neighbours)
_END = 10**7  # the last seven digits
_PLACEHOLDERS = sorted(
    {int(str(digit) * length) for digit in range(10) for length in (15, 16, 17)}
    | {1234567890123456, 123456789012345, 12345678901234567}
)
# Numbers that end like this were never issued: a serial of 0000 after an empty date.
_EMPTY_END = 10**8


class Number(IntEnum):
    """How two numbers agree, from strong to weak."""

    MISSING = 0
    SAME = 1
    NEAR = 2
    DIFFERENT = 3


def read_number(text: str) -> int:
    """Return 15 to 17 digits as an integer; 0 for anything else and for placeholders.

    Placeholders (one digit repeated, 123456..., an empty end) are nobody's number: they are
    missing, and so never equal to one another.
    """
    digits = text if text.isdigit() else re.sub(_SPACING, "", text)
    if not (digits.isascii() and digits.isdigit() and 15 <= len(digits) <= 17):
        return 0
    value = int(digits)
    return 0 if value % _EMPTY_END == 0 or value in _PLACEHOLDERS else value


def read_numbers(values: pa.StringArray) -> Ints:
    """Return `read_number` of every row."""
    numbers = numbers_where(pc.replace_substring_regex(values, _SPACING, ""), _DIGITS)
    empty = (numbers % _EMPTY_END == 0) | np.isin(numbers, _PLACEHOLDERS)
    return np.where(empty, 0, numbers)


def number_level(a: int, b: int) -> Number:
    """Say how two numbers agree; near ones share their first or last seven digits."""
    if not a or not b:
        return Number.MISSING
    if a == b:
        return Number.SAME
    if a % _END == b % _END or _start(a) == _start(b):
        close = OSA.distance(str(a), str(b), score_cutoff=_NEAR) <= _NEAR
        return Number.NEAR if close else Number.DIFFERENT
    return Number.DIFFERENT


def number_levels(a: Ints, b: Ints) -> Levels:
    """Return `number_level` of every row of two equally long columns."""
    levels = np.full(len(a), Number.DIFFERENT, np.int8)
    levels[a == b] = Number.SAME
    levels[(a == 0) | (b == 0)] = Number.MISSING
    alike = (a % _END == b % _END) | (_starts(a) == _starts(b))
    rows = np.flatnonzero((levels == Number.DIFFERENT) & alike)
    if len(rows):
        texts_a, texts_b = _texts(a[rows]), _texts(b[rows])
        edits = cpdist(texts_a, texts_b, scorer=OSA.distance, dtype=np.int32, score_cutoff=_NEAR)
        levels[rows[edits <= _NEAR]] = Number.NEAR
    return levels


def _texts(numbers: Ints) -> list[str]:
    return [str(number) for number in numbers.tolist()]


def _start(number: int) -> str:
    """The first seven digits."""
    return str(number)[:7]


def _starts(numbers: Ints) -> Ints:
    powers = 10 ** np.arange(8, 18, dtype=np.int64)
    length = np.searchsorted(powers, numbers, side="right") + 8
    return np.asarray(numbers // 10 ** np.maximum(length - 7, 0), np.int64)


@dataclass(frozen=True)
class Numbers(IntegerKind):
    """Identity numbers. One that kept its first eight or last ten digits still finds its owner."""

    levels = Number
    reasons = (
        N_("{label} tidak ada atau bukan nomor yang sah"),
        N_("{label} sama"),
        N_("{label} hampir sama (paling banyak dua angka berbeda)"),
        N_("{label} berbeda"),
    )
    start = ((0.85, 0.05, 0.10), (1e-6, 1e-4, 0.999899))
    features = MappingProxyType(
        {
            "whole": lambda one: one,
            "head": lambda one: one // 10**8,
            "tail": lambda one: one % 10**10,
        }
    )
    counted = True

    def read(self, text: str, normaliser: Normaliser) -> int:
        """Return the value of one text."""
        return read_number(text)

    def read_all(self, texts: pa.StringArray, normaliser: Normaliser) -> Ints:
        """Return `read` of every row."""
        return read_numbers(texts)

    def level(self, a: int, b: int) -> int:
        """Say how two values agree."""
        return number_level(a, b)

    def levels_of(self, a: Ints, b: Ints, i: Ints, j: Ints) -> Levels:
        """Return `level` of pairs of rows."""
        return number_levels(a[i], b[j])
