"""Run one job, step by step, so that a crash costs one step and nothing is done twice.

Work is a generator: it does a piece, flushes, and yields a `Step`. The runner commits the piece
together with the cursor, then asks whether somebody wants to cancel. A process that dies leaves
the last committed cursor; the next one begins the generator with it.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias, cast

from sqlalchemy import CursorResult, or_, update
from sqlalchemy.orm import Session

from jps.errors import JpsError
from jps.jobs.models import Job
from jps.jobs.rules import STALE_AFTER, JobState
from jps.jobs.services import find_job
from jps.text import N_

log = logging.getLogger(__name__)

HEARTBEAT = 5.0  # seconds between two signs of life

Clock: TypeAlias = Callable[[], datetime]


@dataclass(frozen=True)
class Step:
    """Where the work stands after a piece; `cursor` is enough to go on from here."""

    done: int
    total: int | None = None
    cursor: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] | None = None
    problem_file: str | None = None
    problems: bool = False


@dataclass(frozen=True)
class Task:
    """What work gets: the session to flush into, its parameters, where it stopped last time."""

    session: Session
    job_id: uuid.UUID
    params: dict[str, Any]
    cursor: dict[str, Any]
    by: str
    home: Path
    clock: Clock


Work: TypeAlias = Callable[[Task], Iterator[Step]]


def run_job(
    session: Session,
    job_id: uuid.UUID,
    work: Work,
    *,
    home: Path,
    clock: Clock,
    on_step: Callable[[Job], None] = lambda job: None,
) -> JobState:
    """Run a waiting job to its end and return the state it ended in.

    A job that a living process runs already, or that has ended, is left alone. An interrupt
    (Ctrl-C, shutdown) queues the job again, so that it goes on at the next start.
    """
    turn = _claim(session, job_id, at=clock())
    if turn is None:
        return JobState(find_job(session, job_id).state)
    job = find_job(session, job_id)
    task = Task(session, job_id, dict(job.params), dict(job.cursor), job.started_by, home, clock)
    session.commit()
    try:
        with _heartbeat(session, job_id, clock):
            return _go(session, job_id, turn, work(task), clock, on_step)
    except (KeyboardInterrupt, SystemExit):
        session.rollback()
        _end(session, job_id, JobState.QUEUED, at=clock())
        raise
    except JpsError as error:
        session.rollback()
        return _end(session, job_id, JobState.FAILED, at=clock(), error=error)
    except Exception as error:
        session.rollback()
        log.exception("job failed", extra={"job": str(job_id), "error": type(error).__name__})
        told = JpsError(N_("Kesalahan tak terduga; data yang sudah tersimpan tetap utuh."))
        return _end(session, job_id, JobState.FAILED, at=clock(), error=told)


def _claim(session: Session, job_id: uuid.UUID, *, at: datetime) -> int | None:
    """Take the job for this process; return the number of its turn, or None."""
    free = or_(
        Job.state == JobState.QUEUED,
        (Job.state == JobState.RUNNING)
        & or_(Job.heartbeat_at.is_(None), Job.heartbeat_at < at - STALE_AFTER),
    )
    session.rollback()
    taken = session.execute(
        update(Job)
        .where(Job.id == job_id, free)
        .values(
            state=JobState.RUNNING,
            heartbeat_at=at,
            started_at=at,
            done_before=Job.done,
            attempts=Job.attempts + 1,
        )
        .execution_options(synchronize_session=False)
    )
    session.commit()
    if cast("CursorResult[Any]", taken).rowcount == 0:
        return None
    return find_job(session, job_id).attempts


def _go(
    session: Session,
    job_id: uuid.UUID,
    turn: int,
    steps: Iterator[Step],
    clock: Clock,
    on_step: Callable[[Job], None],
) -> JobState:
    problems = False
    for step in steps:
        job = find_job(session, job_id)
        session.refresh(job, with_for_update=True)
        if job.attempts != turn:  # another process took over: its rows count, not ours
            session.rollback()
            return JobState(find_job(session, job_id).state)
        _note(job, step, at=clock())
        problems = problems or step.problems
        cancelled = job.cancel_asked
        session.commit()
        on_step(job)
        if cancelled:
            return _end(session, job_id, JobState.CANCELLED, at=clock())
    return _end(session, job_id, JobState.PROBLEMS if problems else JobState.DONE, at=clock())


def _note(job: Job, step: Step, *, at: datetime) -> None:
    job.done, job.total, job.cursor, job.heartbeat_at = step.done, step.total, step.cursor, at
    if step.result is not None:
        job.result = step.result
    if step.problem_file is not None:
        job.problem_file = step.problem_file


def _end(
    session: Session,
    job_id: uuid.UUID,
    state: JobState,
    *,
    at: datetime,
    error: JpsError | None = None,
) -> JobState:
    job = find_job(session, job_id)
    job.state, job.message = state, None if error is None else error.message
    job.message_params = {} if error is None else {k: _plain(v) for k, v in error.params.items()}
    job.ended_at = None if state == JobState.QUEUED else at
    session.commit()
    return state


def _plain(value: object) -> str | int | float:
    return value if isinstance(value, str | int | float) else str(value)


@contextmanager
def _heartbeat(session: Session, job_id: uuid.UUID, clock: Clock) -> Iterator[None]:
    """Tell every few seconds that this process lives, however long a step takes."""
    bind = session.get_bind()
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(HEARTBEAT):
            try:
                with Session(bind) as own:
                    own.execute(update(Job).where(Job.id == job_id).values(heartbeat_at=clock()))
                    own.commit()
            except Exception as error:
                log.warning("heartbeat missed", extra={"error": type(error).__name__})

    thread = threading.Thread(target=beat, daemon=True, name="heartbeat")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
