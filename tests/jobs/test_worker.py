"""The worker itself: real threads, a real queue, and a server that is stopped and killed."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from jps import worker as worker_module
from jps.audit.services import Event, record
from jps.config import Settings
from jps.db import db, everywhere
from jps.jobs.models import Job
from jps.jobs.rules import STALE_AFTER, JobState
from jps.jobs.runner import Step, Task
from jps.jobs.services import find_job, start_job
from jps.worker import BEAT_FILE, Worker, is_alive, run_waiting, the_worker
from tests.conftest import NOW
from tests.repository import ROOT

PATIENCE = 60.0  # seconds; the machine of the tests may be busy


def quick_work(task: Task) -> Iterator[Step]:
    """Do three steps; each is an event."""
    for number in range(int(task.cursor.get("next", 0)), 3):
        event = Event("counted", "number", str(number))
        record(task.session, event, by=task.by, at=task.clock())
        yield Step(number + 1, 3, {"next": number + 1})


def long_work(task: Task) -> Iterator[Step]:
    """Do a thousand short steps."""
    for number in range(int(task.cursor.get("next", 0)), 1000):
        time.sleep(0.02)
        yield Step(number + 1, 1000, {"next": number + 1})


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teach the worker two kinds of work."""
    module = __name__
    table = {"quick": f"{module}:quick_work", "long": f"{module}:long_work"}
    monkeypatch.setattr(worker_module, "WORK", {**worker_module.WORK, **table})
    sys.modules.setdefault(module, sys.modules[__name__])


@pytest.fixture
def start(app: Flask) -> Callable[[str], uuid.UUID]:
    """Queue work of a kind."""

    def queue(kind: str) -> uuid.UUID:
        with app.app_context():
            job_id = start_job(db.session(), kind, {}, by="tests", at=NOW).id
            db.session.commit()
            return job_id

    return queue


def look(app: Flask, job_id: uuid.UUID) -> Job:
    """Return the job as it is in the database."""
    with app.app_context():
        return find_job(db.session(), job_id)


def wait_for(what: Callable[[], bool]) -> None:
    """Wait until `what` is so; fail when it takes too long."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def running(app: Flask) -> Iterator[Worker]:
    """A worker whose threads run."""
    worker = the_worker(app)
    worker.start()
    yield worker
    worker.stop()


def test_a_wake_up_runs_the_job(
    app: Flask, running: Worker, start: Callable[[str], uuid.UUID]
) -> None:
    job_id = start("quick")
    running.wake()
    wait_for(lambda: look(app, job_id).state == JobState.DONE)
    assert look(app, job_id).done == 3
    assert is_alive(app.config["JPS"], at=datetime.now(UTC))


def test_what_waited_at_the_start_is_run(app: Flask, start: Callable[[str], uuid.UUID]) -> None:
    job_id = start("quick")
    worker = the_worker(app)
    worker.start()
    wait_for(lambda: look(app, job_id).state == JobState.DONE)
    worker.stop()


def test_stopping_ends_the_step_and_the_next_start_goes_on(
    app: Flask, start: Callable[[str], uuid.UUID]
) -> None:
    job_id = start("long")
    worker = the_worker(app)
    worker.start()
    wait_for(lambda: look(app, job_id).done > 3)
    worker.stop()
    stopped = look(app, job_id)
    assert stopped.state == JobState.QUEUED
    assert stopped.cursor == {"next": stopped.done}
    worker.start()
    wait_for(lambda: look(app, job_id).done > stopped.done + 3)
    worker.stop()
    assert look(app, job_id).attempts == 2
    assert look(app, job_id).done_before == stopped.done


def test_an_unknown_kind_fails_alone(app: Flask, start: Callable[[str], uuid.UUID]) -> None:
    strange, normal = start("from-the-future"), start("quick")
    assert run_waiting(app) == 2
    assert look(app, strange).state == JobState.FAILED
    assert look(app, normal).state == JobState.DONE


def test_a_job_of_a_dead_process_is_taken_over(
    app: Flask, start: Callable[[str], uuid.UUID]
) -> None:
    job_id = start("quick")
    with app.app_context(), everywhere(db.session()):
        late = datetime.now(UTC) - STALE_AFTER - timedelta(seconds=1)
        db.session.execute(update(Job).values(state=JobState.RUNNING, heartbeat_at=late))
        db.session.commit()
    assert run_waiting(app) == 1
    assert look(app, job_id).state == JobState.DONE


def test_nobody_beats_where_nothing_runs(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert not is_alive(settings, at=datetime.now(UTC))
    (tmp_path / "queue").mkdir()
    (tmp_path / BEAT_FILE).touch()
    assert is_alive(settings, at=datetime.now(UTC))
    assert not is_alive(settings, at=datetime.now(UTC) + timedelta(minutes=5))


def _serve(office: Settings, port: int) -> subprocess.Popen[str]:
    environ = {
        **os.environ,
        "JPS_HOME": str(office.home),
        "JPS_DATABASE_URL": office.database_url,
        "JPS_PORT": str(port),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=pipe, stderr=pipe, text=True)


@pytest.fixture
def server(office: Settings, app: Flask) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The whole office in a process of its own: `flask serve`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = _serve(office, port)
    yield process, port
    process.kill()
    process.communicate()


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_a_server_serves_works_and_leaves_in_good_order(
    server: tuple[subprocess.Popen[str], int], app: Flask, start: Callable[[str], uuid.UUID]
) -> None:
    process, port = server
    wait_for(lambda: _ready(port))
    job_id = start("unknown-kind")
    the_worker(app).wake()
    wait_for(lambda: look(app, job_id).state == JobState.FAILED)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Traceback" not in errors
    with app.app_context():
        assert db.session.scalars(select(Job.message)).one() is not None


def test_a_port_in_use_is_said(office: Settings, app: Flask) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])
        process = _serve(office, port)
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3
    assert f"JPS_PORT={port + 1}" in errors
    assert "serves" not in errors
