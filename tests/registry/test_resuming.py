"""An import that is interrupted, killed or cancelled loses and doubles nothing."""

import signal
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.config import Settings
from jps.jobs.models import Job
from jps.jobs.rules import STALE_AFTER, JobState
from jps.jobs.runner import Step, Task
from jps.jobs.services import ask_cancel, find_job
from jps.registry import work
from jps.registry.index import index_folder
from jps.registry.models import RegistryKey, RegistryPerson
from jps.registry.queries import current_snapshot, find_by_nik, needed_snapshot
from jps.registry.services import start_import, take_file
from jps.worker import run_waiting
from tests.conftest import NOW
from tests.registries import FAMILY, HASAN, Import, changed, csv_bytes, strangers
from tests.registry.killed import POINTS, in_small_pieces
from tests.victims import victims

TWIN = changed(HASAN, NAMA_LGKP="HUSAIN CONTOH")
ROWS = [*strangers(950), *FAMILY, changed(HASAN, NIK="1"), HASAN, TWIN]


@pytest.fixture
def queued(session: Session, areas: None, home: Path, tmp_path: Path) -> Job:
    """An import of 950 strangers and some rows with problems, not yet run."""
    path = tmp_path / "registry.csv"
    path.write_bytes(csv_bytes(ROWS))
    delivery = take_file(path, home=home, today=NOW.date())
    job = start_import(session, delivery, by="tests", at=NOW).job
    session.commit()
    return job


def task_of(session: Session, job: Job, home: Path) -> Task:
    return Task(session, job.id, dict(job.params), dict(job.cursor), "tests", home, lambda: NOW)


def commit(session: Session, job: Job, step: Step) -> None:
    """Do what the runner does after each step."""
    job.cursor, job.done, job.total = step.cursor, step.done, step.total
    session.commit()


def run_on(session: Session, job: Job, home: Path, *, steps: int | None = None) -> None:
    """Go on with the import; after so many committed steps the next one is written and lost."""
    running = work.import_registry_work(task_of(session, job, home))
    for count, step in enumerate(running):
        if count == steps:
            session.rollback()
            return
        commit(session, job, step)


def entries_of(session: Session) -> dict[int, bytes]:
    """Return the keys of the snapshot in force, without the numbers that differ by snapshot."""
    first = needed_snapshot(session).id << 32
    rows = session.execute(
        select(RegistryKey.id, RegistryKey.entries).where(RegistryKey.id > first)
    )
    return {number - first: packed[8:] for number, packed in rows}


def test_blows_at_every_point(
    session: Session, queued: Job, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "ROWS_AT_ONCE", 100)
    for blow in range(60):
        run_on(session, queued, home, steps=1 + blow % 3)
        if queued.cursor["phase"] == "done":
            break
    assert queued.cursor["phase"] == "done"
    snapshot = needed_snapshot(session)
    assert (snapshot.rows, snapshot.persons, snapshot.refused) == (956, 954, 2)
    assert session.scalar(select(func.count()).select_from(RegistryPerson)) == 954
    assert len(find_by_nik(session, snapshot.id, HASAN[0])) == 2
    lines = (home / "problems" / f"{queued.id}.csv").read_text("utf-8-sig").splitlines()
    assert sorted(line.partition(",")[0] for line in lines[1:]) == ["952", "955", "956", "957"]


def test_the_keys_are_those_of_a_run_without_interruption(
    session: Session, queued: Job, home: Path, import_file: Import
) -> None:
    run_on(session, queued, home, steps=3)
    run_on(session, queued, home)
    interrupted = entries_of(session)
    import_file(csv_bytes(ROWS))
    assert entries_of(session) == interrupted


def test_a_cancelled_import_changes_nothing_and_the_next_one_clears_it_away(
    session: Session, queued: Job, home: Path, import_file: Import
) -> None:
    run_on(session, queued, home, steps=2)
    ask_cancel(session, queued, by="tests", at=NOW)
    queued.state = JobState.CANCELLED
    session.commit()
    assert current_snapshot(session) is None
    import_file(csv_bytes())
    assert needed_snapshot(session).persons == 3
    assert session.scalar(select(func.count()).select_from(RegistryPerson)) == 3


def expire(session: Session, job: Job) -> None:
    """Let the heartbeat of a job be so old that somebody else goes on with it."""
    assert job.heartbeat_at is not None
    job.heartbeat_at -= STALE_AFTER + timedelta(seconds=1)
    session.commit()


@pytest.mark.slow
def test_killed_at_every_point_it_ends_as_if_nothing_had_been(
    app: Flask,
    office: Settings,
    session: Session,
    queued: Job,
    home: Path,
    import_file: Import,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with victims("tests.registry.killed", office) as kill:
        for turn, point in enumerate(POINTS, start=1):
            session.rollback()
            assert kill(point) == -signal.SIGKILL, point
            session.expire_all()
            assert (queued.state, queued.attempts) == (JobState.RUNNING, turn)
            assert current_snapshot(session) is None
            expire(session, queued)
    in_small_pieces(monkeypatch.setattr)
    run_waiting(app)
    session.expire_all()
    again = told(session, find_job(session, queued.id), home)
    assert told(session, import_file(csv_bytes(ROWS)), home) == again


def told(session: Session, job: Job, home: Path) -> tuple[object, ...]:
    """Return what an import left behind, without the numbers that differ by snapshot."""
    snapshot = needed_snapshot(session)
    one = RegistryPerson
    people = session.execute(
        select(one.row, one.nik, one.name, one.address, one.nik_shared)
        .where(one.snapshot_id == snapshot.id)
        .order_by(one.id)
    )
    problems = (home / f"problems/{job.id}.csv").read_text("utf-8-sig")
    counts = (snapshot.rows, snapshot.persons, snapshot.refused, snapshot.normaliser)
    index = sorted(path.name for path in index_folder(home, snapshot.id).iterdir())
    return people.all(), problems, counts, index, job.state, job.result, entries_of(session)
