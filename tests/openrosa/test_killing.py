"""A server that dies at the worst moments loses nothing and doubles nothing."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from jps.access.rules import Role
from jps.config import Settings
from jps.db import EVERYWHERE, db, set_scope
from jps.households.models import Household
from jps.odk.models import Submission
from tests.databases import Databases
from tests.households_examples import household_document
from tests.openrosa.collect import Collect, Filled
from tests.openrosa.conftest import connect
from tests.openrosa.filling import JPEG, fill
from tests.openrosa.killed import DIED
from tests.repository import ROOT

PATIENCE = 60.0  # seconds; the machine of the tests may be busy


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: what survives a kill is the database's promise, on each of them."""
    return databases.sqlite(tmp_path / "office")


@contextmanager
def servers(office: Settings, port: int) -> Iterator[None]:
    """Run the servers that die one after another, until the end of the block."""
    command = [sys.executable, "-m", "tests.openrosa.killed", str(office.home), str(port)]
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(what: Callable[[], bool]) -> None:
    """Wait until `what` is so."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def test_a_killed_server_keeps_what_it_took(
    app: Flask, office: Settings, areas: None, make_user: Callable[..., str]
) -> None:
    make_user(Role.ENUMERATOR, "75.01", username="ani")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ani = Collect(f"http://127.0.0.1:{port}/odk/{connect(app, 'ani')}")
    filled = Filled(fill(household_document()), {"rumah.jpg": JPEG})

    def is_up() -> bool:
        with socket.socket() as door:
            return door.connect_ex(("127.0.0.1", port)) == 0

    with servers(office, port):
        until(is_up)
        with pytest.raises((OSError, http.client.HTTPException)):
            ani.send(filled)  # committed, and dead before the answer
        assert counted(app) == (1, 0)
        # The second server dies while it makes the household; the third one lives.
        until(lambda: counted(app) == (1, 1))
        assert ani.send(filled).ok
    assert (office.home / DIED).read_text() == "answer -9\naccept -9\n"
    assert counted(app) == (1, 1)


def counted(app: Flask) -> tuple[int, int]:
    """Return how many submissions and households there are."""
    with app.app_context():
        session = db.session()
        set_scope(session, EVERYWHERE)
        submissions = session.scalar(select(func.count()).select_from(Submission)) or 0
        households = session.scalar(select(func.count()).select_from(Household)) or 0
        session.rollback()
        return submissions, households
