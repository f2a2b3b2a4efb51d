"""Work on a list that is killed at any moment loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.audit.services import verify_chain
from jps.config import ROOT, Settings
from jps.households.models import Household, HouseholdHistory, Member
from jps.households.rules import State
from jps.intake.models import IntakeBatch, IntakeOrigin, IntakeProblem, IntakeRecord, IntakeRow
from jps.intake.pool import Pool, TaskFailed
from jps.intake.rules import BatchState
from jps.jobs.rules import STALE_AFTER, JobState
from jps.jobs.services import find_job
from jps.worker import run_waiting
from tests.databases import Databases
from tests.intake.conftest import Lists
from tests.intake.killed import in_small_pieces
from tests.intake.lists import csv_bytes, invented, table
from tests.intake.tasks import slowest_first
from tests.victims import Kill, victims

HOUSEHOLDS = 14
# Which work is under way at each point, and the state in which it leaves the list.
STAGES = (
    (("staging",), BatchState.STAGED),
    (("trial", "end of the trial"), BatchState.CHECKED),
    (("storing", "end of storing"), BatchState.ACCEPTED),
    (("undoing",), BatchState.UNDONE),
)


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: jobs are killed on PostgreSQL elsewhere, by the same runner."""
    return databases.sqlite(tmp_path / "office")


@pytest.fixture
def kill(office: Settings) -> Iterator[Kill]:
    """Run the waiting work in a process that is killed at a point of `killed.POINTS`."""
    with victims("tests.intake.killed", office) as kill:
        yield kill


def expire(session: Session, batch: IntakeBatch) -> None:
    """Let the heartbeat of a list's work be so old that somebody else goes on with it."""
    assert batch.job_id is not None
    job = find_job(session, batch.job_id)
    assert job.state == JobState.RUNNING
    assert job.heartbeat_at is not None
    job.heartbeat_at -= STALE_AFTER + timedelta(seconds=1)
    session.commit()


def counts(session: Session) -> dict[str, int]:
    """Return how many rows lists and households have."""
    tables = (IntakeRow, IntakeRecord, IntakeProblem, IntakeOrigin, Household, Member)
    found = {one.__tablename__: one for one in (*tables, HouseholdHistory)}
    return {
        name: session.scalar(select(func.count()).select_from(one)) or 0
        for name, one in found.items()
    }


@pytest.mark.slow
def test_killed_at_every_point_it_ends_as_if_nothing_had_been(
    lists: Lists, session: Session, kill: Kill, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [invented(number) for number in range(HOUSEHOLDS)]
    documents[3]["members"][0]["nik"] = "12"
    batch = lists.bring(csv_bytes(table(documents)))
    starts = {
        BatchState.STAGED: lists.queue_check,
        BatchState.CHECKED: lists.queue_accept,
        BatchState.ACCEPTED: lists.queue_undo,
    }
    seen: dict[BatchState, dict[str, int]] = {}
    for points, after in STAGES:
        for point in points:
            session.rollback()
            assert kill(point) == -signal.SIGKILL, point
            session.expire_all()
            expire(session, batch)
        with monkeypatch.context() as patch:
            in_small_pieces(patch.setattr)
            run_waiting(lists.app)
        lists.see_all()
        session.expire_all()
        assert batch.state == after
        seen[after] = counts(session)
        if after in starts:
            starts[after](batch)
            session.commit()
    whole, good = 2 * HOUSEHOLDS, HOUSEHOLDS - 1
    assert seen[BatchState.STAGED]["intake_row"] == whole
    assert seen[BatchState.CHECKED]["intake_record"] == HOUSEHOLDS
    assert seen[BatchState.CHECKED]["household"] == 0
    stored = seen[BatchState.ACCEPTED]
    assert (stored["household"], stored["member"], stored["intake_origin"]) == (
        good,
        2 * good,
        good,
    )
    assert stored["household_history"] == good
    assert seen[BatchState.UNDONE]["household_history"] == 2 * good
    assert seen[BatchState.UNDONE]["intake_origin"] == 0
    archived = select(func.count()).where(Household.state == State.ARCHIVED)
    assert session.scalar(archived) == good
    assert verify_chain(session).broken_at is None
    assert seen[BatchState.CHECKED]["intake_problem"] == seen[BatchState.UNDONE]["intake_problem"]


def test_a_process_ends_with_its_parent() -> None:
    """Killed with SIGKILL, a parent leaves no process behind that goes on."""
    code = (
        "import time\n"
        "from jps.intake.pool import Pool\n"
        "from tests.intake.tasks import own_number\n"
        "if __name__ == '__main__':\n"
        "    pool = Pool(own_number, 1)\n"
        "    print(next(iter(pool.map([1, 2]))), flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    for _ in range(1200):
        if not is_running(child):
            return
        time.sleep(0.05)
    pytest.fail("the process of the pool outlived its parent")


def is_running(process: int) -> bool:
    """Whether a process lives (one that ended and waits to be collected does not)."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_results_come_in_the_order_of_the_tasks() -> None:
    with Pool(slowest_first, 2) as pool:
        assert list(pool.map(range(7))) == list(range(7))
        with pytest.raises(TaskFailed, match="ValueError"):
            list(pool.map([-1]))
