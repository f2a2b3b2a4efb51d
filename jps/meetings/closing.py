"""Close the record of a meeting, which writes its decisions into the households, and reopen it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.errors import Conflict, InvalidData, JpsError, NotAllowed
from jps.households import workflow
from jps.households.rules import State
from jps.households.saving import Author, load_household
from jps.meetings.models import MeetingItem
from jps.meetings.rules import REASON_NAMES, Decision, Reason, closing_problems
from jps.meetings.services import (
    audit_meeting,
    decision_counts,
    find_open,
    load_meeting,
    load_open,
)
from jps.text import N_


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the decisions: how many households moved, and which had gone elsewhere."""

    done: int
    left: tuple[uuid.UUID, ...]


def close_meeting(
    session: Session, meeting_id: uuid.UUID, *, today: date, by: Author, at: datetime
) -> Applied:
    """Close the record: every decision is written into its household, all or none.

    Raises `InvalidData` while something is missing. A household that somebody returned or archived
    meanwhile is left where it is, and named.
    """
    meeting = load_open(session, meeting_id)
    counts = decision_counts(session, meeting.id)
    problems = closing_problems(
        meeting.facts, counts, has_minutes=meeting.minutes_sha256 is not None, today=today
    )
    if problems:
        raise InvalidData(N_("Musyawarah belum dapat ditutup."), {"_": problems})
    left = []
    for item in _items(session, meeting.id):
        household = load_household(session, item.household_id)
        if household.state != State.VERIFIED:
            left.append(household.id)
            continue
        workflow.decide(
            session,
            household.id,
            agreed=item.decision == Decision.AGREED,
            reason=reason_told(item),
            letter=meeting.number,
            version=household.version,
            by=by,
            at=at,
        )
        item.applied_version = household.version
    meeting.closed_by, meeting.closed_at = by.username, at
    session.flush()
    audit_meeting(session, meeting, "meeting-closed", by=by, at=at)
    return Applied(sum(counts.values()) - len(left), tuple(left))


def reopen_meeting(
    session: Session, meeting_id: uuid.UUID, reason: str, *, by: Author, at: datetime
) -> Applied:
    """Open a closed record again, for the kabupaten: households that nobody took further go back.

    Those that were confirmed, returned or archived since stay where they are, and are named.
    """
    meeting = load_meeting(session, meeting_id)
    if not meeting.is_closed:
        raise Conflict(N_("Musyawarah ini masih terbuka."))
    if not by.is_of_kabupaten(meeting.area_code):
        raise NotAllowed(N_("Hanya petugas kabupaten yang dapat membuka musyawarah lagi."))
    if find_open(session, meeting.area_code) is not None:
        raise Conflict(N_("Masih ada musyawarah lain yang terbuka di desa ini."))
    reason = workflow.checked_reason(reason)
    done, left = 0, []
    for item in _items(session, meeting.id):
        if item.applied_version is None:
            continue
        version, item.applied_version = item.applied_version, None
        try:
            with session.begin_nested():
                workflow.reopen(session, item.household_id, reason, version=version, by=by, at=at)
        except JpsError:
            left.append(item.household_id)
            continue
        done += 1
    meeting.closed_by, meeting.closed_at = None, None
    meeting.reopened_by, meeting.reopened_at = by.username, at
    meeting.reopened_reason = reason
    session.flush()
    audit_meeting(session, meeting, "meeting-reopened", by=by, at=at)
    return Applied(done, tuple(left))


def reason_told(item: MeetingItem) -> str:
    """Return the reason of a rejection in words, as the household keeps it (Indonesian)."""
    if item.reason is None:
        return ""
    name = REASON_NAMES[Reason(item.reason)]
    return f"{name}: {item.reason_text}" if item.reason_text else name


def _items(session: Session, meeting_id: uuid.UUID) -> Sequence[MeetingItem]:
    query = select(MeetingItem).where(MeetingItem.meeting_id == meeting_id)
    return session.scalars(query.order_by(MeetingItem.household_id)).all()
