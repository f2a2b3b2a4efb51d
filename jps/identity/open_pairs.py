"""Reads: pairs of members, families and households of our list that wait for a decision.

A pair counts for the areas of both its records. Pairs of which one record counts as another one
wait no more: the record shown in its place has pairs of its own.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from jps.areas.rules import Level, level_of
from jps.db import AreaScope, everywhere, scope_of, within
from jps.errors import NotFound
from jps.households.counting import merged_away
from jps.households.rules import Merged
from jps.identity.group_models import GroupDecision, GroupPair
from jps.identity.group_rules import Group
from jps.identity.models import Duplicate
from jps.identity.rules import Verdict

PAGE = 50  # pairs on one page
Pair: TypeAlias = Duplicate | GroupPair


class Kind(StrEnum):
    """What may be listed twice."""

    MEMBER = "member"
    FAMILY = "family"
    HOUSEHOLD = "household"


@dataclass(frozen=True)
class Asked:
    """Which pairs are asked for; `unsure` are those that somebody could not decide."""

    kind: Kind = Kind.MEMBER
    area: str = ""
    unsure: bool = False


@dataclass(frozen=True)
class PairPage:
    """One page of pairs, surest first; `number` counts from 1."""

    rows: tuple[Pair, ...]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page, at least 1."""
        return max(1, -(-self.total // PAGE))


def open_pairs(session: Session, asked: Asked, *, page: int = 1) -> PairPage:
    """Return one page of the pairs that wait in the session's areas."""
    table, where = _table(asked.kind), _conditions(session, asked)
    with everywhere(session):
        total = session.scalar(select(func.count()).select_from(table).where(*where)) or 0
        page = max(1, min(page, -(-total // PAGE) or 1))
        query = select(table).where(*where).order_by(table.weight.desc(), table.id)
        found: Sequence[Any] = session.scalars(query.offset((page - 1) * PAGE).limit(PAGE)).all()
    return PairPage(tuple(found), page, total)


def next_pair(session: Session, asked: Asked, after: Pair) -> uuid.UUID | None:
    """Return the pair that follows `after`, or the first one where none does."""
    table, where = _table(asked.kind), _conditions(session, asked)
    later = and_(table.weight == after.weight, table.id > after.id)
    query = select(table.id).where(*where).order_by(table.weight.desc(), table.id).limit(1)
    with everywhere(session):
        found = session.scalars(query.where(or_(table.weight < after.weight, later))).first()
        return found or session.scalars(query.where(table.id != after.id)).first()


def totals(session: Session, asked: Asked) -> dict[Kind, int]:
    """Return how many pairs of each kind wait."""
    found = {}
    for kind in Kind:
        where = _conditions(session, Asked(kind, asked.area, asked.unsure))
        with everywhere(session):
            query = select(func.count()).select_from(_table(kind)).where(*where)
            found[kind] = session.scalar(query) or 0
    return found


def counts_below(session: Session, asked: Asked) -> dict[str, int]:
    """Return how many pairs wait in each area of the level below the one asked for."""
    level = level_of(asked.area).below if asked.area else Level.KABKOTA
    if level is None:
        return {}
    table, where = _table(asked.kind), _conditions(session, asked)
    one, other = (
        func.substr(code, 1, level.code_length) for code in (table.area_code, table.other_area_code)
    )
    query = select(one, other, func.count()).where(*where).group_by(one, other)
    found: Counter[str] = Counter()
    with everywhere(session):
        for here, there, number in session.execute(query):
            for code in {here, there}:
                found[code] += number
    scope = scope_of(session)
    return {code: found[code] for code in sorted(found) if _is_inside(code, asked.area, scope)}


def _is_inside(code: str, area: str, scope: AreaScope) -> bool:
    inside = not area or code.startswith(area + ".")
    return inside and (scope.covers(code) or any(one.startswith(code) for one in scope.codes))


def _table(kind: Kind) -> type[Duplicate] | type[GroupPair]:
    return Duplicate if kind is Kind.MEMBER else GroupPair


def _conditions(session: Session, asked: Asked) -> list[ColumnElement[bool]]:
    table = _table(asked.kind)
    verdict = table.verdict == Verdict.UNSURE if asked.unsure else table.verdict.is_(None)
    found = [verdict, _touches(table, scope_of(session)), *_both_count(asked.kind)]
    if asked.area:
        found.append(_touches(table, AreaScope((asked.area,))))
    return found


def _both_count(kind: Kind) -> list[ColumnElement[bool]]:
    if kind is Kind.MEMBER:
        away = merged_away(Merged.MEMBER)
        return [Duplicate.member_id.not_in(away), Duplicate.other_id.not_in(away)]
    away = merged_away(Merged.HOUSEHOLD)
    one = GroupPair
    both = [one.first_household_id.not_in(away), one.other_household_id.not_in(away)]
    return [one.kind == Group(str(kind)), *both]


def _touches(table: type[Duplicate] | type[GroupPair], scope: AreaScope) -> ColumnElement[bool]:
    """Return the condition that one of a pair's records is of these areas."""
    if scope.whole:
        return true()
    here, there = within(table.area_code, scope.codes), within(table.other_area_code, scope.codes)
    return or_(here, there)


def find_group(session: Session, pair_id: uuid.UUID) -> GroupPair:
    """Return a pair of households or families of which one is the session's; NotFound."""
    mine = _touches(GroupPair, scope_of(session))
    with everywhere(session):
        found = session.scalars(
            select(GroupPair).where(GroupPair.id == pair_id, mine)
        ).one_or_none()
    if found is None:
        raise NotFound()
    return found


def group_decisions(session: Session, pair: GroupPair) -> Sequence[GroupDecision]:
    """Return what was ever decided about two households or families, newest first."""
    one = GroupDecision
    query = select(one).where(one.first_id == pair.first_id, one.other_id == pair.other_id)
    with everywhere(session):
        return session.scalars(query.order_by(one.at.desc(), one.id)).all()
