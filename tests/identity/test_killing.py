"""A matching that is killed at any moment loses nothing and does nothing twice."""

import subprocess
import sys
import uuid
from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.audit.models import AuditEvent
from jps.config import Settings
from jps.households.models import Member
from jps.identity import run_rules
from jps.identity.models import Decision, Link, MatchModel
from jps.identity.quality_models import MatchRun
from jps.identity.rules import Verdict
from jps.identity.services import decide
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.services import find_job, start_job
from jps.registry.models import RegistryPerson
from jps.worker import utc_now
from tests.identity.test_changes import World, decided, left_behind, snapshot
from tests.offices import NewHousehold
from tests.registries import Import, RunJob, csv_bytes, strangers
from tests.repository import ROOT


@pytest.fixture
def world(session: Session, household: NewHousehold, import_file: Import) -> World:
    """Eight households, matched never."""
    world = World(session, household, import_file, Random(5), strangers(330)[:300])
    world.import_file(csv_bytes(world.registry))
    for _ in range(8):
        world.enter()
    return world


@pytest.mark.slow
def test_killed_again_and_again_it_ends_as_if_nothing_had_been(
    world: World, match_all: RunJob, office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_rules, "TRAIN_SHARE", 1_000.0)
    match_all()
    said = said_to_be_somebody_else(world)
    for edit in (decided, decided, snapshot):
        edit(world)
    world.enter()
    job_id = queued(world.session, train=not office.database_url)
    phases = kill_and_go_on(office)
    assert set(phases) >= {"links", "keys", "doubles", "late", "done"}, phases
    job = find_job(world.session, job_id)
    assert job.state == JobState.DONE
    assert job.attempts > 6
    noted_once(world.session, job)
    assert world.session.get_one(Link, said).decision_id is not None
    after = left_behind(world.session)
    assert len(after["links"]) == job.result["members"]
    match_all(full=True)
    assert after == left_behind(world.session)


def said_to_be_somebody_else(world: World) -> uuid.UUID:
    """Have somebody say that a member is a stranger, and return who."""
    member, person = world.one(), world.person()
    for earlier in world.session.scalars(select(Decision)):
        assert earlier.member_id != member.id
    decide(world.session, member, person, Verdict.SAME, by="a", at=utc_now())
    world.session.commit()
    return member.id


def queued(session: Session, *, train: bool) -> uuid.UUID:
    job_id = start_job(session, "match", {"train": train}, by="tests", at=utc_now()).id
    session.commit()  # and begin nothing: other processes are about to write
    return job_id


def kill_and_go_on(office: Settings) -> list[str]:
    """Let the job be done by processes that are killed; return the phases they died in."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.identity.killed", office.home, office.database_url],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


def noted_once(session: Session, job: Job) -> None:
    """Hold that the run is in the history and in the audit, once."""
    runs = select(func.count()).select_from(MatchRun).where(MatchRun.job_id == job.id)
    assert session.scalar(runs) == 1
    events = select(func.count()).select_from(AuditEvent)
    matched = session.scalar(events.where(AuditEvent.action == "members-matched"))
    assert matched == session.scalar(select(func.count()).select_from(MatchRun))
    assert session.scalars(select(MatchModel.id).where(MatchModel.current)).all() == [
        session.scalar(select(func.max(MatchModel.id)))
    ]
    members = set(session.scalars(select(Member.id).where(Member.valid_to.is_(None))))
    assert set(session.scalars(select(Link.member_id))) == members
    people = set(session.scalars(select(RegistryPerson.id)))
    assert set(session.scalars(select(Link.person_id).where(Link.person_id.is_not(None)))) <= people
