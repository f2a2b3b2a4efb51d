"""Reads: decrees with deliveries, how far they are, and who is still to be given what."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.benefits.rules import Terms
from jps.db import everywhere, scope_of, within
from jps.errors import NotFound
from jps.programmes.models import Benefit, Decree, Programme, Recipient
from jps.programmes.queries import terms_on as programme_terms_on
from jps.programmes.rules import BenefitState, DecreeState, Frequency, ProgrammeKind, Standing


@dataclass(frozen=True)
class Progress:
    """What is planned and what became of it, of deliveries that still count. Rupiah.

    `planned` and `amount` are all of them; `unproved` were delivered without a proof.
    """

    planned: int = 0
    delivered: int = 0
    refused: int = 0
    unproved: int = 0
    amount: int = 0
    given: int = 0

    @property
    def waiting(self) -> int:
        """Deliveries of which nobody has said anything."""
        return self.planned - self.delivered - self.refused

    @property
    def share(self) -> float | None:
        """Deliveries made over planned ones, None where nothing is planned."""
        return self.delivered / self.planned if self.planned else None

    @property
    def share_given(self) -> float | None:
        """Rupiah given over planned, None where nothing is planned in rupiah."""
        return self.given / self.amount if self.amount else None


def counting() -> ColumnElement[bool]:
    """Return the condition that a delivery counts: what was planned for somebody struck does not.

    Joins `Recipient`.
    """
    return or_(Benefit.state != BenefitState.PLANNED, Recipient.standing != Standing.STRUCK)


def sums() -> tuple[ColumnElement[int], ...]:
    """Return the columns of a `Progress`, to be grouped."""
    delivered = Benefit.state == BenefitState.DELIVERED

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    return (
        func.count(),
        count(delivered),
        count(Benefit.state == BenefitState.NOT_DELIVERED),
        count(and_(delivered, Benefit.proof == "")),
        func.coalesce(func.sum(Benefit.amount), 0),
        func.coalesce(func.sum(case((delivered, Benefit.delivered_amount), else_=0)), 0),
    )


def progress(row: Sequence[int]) -> Progress:
    """Return the columns of `sums` as read."""
    return Progress(*(int(value) for value in row))


def added(parts: Iterable[Progress]) -> Progress:
    """Return the progress of all parts together."""
    total = [0] * 6
    for one in parts:
        values = (
            one.planned,
            one.delivered,
            one.refused,
            one.unproved,
            one.amount,
            one.given,
        )
        total = [a + b for a, b in zip(total, values, strict=True)]
    return Progress(*total)


def get_decree(session: Session, decree_id: uuid.UUID) -> Decree:
    """Return a decree that is the reader's or names somebody in their areas; NotFound else."""
    mine = select(Recipient.id).where(Recipient.decree_id == decree_id).limit(1)
    has_some = session.scalar(mine) is not None
    with everywhere(session):
        found = session.get(Decree, decree_id)
    if found is None or not (has_some or scope_of(session).covers(found.area_code)):
        raise NotFound()
    return found


def may_see_whole(session: Session, decree: Decree) -> bool:
    """Whether the reader's areas hold the whole area of a decree."""
    return scope_of(session).covers(decree.area_code)


@dataclass(frozen=True)
class Line:
    """A decree with its programme and how far its deliveries in the reader's areas are."""

    decree: Decree
    programme: Programme
    progress: Progress
    recipients: int


def decree_lines(session: Session) -> list[Line]:
    """Return the aid decrees that are in force or of which something was planned, newest first."""
    people = {
        row.decree_id: row.people
        for row in session.execute(
            select(Recipient.decree_id, func.count().label("people"))
            .where(Recipient.standing != Standing.STRUCK, Recipient.same_as.is_(None))
            .group_by(Recipient.decree_id)
        )
    }
    done = {
        row[0]: progress(row[1:])
        for row in session.execute(
            select(Benefit.decree_id, *sums())
            .join(Recipient, Recipient.id == Benefit.recipient_id)
            .where(counting())
            .group_by(Benefit.decree_id)
        )
    }
    scope = scope_of(session)
    query = (
        select(Decree, Programme)
        .join(Programme, Programme.id == Decree.programme_id)
        .where(Programme.kind == ProgrammeKind.AID)
        .order_by(Decree.period_from.desc(), Decree.number, Decree.id)
    )
    with everywhere(session):
        rows = session.execute(query).all()
    return [
        Line(decree, programme, done.get(decree.id, Progress()), people.get(decree.id, 0))
        for decree, programme in rows
        if decree.id in done
        or (
            (decree.id in people or scope.covers(decree.area_code))
            and decree.state == DecreeState.IN_FORCE
        )
    ]


def terms_on(session: Session, programme_id: int, day: date) -> Terms:
    """Return how much a delivery of a programme gives on a day; nothing known: once, no amount."""
    found = programme_terms_on(session, programme_id, day)
    if found is None:
        return Terms(None, Frequency.ONCE, None)
    return Terms(
        found.amount,
        Frequency(found.frequency),
        found.deliveries,
        tuple(found.components),
        tuple(found.packages),
    )


@dataclass(frozen=True)
class Instalment:
    """One of the deliveries of a decree: its number, when it is due, how far it is."""

    number: int
    due_on: date
    progress: Progress


def instalments(session: Session, decree_id: uuid.UUID) -> list[Instalment]:
    """Return the deliveries of a decree in the reader's areas, in order."""
    query = (
        select(Benefit.instalment, func.min(Benefit.due_on), *sums())
        .join(Recipient, Recipient.id == Benefit.recipient_id)
        .where(Benefit.decree_id == decree_id, counting())
        .group_by(Benefit.instalment)
        .order_by(Benefit.instalment)
    )
    return [Instalment(row[0], row[1], progress(row[2:])) for row in session.execute(query)]


def areas_progress(
    session: Session, decree_id: uuid.UUID, instalment: int, inside: str, level: Level
) -> dict[str, Progress]:
    """Return how far a delivery is per area of `level` in `inside` ("" for all), by code."""
    area = func.substr(Benefit.area_code, 1, level.code_length)
    query = (
        select(area, *sums())
        .join(Recipient, Recipient.id == Benefit.recipient_id)
        .where(Benefit.decree_id == decree_id, Benefit.instalment == instalment, counting())
        .group_by(area)
        .order_by(area)
    )
    if inside:
        query = query.where(within(Benefit.area_code, (inside,)))
    return {row[0]: progress(row[1:]) for row in session.execute(query)}


def village_benefits(
    session: Session,
    decree_id: uuid.UUID,
    instalment: int,
    area_code: str,
    *,
    state: BenefitState | None = None,
    page: int = 1,
    size: int = 50,
) -> Sequence[tuple[Benefit, Recipient]]:
    """Return a delivery's recipients in a village, those still waiting first, then by name."""
    query = _in_village(decree_id, instalment, area_code, state).order_by(
        case((Benefit.state == BenefitState.PLANNED, 0), else_=1),
        func.lower(Recipient.name),
        Recipient.row,
    )
    rows = session.execute(query.limit(size).offset((page - 1) * size))
    return [(benefit, recipient) for benefit, recipient in rows]


def _in_village(
    decree_id: uuid.UUID, instalment: int, area_code: str, state: BenefitState | None
) -> Select[Benefit, Recipient]:
    query = (
        select(Benefit, Recipient)
        .join(Recipient, Recipient.id == Benefit.recipient_id)
        .where(
            Benefit.decree_id == decree_id,
            Benefit.instalment == instalment,
            Benefit.area_code == area_code,
            counting(),
        )
    )
    return query if state is None else query.where(Benefit.state == state)
