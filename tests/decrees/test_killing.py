"""A look-up that is killed at any moment loses nothing and doubles nothing."""

import signal
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from jps.config import ROOT, Settings
from jps.db import EVERYWHERE, set_scope
from jps.decrees import work
from jps.intake.models import IntakeProblem
from jps.jobs.models import Job
from jps.jobs.rules import STALE_AFTER, JobState
from jps.jobs.services import find_job
from jps.programmes.case_models import Finding
from jps.worker import run_waiting
from tests.databases import Databases
from tests.decrees.conftest import Office
from tests.decrees.killed import POINTS


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: jobs are killed on PostgreSQL elsewhere, by the same runner."""
    return databases.sqlite(tmp_path / "office")


@pytest.mark.slow
def test_killed_at_every_point_it_ends_as_if_nothing_had_been(
    filled: Office, office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = filled.load(number="460/1/2026")
    expected = said(filled, whole)
    killed = filled.bring(number="460/2/2026")
    job = filled.ask(killed)
    for point in POINTS:
        filled.session.rollback()
        ended = subprocess.run(
            [sys.executable, "-m", "tests.decrees.killed", office.home, office.database_url, point],
            cwd=ROOT, capture_output=True, check=False, text=True,
        )  # fmt: skip
        assert ended.returncode == -signal.SIGKILL, f"{point}: {ended.stderr}"
        expire(filled, job)
    monkeypatch.setattr(work, "ROWS_AT_ONCE", 2)
    run_waiting(filled.app)
    set_scope(filled.session, EVERYWHERE)
    filled.session.expire_all()
    assert find_job(filled.session, job.id).state == JobState.DONE
    assert said(filled, killed) == expected
    assert filled.decree(killed).counts == filled.decree(whole).counts


def expire(office: Office, job: Job) -> None:
    """Let the job of a killed process be taken up at once."""
    office.session.expire_all()
    found = find_job(office.session, job.id)
    assert found.state == JobState.RUNNING
    assert found.heartbeat_at is not None
    found.heartbeat_at -= STALE_AFTER + timedelta(seconds=1)
    office.session.commit()


def said(office: Office, key: uuid.UUID) -> dict[str, Any]:
    """Return what a decree's rows became, and how many problems and findings there are."""
    people = office.recipients(key)
    place = {one.id: number for number, one in people.items()}
    batch = office.decree(key).batch_id
    problems = select(func.count()).where(IntakeProblem.batch_id == batch)
    kinds = select(Finding.kind, func.count()).where(Finding.decree_id == key)
    return {
        "people": [
            (one.row, one.name, one.link_state, one.member_id, place.get(one.same_as or one.id))
            for one in people.values()
        ],
        "problems": office.session.scalar(problems),
        "findings": dict(office.session.execute(kinds.group_by(Finding.kind)).all()),
    }
