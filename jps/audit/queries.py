"""Reading the record of what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.models import AuditEvent


@dataclass(frozen=True)
class Wanted:
    """Which events; what is empty or None does not matter. Times: from `since`, before `until`."""

    action: str = ""
    actor: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None  # number of an event: only older ones


def find_events(session: Session, wanted: Wanted, *, limit: int) -> Sequence[AuditEvent]:
    """Return at most `limit` events, the newest first."""
    query = select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(limit)
    if wanted.action:
        query = query.where(AuditEvent.action == wanted.action)
    if wanted.actor:
        query = query.where(AuditEvent.actor == wanted.actor)
    if wanted.subject_id:
        query = query.where(AuditEvent.subject_id == wanted.subject_id)
    if wanted.since is not None:
        query = query.where(AuditEvent.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEvent.at < wanted.until)
    if wanted.before is not None:
        query = query.where(AuditEvent.seq < wanted.before)
    return session.scalars(query).all()
