"""The rows whose cells are all right as they stand, told by whole columns: nearly all of a file.

What `RowChecker` would find in them is exactly what is taken here; every other row goes through it.
Measured on 1.2 million rows: see docs/benchmarks.md.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jps.matching.columns import strings
from jps.registry.cells import NOTHING
from jps.registry.checks import ADDRESS_PARTS, PART_MAX, RowChecker, read_sex
from jps.registry.models import ADDRESS_MAX, NAME_MAX
from jps.registry.places import Place
from jps.tables.cells import plain

Mask = npt.NDArray[np.bool_]
Columns = dict[str, pa.StringArray]

_NUMBER = "^[0-9]{16}$"
_FAKE = "^(?:00.*|" + "|".join(f"{digit}{{16}}" for digit in range(1, 10)) + "|1234567890123456)$"
_LINE = "^(?:[!-~]+(?: [!-~]+)*)?$"  # what `cells.plain` leaves alone
_LETTER = "[A-Za-z]"
_BLANK = pa.scalar("")
_NOTHING = pa.array(sorted(NOTHING))
_WORDS = 50_000  # distinct words of one column that are remembered


class PlainRows:
    """Takes the rows of one file, many at a time."""

    def __init__(self, checker: RowChecker) -> None:
        self._columns = checker.columns
        self._place_columns = checker.place_columns
        remember = lru_cache(maxsize=_WORDS, typed=True)
        self._sex = remember(read_sex)
        self._date = checker.read_date
        self._status: Callable[[object], str | None] = remember(
            lambda value: None if (one := checker.read_status(value)) is None else str(one)
        )
        self._place: Callable[..., str | None] = remember(
            lambda *cells: _code(checker.read_place(tuple(map(plain, cells))))
        )

    def take(self, rows: Sequence[Sequence[object]]) -> tuple[Columns, Mask]:
        """Return the columns of a person for these rows and which of them are right as they are.

        All rows have the same number of cells. Where the mask is false the columns mean nothing.
        """
        if not rows:
            return {}, np.zeros(0, bool)
        try:
            return self._take(list(zip(*rows, strict=True)), len(rows))
        except (pa.ArrowException, TypeError, UnicodeError):  # numbers or dates among the texts
            return {}, np.zeros(len(rows), bool)

    def _take(self, cells: list[tuple[object, ...]], rows: int) -> tuple[Columns, Mask]:
        def given(name: str) -> Sequence[object]:
            place = self._columns.get(name)
            column = [""] * rows if place is None else cells[place]
            return ["" if cell is None else cell for cell in column] if None in column else column

        def words(name: str, most: int) -> pa.StringArray:
            return _words(given(name), most, good)

        good: list[pa.BooleanArray] = []
        found = {
            "nik": _number(given("nik"), good),
            "kk": _number(given("kk"), good, blank=True),
            "name": _name(given("name"), good),
            "birth_place": words("birth_place", NAME_MAX),
            "mother_name": words("mother", NAME_MAX),
            "address": _address(words, self._columns, good),
        }
        places = [given(name) for name in self._place_columns]
        found |= {
            "sex": _known(map(self._sex, given("sex")), good),
            "birth_date": _known(map(self._date, given("birth_date")), good),
            "area_code": _known(map(self._place, *places), good),
            "status": _known(map(self._status, given("status")), good),
        }
        mask = np.logical_and.reduce([np.asarray(one, bool) for one in good])
        return found, mask


def _text(cells: Sequence[Any]) -> pa.StringArray:
    return strings(pa.array(cells, pa.string()))


def _number(
    cells: Sequence[Any], good: list[pa.BooleanArray], *, blank: bool = False
) -> pa.StringArray:
    text = _text(cells)
    right = pc.and_not(
        pc.match_substring_regex(text, _NUMBER), pc.match_substring_regex(text, _FAKE)
    )
    good.append(pc.or_(right, pc.equal(text, _BLANK)) if blank else right)
    return text


def _name(cells: Sequence[Any], good: list[pa.BooleanArray]) -> pa.StringArray:
    text = _text(cells)
    good.append(pc.match_substring_regex(text, _LINE))
    good.append(pc.match_substring_regex(text, _LETTER))
    good.append(pc.less_equal(pc.binary_length(text), pa.scalar(NAME_MAX)))
    return text


def _words(cells: Sequence[Any], most: int, good: list[pa.BooleanArray]) -> pa.StringArray:
    text = _text(cells)
    good.append(pc.match_substring_regex(text, _LINE))
    good.append(pc.less_equal(pc.binary_length(text), pa.scalar(most)))
    nothing = pc.is_in(pc.ascii_upper(text), _NOTHING)
    return strings(pc.if_else(nothing, _BLANK, text))


def _address(
    words: Callable[[str, int], pa.StringArray], columns: Iterable[str], good: list[pa.BooleanArray]
) -> pa.StringArray:
    """Return address, hamlet, RT and RW in one line each, as `RowChecker` joins them."""
    parts = [words("address", ADDRESS_MAX)]
    for column, prefix in ADDRESS_PARTS:
        if column not in columns:
            continue
        word = strings(pc.replace_substring_regex(words(column, PART_MAX), r"\.0$", ""))
        begun = pc.starts_with(pc.ascii_upper(word), prefix)
        told = pc.if_else(begun, word, pc.replace_substring_regex(word, "^", f"{prefix} "))
        parts.append(strings(pc.if_else(pc.equal(word, _BLANK), _BLANK, told)))
    if len(parts) == 1:
        return parts[0]
    line = parts[0]
    for part in parts[1:]:
        gap = pc.or_(pc.equal(line, _BLANK), pc.equal(part, _BLANK))
        line = strings(pc.binary_join_element_wise(line, part, pc.if_else(gap, "", " ")))
    good.append(pc.less_equal(pc.binary_length(line), pa.scalar(ADDRESS_MAX)))
    return line


def _known(values: Iterable[str | None], good: list[pa.BooleanArray]) -> pa.StringArray:
    read = pa.array(list(values), pa.string())
    good.append(read.is_valid())
    return strings(pc.fill_null(read, _BLANK))


def _code(place: Place) -> str | None:
    return None if place.reason else place.code
