"""Reads: one household with its people, its history and conflicts; lists stand in `lists`."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from jps.areas.models import Area
from jps.areas.rules import Level
from jps.db import everywhere
from jps.errors import NotFound
from jps.households.documents import Change, changes_between
from jps.households.lists import (
    MAX_PAGE,
    Cursor,
    Filters,
    Page,
    Row,
    list_after,
    list_households,
    state_counts,
)
from jps.households.models import Family, Household, HouseholdConflict, HouseholdHistory
from jps.households.rules import Source
from jps.households.schemas import HouseholdSchema
from jps.households.services import current_document
from jps.questionnaire import Form

__all__ = [
    "MAX_PAGE",
    "Cursor",
    "FieldChange",
    "Filters",
    "Page",
    "Row",
    "conflict_differences",
    "conflicts",
    "count_conflicts",
    "field_history",
    "gate",
    "get_conflict",
    "get_household",
    "history",
    "list_after",
    "list_households",
    "state_counts",
]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field at one moment of its history."""

    at: datetime
    by: str
    source: Source
    version: int
    action: str
    reason: str | None
    change: Change


def gate(session: Session, form: Form, *, today: date) -> HouseholdSchema:
    """Return the schema that documents pass today, which knows the districts in use."""
    codes = session.scalars(select(Area.code).where(Area.level == Level.KECAMATAN))
    regions = frozenset(code.replace(".", "") for code in codes)
    return HouseholdSchema(form, today=today, regions=regions)


def get_household(session: Session, household_id: uuid.UUID) -> Household:
    """Return a household with its present families and members loaded, or raise `NotFound`."""
    query = (
        select(Household)
        .where(Household.id == household_id)
        .options(
            selectinload(Household.members),
            selectinload(Household.families).selectinload(Family.members),
        )
    )
    household = session.scalars(query).one_or_none()
    if household is None:
        raise NotFound()
    return household


def history(session: Session, household: Household) -> Sequence[HouseholdHistory]:
    """Return the accepted saves and steps of a household that the session may see, newest first.

    A household that moved brings along what happened to it where it was before.
    """
    query = (
        select(HouseholdHistory)
        .where(HouseholdHistory.household_id == household.id)
        .order_by(HouseholdHistory.version.desc())
    )
    with everywhere(session):
        return session.scalars(query).all()


def field_history(
    session: Session, household: Household, *, field: str = "", member: str = ""
) -> list[FieldChange]:
    """Return every change of every field (or of one, of one member), newest first."""
    found: list[FieldChange] = []
    for row in history(session, household):
        changes = [Change(**change) for change in row.changes]
        if row.document is not None:
            changes = changes_between(str(household.id), {}, row.document)
        found += [
            FieldChange(
                at=row.at,
                by=row.by,
                source=Source(row.source),
                version=row.version,
                action=row.action,
                reason=row.reason,
                change=change,
            )
            for change in changes
            if (not field or change.field == field) and (not member or change.id == member)
        ]
    return found


def conflicts(
    session: Session,
    household_id: uuid.UUID | None = None,
    *,
    only_open: bool = True,
    limit: int | None = None,
) -> Sequence[HouseholdConflict]:
    """Return late saves, oldest first, of one household or of all."""
    query = (
        select(HouseholdConflict)
        .options(selectinload(HouseholdConflict.household))
        .order_by(HouseholdConflict.refused_at, HouseholdConflict.id)
        .limit(limit)
    )
    if household_id is not None:
        query = query.where(HouseholdConflict.household_id == household_id)
    if only_open:
        query = query.where(HouseholdConflict.resolved_at.is_(None))
    return session.scalars(query).all()


def count_conflicts(session: Session) -> int:
    """Return how many late saves wait for somebody's choice."""
    query = select(func.count()).select_from(HouseholdConflict)
    return session.scalar(query.where(HouseholdConflict.resolved_at.is_(None))) or 0


def get_conflict(session: Session, conflict_id: uuid.UUID) -> HouseholdConflict:
    """Return a late save with its household, or raise `NotFound`."""
    query = (
        select(HouseholdConflict)
        .where(HouseholdConflict.id == conflict_id)
        .options(selectinload(HouseholdConflict.household))
    )
    conflict = session.scalars(query).one_or_none()
    if conflict is None:
        raise NotFound()
    return conflict


def conflict_differences(session: Session, conflict: HouseholdConflict) -> list[Change]:
    """Return every field in which the late save differs: `old` is stored now, `new` was refused.

    Compares with what the household's form shows: its draft if there is one.
    """
    household = conflict.household
    stored = current_document(session, household)
    return changes_between(str(household.id), stored, conflict.document)
