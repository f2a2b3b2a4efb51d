"""Reads of the monitor: the table of units and indicators, and the households behind a cell."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.db import within
from jps.fieldwork.comparing import Grey
from jps.fieldwork.indicators import BITS, INDICATORS
from jps.fieldwork.models import FieldFact, FieldRun, FieldSummary, FieldTally, FieldVerdict
from jps.fieldwork.rules import UnitKind
from jps.households.models import Household

_COLUMN = {UnitKind.ENUMERATOR: FieldTally.entered_by, UnitKind.VILLAGE: FieldTally.area_code}
_FACT = {UnitKind.ENUMERATOR: FieldFact.entered_by, UnitKind.VILLAGE: FieldFact.area_code}


@dataclass(frozen=True, slots=True)
class Cell:
    """One indicator of one unit, in the reader's areas; what it is compared with stands for the
    whole office."""

    of: int
    hits: int
    expected: float | None = None
    flagged: bool = False
    grey: Grey | None = None

    @property
    def share(self) -> float | None:
        """The share (0-1), None when nothing was counted."""
        return self.hits / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Row:
    """One enumerator or village."""

    unit: str
    cells: Mapping[str, Cell]
    summary: FieldSummary | None = None

    @property
    def alarms(self) -> int:
        """In how many indicators it stands out."""
        return sum(cell.flagged for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class Table:
    """One page of the monitor, those who stand out first."""

    rows: tuple[Row, ...]
    total: int
    alarms: int = 0  # units that stand out
    grey: frozenset[str] = field(default_factory=frozenset)  # indicators that nobody can be told of


def last_run(session: Session) -> FieldRun | None:
    """Return the last counting, None before the first."""
    return session.scalars(select(FieldRun).order_by(FieldRun.id.desc()).limit(1)).first()


def monitor_table(
    session: Session, kind: UnitKind, *, area: str = "", page: int = 1, size: int = 50
) -> Table:
    """Return the units with interviews in the session's areas (or one of them)."""
    column = _COLUMN[kind]
    query = select(
        column, FieldTally.indicator, func.sum(FieldTally.of), func.sum(FieldTally.hits)
    ).group_by(column, FieldTally.indicator)
    if area:
        query = query.where(within(FieldTally.area_code, [area]))
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    for unit, indicator, of, hits in session.execute(query):
        counts.setdefault(unit, {})[indicator] = int(of), int(hits)
    flagged = _alarms(session, kind)
    order = sorted(counts, key=lambda unit: (-flagged.get(unit, 0), unit))
    shown = order[(page - 1) * size : page * size]
    return Table(
        rows=tuple(_rows(session, kind, shown, counts)),
        total=len(order),
        alarms=sum(unit in flagged for unit in order),
        grey=frozenset(
            one.key for one in INDICATORS if all(one.key not in found for found in counts.values())
        ),
    )


def unit_row(session: Session, kind: UnitKind, unit: str) -> Row:
    """Return one unit with everything counted of it in the session's areas."""
    query = (
        select(FieldTally.indicator, func.sum(FieldTally.of), func.sum(FieldTally.hits))
        .where(_COLUMN[kind] == unit)
        .group_by(FieldTally.indicator)
    )
    counts = {key: (int(of), int(hits)) for key, of, hits in session.execute(query)}
    return _rows(session, kind, [unit], {unit: counts})[0]


def _alarms(session: Session, kind: UnitKind) -> dict[str, int]:
    query = (
        select(FieldVerdict.unit, func.count())
        .where(FieldVerdict.kind == kind, FieldVerdict.flagged)
        .group_by(FieldVerdict.unit)
    )
    return {str(unit): number for unit, number in session.execute(query)}


def _rows(
    session: Session,
    kind: UnitKind,
    units: Sequence[str],
    counts: Mapping[str, Mapping[str, tuple[int, int]]],
) -> list[Row]:
    verdicts = {
        (one.unit, one.indicator): one
        for one in session.scalars(
            select(FieldVerdict).where(FieldVerdict.kind == kind, FieldVerdict.unit.in_(units))
        )
    }
    summaries: dict[str, FieldSummary] = {}
    if kind is UnitKind.ENUMERATOR:
        query = select(FieldSummary).where(FieldSummary.entered_by.in_(units))
        summaries = {one.entered_by: one for one in session.scalars(query)}
    rows = []
    for unit in units:
        cells = {key: _cell(pair, verdicts.get((unit, key))) for key, pair in counts[unit].items()}
        rows.append(Row(unit, cells, summaries.get(unit)))
    return rows


def _cell(pair: tuple[int, int], verdict: FieldVerdict | None) -> Cell:
    of, hits = pair
    if verdict is None:
        return Cell(of, hits, grey=Grey.SMALL)
    grey = None if verdict.grey is None else Grey(verdict.grey)
    return Cell(of, hits, verdict.expected, verdict.flagged, grey)


@dataclass(frozen=True, slots=True)
class Behind:
    """A household that speaks for an indicator."""

    household: uuid.UUID
    head_name: str
    address: str
    area_code: str
    fact: FieldFact


def households_behind(
    session: Session, kind: UnitKind, unit: str, indicator: str, *, page: int, size: int
) -> tuple[list[Behind], int]:
    """Return the households of a unit that speak for an indicator, newest first, and their number.

    Raises KeyError for an unknown indicator.
    """
    mine = (_FACT[kind] == unit, FieldFact.flags.op("&")(BITS[indicator]) != 0)
    total = session.scalar(select(func.count()).select_from(FieldFact).where(*mine)) or 0
    query = (
        select(FieldFact, Household.head_name, Household.address)
        .join(Household, Household.id == FieldFact.household_id)
        .where(*mine)
        .order_by(FieldFact.day.desc(), FieldFact.household_id)
        .limit(size)
        .offset((page - 1) * size)
    )
    rows = [
        Behind(fact.household_id, head, address, fact.area_code, fact)
        for fact, head, address in session.execute(query)
    ]
    return rows, total


def key_of(unit: str) -> str:
    """Return what an address calls an enumerator: no sign-in name stands in addresses and logs."""
    return hashlib.blake2b(unit.encode(), digest_size=8).hexdigest()


def unit_of(session: Session, key: str) -> str | None:
    """Return the enumerator of an address, None when there is nobody in the session's areas."""
    query = select(FieldTally.entered_by).distinct()
    return next((unit for unit in session.scalars(query) if key_of(unit) == key), None)
