"""Long work: steps are committed, crashes cost one step, people can cancel."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from jps.audit.models import AuditEvent
from jps.audit.services import Event, record
from jps.config import Settings
from jps.errors import InvalidFile
from jps.jobs.models import Job
from jps.jobs.rules import STALE_AFTER, JobState, Pace, pace
from jps.jobs.runner import Step, Task, run_job
from jps.jobs.services import ask_cancel, find_job, start_job, try_again, waiting_jobs
from tests.conftest import NOW

TOTAL = 5


def counting(task: Task) -> Iterator[Step]:
    """Write one event a step; the cursor says how many are written."""
    for number in range(int(task.cursor.get("next", 0)), TOTAL):
        event = Event("counted", "number", str(number))
        record(task.session, event, by=task.by, at=task.clock())
        yield Step(number + 1, TOTAL, {"next": number + 1}, result={"counted": number + 1})


def counted(session: Session) -> list[str]:
    """Return what the work wrote, in order."""
    query = select(AuditEvent.subject_id).where(AuditEvent.action == "counted")
    return list(session.scalars(query.order_by(AuditEvent.seq)))


def clock() -> datetime:
    """The time in these tests."""
    return NOW


@pytest.fixture
def job(session: Session) -> Job:
    """A committed job that waits."""
    job = start_job(session, "count", {}, by="tests", at=NOW)
    session.commit()
    return job


def run(
    session: Session, job: Job, home: Path, work: Callable[[Task], Iterator[Step]] = counting
) -> JobState:
    """Run `job` here."""
    return run_job(session, job.id, work, home=home, clock=clock)


def test_runs_to_the_end(session: Session, job: Job, tmp_path: Path) -> None:
    assert run(session, job, tmp_path) == JobState.DONE
    assert (job.done, job.total, job.result) == (TOTAL, TOTAL, {"counted": TOTAL})
    assert counted(session) == ["0", "1", "2", "3", "4"]


def test_ended_job_is_left_alone(session: Session, job: Job, tmp_path: Path) -> None:
    run(session, job, tmp_path)
    assert run(session, job, tmp_path) == JobState.DONE
    assert len(counted(session)) == TOTAL


def test_cancel_stops_after_the_step(session: Session, job: Job, tmp_path: Path) -> None:
    def work(task: Task) -> Iterator[Step]:
        for step in counting(task):
            if step.done == 2:
                ask_cancel(task.session, find_job(task.session, task.job_id), by="x", at=NOW)
            yield step

    assert run(session, job, tmp_path, work) == JobState.CANCELLED
    assert len(counted(session)) == 2
    try_again(session, job, by="tests", at=NOW)
    session.commit()
    assert run(session, job, tmp_path) == JobState.DONE
    assert counted(session) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    "error", [InvalidFile("Kolom {column} tidak ada", column="NIK"), OSError()]
)
def test_failure_keeps_what_was_committed(
    session: Session, job: Job, tmp_path: Path, error: Exception
) -> None:
    def work(task: Task) -> Iterator[Step]:
        yield from list(counting(task))[:0]
        record(task.session, Event("counted", "number", "0"), by="x", at=NOW)
        yield Step(1, TOTAL, {"next": 1})
        record(task.session, Event("counted", "number", "half"), by="x", at=NOW)
        raise error

    assert run(session, job, tmp_path, work) == JobState.FAILED
    assert job.error is not None
    assert "half" not in counted(session)


def test_only_orphans_are_taken_over(session: Session, job: Job, tmp_path: Path) -> None:
    values = {"state": JobState.RUNNING, "heartbeat_at": NOW - timedelta(seconds=1)}
    session.execute(update(Job).values(values))
    session.commit()
    assert waiting_jobs(session, now=NOW) == []
    assert run(session, job, tmp_path) == JobState.RUNNING
    session.execute(update(Job).values(heartbeat_at=NOW - STALE_AFTER * 2))
    session.commit()
    assert waiting_jobs(session, now=NOW) == [job.id]
    assert run(session, job, tmp_path) == JobState.DONE


_VICTIM = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from jps.app import create_app
from jps.config import Settings
from jps.db import db, everywhere
from jps.jobs.runner import run_job
from tests.jobs.test_runner import counting
home, url, job = Path(sys.argv[1]), sys.argv[2], __import__("uuid").UUID(sys.argv[3])

def slow(task):
    for step in counting(task):
        if step.done == 3:
            print("half", flush=True)
            time.sleep(60)
        yield step

app = create_app(Settings(home=home, database_url=url, log_level="ERROR"))
with app.app_context(), everywhere(db.session()):
    run_job(db.session(), job, slow, home=home, clock=lambda: datetime.now(UTC))
"""


def test_killed_process_loses_and_doubles_nothing(
    app: Flask, office: Settings, session: Session, job: Job, tmp_path: Path
) -> None:
    arguments = [str(office.home), office.database_url, str(job.id)]
    session.rollback()  # our look at the job took the write lock
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", _VICTIM, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"half\n"
        victim.send_signal(signal.SIGKILL)
    session.rollback()
    assert counted(session) == ["0", "1"]

    later = datetime.now(tz=NOW.tzinfo) + STALE_AFTER * 2
    state = run_job(session, job.id, counting, home=tmp_path, clock=lambda: later)
    assert state == JobState.DONE
    assert counted(session) == ["0", "1", "2", "3", "4"]
    assert job.attempts == 2


def test_pace() -> None:
    later = NOW + timedelta(seconds=10)
    found = pace(50, 200, NOW, later)
    assert (found.share, found.speed, found.left) == (0.25, 5.0, timedelta(seconds=30))
    assert pace(150, 200, NOW, later, before=100) == Pace(0.75, 5.0, timedelta(seconds=10))
    assert pace(0, None, None, later) == pace(0, 0, NOW, later)
