"""Reads: findings by what, where, whose and until when, with the money at stake."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from jps.db import everywhere, within
from jps.programmes.case_models import Finding
from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.rules import FindingKind, FindingState, ProgrammeKind

SIZE = 25  # findings of one page
WORKING = (FindingState.OPEN, FindingState.CHECKING)


class Order(StrEnum):
    """What stands first."""

    STAKE = "stake"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which findings; empty means all. `decrees` None: of any programme."""

    area: str = ""
    kind: FindingKind | None = None
    state: FindingState | None = None
    owner: str = ""
    nobody: bool = False
    overdue_on: date | None = None
    decrees: tuple[uuid.UUID, ...] | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """How many, and the rupiah of a year that they stand for."""

    count: int = 0
    stake: int = 0


@dataclass(frozen=True, slots=True)
class FindingPage:
    """One page of findings."""

    rows: Sequence[Finding]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // SIZE))


def decrees_of(session: Session, programme_id: int) -> tuple[uuid.UUID, ...]:
    """Return all decrees of a programme."""
    with everywhere(session):
        return tuple(session.scalars(select(Decree.id).where(Decree.programme_id == programme_id)))


def list_findings(session: Session, filters: Filters, order: Order, *, page: int) -> FindingPage:
    """Return findings of the session's areas, the dearest or the most urgent first."""
    wanted = _wanted(filters)
    if order is Order.DUE:
        places: tuple[Any, ...] = (Finding.due_on.is_(None), Finding.due_on, Finding.stake.desc())
    else:
        places = (Finding.stake.desc(), Finding.due_on.is_(None), Finding.due_on)
    total = session.scalar(select(func.count()).select_from(Finding).where(*wanted)) or 0
    number = min(max(1, page), max(1, -(-total // SIZE)))
    query = select(Finding).where(*wanted).order_by(*places, Finding.found_at, Finding.id)
    rows = session.scalars(query.limit(SIZE).offset((number - 1) * SIZE)).all()
    return FindingPage(rows, total, number)


def sums_by_kind(session: Session, filters: Filters) -> dict[FindingKind, Sum]:
    """Return how many findings of each kind, whatever kind was asked for."""
    query = _sums(Finding.kind, replace(filters, kind=None))
    return {FindingKind(row[0]): Sum(row[1], int(row[2] or 0)) for row in session.execute(query)}


def sums_by_state(session: Session, filters: Filters) -> dict[FindingState, Sum]:
    """Return how many findings in each state, whatever state was asked for."""
    query = _sums(Finding.state, replace(filters, state=None))
    return {FindingState(row[0]): Sum(row[1], int(row[2] or 0)) for row in session.execute(query)}


def _sums(column: Any, filters: Filters) -> Select[Any]:
    query = select(column, func.count(), func.sum(Finding.stake)).where(*_wanted(filters))
    return query.group_by(column)


def money_at_stake(session: Session, filters: Filters) -> int:
    """Return the rupiah a year of the recipients found, each counted once."""
    worth = (
        select(Finding.recipient_id, func.max(Finding.stake).label("stake"))
        .where(*_wanted(filters))
        .group_by(Finding.recipient_id)
        .subquery()
    )
    return int(session.scalar(select(func.sum(worth.c.stake))) or 0)


def count_overdue(session: Session, today: date) -> int:
    """Return how many findings of the session's areas are past their day."""
    wanted = _wanted(Filters(overdue_on=today))
    return session.scalar(select(func.count()).select_from(Finding).where(*wanted)) or 0


def owners(session: Session) -> Sequence[str]:
    """Return who works on findings of the session's areas."""
    query = select(Finding.owner).where(Finding.owner.is_not(None), Finding.gone_at.is_(None))
    return [name for name in session.scalars(query.distinct().order_by(Finding.owner)) if name]


def findings_of(session: Session, household_id: uuid.UUID) -> Sequence[Finding]:
    """Return the findings about a household that still stand or were decided."""
    query = select(Finding).where(Finding.household_id == household_id)
    query = query.where(or_(Finding.gone_at.is_(None), Finding.state == FindingState.CONFIRMED))
    return session.scalars(query.order_by(Finding.found_at.desc())).all()


def findings_about(session: Session, recipient_id: uuid.UUID) -> Sequence[Finding]:
    """Return the findings about a recipient, also as the second of a pair, that still stand."""
    either = or_(Finding.recipient_id == recipient_id, Finding.other_id == recipient_id)
    query = select(Finding).where(either, Finding.gone_at.is_(None))
    return session.scalars(query.order_by(Finding.stake.desc(), Finding.kind)).all()


def _wanted(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Finding.gone_at.is_not(None) if filters.gone else Finding.gone_at.is_(None)
    ]
    if filters.area:
        found.append(within(Finding.area_code, (filters.area,)))
    if filters.kind is not None:
        found.append(Finding.kind == filters.kind)
    if filters.state is not None:
        found.append(Finding.state == filters.state)
    if filters.owner:
        found.append(Finding.owner == filters.owner)
    if filters.nobody:
        found.append(Finding.owner.is_(None))
    if filters.overdue_on is not None:
        found += [Finding.due_on < filters.overdue_on, Finding.state.in_(WORKING)]
    if filters.decrees is not None:
        either = (Finding.decree_id, Finding.other_decree_id)
        found.append(or_(*(column.in_(filters.decrees) for column in either)))
    return found


@dataclass(frozen=True, slots=True)
class Given:
    """What a recipient was given by which decree of which programme."""

    recipient: Recipient
    decree: Decree
    programme: Programme


def given_to(session: Session, recipient_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, Given]:
    """Return recipients of any area with decree and programme; the edge hides who is elsewhere."""
    ids = [one for one in recipient_ids if one is not None]
    query = (
        select(Recipient, Decree, Programme)
        .join(Decree, Decree.id == Recipient.decree_id)
        .join(Programme, Programme.id == Decree.programme_id)
        .where(Recipient.id.in_(ids))
    )
    with everywhere(session):
        return {row[0].id: Given(*row) for row in session.execute(query)}


def given_programmes(session: Session) -> Sequence[Programme]:
    """Return the programmes that give something, by name: flags exclude, nobody is proposed."""
    query = select(Programme).where(Programme.kind != ProgrammeKind.FLAG)
    return session.scalars(query.order_by(Programme.name)).all()


def programmes(session: Session) -> Sequence[Programme]:
    """Return all programmes by name."""
    return session.scalars(select(Programme).order_by(Programme.name)).all()
