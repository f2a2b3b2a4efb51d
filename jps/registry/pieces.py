"""A piece of a registry file, checked: its persons as columns, its problems by row."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pyarrow as pa

from jps.registry.checks import Problem, RowChecker
from jps.registry.files import Row
from jps.registry.plainrows import PlainRows
from jps.text import N_

UNREADABLE = N_("baris ini tidak dapat dibaca; periksa tanda kutip yang tidak ditutup")
TOO_WIDE = N_("isi lebih banyak daripada judul kolom; apit isian yang memuat pemisah dengan kutip")

_EMPTY = ("", None)
PERSON = pa.schema(
    [("row", pa.int64())]
    + [
        (name, pa.string())
        for name in ("nik", "kk", "name", "sex", "birth_date", "birth_place", "mother_name")
    ]
    + [(name, pa.string()) for name in ("area_code", "address", "status")]
)


@dataclass(frozen=True)
class Piece:
    """Some rows after the checks: `people` has the columns of `PERSON`, in the order of rows."""

    people: pa.Table
    problems: list[tuple[int, Problem]]
    blank: int
    refused: int


def in_pieces(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    """Yield the rows in lists of `size`."""
    while piece := list(islice(rows, size)):
        yield piece


@contextmanager
def no_cycles() -> Iterator[None]:
    """Hold the collector of cycles: rows hold none, and it would walk through them all the time.

    Measured: a third of the time of an import.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class PieceChecker:
    """Checks the rows of one file with `width` columns, many at a time."""

    def __init__(self, checker: RowChecker, *, width: int) -> None:
        self._checker, self._plain, self._width = checker, PlainRows(checker), width

    def check(self, rows: Sequence[Row]) -> Piece:
        """Return the persons of these rows, and what is wrong with the others."""
        regular = [place for place, row in enumerate(rows) if len(row.cells or ()) == self._width]
        columns, good = self._plain.take([rows[place].cells or () for place in regular])
        taken = np.array(regular, np.int64)[good]
        numbers = pa.array([rows[place].number for place in taken.tolist()], pa.int64())
        kept = {"row": numbers} | {
            name: one.filter(pa.array(good)) for name, one in columns.items()
        }
        whole = pa.table(kept, schema=PERSON) if columns else PERSON.empty_table()
        odd = np.setdiff1d(np.arange(len(rows)), taken, assume_unique=True)
        others, problems, blank = self._one_by_one([rows[place] for place in odd.tolist()])
        people = pa.concat_tables([whole, pa.Table.from_pylist(others, schema=PERSON)])
        if others:
            people = people.take(np.argsort(people.column("row").to_numpy(), kind="stable"))
        return Piece(people, problems, blank, len(odd) - blank - len(others))

    def _one_by_one(
        self, rows: Sequence[Row]
    ) -> tuple[list[dict[str, object]], list[tuple[int, Problem]], int]:
        """Return the persons and problems of rows and how many of them are blank."""
        people: list[dict[str, object]] = []
        problems: list[tuple[int, Problem]] = []
        blank = 0
        for number, cells in rows:
            if cells is None:
                problems.append((number, Problem("-", UNREADABLE)))
            elif all(cell in _EMPTY for cell in cells):
                blank += 1
            elif any(cell not in _EMPTY for cell in cells[self._width :]):
                problems.append((number, Problem("-", TOO_WIDE)))
            else:
                checked = self._checker.check(cells)
                problems += [(number, problem) for problem in checked.problems]
                if checked.person is not None:
                    people.append(checked.person | {"row": number})
        return people, problems, blank
