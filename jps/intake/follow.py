"""What follows when a list was accepted or undone: matching and scores, in bulk, as jobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.services import start_job
from jps.registry.queries import current_snapshot

MATCH, ASSESS = "match", "assess"


def queue_follow_up(session: Session, params: Mapping[str, Any], *, by: str, at: datetime) -> None:
    """Queue matching (when there is a registry) and scoring, unless they wait already.

    `params["match"]` says where matching runs. A job that runs may have passed our households by.
    """
    if current_snapshot(session) is not None and not _waits(session, MATCH):
        start_job(session, MATCH, params.get("match") or {}, by=by, at=at)
    if not _waits(session, ASSESS):
        start_job(session, ASSESS, {}, by=by, at=at)


def _waits(session: Session, kind: str) -> bool:
    query = select(Job.id).where(Job.kind == kind, Job.state == JobState.QUEUED).limit(1)
    return session.scalar(query) is not None
