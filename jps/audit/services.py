"""Record what somebody does, and prove that nobody changed the record.

An event is flushed in the transaction of the act: when it cannot be written, the act fails too.
Details never hold names or NIKs; the subject's UUID leads to them for those who may.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.models import AuditEvent, AuditHead
from jps.audit.rules import GENESIS, chain_hash
from jps.bulk import write_rows

# What the hash covers, `seq` first.
_CONTENT = ("seq", "at", "actor", "action", "subject_type", "subject_id", "area_code", "details")

SYSTEM = "system"  # actor of commands and jobs that no person started


@dataclass(frozen=True)
class Event:
    """What is to be recorded. `details` holds plain JSON without personal data."""

    action: str
    subject_type: str
    subject_id: str
    area_code: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ChainCheck:
    """What a verification found: events read, and the first that does not fit (or None)."""

    events: int
    broken_at: int | None
    head_hash: str


def record(session: Session, *events: Event, by: str, at: datetime) -> None:
    """Append `events` of the person named `by` to the chain."""
    record_many(session, events, by=by, at=at)


def record_many(session: Session, events: Iterable[Event], *, by: str, at: datetime) -> None:
    """Append many events with one statement; the order is kept."""
    head = session.scalars(select(AuditHead).with_for_update()).one()
    session.refresh(head)
    seq, digest = head.seq, head.hash
    rows: list[tuple[object, ...]] = []
    for event in events:
        seq, previous = seq + 1, digest
        row = _row(event, seq=seq, by=by, at=at)
        digest = chain_hash(previous, row)
        rows.append((*row.values(), previous, digest))
    head.seq, head.hash = seq, digest
    write_rows(session, AuditEvent, (*_CONTENT, "previous_hash", "hash"), rows)


def take_turn(session: Session) -> None:
    """Wait until nobody else writes the record, and keep others waiting until the commit.

    Who will record many acts takes it first, so that two never wait for one another.
    """
    session.scalars(select(AuditHead.id).with_for_update()).one()


def verify_chain(session: Session) -> ChainCheck:
    """Read the whole chain and say where it stops fitting, rows cut off its end included."""
    previous, count = GENESIS, 0
    columns = [getattr(AuditEvent, name) for name in (*_CONTENT, "previous_hash", "hash")]
    for *values, before, digest in session.execute(
        select(*columns).order_by(AuditEvent.seq)
    ).yield_per(2000):
        count += 1
        seq = values[0]
        if seq != count or before != previous:
            return ChainCheck(count, seq, previous)
        previous = chain_hash(previous, dict(zip(_CONTENT, values, strict=True)))
        if digest != previous:
            return ChainCheck(count, seq, previous)
    head = session.get(AuditHead, 1)
    whole = head is not None and head.seq == count and head.hash == previous
    return ChainCheck(count, None if whole else count + 1, previous)


def _row(event: Event, *, seq: int, by: str, at: datetime) -> dict[str, Any]:
    return {
        "seq": seq,
        "at": at,
        "actor": by,
        "action": event.action,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "area_code": event.area_code,
        "details": dict(event.details),
    }
