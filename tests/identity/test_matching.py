"""All members are linked, in Dukcapil's states, and interruptions change nothing."""

import uuid
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jps.households.models import Household, Member
from jps.households.rules import State
from jps.identity import work
from jps.identity.lookup import look_up
from jps.identity.matchers import current_matcher
from jps.identity.models import Duplicate, Link, MatchModel, MemberKey
from jps.identity.services import propose_links
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.runner import Task
from jps.jobs.services import start_job
from jps.registry.models import RegistryKey, RegistryPerson, RegistrySnapshot
from jps.registry.queries import needed_snapshot
from tests.conftest import NOW
from tests.households_examples import (
    child_document,
    household_document,
    member_document,
    spouse_document,
)
from tests.offices import NewHousehold
from tests.registries import (
    FATMA,
    HASAN,
    NURUL,
    Import,
    RunJob,
    changed,
    csv_bytes,
    strangers,
)

CROWD = strangers(300)


def states(session: Session) -> dict[str, str]:
    """Return the state of every member's link by name."""
    session.rollback()
    query = select(Member.name, Link.state).join(Link, Link.member_id == Member.id)
    return {name: str(state) for name, state in session.execute(query)}


def links(session: Session) -> list[tuple[object, ...]]:
    """Return what the links say, without when it was written."""
    session.rollback()
    columns = (Link.member_id, Link.state, Link.person_id, Link.weight, Link.margin, Link.shared)
    return [tuple(row) for row in session.execute(select(*columns).order_by(Link.member_id))]


def test_members_are_linked_in_dukcapils_states(
    household: NewHousehold, import_file: Import, match_all: RunJob, session: Session
) -> None:
    household("ani")
    moved = changed(NURUL, STATUS="PINDAH")
    import_file(csv_bytes([HASAN, changed(FATMA, STATUS="MENINGGAL"), moved, *CROWD]))
    job = match_all()
    assert (job.state, job.error) == (JobState.DONE, None)
    found = {"padan": 1, "meninggal": 1, "pindah": 1}
    done = {"members": 3, "searched": 3, "written": 3, "why": "first"}
    assert job.result == found | done
    assert states(session) == {
        "Hasan Contoh": "padan",
        "Fatma Contoh": "meninggal",
        "Nurul Contoh": "pindah",
    }
    link = session.scalars(select(Link).limit(1)).one()
    assert link.person_id is not None
    assert sum(bits for _, bits in link.evidence.values()) == pytest.approx(link.weight, abs=0.1)
    assert session.scalars(select(MatchModel.current)).all() == [True]


def test_who_is_not_in_the_registry_is_not_found(
    household: NewHousehold, import_file: Import, match_all: RunJob, session: Session
) -> None:
    household("ani")
    import_file(csv_bytes([HASAN, FATMA, *CROWD]))
    match_all()
    assert states(session)["Nurul Contoh"] in {"nik_tidak_ditemukan", "perlu_ditinjau"}
    found = session.scalars(
        select(Link.person_id)
        .join(Member, Member.id == Link.member_id)
        .where(Member.name == "Nurul Contoh")
    ).one()
    assert found is None


def test_without_a_registry_matching_says_so(household: NewHousehold, match_all: RunJob) -> None:
    household("ani")
    job = match_all()
    assert job.state == JobState.FAILED
    assert "Belum ada data kependudukan" in (job.error or "")


def test_without_members_there_is_nothing_to_link(
    import_file: Import, match_all: RunJob, session: Session
) -> None:
    import_file(csv_bytes())
    job = match_all()
    done = {"members": 0, "searched": 0, "written": 0, "why": "first"}
    assert (job.state, job.result) == (JobState.DONE, done)


def test_a_submitted_household_is_linked_at_once_and_as_in_the_batch(
    household: NewHousehold, import_file: Import, match_all: RunJob, session: Session
) -> None:
    import_file(csv_bytes([HASAN, FATMA, NURUL, *CROWD]))
    made = household("ani")
    propose_links(session, [uuid.UUID(made)], at=NOW)
    session.commit()
    assert set(states(session).values()) == {"padan"}
    at_once = [(row[0], row[1], row[2]) for row in links(session)]
    match_all()
    assert [(row[0], row[1], row[2]) for row in links(session)] == at_once


def test_a_member_entered_twice_is_found(
    household: NewHousehold, import_file: Import, match_all: RunJob, session: Session
) -> None:
    import_file(csv_bytes([HASAN, FATMA, NURUL, *CROWD]))
    first = household("ani")
    alone = member_document(name="HASAN  CONTOH", nik=None, nik_reason="4", marital_status="1")
    second = household("budi", members=[alone], household_size=1, address="Jalan Lain")
    propose_links(session, [uuid.UUID(first), uuid.UUID(second)], at=NOW)
    session.commit()
    assert session.scalar(select(func.count()).select_from(Duplicate)) == 1
    match_all()
    session.rollback()
    pair = session.scalars(select(Duplicate)).one()
    names = session.scalars(
        select(Member.name).where(Member.id.in_([pair.member_id, pair.other_id]))
    )
    assert {name.upper().split()[0] for name in names} == {"HASAN"}
    assert states(session)["HASAN CONTOH"] == "padan_sebagian"


def test_members_who_left_lose_their_links(
    household: NewHousehold, import_file: Import, match_all: RunJob, session: Session
) -> None:
    household("ani")
    import_file()
    match_all()
    left = session.scalars(select(Member).where(Member.name == "Nurul Contoh")).one()
    left.valid_to = NOW.date()
    session.commit()
    match_all()
    assert set(states(session)) == {"Hasan Contoh", "Fatma Contoh"}
    owners = session.scalars(select(MemberKey.member_id).distinct()).all()
    assert left.id not in owners


def test_households_no_longer_in_force_lose_their_links(
    household: NewHousehold, import_file: Import, session: Session
) -> None:
    import_file(csv_bytes([HASAN, FATMA, NURUL, *CROWD]))
    made = uuid.UUID(household("ani"))
    propose_links(session, [made], at=NOW)
    session.commit()
    assert len(states(session)) == 3
    session.get_one(Household, made).state = State.ARCHIVED
    propose_links(session, [made], at=NOW)
    session.commit()
    assert states(session) == {}
    known = look_up(session, {"nik": HASAN[0]}, current_matcher(session))
    assert known.own == ()


def test_keys_made_by_other_rules_are_made_again(
    household: NewHousehold, import_file: Import, match_all: RunJob, session: Session
) -> None:
    household("ani")
    import_file(csv_bytes([HASAN, FATMA, NURUL, *CROWD]))
    keys = select(RegistryKey.id, RegistryKey.entries).order_by(RegistryKey.id)
    before = session.execute(keys).all()
    needed_snapshot(session).normaliser = "0"
    session.execute(delete(RegistryKey).where(RegistryKey.id % 2 == 0))
    session.commit()
    match_all()
    session.rollback()
    assert session.execute(keys).all() == before
    assert needed_snapshot(session).normaliser not in {"0", None}


def test_a_replaced_snapshot_is_forgotten_once_nothing_refers_to_it(
    household: NewHousehold, import_file: Import, match_all: RunJob, session: Session
) -> None:
    household("ani")
    import_file()
    match_all()
    import_file(csv_bytes([HASAN, FATMA, NURUL, *CROWD]))
    assert len(session.scalars(select(RegistryPerson.snapshot_id).distinct()).all()) == 2
    match_all()
    session.rollback()
    (current,) = session.scalars(
        select(RegistrySnapshot.id).where(RegistrySnapshot.state == "current")
    )
    assert session.scalars(select(RegistryPerson.snapshot_id).distinct()).all() == [current]
    assert set(session.scalars(select(Link.snapshot_id))) == {current}


def test_blows_at_every_point(
    household: NewHousehold,
    import_file: Import,
    match_all: RunJob,
    session: Session,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    household("ani")
    apart = spouse_document(relation="1", marital_status="4")
    household("budi", members=[apart, child_document()], household_size=2)
    import_file(csv_bytes([HASAN, FATMA, NURUL, *CROWD]))
    match_all()
    whole = links(session)
    monkeypatch.setattr(work, "LINKS_AT_ONCE", 2)
    job = start_job(session, "match", {}, by="tests", at=NOW)
    session.commit()
    for blow in range(60):
        _run_on(session, job, home, steps=1 + blow % 3)
        if job.cursor["phase"] == "done":
            break
    assert job.cursor["phase"] == "done"
    assert links(session) == whole
    assert session.scalar(select(func.count()).select_from(MatchModel)) == 1


def _run_on(session: Session, job: Job, home: Path, *, steps: int) -> None:
    """Go on with the matching; after so many committed steps the next one is written and lost."""
    task = Task(session, job.id, {}, dict(job.cursor), "tests", home, lambda: NOW)
    for count, step in enumerate(work.match_work(task)):
        if count == steps:
            session.rollback()
            return
        job.cursor, job.done = step.cursor, step.done
        session.commit()


def test_documents_are_what_the_registry_was_made_for() -> None:
    assert [one["nik"] for one in household_document()["members"]] == [HASAN[0], FATMA[0], NURUL[0]]
