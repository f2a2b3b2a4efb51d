"""A registry file becomes the snapshot in force, or changes nothing."""

from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.audit.models import AuditEvent
from jps.jobs.rules import JobState
from jps.registry.columns import FileMapping
from jps.registry.models import RegistryKey, RegistryPerson, RegistrySnapshot
from jps.registry.queries import current_snapshot, find_by_nik, find_family, needed_snapshot
from jps.registry.rules import RegistryStatus
from tests.registries import FATMA, HASAN, NURUL, Import, changed, csv_bytes, strangers


def test_a_file_becomes_the_snapshot_in_force(import_file: Import, session: Session) -> None:
    job = import_file(csv_bytes([HASAN, changed(FATMA, STATUS="MENINGGAL"), NURUL]))
    assert (job.state, job.error) == (JobState.DONE, None), job.result
    snapshot = needed_snapshot(session)
    assert (snapshot.rows, snapshot.persons, snapshot.refused) == (3, 3, 0)
    fatma = find_by_nik(session, snapshot.id, FATMA[0])[0]
    assert (fatma.name, fatma.birth_date, fatma.sex) == ("FATMA CONTOH", "1982-09-09", "2")
    assert (fatma.status, fatma.area_code, fatma.row) == ("dead", "75.01.01.2001", 3)
    family = find_family(session, snapshot.id, HASAN[1])
    assert [person.name for person in family] == ["HASAN CONTOH", "FATMA CONTOH", "NURUL CONTOH"]
    assert session.scalars(
        select(AuditEvent.action).where(AuditEvent.action == "registry-imported")
    ).all() == ["registry-imported"]


def test_a_newer_file_replaces_the_snapshot(import_file: Import, session: Session) -> None:
    import_file(csv_bytes())
    import_file(csv_bytes([HASAN]))
    states = session.scalars(select(RegistrySnapshot.state).order_by(RegistrySnapshot.id)).all()
    assert states == ["replaced", "current"]
    assert needed_snapshot(session).persons == 1


def test_the_same_file_is_recognised(import_file: Import, session: Session) -> None:
    first = import_file(csv_bytes())
    assert import_file(csv_bytes()).id == first.id
    assert import_file(csv_bytes(), as_of=date(2026, 1, 1)).id != first.id
    assert session.scalar(select(func.count()).select_from(RegistrySnapshot)) == 2


def test_problems_are_told_by_row_with_masked_values(
    import_file: Import, session: Session, home: Path
) -> None:
    rows = [*[HASAN, FATMA, NURUL], changed(HASAN, NIK="75010105058090")]
    rows.append(changed(HASAN, NIK="7501010505809009", TGL_LHR="31-02-1990", NO_KK="0"))
    job = import_file(csv_bytes(rows))
    assert job.state == JobState.PROBLEMS
    assert job.problem_file is not None
    text = (home / job.problem_file).read_text("utf-8-sig")
    assert "5,nik,bukan 16 angka,,7501********90" in text
    assert "6,birth_date,bukan tanggal lahir yang mungkin" in text
    assert "6,kk,bukan 16 angka" in text
    assert "31-02-1990" not in text
    assert "CONTOH" not in text
    snapshot = needed_snapshot(session)
    assert (snapshot.persons, snapshot.refused) == (4, 1)
    kept = find_by_nik(session, snapshot.id, "7501010505809009")[0]
    assert (kept.birth_date, kept.kk) == ("", "")


def test_a_file_that_loses_most_rows_leaves_the_old_one_in_force(
    import_file: Import, session: Session
) -> None:
    import_file(csv_bytes())
    before = needed_snapshot(session)
    job = import_file(csv_bytes([HASAN, changed(FATMA, NIK="1"), changed(NURUL, NIK="2")]))
    assert job.state == JobState.FAILED
    assert "2 dari 3 baris" in (job.error or "")
    session.expire_all()
    assert current_snapshot(session) is before
    assert set(session.scalars(select(RegistryPerson.snapshot_id))) == {before.id}
    assert {number >> 32 for number in session.scalars(select(RegistryKey.id))} == {before.id}


def test_rows_given_twice_count_once_and_shared_niks_are_marked(
    import_file: Import, session: Session, home: Path
) -> None:
    twin = changed(HASAN, NAMA_LGKP="HUSAIN CONTOH")
    job = import_file(csv_bytes([HASAN, HASAN, twin, FATMA]))
    snapshot = needed_snapshot(session)
    assert (snapshot.persons, snapshot.refused) == (3, 1)
    found = find_by_nik(session, snapshot.id, HASAN[0])
    assert {person.name: person.nik_shared for person in found} == {
        "HASAN CONTOH": True,
        "HUSAIN CONTOH": True,
    }
    assert not find_by_nik(session, snapshot.id, FATMA[0])[0].nik_shared
    assert job.problem_file is not None
    lines = (home / job.problem_file).read_text("utf-8-sig").splitlines()
    assert sorted(line.split(",")[0] for line in lines[1:]) == ["2", "3", "4"]


def test_names_with_html_and_formulas_are_names(import_file: Import, session: Session) -> None:
    name = "<script>alert(1)</script> =CMD()"
    import_file(csv_bytes([changed(HASAN, NAMA_LGKP=name)]))
    assert find_by_nik(session, needed_snapshot(session).id, HASAN[0])[0].name == name


def test_areas_are_read_from_codes_numbers_and_names(import_file: Import, session: Session) -> None:
    header = ("NIK", "NAMA", "NO_PROP", "NO_KAB", "NO_KEC", "NO_KEL")
    rows = [(HASAN[0], HASAN[2], "75", "1", "1", "2001"), (FATMA[0], FATMA[2], "75", "1", "1", "")]
    import_file(csv_bytes(rows, header))
    areas = session.scalars(select(RegistryPerson.area_code).order_by(RegistryPerson.row)).all()
    assert areas == ["75.01.01.2001", "75.01.01"]
    header = ("NIK", "NAMA", "PROVINSI", "KABUPATEN", "KECAMATAN", "DESA")
    names = ("GORONTALO", "KAB. GORONTALO", "LIMBOTTO", "CONTOH DUA")
    import_file(csv_bytes([(HASAN[0], HASAN[2], *names)], header))
    snapshot = needed_snapshot(session)
    assert find_by_nik(session, snapshot.id, HASAN[0])[0].area_code == "75.01.01.2002"


def test_a_mapping_names_columns_and_status_words(import_file: Import, session: Session) -> None:
    header = ("Induk", "Sebutan", "Ket")
    mapping = FileMapping(
        columns={"Induk": "nik", "Sebutan": "name", "Ket": "status"},
        status={"X": RegistryStatus.MOVED},
    )
    job = import_file(csv_bytes([(HASAN[0], HASAN[2], "X")], header), mapping=mapping)
    assert job.state == JobState.DONE, job.result
    assert find_by_nik(session, needed_snapshot(session).id, HASAN[0])[0].status == "moved"


def test_unknown_status_words_refuse_the_row(import_file: Import) -> None:
    rows = [HASAN, FATMA, changed(NURUL, STATUS="ENTAH")]
    job = import_file(csv_bytes(rows))
    assert job.result["status: kata status tidak dikenal"] == 1
    assert job.result["Orang diterima"] == 2


def test_many_rows_are_loaded_piece_by_piece(import_file: Import, session: Session) -> None:
    rows = strangers(950)
    job = import_file(csv_bytes(rows))
    assert job.result["Orang diterima"] == 950, job.result
    snapshot = needed_snapshot(session)
    for row in (rows[0], rows[473], rows[949]):
        names = [person.name for person in find_by_nik(session, snapshot.id, row[0])]
        assert row[2] in names
