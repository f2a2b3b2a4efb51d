"""After whatever changed, a matching of the changes leaves what a matching of everything leaves."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.errors import JpsError
from jps.households.models import Household, Member
from jps.households.rules import State
from jps.identity import run_rules, work
from jps.identity.models import Decision, Duplicate, Link, MatchModel, ReviewCase
from jps.identity.quality_models import MatchThreshold
from jps.identity.queries import links_are_stale
from jps.identity.rules import Verdict
from jps.identity.services import decide, propose_links, undo
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.runner import Task
from jps.jobs.services import ask_cancel, start_job
from jps.registry.models import RegistryPerson
from jps.registry.queries import needed_snapshot
from jps.worker import run_now, utc_now
from tests.offices import NewHousehold
from tests.registries import HEADER, Import, RunJob, changed, csv_bytes, strangers

SEEDS = (1,)
Row = tuple[str, ...]


@dataclass
class World:
    """An office whose lists change."""

    session: Session
    new_household: NewHousehold
    import_file: Import
    rng: Random
    registry: list[Row]
    entered: list[uuid.UUID] = field(default_factory=list)  # members, in this order

    def enter(self) -> None:
        """A household of three comes in; they are people of the registry, spelt a little off."""
        self.session.rollback()  # another session is about to write
        made = self.new_household("ani", address=f"Jalan Contoh {len(self.entered)}")
        query = select(Member).where(Member.household_id == uuid.UUID(made))
        for member in self.session.scalars(query.order_by(Member.position)):
            self.become(member, self.rng.choice(self.registry))
            self.entered.append(member.id)
        self.session.commit()

    def members(self) -> Sequence[Member]:
        """Return everybody who is in a household, in the order in which they came."""
        self.session.rollback()
        found = self.session.scalars(select(Member).where(Member.valid_to.is_(None))).all()
        return sorted(found, key=lambda member: self.entered.index(member.id))

    def one(self) -> Member:
        return self.rng.choice(self.members())

    def become(self, member: Member, row: Row) -> None:
        person = dict(zip(HEADER, row, strict=True))
        member.name = person["NAMA_LGKP"] + self.rng.choice(("", "", " SE", "A"))
        member.nik = self.rng.choice((person["NIK"], person["NIK"], "", person["NIK"][:15] + "9"))
        member.kk = self.rng.choice((person["NO_KK"], ""))
        member.birth_date = self.rng.choice((person["TGL_LHR"], person["TGL_LHR"][:4]))
        member.sex = "1" if person["JENIS_KLMIN"] == "L" else "2"
        member.mother_name = self.rng.choice((person["NAMA_LGKP_IBU"], ""))

    def person(self) -> RegistryPerson:
        snapshot = needed_snapshot(self.session).id
        query = select(RegistryPerson).where(RegistryPerson.snapshot_id == snapshot)
        return self.rng.choice(self.session.scalars(query.order_by(RegistryPerson.id)).all())


def new_households(world: World) -> None:
    world.enter()


def changed_and_saved(world: World) -> None:
    member = world.one()
    world.become(member, world.rng.choice(world.registry))
    world.session.flush()
    propose_links(world.session, [member.household_id], at=utc_now())
    world.session.commit()


def changed_in_bulk(world: World) -> None:
    for _ in range(2):
        world.become(world.one(), world.rng.choice(world.registry))
        world.session.commit()


def moved_out(world: World) -> None:
    world.one().valid_to = utc_now().date()
    world.session.commit()


def archived(world: World) -> None:
    household_id = world.one().household_id
    world.session.get_one(Household, household_id).state = State.ARCHIVED
    world.session.flush()
    propose_links(world.session, [household_id], at=utc_now())
    world.session.commit()


def snapshot(world: World) -> None:
    """Another order, some people gone, new, renamed, dead, or there twice with one NIK."""
    rows, rng = list(world.registry), world.rng
    rng.shuffle(rows)
    rows = rows[4:]
    for place in range(3):
        rows[place] = changed(rows[place], NAMA_LGKP=rows[-place - 1][2])
        rows[place + 3] = changed(rows[place + 3], STATUS=rng.choice(("MENINGGAL", "PINDAH")))
        rows.append(changed(rows[place + 9], NAMA_LGKP="KEMBAR " + rows[place + 9][2]))
    rows.append(rng.choice([row for row in strangers(340) if row not in rows]))
    world.registry = rows
    assert world.import_file(csv_bytes(rows)).error is None


def decided(world: World) -> None:
    member, verdict = world.one(), world.rng.choice(list(Verdict))
    link = world.session.get(Link, member.id)
    person = world.person()
    if link is not None and link.candidate_id is not None and world.rng.random() < 0.7:
        person = world.session.get_one(RegistryPerson, link.candidate_id)
    _say(world, lambda: decide(
        world.session, member, person, verdict, reason="tes", by=world.rng.choice("abc"),
        at=utc_now(),
    ))  # fmt: skip


def undone(world: World) -> None:
    mine = select(Decision).where(Decision.undone_at.is_(None)).order_by(Decision.at)
    found = world.session.scalars(mine).all()
    if found:
        _say(world, lambda: undo(world.session, world.rng.choice(found), by="a", at=utc_now()))


def _say(world: World, word: Any) -> None:
    try:
        word()
        world.session.commit()
    except JpsError:  # it is somebody else's turn to speak
        world.session.rollback()


def thresholds(world: World) -> None:
    link = world.rng.choice((0.0, 1.0))
    sure = world.rng.choice((6.0, 8.0))
    at = utc_now()
    world.session.add(MatchThreshold(link=link, sure=sure, reason="tes", by="a", at=at))
    world.session.commit()


EDITS = (
    new_households, changed_and_saved, changed_in_bulk, moved_out, archived, snapshot, decided,
    decided, undone, thresholds,
)  # fmt: skip


def left_behind(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Return all that matching derives, without when it was written."""
    session.rollback()
    links = select(Link).order_by(Link.member_id)
    one, case = Duplicate, ReviewCase
    pairs = select(one.member_id, one.other_id, one.weight, one.verdict).order_by(
        one.member_id, one.other_id
    )
    cases = select(case.member_id, case.step, case.doubt, case.first_by, case.second_by)
    return {
        "links": [_row(link) for link in session.scalars(links)],
        "pairs": [tuple(row) for row in session.execute(pairs)],
        "cases": [tuple(row) for row in session.execute(cases.order_by(case.member_id))],
    }


def _row(link: Link) -> tuple[object, ...]:
    names = (
        "member_id", "area_code", "state", "person_id", "candidate_id", "weight", "second_id",
        "margin", "shared", "decision_id", "snapshot_id", "model_id", "digest",
    )  # fmt: skip
    values = (getattr(link, name) for name in names)
    return (*values, sorted(link.evidence.items()))


@pytest.fixture
def world(session: Session, household: NewHousehold, import_file: Import) -> World:
    world = World(session, household, import_file, Random(0), strangers(330)[:300])
    world.import_file(csv_bytes(world.registry))
    for _ in range(8):
        world.enter()
    return world


@pytest.mark.parametrize("seed", SEEDS)
def test_changes_and_everything_leave_the_same(
    world: World, match_all: RunJob, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(run_rules, "TRAIN_SHARE", 1_000.0)  # everything under one model
    world.rng = Random(seed)
    match_all()
    saved = 0
    for _ in range(5):
        edits = world.rng.sample(EDITS, 3)
        for edit in edits:
            edit(world)
        job = match_all()
        assert job.error is None
        changes = left_behind(world.session)
        saved += job.result["members"] - job.result["searched"]
        whole = match_all(full=True)
        assert (whole.error, whole.result["why"]) == (None, "asked")
        assert changes == left_behind(world.session), [edit.__name__ for edit in edits]
    assert saved > 0


def test_nothing_changed_is_nothing_done(world: World, match_all: RunJob, session: Session) -> None:
    match_all()
    before = left_behind(session)
    times = dict(session.execute(select(Link.member_id, Link.linked_at)).all())
    job = match_all()
    told = {name: job.result[name] for name in ("searched", "written", "members", "why")}
    assert told == {"searched": 0, "written": 0, "members": 24, "why": "nothing"}
    assert left_behind(session) == before
    assert dict(session.execute(select(Link.member_id, Link.linked_at)).all()) == times
    assert len(session.scalars(select(MatchModel)).all()) == 1


def test_one_new_household_is_searched_alone_and_the_model_stays(
    world: World, match_all: RunJob, session: Session
) -> None:
    match_all()
    world.enter()
    job = match_all()
    assert (job.result["searched"], job.result["members"]) == (3, 27)
    assert job.result["why"] == "members"
    assert len(session.scalars(select(MatchModel)).all()) == 1


def test_a_list_that_has_become_another_teaches_a_new_model(
    world: World, match_all: RunJob, session: Session
) -> None:
    match_all()
    for _ in range(3):
        world.enter()
    job = match_all()
    assert (job.result["why"], job.result["searched"]) == ("trained", 33)
    assert session.scalars(select(MatchModel.current).order_by(MatchModel.id)).all() == [
        False,
        True,
    ]


def test_asked_for_a_new_model_all_are_searched(world: World, match_all: RunJob) -> None:
    match_all()
    job = match_all(train=True)
    assert (job.result["why"], job.result["searched"]) == ("trained", 24)


def test_what_was_remembered_may_be_lost(
    world: World, match_all: RunJob, session: Session, app: Any
) -> None:
    match_all()
    before = left_behind(session)
    (app.config["JPS"].home / "indexes" / "matching.npz").write_bytes(b"torn")
    job = match_all()
    told = {name: job.result[name] for name in ("searched", "written", "why")}
    assert told == {"searched": 24, "written": 0, "why": "rules"}
    assert left_behind(session) == before


def test_jobs_say_what_they_did(world: World, match_all: RunJob, session: Session) -> None:
    job: Job = match_all()
    assert job.done == job.total == 48  # searched and written


def run_beside(session: Session, home: Path, job: Job, act: Callable[[str], None]) -> None:
    """Run a matching as the worker does and act after each of its steps, as somebody else would."""
    task = Task(session, job.id, dict(job.params), {}, "tests", home, utc_now)
    for step in work.match_work(task):
        job.cursor, job.done = step.cursor, step.done
        session.commit()
        act(step.cursor["phase"])


@pytest.mark.parametrize("moment", ["links", "late"])
def test_what_people_do_meanwhile_is_not_lost(
    world: World, match_all: RunJob, session: Session, home: Path, moment: str
) -> None:
    match_all()
    snapshot(world)
    said, saved = world.members()[0], world.members()[3]
    said_id, saved_id = said.id, saved.id
    person_id = world.person().id
    acted: list[str] = []

    def act(phase: str) -> None:
        if phase != moment or acted:
            return
        acted.append(phase)
        member = session.get_one(Member, said_id)
        decide(
            session, member, session.get_one(RegistryPerson, person_id), Verdict.SAME, by="a",
            at=utc_now(),
        )  # fmt: skip
        changed_member = session.get_one(Member, saved_id)
        for name in _COLUMNS:
            setattr(changed_member, name, "TIDAK ADA SIAPA" if name == "name" else "")
        session.get_one(Household, changed_member.household_id).changed_at = utc_now()
        session.flush()
        propose_links(session, [changed_member.household_id], at=utc_now())
        session.commit()

    job = start_job(session, "match", {}, by="tests", at=utc_now())
    session.commit()
    run_beside(session, home, job, act)
    assert acted
    left = left_behind(session)
    assert session.get_one(Link, said_id).person_id == person_id
    assert session.get_one(Link, saved_id).person_id is None
    match_all()
    match_all(full=True)
    assert _without_digests(left) == _without_digests(left_behind(session))


def _without_digests(left: dict[str, list[tuple[object, ...]]]) -> list[tuple[object, ...]]:
    """Return member, state, person, decision and snapshot of all links: what both ways agree on."""
    return [(row[0], row[2], row[3], row[9], row[10]) for row in left["links"]]


def test_a_cancelled_matching_keeps_what_it_wrote_and_the_next_one_ends_it(
    world: World, match_all: RunJob, session: Session, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    monkeypatch.setattr(work, "LINKS_AT_ONCE", 5)
    match_all()
    snapshot(world)
    before = left_behind(session)
    job = start_job(session, "match", {}, by="tests", at=utc_now())
    session.commit()

    def cancel(now: Job) -> None:
        if now.cursor["phase"] == "links" and not now.cancel_asked and now.cursor["written"] > 5:
            ask_cancel(session, now, by="tests", at=utc_now())
            session.commit()

    assert run_now(app, job, on_step=cancel) == JobState.CANCELLED
    session.rollback()
    snapshots = set(session.scalars(select(Link.snapshot_id)))
    assert len(snapshots) == 2
    assert len(left_behind(session)["links"]) == len(before["links"])
    assert links_are_stale(session)
    match_all()
    assert not links_are_stale(session)
    ended = left_behind(session)
    match_all(full=True)
    assert left_behind(session) == ended


def test_who_no_longer_shares_a_person_is_told_so(
    world: World, match_all: RunJob, session: Session
) -> None:
    one, other = world.members()[0], world.members()[20]
    for name in ("name", "nik", "kk", "birth_date", "sex", "mother_name"):
        setattr(one, name, dict(zip(HEADER, world.registry[7], strict=True))[_COLUMNS[name]])
    one.sex = "1" if one.sex == "L" else "2"
    session.commit()
    match_all()
    first_id = one.id
    for name in _COLUMNS:
        setattr(other, name, getattr(one, name))
    session.flush()
    propose_links(session, [other.household_id], at=utc_now())
    session.commit()
    assert session.get_one(Link, first_id).shared
    session.get_one(Household, other.household_id).state = State.ARCHIVED
    session.flush()
    propose_links(session, [other.household_id], at=utc_now())
    session.commit()
    match_all()
    session.rollback()
    assert not session.get_one(Link, first_id).shared


_COLUMNS = {
    "name": "NAMA_LGKP",
    "nik": "NIK",
    "kk": "NO_KK",
    "birth_date": "TGL_LHR",
    "sex": "JENIS_KLMIN",
    "mother_name": "NAMA_LGKP_IBU",
}
