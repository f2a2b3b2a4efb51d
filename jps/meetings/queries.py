"""Reads: meetings of one's areas, and the households on a meeting's list."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, case, cast, func, select
from sqlalchemy.orm import Session

from jps.db import within
from jps.errors import NotFound
from jps.households.models import Household
from jps.households.rules import State
from jps.meetings.models import Meeting, MeetingItem
from jps.meetings.rules import Decision

LISTED = 200  # meetings of one page


@dataclass(frozen=True, slots=True)
class Summary:
    """A meeting with how many households stand under each decision."""

    meeting: Meeting
    agreed: int
    rejected: int
    waiting: int

    @property
    def total(self) -> int:
        """All households on its list."""
        return self.agreed + self.rejected + self.waiting


@dataclass(frozen=True, slots=True)
class Listed:
    """A household on a meeting's list."""

    item: MeetingItem
    id: uuid.UUID
    head_name: str
    address: str
    household_size: int | None
    state: State


def get_meeting(session: Session, meeting_id: uuid.UUID) -> Meeting:
    """Return a meeting of the session's areas, or raise `NotFound`."""
    found = session.scalars(select(Meeting).where(Meeting.id == meeting_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def list_meetings(session: Session, *, area: str = "") -> list[Summary]:
    """Return the meetings of the session's areas: open ones first, then the latest."""

    def number(held: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((held, 1), else_=0)), 0)

    counts = (
        select(
            MeetingItem.meeting_id,
            number(MeetingItem.decision == Decision.AGREED).label("agreed"),
            number(MeetingItem.decision == Decision.REJECTED).label("rejected"),
            number(MeetingItem.decision.is_(None)).label("waiting"),
        )
        .group_by(MeetingItem.meeting_id)
        .subquery()
    )
    query = (
        select(Meeting, counts.c.agreed, counts.c.rejected, counts.c.waiting)
        .outerjoin(counts, counts.c.meeting_id == Meeting.id)
        .order_by(cast(Meeting.closed_at.is_not(None), Integer), Meeting.held_on.desc(), Meeting.id)
        .limit(LISTED)
    )
    if area:
        query = query.where(within(Meeting.area_code, [area]))
    return [
        Summary(meeting, int(agreed or 0), int(rejected or 0), int(waiting or 0))
        for meeting, agreed, rejected, waiting in session.execute(query)
    ]


def listed(
    session: Session, meeting_id: uuid.UUID, *, page: int = 1, size: int | None = None
) -> list[Listed]:
    """Return the households on a meeting's list by name and address, one page or all."""
    query = (
        select(MeetingItem, Household)
        .join(Household, Household.id == MeetingItem.household_id)
        .where(MeetingItem.meeting_id == meeting_id)
        .order_by(Household.head_name, Household.address, Household.id)
    )
    if size is not None:
        query = query.limit(size).offset((page - 1) * size)
    return [
        Listed(item, home.id, home.head_name, home.address, home.household_size, State(home.state))
        for item, home in session.execute(query)
    ]


def meetings_of(session: Session, household_id: uuid.UUID) -> Sequence[Meeting]:
    """Return the meetings that had a household on their list, newest first."""
    mine = select(MeetingItem.meeting_id).where(MeetingItem.household_id == household_id)
    return session.scalars(
        select(Meeting).where(Meeting.id.in_(mine)).order_by(Meeting.held_on.desc())
    ).all()
