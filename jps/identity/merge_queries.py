"""Reads: the ledger of merges, and what counts as one record."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from jps.db import AreaScope, everywhere, within
from jps.households.models import Household, Member, Merge
from jps.households.rules import Merged

PAGE = 50  # acts on one page


@dataclass(frozen=True)
class MergePage:
    """One page of the ledger, newest first; `number` counts from 1."""

    rows: tuple[Merge, ...]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page, at least 1."""
        return max(1, -(-self.total // PAGE))


def list_merges(session: Session, scope: AreaScope, *, page: int = 1) -> MergePage:
    """Return the acts that touch these areas, each by the record that it is about."""
    where = [_is_head(), _touches(scope)]
    total = session.scalar(select(func.count()).select_from(Merge).where(*where)) or 0
    page = max(1, min(page, -(-total // PAGE) or 1))
    query = select(Merge).where(*where).order_by(Merge.at.desc(), Merge.act_id)
    rows = session.scalars(query.offset((page - 1) * PAGE).limit(PAGE)).all()
    return MergePage(tuple(rows), page, total)


def _is_head() -> ColumnElement[bool]:
    """Return the condition that a row is the household of its act, or its only kind of row."""
    whole = aliased(Merge)
    household = exists().where(whole.act_id == Merge.act_id, whole.kind == Merged.HOUSEHOLD)
    return or_(Merge.kind == Merged.HOUSEHOLD, and_(Merge.kind == Merged.MEMBER, not_(household)))


def _touches(scope: AreaScope) -> ColumnElement[bool]:
    if scope.whole:
        return true()
    return or_(within(Merge.area_code, scope.codes), within(Merge.kept_area_code, scope.codes))


def touches(merges: Sequence[Merge], scope: AreaScope) -> bool:
    """Whether an act touches one of these areas."""
    return any(scope.covers(one.area_code) or scope.covers(one.kept_area_code) for one in merges)


def names_of(session: Session, merges: Sequence[Merge]) -> dict[uuid.UUID, str]:
    """Return the names of merged and kept records: of people, or of the heads of households.

    Records outside the session's areas are left out.
    """
    ids = {one for merge in merges for one in (merge.record_id, merge.kept_id)}
    households = select(Household.id, Household.head_name).where(Household.id.in_(ids))
    members = select(Member.id, Member.name).where(Member.id.in_(ids))
    found = {row.id: row.head_name for row in session.execute(households)}
    return found | {row.id: row.name for row in session.execute(members)}


def merges_around(session: Session, household_id: uuid.UUID) -> Sequence[Merge]:
    """Return the merges not undone of a household and of its people, in either direction."""
    either = or_(Merge.household_id == household_id, Merge.kept_household_id == household_id)
    query = select(Merge).where(either, Merge.undone_at.is_(None))
    return session.scalars(query.order_by(Merge.at, Merge.id)).all()


def find_households(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Household]:
    """Return households of any area by id, without their people."""
    with everywhere(session):
        found = session.scalars(select(Household).where(Household.id.in_(ids)))
        return {household.id: household for household in found}
