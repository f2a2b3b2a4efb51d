"""Dates: "YYYY-MM-DD" or written otherwise, only the year, or unknown; how two of them agree.

A date is one integer: YYYYMMDD, or YYYY where only the year is known, or 0.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from jps.matching.columns import map_distinct
from jps.matching.hashing import Ints
from jps.matching.kinds import IntegerKind, Levels
from jps.matching.normalise import Normaliser
from jps.text import N_

# Days that stand for "unknown" where an office had to fill in something, as month * 100 + day.
DEFAULT_DAYS = (101, 701, 1231)
NEAR_YEARS = 2  # years; how far a year given from memory may be off
ISO = "iso"
_YEAR = r"(?P<y>[0-9]{4})"
_GAP, _TIME = r"[-/. ]?", r"(?:[T ][0-9:.Z+-]*)?"
_MONTH, _DAY = r"(?P<m>[0-9]{1,2})", r"(?P<d>[0-9]{1,2})"
# How a date may be written, by the order of year, month and day; the year alone always may.
ORDERS = {
    ISO: re.compile(_YEAR + r"(?:-(?P<m>[0-9]{2})-(?P<d>[0-9]{2}))?"),
    "ymd": re.compile(f"{_YEAR}(?:{_GAP}{_MONTH}{_GAP}{_DAY}{_TIME})?"),
    "dmy": re.compile(f"(?:{_DAY}{_GAP}{_MONTH}{_GAP})?{_YEAR}{_TIME}"),
    "mdy": re.compile(f"(?:{_MONTH}{_GAP}{_DAY}{_GAP})?{_YEAR}{_TIME}"),
}


class Birth(IntEnum):
    """How two birth dates agree, from strong to weak."""

    MISSING = 0
    SAME = 1
    SWAPPED = 2
    ONE_DIGIT = 3
    SAME_YEAR_DAY_UNKNOWN = 4
    SAME_YEAR = 5
    NEAR_YEAR_DAY_UNKNOWN = 6
    DIFFERENT = 7


def read_date(text: str, order: str = ISO) -> int:
    """Return YYYYMMDD, YYYY or 0. Of an ISO date with an impossible day the year is left.

    In other orders such a day is kept: it is a slip of the pen, and compared as it was written.
    """
    found = ORDERS[order].fullmatch(text.strip())
    if found is None:
        return 0
    year, month, day = (int(found[part] or 0) for part in "ymd")
    if year not in (range(1850, 2200) if order == ISO else range(1000, 10_000)):
        return 0
    most_months, most_days = (12, 31) if order == ISO else (99, 99)
    known = 1 <= month <= most_months and 1 <= day <= most_days
    return year * 10_000 + month * 100 + day if known else year


def day_of(date: Any) -> Any:
    """Return YYYYMMDD or 0 of a date or a column of dates."""
    return date * (date > 9999)


def year_of(date: Any) -> Any:
    """Return the year or 0 of a date or a column of dates."""
    return date // 10_000 + date * (date <= 9999)


def birth_level(a: int, b: int, unknown_days: tuple[int, ...] = DEFAULT_DAYS) -> Birth:
    """Say how two dates agree. Day and month count as swapped only where both are at most 12."""
    if not a or not b:
        return Birth.MISSING
    known = a > 9999 and b > 9999
    if known and a == b:
        return Birth.SAME
    if known and b == _swapped(a):
        return Birth.SWAPPED
    if known and _digits_apart(a, b) == 1:
        return Birth.ONE_DIGIT
    apart = abs(year_of(a) - year_of(b))
    vague = not known or a % 10_000 in unknown_days or b % 10_000 in unknown_days
    if vague and apart <= NEAR_YEARS:
        return Birth.NEAR_YEAR_DAY_UNKNOWN if apart else Birth.SAME_YEAR_DAY_UNKNOWN
    return Birth.DIFFERENT if apart else Birth.SAME_YEAR


def birth_levels(a: Ints, b: Ints, unknown_days: tuple[int, ...] = DEFAULT_DAYS) -> Levels:
    """Return `birth_level` of every row of two equally long columns."""
    known = (a > 9999) & (b > 9999)
    year_a, year_b = year_of(a), year_of(b)
    same_year = year_a == year_b
    vague = ~known | np.isin(a % 10_000, unknown_days) | np.isin(b % 10_000, unknown_days)
    near = vague & (np.abs(year_a - year_b) <= NEAR_YEARS)
    levels = np.where(same_year, np.int8(Birth.SAME_YEAR), np.int8(Birth.DIFFERENT))
    levels[near] = Birth.NEAR_YEAR_DAY_UNKNOWN
    levels[near & same_year] = Birth.SAME_YEAR_DAY_UNKNOWN
    # One digit apart means: apart in the year only, or in the same year.
    close = np.flatnonzero(known & (same_year | (a % 10_000 == b % 10_000)))
    close_a, close_b = a[close], b[close]
    levels[close[_digits_apart_arrays(close_a, close_b) == 1]] = Birth.ONE_DIGIT
    levels[close[_swapped_arrays(close_a) == close_b]] = Birth.SWAPPED
    levels[known & (a == b)] = Birth.SAME
    levels[(a == 0) | (b == 0)] = Birth.MISSING
    return levels


def _swapped(day: int) -> int:
    year, month, of_month = day // 10_000, day // 100 % 100, day % 100
    return year * 10_000 + of_month * 100 + month if of_month <= 12 else -1


def _swapped_arrays(day: Ints) -> Ints:
    year, month, of_month = day // 10_000, day // 100 % 100, day % 100
    return np.where(of_month <= 12, year * 10_000 + of_month * 100 + month, -1)


def _digits_apart(a: int, b: int) -> int:
    return sum(x != y for x, y in zip(str(a), str(b), strict=True))


def _digits_apart_arrays(a: Ints, b: Ints) -> Ints:
    apart = np.zeros(len(a), np.int64)
    for power in range(8):
        apart += a // 10**power % 10 != b // 10**power % 10
    return apart


@dataclass(frozen=True)
class Dates(IntegerKind):
    """Dates written in one of ORDERS; `unknown_days` (month * 100 + day) say only the year."""

    order: str = "ymd"
    unknown_days: tuple[int, ...] = ()

    levels = Birth
    reasons = (
        N_("{label} tidak diketahui"),
        N_("{label} sama"),
        N_("{label}: hari dan bulan tertukar"),
        N_("{label} berbeda satu angka"),
        N_("{label}: tahun sama, hari tidak diketahui pasti"),
        N_("{label}: tahun sama, hari atau bulan berbeda"),
        N_("{label}: tahun berdekatan, hari tidak diketahui pasti"),
        N_("{label} berbeda"),
    )
    start = (
        (0.82, 0.01, 0.05, 0.06, 0.02, 0.01, 0.03),
        (1e-4, 5e-5, 2e-3, 3e-3, 0.01, 0.01, 0.97485),
    )
    features = MappingProxyType(
        {
            "whole": day_of,
            "year": year_of,
            "day_of_year": lambda date: day_of(date) % 10_000,
        }
    )
    counted = True
    rare_says_more = True

    def read(self, text: str, normaliser: Normaliser) -> int:
        """Return the value of one text."""
        return read_date(text, self.order)

    def read_all(self, texts: pa.StringArray, normaliser: Normaliser) -> Ints:
        """Return `read` of every row."""
        return map_distinct(texts, lambda text: read_date(text, self.order))

    def level(self, a: int, b: int) -> int:
        """Say how two values agree."""
        return birth_level(a, b, self.unknown_days)

    def levels_of(self, a: Ints, b: Ints, i: Ints, j: Ints) -> Levels:
        """Return `level` of pairs of rows."""
        return birth_levels(a[i], b[j], self.unknown_days)
