"""Hold a village meeting: its list, its decisions, its minutes.

While the record is open, decisions can be changed and touch no household; see `closing`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.rules import Level
from jps.audit.services import Event, record
from jps.db import chunks, locked_row
from jps.errors import Conflict, InvalidData
from jps.households.counting import household_counts
from jps.households.models import Household
from jps.households.rules import State
from jps.households.saving import Author, OutsideScope
from jps.meetings.models import Meeting, MeetingItem
from jps.meetings.rules import (
    Decision,
    Facts,
    Verdict,
    facts_problems,
    verdict_problem,
)
from jps.text import N_, one_line

CLOSED = N_("Musyawarah ini sudah ditutup. Minta kabupaten membukanya lagi bila perlu diubah.")
NOT_VERIFIED = N_("Hanya rumah tangga yang terverifikasi yang dapat dibawa ke musyawarah.")
NO_MEETING = N_("Belum ada musyawarah yang terbuka di desa ini. Buat dahulu.")
LISTED_ALREADY = N_("Rumah tangga ini sudah ada dalam daftar musyawarah.")
_AT_ONCE = 5_000  # ids in one statement


@dataclass(frozen=True, slots=True)
class Minutes:
    """The uploaded minutes: SHA-256 of the kept file and what kind of file it is."""

    sha256: str
    media_type: str


def open_meeting(
    session: Session, area_code: str, facts: Facts, *, by: Author, at: datetime
) -> Meeting:
    """Begin the record of a village's meeting; every verified household is put on its list."""
    area = session.get(Area, area_code)
    if area is None or area.level != Level.DESA or not by.scope.covers(area_code):
        raise OutsideScope(N_("Pilih salah satu desa di wilayah Anda."))
    if find_open(session, area_code) is not None:
        message = N_("Masih ada musyawarah yang terbuka di desa ini. Tutup dahulu yang itu.")
        raise Conflict(message)
    _require_facts(facts)
    meeting = Meeting(
        id=uuid.uuid4(), area_code=area_code, opened_by=by.username, opened_at=at, **_columns(facts)
    )
    session.add(meeting)
    session.flush()
    audit_meeting(session, meeting, "meeting-opened", by=by, at=at)
    propose_verified(session, meeting, by=by)
    return meeting


def change_meeting(
    session: Session, meeting_id: uuid.UUID, facts: Facts, *, by: Author, at: datetime
) -> Meeting:
    """Change the head of the minutes while the record is open."""
    meeting = load_open(session, meeting_id)
    _require_facts(facts)
    for name, value in _columns(facts).items():
        setattr(meeting, name, value)
    session.flush()
    audit_meeting(session, meeting, "meeting-changed", by=by, at=at)
    return meeting


def find_open(session: Session, area_code: str) -> Meeting | None:
    """Return the open meeting of a village, or None."""
    query = select(Meeting).where(Meeting.area_code == area_code, Meeting.closed_at.is_(None))
    return session.scalars(query.order_by(Meeting.opened_at)).first()


def load_meeting(session: Session, meeting_id: uuid.UUID) -> Meeting:
    """Return the meeting, locked until the end of the transaction (PostgreSQL)."""
    return locked_row(session, Meeting, meeting_id)


def load_open(session: Session, meeting_id: uuid.UUID) -> Meeting:
    """Return the meeting while its record is open; raises `Conflict` when it is closed."""
    meeting = load_meeting(session, meeting_id)
    if meeting.is_closed:
        raise Conflict(CLOSED)
    return meeting


def propose_verified(session: Session, meeting: Meeting, *, by: Author) -> int:
    """Put every verified household of the village on the list; return how many were added."""
    listed = select(MeetingItem.household_id).where(MeetingItem.meeting_id == meeting.id)
    query = select(Household.id).where(
        Household.area_code == meeting.area_code,
        Household.state == State.VERIFIED,
        Household.id.not_in(listed),
        household_counts(),
    )
    ids = session.scalars(query).all()
    for household_id in ids:
        session.add(_item(meeting, household_id, by))
    session.flush()
    return len(ids)


def propose(session: Session, household: Household, *, by: Author) -> MeetingItem:
    """Put a verified household on the list of its village's open meeting."""
    meeting = find_open(session, household.area_code)
    if meeting is None:
        raise Conflict(NO_MEETING)
    if household.state != State.VERIFIED:
        raise Conflict(NOT_VERIFIED)
    listed = select(MeetingItem.id).where(
        MeetingItem.meeting_id == meeting.id, MeetingItem.household_id == household.id
    )
    if session.scalar(listed) is not None:
        raise Conflict(LISTED_ALREADY)
    item = _item(load_open(session, meeting.id), household.id, by)
    session.add(item)
    session.flush()
    return item


def strike(session: Session, meeting_id: uuid.UUID, household_id: uuid.UUID) -> None:
    """Take a household off the list of an open meeting."""
    meeting = load_open(session, meeting_id)
    session.execute(
        delete(MeetingItem).where(
            MeetingItem.meeting_id == meeting.id, MeetingItem.household_id == household_id
        )
    )


def write_verdicts(
    session: Session,
    meeting_id: uuid.UUID,
    verdicts: Mapping[uuid.UUID, Verdict | None],
    *,
    by: Author,
    at: datetime,
) -> int:
    """Note what was decided about households on the list (None: nothing yet); return how many
    changed. Raises `InvalidData` with the household's id as path where a reason is missing."""
    meeting = load_open(session, meeting_id)
    problems = {
        str(key): [problem]
        for key, verdict in verdicts.items()
        if verdict is not None and (problem := verdict_problem(verdict)) is not None
    }
    if problems:
        raise InvalidData(N_("Ada penolakan tanpa alasan. Belum ada yang disimpan."), problems)
    changed = 0
    for piece in chunks(list(verdicts), _AT_ONCE):
        query = select(MeetingItem).where(
            MeetingItem.meeting_id == meeting.id, MeetingItem.household_id.in_(piece)
        )
        for item in session.scalars(query):
            changed += _write(item, verdicts[item.household_id], by=by, at=at)
    session.flush()
    return changed


def agree_to_rest(session: Session, meeting_id: uuid.UUID, *, by: Author, at: datetime) -> int:
    """Note that the meeting agreed to every household that nothing was noted about yet."""
    meeting = load_open(session, meeting_id)
    query = select(MeetingItem).where(
        MeetingItem.meeting_id == meeting.id, MeetingItem.decision.is_(None)
    )
    items = session.scalars(query).all()
    for item in items:
        _write(item, Verdict(Decision.AGREED), by=by, at=at)
    session.flush()
    return len(items)


def attach_minutes(
    session: Session, meeting_id: uuid.UUID, minutes: Minutes, *, by: Author, at: datetime
) -> Meeting:
    """Note which file holds the minutes; the file itself is kept before."""
    meeting = load_open(session, meeting_id)
    meeting.minutes_sha256, meeting.minutes_type = minutes.sha256, minutes.media_type
    meeting.minutes_by, meeting.minutes_at = by.username, at
    session.flush()
    audit_meeting(session, meeting, "meeting-minutes-kept", by=by, at=at)
    return meeting


def decision_counts(session: Session, meeting_id: uuid.UUID) -> dict[Decision | None, int]:
    """Return how many households of a meeting stand under each decision."""
    query = (
        select(MeetingItem.decision, func.count())
        .where(MeetingItem.meeting_id == meeting_id)
        .group_by(MeetingItem.decision)
    )
    return {
        None if decision is None else Decision(decision): number
        for decision, number in session.execute(query)
    }


def _item(meeting: Meeting, household_id: uuid.UUID, by: Author) -> MeetingItem:
    return MeetingItem(
        id=uuid.uuid4(),
        meeting_id=meeting.id,
        household_id=household_id,
        area_code=meeting.area_code,
        proposed_by=by.username,
    )


def _write(item: MeetingItem, verdict: Verdict | None, *, by: Author, at: datetime) -> bool:
    decision = None if verdict is None else verdict.decision
    rejected = verdict if verdict is not None and decision is Decision.REJECTED else None
    reason = None if rejected is None else rejected.reason
    text = "" if rejected is None else one_line(rejected.text)
    if (item.decision, item.reason, item.reason_text or "") == (decision, reason, text):
        return False
    item.decision, item.reason, item.reason_text = decision, reason, text
    item.decided_by, item.decided_at = by.username, at
    return True


def _require_facts(facts: Facts) -> None:
    problems = facts_problems(facts)
    if problems:
        message = N_("Data musyawarah belum disimpan: periksa isian yang ditandai.")
        raise InvalidData(message, problems)


def _columns(facts: Facts) -> dict[str, object]:
    return {
        "held_on": facts.held_on,
        "place": one_line(facts.place),
        "chair": one_line(facts.chair),
        "participants": facts.participants,
        "number": one_line(facts.number),
    }


def audit_meeting(
    session: Session, meeting: Meeting, action: str, *, by: Author, at: datetime
) -> None:
    """Record what was done to the meeting."""
    event = Event(action, "meeting", str(meeting.id), meeting.area_code)
    record(session, event, by=by.username, at=at)
