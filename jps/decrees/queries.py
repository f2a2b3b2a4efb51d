"""Reads of decrees: those that reach a reader's areas, and what else touches their recipients."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from jps.db import chunks, everywhere, scope_of
from jps.decrees.report import Answer, condition, inside
from jps.errors import NotFound
from jps.programmes.case_models import Finding
from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.rules import FindingKind, ProgrammeKind, Unit

LATEST = 100  # decrees shown
_AT_ONCE = 500
_TOUCHING = (FindingKind.OVERLAP, FindingKind.EXCLUDED)


@dataclass(frozen=True, slots=True)
class Listed:
    """A decree with its programme. `whole`: the reader sees all of its recipients."""

    decree: Decree
    programme: Programme
    whole: bool


def list_decrees(session: Session, kinds: Collection[ProgrammeKind] = ()) -> list[Listed]:
    """Return the latest decrees that hold for an area of the reader, newest first."""
    query = (
        select(Decree, Programme)
        .join(Programme, Programme.id == Decree.programme_id)
        .order_by(Decree.made_at.desc(), Decree.id)
    )
    if kinds:
        query = query.where(Programme.kind.in_(list(kinds)))
    scope = scope_of(session)
    return [
        Listed(decree, programme, scope.covers(decree.area_code))
        for decree, programme in session.execute(query.limit(LATEST))
    ]


def find_decree(session: Session, decree_id: uuid.UUID) -> Listed:
    """Return a decree that holds for an area of the reader, or raise `NotFound`."""
    decree = session.scalars(select(Decree).where(Decree.id == decree_id)).one_or_none()
    if decree is None:
        raise NotFound()
    programme = session.get_one(Programme, decree.programme_id)
    return Listed(decree, programme, scope_of(session).covers(decree.area_code))


def page_of(
    session: Session,
    decree_id: uuid.UUID,
    area: str,
    answer: Answer,
    *,
    number: int,
    size: int,
) -> Sequence[Recipient]:
    """Return one page of the recipients of an answer, in the order of the list."""
    query = (
        select(Recipient)
        .where(Recipient.decree_id == decree_id, inside(area), condition(answer))
        .order_by(Recipient.row)
        .limit(size)
        .offset((number - 1) * size)
    )
    return session.scalars(query).all()


def find_recipient(session: Session, recipient_id: uuid.UUID) -> Recipient:
    """Return a recipient of the reader's areas, or raise `NotFound`."""
    query = select(Recipient).where(Recipient.id == recipient_id)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True, slots=True)
class Touch:
    """Another list that touches a recipient: an overlap, or a source that excludes."""

    kind: FindingKind
    level: Unit
    programme: str
    number: str
    decree_id: uuid.UUID
    recipient_id: uuid.UUID
    area_code: str


def touches_of(
    session: Session, recipient_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[Touch]]:
    """Return what else these recipients are on, as findings say it, whichever side found it."""
    found: dict[uuid.UUID, list[Touch]] = defaultdict(list)
    other = aliased(Recipient)
    with everywhere(session):
        for piece in chunks(recipient_ids, _AT_ONCE):
            for mine, theirs in (
                (Finding.recipient_id, Finding.other_id),
                (Finding.other_id, Finding.recipient_id),
            ):
                query = (
                    select(
                        mine, Finding.kind, Finding.level, Programme.name, Decree.number,
                        Decree.id, other.id, other.area_code,
                    )
                    .join(other, other.id == theirs)
                    .join(Decree, Decree.id == other.decree_id)
                    .join(Programme, Programme.id == Decree.programme_id)
                    .where(mine.in_(piece), Finding.kind.in_(_TOUCHING), Finding.gone_at.is_(None))
                    .order_by(Programme.name, Decree.number)
                )  # fmt: skip
                for key, kind, level, name, number, decree_id, their_id, area in session.execute(
                    query
                ):
                    touch = Touch(
                        FindingKind(kind), Unit(level), name, number, decree_id, their_id, area
                    )
                    if key is not None:
                        found[key].append(touch)
    return found


def rows_of(session: Session, recipient_ids: Collection[uuid.UUID | None]) -> dict[uuid.UUID, int]:
    """Return the row of each of these recipients on its list."""
    ids = sorted({one for one in recipient_ids if one is not None}, key=str)
    found: dict[uuid.UUID, int] = {}
    with everywhere(session):
        for piece in chunks(ids, _AT_ONCE):
            query = select(Recipient.id, Recipient.row).where(Recipient.id.in_(piece))
            found |= {row.id: row.row for row in session.execute(query)}
    return found


def decile_counts(session: Session, decree_id: uuid.UUID, area: str) -> dict[int | None, int]:
    """Return how many recipients of each decile; 0 is not ranked, None unknown."""
    query = (
        select(Recipient.decile, func.count())
        .where(Recipient.decree_id == decree_id, inside(area), condition(Answer.ALL))
        .group_by(Recipient.decile)
    )
    return {row[0]: row[1] for row in session.execute(query)}
