"""What an enumerator takes along: the households of their villages, and their own open work."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, selectinload

from jps.households.counting import household_counts
from jps.households.documents import Document
from jps.households.models import Household
from jps.households.rows import document_of
from jps.households.rules import EDITABLE, State

MOST = 5_000  # households; a village has some hundred, a kecamatan some thousand


@dataclass(frozen=True, slots=True)
class PackRow:
    """A household as the phone lists it; `document` is what its form goes on from, for the
    person's own open work, and None for all others."""

    id: uuid.UUID
    version: int
    state: State
    area_code: str
    head_name: str
    address: str
    size: int | None
    is_mine: bool
    reason: str | None
    document: Document | None = None


def pack_rows(session: Session, *, username: str) -> list[PackRow]:
    """Return the person's own open households with their documents, then what changed last of the
    others in the session's areas, at most `MOST`."""
    mine = _own_open(session, username)
    others = _others(session, username, taken=[row.id for row in mine])
    return mine + others


def _own_open(session: Session, username: str) -> list[PackRow]:
    own = and_(Household.entered_by == username, Household.state.in_([State.DRAFT, State.RETURNED]))
    query = (
        select(Household)
        .where(Household.state.in_(EDITABLE), or_(own, Household.draft_by == username))
        .order_by(Household.changed_at.desc(), Household.id)
        .options(selectinload(Household.members))
    )
    return [
        PackRow(
            id=found.id,
            version=found.version,
            state=State(found.state),
            area_code=found.area_code,
            head_name=found.head_name,
            address=found.address,
            size=found.household_size,
            is_mine=found.entered_by == username,
            reason=found.state_reason,
            document=_document(found),
        )
        for found in session.scalars(query)
    ]


def _document(household: Household) -> Document:
    if household.draft is not None:
        return {"id": str(household.id), **household.draft}
    return document_of(household, household.members)


def _others(session: Session, username: str, *, taken: Sequence[uuid.UUID]) -> list[PackRow]:
    query = (
        select(
            Household.id,
            Household.version,
            Household.state,
            Household.area_code,
            Household.head_name,
            Household.address,
            Household.household_size,
            Household.entered_by,
            Household.state_reason,
        )
        .where(Household.state != State.ARCHIVED, household_counts())
        .order_by(Household.changed_at.desc(), Household.id)
        .limit(MOST)
    )
    own = set(taken)
    return [
        PackRow(
            id=row.id,
            version=row.version,
            state=State(row.state),
            area_code=row.area_code,
            head_name=row.head_name,
            address=row.address,
            size=row.household_size,
            is_mine=row.entered_by == username,
            reason=row.state_reason if row.entered_by == username else None,
        )
        for row in session.execute(query)
        if row.id not in own
    ]
