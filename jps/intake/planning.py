"""Which staged rows make one household, wherever they stand in the file; and NIKs given twice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from jps.db import reading
from jps.intake.checking import Rows
from jps.intake.models import IntakeBatch, IntakeRow
from jps.intake.staging import read_cells
from jps.layouts import ColumnMapping, HouseholdReader, Layout, Row
from jps.tables.cells import plain

_TOTAL = re.compile("total|jumlah", re.IGNORECASE)
_PIECE = 10_000  # rows read at once
_SPREAD = 4  # rows read for one that is wanted, before single rows are asked for
_IN_LIST = 500

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plan:
    """The households of a list in the order of their first rows.

    `rows` holds table and number of every row, household by household; those of household `n` stand
    from `bounds[n]` until before `bounds[n + 1]`. `twice` are hashes of NIKs in several households.
    """

    keys: list[str]
    rows: Numbers
    bounds: Numbers
    twice: frozenset[int]

    def __len__(self) -> int:
        return len(self.keys)

    def places(self, first: int, until: int) -> Numbers:
        """Return table and number of the rows of households `first` until before `until`."""
        return self.rows[self.bounds[first] : self.bounds[until]]


@dataclass(slots=True)
class Planner:
    """Makes a plan of a batch, piece by piece."""

    layout: Layout
    mapping: ColumnMapping
    tables: tuple[str, ...]
    _numbers: dict[str, int] = field(default_factory=dict)  # of households, by key
    _keys: list[str] = field(default_factory=list)
    _rows: list[tuple[int, int]] = field(default_factory=list)
    _owners: list[int] = field(default_factory=list)
    _niks: list[tuple[int, int]] = field(default_factory=list)  # hash, household

    def read(self, session: Session, batch: IntakeBatch) -> Iterator[int]:
        """Read all rows; yield how many were read so far. Leaves no transaction open."""
        reader = HouseholdReader(self.layout, self.mapping)
        places = {
            place: targets.index("nik")
            for place, name in enumerate(self.tables)
            if "nik" in (targets := self.mapping.tables[name])
        }
        key, last = batch.id, (-1, -1)
        while True:
            with reading():
                session.rollback()
                one = IntakeRow
                beyond = or_(one.place > last[0], and_(one.place == last[0], one.number > last[1]))
                query = (
                    select(one.place, one.number, one.cells)
                    .where(one.batch_id == key, beyond)
                    .order_by(one.place, one.number)
                    .limit(_PIECE)
                )
                piece = session.execute(query).all()
                session.rollback()
            if not piece:
                return
            for place, number, text in piece:
                self._take(reader, places.get(place), place, number, text)
            last = piece[-1][0], piece[-1][1]
            yield len(self._rows)

    def _take(
        self, reader: HouseholdReader, nik: int | None, place: int, number: int, text: str
    ) -> None:
        cells = read_cells(text)
        key = f"?{place}-{number}"  # of a row that is no household
        if cells is not None:
            row = Row(number, cells, self.tables[place])
            if not (self._is_odd(row) and reader.is_no_household(row)):
                key = reader.key(row)
        owner = self._numbers.setdefault(key, len(self._keys))
        if owner == len(self._keys):
            self._keys.append(key)
        self._rows.append((place, number))
        self._owners.append(owner)
        if nik is not None and cells is not None and nik < len(cells):
            digits = plain(cells[nik])
            if len(digits) == 16:
                self._niks.append((hash(digits), owner))

    def _is_odd(self, row: Row) -> bool:
        """Whether the first cell looks like that of a total, of a header, or of column numbers.

        Only then is the whole row looked at: that would take most of the time of sorting.
        """
        headers = self.mapping.headers[row.table]
        for header, cell in zip(headers, row.cells, strict=False):
            if text := plain(cell):
                return text == header or text.strip("()") == "1" or bool(_TOTAL.search(text))
        return True

    def plan(self) -> Plan:
        """Return the plan of all rows read."""
        owners = np.array(self._owners, np.int64)
        order = np.argsort(owners, kind="stable")
        counts = np.bincount(owners, minlength=len(self._keys))
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        rows = np.array(self._rows, np.int64).reshape(-1, 2)[order]
        return Plan(self._keys, rows, bounds, _in_several(self._niks))


def _in_several(niks: list[tuple[int, int]]) -> frozenset[int]:
    if not niks:
        return frozenset()
    pairs = np.unique(np.array(niks, np.int64), axis=0)
    values, counts = np.unique(pairs[:, 0], return_counts=True)
    return frozenset(values[counts > 1].tolist())


def rows_of(session: Session, batch: IntakeBatch, plan: Plan, first: int, until: int) -> list[Rows]:
    """Return the staged rows of households `first` until before `until`."""
    places = plan.places(first, until)
    cells: dict[tuple[int, int], str] = {}
    for table in np.unique(places[:, 0]).tolist():
        numbers = places[places[:, 0] == table, 1]
        cells |= {(table, number): text for number, text in _cells(session, batch, table, numbers)}
    found: list[Rows] = []
    for household in range(first, until):
        mine = plan.places(household, household + 1).tolist()
        rows = [(table, number, cells[table, number]) for table, number in mine]
        found.append((plan.keys[household], rows))
    return found


def _cells(
    session: Session, batch: IntakeBatch, table: int, numbers: Numbers
) -> Iterator[tuple[int, str]]:
    one = IntakeRow
    query = select(one.number, one.cells).where(one.batch_id == batch.id, one.place == table)
    low, high = int(numbers.min()), int(numbers.max())
    if high - low < _SPREAD * len(numbers):
        for number, text in session.execute(query.where(one.number.between(low, high))):
            yield number, text
        return
    for start in range(0, len(numbers), _IN_LIST):
        part = numbers[start : start + _IN_LIST].tolist()
        for number, text in session.execute(query.where(one.number.in_(part))):
            yield number, text
