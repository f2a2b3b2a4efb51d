"""Let findings follow what somebody did: found anew as a job, once for all who wait for it."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.http import actor, now, today
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.services import start_job
from jps.programmes.finding_rules import FIND
from jps.web.wake import wake_worker


def find_anew(session: Session, decree_ids: Sequence[uuid.UUID]) -> None:
    """Queue the finding anew of decrees, unless a job that waits will do just that."""
    params = {"today": today().isoformat(), "decrees": [str(one) for one in decree_ids]}
    waiting = select(Job.params).where(Job.kind == FIND, Job.state == JobState.QUEUED)
    if params not in session.scalars(waiting).all():
        start_job(session, FIND, params, by=actor().username, at=now())
    wake_worker()
