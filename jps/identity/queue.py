"""The queue page by page: what waits for whom, in which order, how much of it where."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    desc,
    func,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from jps.db import AreaScope, within
from jps.households.counting import merged_away
from jps.households.models import Member
from jps.households.rules import Merged
from jps.identity.models import Link, ReviewCase
from jps.identity.rules import CONFLICTS, LinkState, Step
from jps.text import N_

PAGE = 50  # members on one page
_REGENCY = 5  # characters of a kabupaten's code


class Tray(StrEnum):
    """Parts of the queue that are no state of a link."""

    SECOND = "pendapat_kedua"
    OTHERS = "menunggu_orang_lain"
    CONFLICT = "keputusan_bertentangan"


class Order(StrEnum):
    """By what the queue is sorted."""

    VALUE = "nilai"
    AGE = "umur"
    AREA = "desa"


Place: TypeAlias = LinkState | Tray

TRAY_NAMES: Mapping[Tray, str] = {
    Tray.SECOND: N_("Pendapat kedua"),
    Tray.OTHERS: N_("Menunggu orang lain"),
    Tray.CONFLICT: N_("Keputusan bertentangan"),
}
TRAY_MEANINGS: Mapping[Tray, str] = {
    Tray.SECOND: N_("Orang lain belum yakin. Pendapat Anda yang menentukan."),
    Tray.OTHERS: N_("Anda belum yakin, atau operator kabupaten yang memutuskan."),
    Tray.CONFLICT: N_("Keputusan yang pernah dibuat tidak cocok lagi dengan data yang ada."),
}


@dataclass(frozen=True)
class Reader:
    """Who looks at the queue, and the areas that are theirs."""

    name: str
    scope: AreaScope


@dataclass(frozen=True)
class Asked:
    """What is asked for; an empty area means all that the session may see.

    `days`: only cases that have waited so long. `order` and `days` are for cases; links of other
    states are sorted by area.
    """

    place: Place = LinkState.PERLU_DITINJAU
    area: str = ""
    order: Order = Order.VALUE
    days: int = 0

    @property
    def is_case(self) -> bool:
        """Whether what is asked for waits for a word."""
        return isinstance(self.place, Tray) or self.place is LinkState.PERLU_DITINJAU


@dataclass(frozen=True)
class Key:
    """Where a row stands in its order: the value sorted by, then the member."""

    value: Any
    member_id: uuid.UUID


@dataclass(frozen=True)
class Row:
    """A member in the queue; without a case where nobody has to say anything."""

    member: Member
    link: Link
    case: ReviewCase | None


@dataclass(frozen=True)
class Page:
    """One page; `before` and `after` lead to its neighbours, None where there is none."""

    rows: tuple[Row, ...]
    before: Key | None
    after: Key | None


def read_page(
    session: Session,
    reader: Reader,
    asked: Asked,
    *,
    now: datetime,
    after: Key | None = None,
    before: Key | None = None,
) -> Page:
    """Return the page after a key, before one, or the first."""
    backwards = after is None and before is not None
    query = _keys(reader, asked, now=now)
    query = _beyond(query, asked, before if backwards else after, backwards)
    found = [Key(row[0], row[1]) for row in session.execute(query)]
    more = len(found) > PAGE
    del found[PAGE:]
    if backwards:
        found.reverse()
    if not found:
        return Page((), None, None)
    there_is_before = more if backwards else after is not None
    there_is_after = True if backwards else more
    return Page(
        _rows(session, asked, [key.member_id for key in found]),
        found[0] if there_is_before else None,
        found[-1] if there_is_after else None,
    )


def _rows(session: Session, asked: Asked, ids: Sequence[uuid.UUID]) -> tuple[Row, ...]:
    """Return these members with what is known of them, in this order.

    Read apart from the keys: joined, a planner without fresh statistics would read all members.
    """
    members = {one.id: one for one in session.scalars(select(Member).where(Member.id.in_(ids)))}
    query = select(Link).where(Link.member_id.in_(ids))
    links = {one.member_id: one for one in session.scalars(query)}
    cases: dict[uuid.UUID, ReviewCase] = {}
    if asked.is_case:
        waiting = select(ReviewCase).where(ReviewCase.member_id.in_(ids))
        cases = {one.member_id: one for one in session.scalars(waiting)}
    there = [one for one in ids if one in members and one in links]
    return tuple(Row(members[one], links[one], cases.get(one)) for one in there)


def next_member(
    session: Session, reader: Reader, asked: Asked, member_id: uuid.UUID, *, now: datetime
) -> uuid.UUID | None:
    """Return who comes after a member in the queue, from its beginning again after the last one.

    None when nobody else is there.
    """
    key = _own_key(session, asked, member_id)
    query = _ids(reader, asked, now=now).where(_member_column(asked) != member_id)
    found = session.scalars(_beyond(query, asked, key, False, limit=1)).first()
    if found is None and key is not None:
        found = session.scalars(_beyond(query, asked, None, False, limit=1)).first()
    return found


def count_places(
    session: Session, reader: Reader, area: str = "", *, now: datetime
) -> dict[Place, int]:
    """Return how many members each part of the queue holds, in an area and those inside it."""
    states = select(Link.state, func.count()).where(_inside(Link, area)).group_by(Link.state)
    found = _without_merged(session, states)
    counts: dict[Place, int] = {state: found.get(state, 0) for state in LinkState}
    for place in (LinkState.PERLU_DITINJAU, *Tray):
        where = _conditions(reader, Asked(place, area), now=now)
        query = select(func.count()).select_from(ReviewCase).where(*where)
        counts[place] = session.scalars(query).one()
    return counts


def count_areas(
    session: Session, reader: Reader, asked: Asked, *, length: int, now: datetime
) -> dict[str, int]:
    """Return how many rows each area with codes of `length` characters has."""
    table = ReviewCase if asked.is_case else Link
    code = func.substr(table.area_code, 1, length)
    query = select(code, func.count()).where(*_conditions(reader, asked, now=now)).group_by(code)
    if asked.is_case:
        return {row[0]: row[1] for row in session.execute(query)}
    return _without_merged(session, query)


def _without_merged(session: Session, query: Select[*tuple[Any, ...]]) -> dict[Any, int]:
    """Return counts of links by key without those of members who count as somebody else.

    All are counted and few taken off: to leave them out would read every row instead of an index.
    """
    counts = {row[0]: row[1] for row in session.execute(query)}
    away = query.where(Link.member_id.in_(merged_away(Merged.MEMBER)))
    for row in session.execute(away):
        counts[row[0]] -= row[1]
    return counts


def _own_key(session: Session, asked: Asked, member_id: uuid.UUID) -> Key | None:
    column = _member_column(asked)
    query = select(_sorted_by(asked), column).where(column == member_id)
    row = session.execute(query).one_or_none()
    return Key(row[0], row[1]) if row is not None else None


def _keys(reader: Reader, asked: Asked, *, now: datetime) -> Select[*tuple[Any, ...]]:
    query = select(_sorted_by(asked), _member_column(asked))
    return query.where(*_listed(reader, asked, now=now))


def _ids(reader: Reader, asked: Asked, *, now: datetime) -> Select[tuple[uuid.UUID]]:
    return select(_member_column(asked)).where(*_listed(reader, asked, now=now))


def _listed(reader: Reader, asked: Asked, *, now: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions of rows that are shown: counts take merged links off otherwise."""
    where = _conditions(reader, asked, now=now)
    return where if asked.is_case else [*where, _counts(Link)]


def _beyond(
    query: Select[*tuple[Any, ...]],
    asked: Asked,
    key: Key | None,
    backwards: bool,
    *,
    limit: int = PAGE + 1,
) -> Select[*tuple[Any, ...]]:
    """Sort, and leave out what stands before `key` (after it, going backwards)."""
    columns = (_sorted_by(asked), _member_column(asked))
    if key is not None:
        here, there = tuple_(*columns), tuple_(key.value, key.member_id)
        query = query.where(here < there if backwards else here > there)
    order = [desc(column) for column in columns] if backwards else columns
    return query.order_by(*order).limit(limit)


def _sorted_by(asked: Asked) -> Any:
    if not asked.is_case:
        return Link.area_code
    columns = {Order.VALUE: ReviewCase.rank, Order.AGE: ReviewCase.opened_at}
    return columns.get(asked.order, ReviewCase.area_code)


def _member_column(asked: Asked) -> Any:
    return ReviewCase.member_id if asked.is_case else Link.member_id


def _conditions(reader: Reader, asked: Asked, *, now: datetime) -> list[ColumnElement[bool]]:
    if not asked.is_case:
        return [Link.state == asked.place, _inside(Link, asked.area)]
    inside = _inside(ReviewCase, asked.area)
    conditions = [_tray(reader, asked.place), inside, _counts(ReviewCase)]
    if asked.days:
        conditions.append(ReviewCase.opened_at <= now - timedelta(days=asked.days))
    return conditions


def _counts(table: type[Link] | type[ReviewCase]) -> ColumnElement[bool]:
    """Return the condition that a member does not count as somebody else."""
    return table.member_id.not_in(merged_away(Merged.MEMBER))


def _inside(table: type[Link] | type[ReviewCase], area: str) -> ColumnElement[bool]:
    return within(table.area_code, [area]) if area else true()


def _tray(reader: Reader, place: Place) -> ColumnElement[bool]:
    one = ReviewCase
    if place is Tray.CONFLICT:
        return one.step.in_(CONFLICTS)
    if place is LinkState.PERLU_DITINJAU:
        return one.step == Step.DECIDE
    regencies = [code for code in reader.scope.codes if len(code) <= _REGENCY]
    covered = true() if reader.scope.whole else within(one.area_code, regencies)
    unsure = or_(one.first_by == reader.name, func.coalesce(one.second_by, "") == reader.name)
    mine = and_(not_(unsure), or_(one.step == Step.SECOND, covered))
    waits = one.step.in_((Step.SECOND, Step.THIRD))
    return and_(waits, mine if place is Tray.SECOND else not_(mine))
