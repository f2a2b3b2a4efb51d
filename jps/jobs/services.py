"""Start, cancel and try again long work."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.errors import Conflict, NotFound
from jps.jobs.models import Job
from jps.jobs.rules import ENDED, STALE_AFTER, JobState
from jps.text import N_


def start_job(
    session: Session, kind: str, params: Mapping[str, Any], *, by: str, at: datetime
) -> Job:
    """Queue work of `kind`. `params` is plain JSON without personal data."""
    job = Job(
        id=uuid.uuid4(),
        kind=kind,
        params=dict(params),
        state=JobState.QUEUED,
        cursor={},
        result={},
        started_by=by,
        created_at=at,
    )
    session.add(job)
    session.flush()
    record(session, Event("job-started", "job", str(job.id), details={"kind": kind}), by=by, at=at)
    return job


def start_single(
    session: Session,
    kind: str,
    params: Mapping[str, Any] | None = None,
    *,
    by: str,
    at: datetime,
) -> Job:
    """Queue work of a kind that is about everything; Conflict while the last one goes on."""
    going = select(Job.id).where(Job.kind == kind, Job.state.not_in(ENDED)).limit(1)
    if session.scalar(going) is not None:
        raise Conflict(N_("Pekerjaan ini sedang berjalan atau menunggu. Tunggu sampai selesai."))
    return start_job(session, kind, params or {}, by=by, at=at)


def find_job(session: Session, job_id: uuid.UUID) -> Job:
    """Return the job, or raise `NotFound`."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound(N_("Pekerjaan ini tidak ada."))
    return job


def open_job(session: Session, kind: str) -> Job | None:
    """Return the oldest job of `kind` that waits or runs."""
    query = select(Job).where(Job.kind == kind, Job.state.not_in(ENDED))
    return session.scalars(query.order_by(Job.created_at).limit(1)).first()


def list_jobs(session: Session, *, limit: int) -> Sequence[Job]:
    """Return the latest jobs, newest first."""
    return session.scalars(select(Job).order_by(Job.created_at.desc()).limit(limit)).all()


def waiting_jobs(session: Session, *, now: datetime) -> Sequence[uuid.UUID]:
    """Return the jobs that no living process runs, oldest first."""
    orphaned = (Job.state == JobState.RUNNING) & (
        or_(Job.heartbeat_at.is_(None), Job.heartbeat_at < now - STALE_AFTER)
    )
    return session.scalars(
        select(Job.id).where(or_(Job.state == JobState.QUEUED, orphaned)).order_by(Job.created_at)
    ).all()


def ask_cancel(session: Session, job: Job, *, by: str, at: datetime) -> None:
    """Ask a job to stop after its current step; what it committed stays."""
    if job.state in ENDED:
        raise Conflict(N_("Pekerjaan ini sudah berakhir."))
    job.cancel_asked = True
    if job.state == JobState.QUEUED:
        job.state, job.ended_at = JobState.CANCELLED, at
    record(session, Event("job-cancelled", "job", str(job.id)), by=by, at=at)


def try_again(session: Session, job: Job, *, by: str, at: datetime) -> None:
    """Queue a failed or cancelled job again; it goes on from its cursor."""
    if job.state not in {JobState.FAILED, JobState.CANCELLED}:
        raise Conflict(N_("Hanya pekerjaan yang gagal atau dibatalkan yang dapat diulang."))
    job.state, job.cancel_asked, job.message, job.ended_at = JobState.QUEUED, False, None, None
    record(session, Event("job-retried", "job", str(job.id)), by=by, at=at)
