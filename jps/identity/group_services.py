"""Decide about two households or two families, and take it back. Nothing is merged by it."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.db import everywhere
from jps.errors import Conflict, InvalidData
from jps.identity.group_models import GroupDecision, GroupPair
from jps.identity.merge_checks import checked_reason, require_apart
from jps.identity.open_pairs import group_decisions
from jps.identity.rules import Verdict
from jps.text import N_


def decide_group(
    session: Session,
    pair: GroupPair,
    verdict: Verdict,
    *,
    reason: str = "",
    by: str,
    at: datetime,
) -> GroupDecision:
    """Record whether two households or families are one; it takes the place of earlier words.

    Being unsure needs a reason. Raises InvalidData, and Conflict when the two are merged.
    """
    require_apart(session, pair.first_id, pair.other_id)
    clean = checked_reason(reason)
    if verdict is Verdict.UNSURE and not clean:
        message = N_("Tuliskan alasannya.")
        raise InvalidData(message, {"reason": [message]})
    for earlier in group_decisions(session, pair):
        if earlier.undone_at is None:
            earlier.undone_by, earlier.undone_at = by, at
    decision = GroupDecision(
        id=uuid.uuid4(),
        kind=pair.kind,
        area_code=pair.area_code,
        first_id=pair.first_id,
        other_id=pair.other_id,
        verdict=verdict,
        reason=clean,
        by=by,
        at=at,
    )
    session.add(decision)
    pair.verdict = verdict
    details = {"decision": str(decision.id), "verdict": str(verdict), "other": str(pair.other_id)}
    event = Event("group-decided", str(pair.kind), str(pair.first_id), pair.area_code, details)
    record(session, event, by=by, at=at)
    session.flush()
    return decision


def undo_group(session: Session, decision: GroupDecision, *, by: str, at: datetime) -> None:
    """Take a decision back; it stays in the history."""
    if decision.undone_at is not None:
        raise Conflict(N_("Keputusan ini sudah diurungkan."))
    decision.undone_by, decision.undone_at = by, at
    details = {"decision": str(decision.id)}
    subject = (str(decision.kind), str(decision.first_id), decision.area_code)
    record(session, Event("decision-undone", *subject, details), by=by, at=at)
    one = GroupPair
    mine = select(one).where(one.first_id == decision.first_id, one.other_id == decision.other_id)
    with everywhere(session):
        for pair in session.scalars(mine):
            pair.verdict = None
    session.flush()
