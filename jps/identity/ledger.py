"""The book of decisions: every word that was said, undone or not, page by page and as a whole."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from jps.audit.services import Event, record
from jps.db import within
from jps.households.models import Member
from jps.identity.models import Decision
from jps.identity.rules import Verdict
from jps.identity.thresholds import checked_reason

PAGE = 100  # decisions on one page
MOST = 200_000  # decisions in one file
_AT_ONCE = 2_000


@dataclass(frozen=True)
class Wanted:
    """Which decisions; empty or None means all. `until` itself is left out."""

    area: str = ""
    who: str = ""
    verdict: Verdict | None = None
    since: datetime | None = None
    until: datetime | None = None
    member_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Entry:
    """A decision, the member it is about, and the other member for words about two."""

    decision: Decision
    member: Member
    other: Member | None


@dataclass(frozen=True)
class Mark:
    """Where a page ends: the decision's time and id."""

    at: datetime
    decision_id: uuid.UUID


def read_ledger(
    session: Session, wanted: Wanted, *, after: Mark | None = None, limit: int = PAGE
) -> list[Entry]:
    """Return decisions about members of the session's areas, newest first, from `after` on.

    The other member of a pair is None where the session may not see them.
    """
    other = aliased(Member)
    query: Select[*tuple[Decision, Member, Member | None]] = (
        select(Decision, Member, other)
        .join(Member, Member.id == Decision.member_id)
        .outerjoin(other, other.id == Decision.other_id)
        .where(*_conditions(wanted))
        .order_by(Decision.at.desc(), Decision.id.desc())
    )
    if after is not None:
        earlier = and_(Decision.at == after.at, Decision.id < after.decision_id)
        query = query.where(or_(Decision.at < after.at, earlier))
    return [Entry(*row) for row in session.execute(query.limit(limit))]


def whole_ledger(session: Session, wanted: Wanted) -> Iterator[Entry]:
    """Yield all decisions asked for, newest first, at most MOST."""
    after: Mark | None = None
    for _ in range(MOST // _AT_ONCE):
        entries = read_ledger(session, wanted, after=after, limit=_AT_ONCE)
        yield from entries
        if len(entries) < _AT_ONCE:
            return
        after = mark_of(entries[-1])


def mark_of(entry: Entry) -> Mark:
    """Return where a page that ends with this entry ends."""
    return Mark(entry.decision.at, entry.decision.id)


def deciders(session: Session) -> Sequence[str]:
    """Return the sign-in names of everybody who decided about members of the session's areas."""
    return session.scalars(select(Decision.by).distinct().order_by(Decision.by)).all()


def record_export(
    session: Session,
    wanted: Wanted,
    *,
    kind: str,
    rows: int,
    full: bool,
    reason: str,
    by: str,
    at: datetime,
) -> None:
    """Record that decisions were handed out as a file; full numbers only for a reason.

    Raises InvalidData without one.
    """
    details = {"format": kind, "rows": rows, "full": full}
    if full:
        details["reason"] = checked_reason(reason)
    subject = str(wanted.member_id) if wanted.member_id else wanted.area or "all"
    event = Event("decisions-exported", "decisions", subject, wanted.area or None, details)
    record(session, event, by=by, at=at)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.area:
        conditions.append(within(Decision.area_code, [wanted.area]))
    if wanted.who:
        conditions.append(Decision.by == wanted.who)
    if wanted.verdict is not None:
        conditions.append(Decision.verdict == wanted.verdict)
    if wanted.since is not None:
        conditions.append(Decision.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Decision.at < wanted.until)
    if wanted.member_id is not None:
        mine = wanted.member_id
        conditions.append(or_(Decision.member_id == mine, Decision.other_id == mine))
    return conditions
