"""Count the quality of the field work anew by itself: every night, and after a matching."""

from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.audit.services import SYSTEM
from jps.fieldwork.models import FieldRun
from jps.households.models import Household
from jps.identity.quality_models import MatchRun
from jps.jobs.models import Job
from jps.jobs.services import start_job

KIND = "fieldwork"
NIGHT = time(2)  # of the office's day


def last_night(at: datetime, zone: tzinfo) -> datetime:
    """Return the newest two o'clock of the office's days that is not after `at`."""
    local = at.astimezone(zone)
    night = datetime.combine(local.date(), NIGHT, zone)
    return night if night <= local else night - timedelta(days=1)


def due_since(
    night: datetime, *, counted: datetime | None, saved: datetime | None, matched: datetime | None
) -> datetime | None:
    """Return since when a count is due, or None.

    `counted` is the last count, `saved` the newest interview, `matched` the last matching. What
    was saved since the count is due from the next night on, a matching at once.
    """
    if saved is None:
        return None
    moments = [
        moment
        for moment, news in ((matched, matched), (night, min(saved, night)))
        if moment is not None and news is not None and (counted is None or counted < news)
    ]
    return max(moments, default=None)


def queue_when_due(session: Session, zone: str, *, at: datetime) -> Job | None:
    """Queue the counting when it is due and was not tried since; None: there is nothing to do."""
    if is_due(session, last_night(at, ZoneInfo(zone))):
        return start_job(session, KIND, {"zone": zone}, by=SYSTEM, at=at)
    return None


def is_due(session: Session, night: datetime) -> bool:
    """Whether a count is due since `night` or before; each look is one step in an index."""
    due = due_since(
        night,
        counted=session.scalar(select(func.max(FieldRun.at))),
        saved=session.scalar(select(func.max(Household.edited_at))),
        matched=session.scalar(select(func.max(MatchRun.at))),
    )
    if due is None:
        return False
    tried = session.scalar(select(func.max(Job.created_at)).where(Job.kind == KIND))
    return tried is None or tried < due
