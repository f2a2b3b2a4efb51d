"""A file of changes leaves what the whole list with these changes would leave."""

import signal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.config import Settings
from jps.errors import Conflict, InvalidFile
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.matching import Person, record_keys
from jps.registry import work
from jps.registry.models import RegistryPerson, RegistrySnapshot
from jps.registry.pieces import PERSON
from jps.registry.queries import ids_by_key, needed_snapshot, record_of
from jps.registry.services import publish, start_import, take_file
from jps.worker import run_waiting
from tests.conftest import NOW
from tests.registries import FATMA, HASAN, NURUL, Import, changed, csv_bytes, strangers
from tests.registry.killed import in_small_pieces
from tests.registry.test_resuming import expire, run_on
from tests.victims import victims

TWIN = changed(HASAN, NAMA_LGKP="HUSAIN CONTOH", TGL_LHR="1981-06-06")
MANY = strangers(400)
BEFORE = [*MANY, HASAN, TWIN, FATMA]
DEAD = changed(MANY[7], STATUS="MENINGGAL")
RENAMED = changed(MANY[250], NAMA_LGKP="NAMA BARU", NO_KK="7502010101109999")
NEWER_TWIN = changed(TWIN, STATUS="PINDAH")
CHANGES = [DEAD, RENAMED, NEWER_TWIN, NURUL, *strangers(420)[400:]]
REPLACED = {MANY[7], MANY[250], TWIN}
AFTER = [*(row for row in BEFORE if row not in REPLACED), *CHANGES]

Content = set[tuple[object, ...]]


def content(session: Session) -> tuple[Content, set[tuple[str, frozenset[str]]]]:
    """Return everybody in force, and by NIK and name whom their keys find."""
    snapshot = needed_snapshot(session).id
    everybody = session.scalars(
        select(RegistryPerson).where(RegistryPerson.snapshot_id == snapshot)
    ).all()
    names = [name for name in PERSON.names if name != "row"]
    people = {tuple(getattr(one, name) for name in (*names, "nik_shared")) for one in everybody}
    known = {one.id: one.nik + one.name for one in everybody}
    keys = [record_keys(Person.read(record_of(one))).values() for one in everybody]
    found = {
        (one.nik + one.name, frozenset(known[i] for i in ids_by_key(session, snapshot, mine)))
        for one, mine in zip(everybody, keys, strict=True)
    }
    assert len(people) == len(everybody) == needed_snapshot(session).persons
    return people, found


def test_changes_leave_what_the_whole_list_leaves(
    import_file: Import, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "ROWS_AT_ONCE", 90)
    import_file(csv_bytes(BEFORE))
    job = import_file(csv_bytes(CHANGES), delta=True)
    assert job.state == JobState.PROBLEMS or job.state == JobState.DONE, job.error
    assert job.result["Orang tanpa perubahan"] == len(BEFORE) - len(REPLACED)
    assert job.result["Orang yang digantikan"] == len(REPLACED)
    assert job.done == job.total
    by_changes = content(session)
    session.rollback()
    import_file(csv_bytes(AFTER))
    assert by_changes == content(session)


@pytest.fixture
def queued(import_file: Import, session: Session, home: Path, tmp_path: Path) -> Job:
    """Changes that wait for their import."""
    import_file(csv_bytes(BEFORE))
    path = tmp_path / "changes.csv"
    path.write_bytes(csv_bytes(CHANGES))
    delivery = take_file(path, home=home, today=NOW.date(), delta=True)
    job = start_import(session, delivery, by="tests", at=NOW).job
    session.commit()
    return job


def test_blows_at_every_point_lose_and_double_nobody(
    session: Session,
    queued: Job,
    home: Path,
    import_file: Import,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work, "ROWS_AT_ONCE", 60)
    for blow in range(60):
        run_on(session, queued, home, steps=1 + blow % 3)
        if queued.cursor["phase"] == "done":
            break
    assert queued.cursor["phase"] == "done"
    interrupted = content(session)
    session.rollback()
    import_file(csv_bytes(AFTER))
    assert interrupted == content(session)


@pytest.mark.slow
def test_killed_while_people_are_taken_over_it_goes_on(
    app: Flask,
    office: Settings,
    session: Session,
    queued: Job,
    import_file: Import,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with victims("tests.registry.killed", office) as kill:
        assert kill("carry") == -signal.SIGKILL
    session.expire_all()
    assert queued.cursor["carried"] > 0
    assert needed_snapshot(session).persons == len(BEFORE)
    expire(session, queued)
    in_small_pieces(monkeypatch.setattr)
    run_waiting(app)
    session.expire_all()
    killed = content(session)
    session.rollback()
    import_file(csv_bytes(AFTER))
    assert killed == content(session)


def test_changes_need_something_to_change(
    session: Session, areas: None, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "changes.csv"
    path.write_bytes(csv_bytes())
    delivery = take_file(path, home=home, today=NOW.date(), delta=True)
    with pytest.raises(InvalidFile, match="Impor berkas yang lengkap"):
        start_import(session, delivery, by="tests", at=NOW)


def test_changes_of_a_snapshot_that_was_replaced_are_not_put_in_force(
    session: Session, queued: Job, home: Path, import_file: Import
) -> None:
    run_on(session, queued, home, steps=3)
    begun = work.Progress(**queued.cursor).snapshot
    import_file(csv_bytes([HASAN]))
    snapshot = session.get_one(RegistrySnapshot, begun)
    with pytest.raises(Conflict, match="data kependudukan lain mulai berlaku"):
        publish(session, snapshot, by="tests", at=NOW)
    session.rollback()
    assert needed_snapshot(session).persons == 1
