"""The pages of decrees: from the file to the report, for each kind of reader."""

import csv
import io
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.db import db
from jps.jobs.rules import JobState
from jps.jobs.services import start_job
from jps.programmes.models import BudgetLine
from jps.programmes.rules import DecreeState, ProgrammeKind
from jps.worker import run_now, run_waiting
from tests.conftest import NOW, SignIn
from tests.databases import Databases
from tests.decrees.conftest import HASAN, ROWS, Office, as_csv, programme

FIELD = re.compile(
    r'<select class="form-select form-select-sm[^>]*name="(c\d+-\d+)"(.*?)</select>', re.S
)
CHOSEN = re.compile(r'<option value="(\w+)" selected>')


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: the queries behind the pages are tested on both."""
    return databases.sqlite(tmp_path / "office")


def upload(client: FlaskClient, content: bytes, **changes: Any) -> Any:
    """Send the form of a new decree."""
    year = datetime.now(UTC).year
    typed = {
        "programme": "blt",
        "number": "460/1/2026",
        "dated": f"{year}-01-05",
        "period_from": f"{year}-01-01",
        "period_to": "",
        "area": "75",
        "list": (io.BytesIO(content), "SK.csv"),
        **changes,
    }
    return client.post("/decrees/", data=typed)


def proposed(page: str) -> dict[str, str]:
    """Return the columns as the page proposes them."""
    return {
        name: found[1] if (found := CHOSEN.search(options)) else ""
        for name, options in FIELD.findall(page)
    }


def test_from_the_file_to_the_report(app: Flask, filled: Office, sign_in: SignIn) -> None:
    filled.session.rollback()
    operator = sign_in(Role.OPERATOR, "75", username="yusuf")
    paper = (io.BytesIO(b"%PDF-1.4 contoh"), "sk.pdf")
    answer = upload(operator, as_csv(ROWS), paper=paper)
    assert answer.status_code == 303, answer.text
    page = answer.location
    run_waiting(app)

    columns = proposed(operator.get(page).text)
    assert set(columns.values()) >= {"name", "nik", "kk", "sex", "birth_date", "amount", "status"}
    twice = operator.post(f"{page}/columns", data={**columns, "c0-0": "nik"})
    assert (twice.status_code, "sudah dipilih" in twice.text) == (422, True)
    none = operator.post(f"{page}/columns", data=dict.fromkeys(columns, ""))
    assert (none.status_code, "Tidak ada kolom nama" in none.text) == (422, True)
    assert operator.post(f"{page}/columns", data=columns).status_code == 303
    run_waiting(app)

    report = operator.get(page).text
    assert "HASAN CONTOH" in report
    asked = {"decrees": [page.rpartition("/")[2]], "today": "2026-11-27"}
    waiting = start_job(filled.session, "findings", asked, by="yusuf", at=NOW)
    filled.session.commit()
    assert "Apa yang salah pada penerimanya sedang dicari" in operator.get(page).text
    assert run_now(app, waiting) == JobState.DONE
    report = operator.get(page).text
    assert "sedang dicari" not in report
    assert "7501010505809001" not in report  # masked
    assert "Meninggal <span>1</span>" in report
    assert "Orang yang sama dengan baris 2" in report
    problems = operator.get(f"{page}/problems")
    assert "Jumlah ini bukan bilangan rupiah" in problems.text
    assert operator.get(f"{page}/paper").data == b"%PDF-1.4 contoh"
    file = operator.post(f"{page}/problems/file", data={"format": "csv"}).data.decode("utf-8-sig")
    assert {"NIK", "Jumlah (Rp)"} <= {row["kolom"] for row in csv.DictReader(io.StringIO(file))}

    link = re.search(r'href="(/decrees/recipients/[^"]+)">HASAN', report)
    assert link
    person = operator.get(link[1]).text
    assert "SK dan data kependudukan" in person
    assert "SK dan data JPS" in person
    assert "hampir pasti orang yang sama" in person
    assert "7501010505809001" not in person
    refused = operator.post(f"{link[1]}/numbers", data={"reason": " "})
    assert refused.status_code == 422
    shown = operator.post(f"{link[1]}/numbers", data={"reason": "Cek kartu"})
    assert "7501010505809001" in shown.text


def test_files_are_masked_unless_somebody_says_why(
    app: Flask, filled: Office, sign_in: SignIn
) -> None:
    page = f"/decrees/{filled.load()}"
    filled.session.rollback()
    operator = sign_in(Role.OPERATOR, "75", username="yusuf")

    def taken(**typed: str) -> list[dict[str, str]]:
        answer = operator.post(f"{page}/file", data={"format": "csv", "sheet": "all", **typed})
        assert answer.status_code == 200, answer.text
        return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))

    everybody = taken()
    assert len(everybody) == len(ROWS)
    assert everybody[0]["nik"] == "7501**********01"
    assert operator.post(f"{page}/file", data={"sheet": "all", "full": "1"}).status_code == 303
    full = taken(full="1", reason="Pencairan")
    assert full[0]["nik"] == "7501010505809001"
    strike = taken(sheet="strike")
    assert {row["alasan"] for row in strike} == {"Meninggal", "Orang yang sama dengan baris 2"}
    assert all(row["sumber"] for row in strike)
    inner = taken(area="75.02")
    assert [row["alasan"][:9] for row in inner] == ["Meninggal"]
    book = operator.post(f"{page}/file", data={"format": "xlsx", "sheet": "check"})
    assert book.data.startswith(b"PK")
    empty = operator.post(f"{page}/file", data={"format": "csv", "sheet": "replace"})
    assert empty.status_code == 303  # no approved list yet: told on the page
    assert "Belum ada daftar sasaran" in operator.get(page).text
    with app.app_context():
        query = select(AuditEvent).where(AuditEvent.action == "decree-exported")
        events = db.session.scalars(query.order_by(AuditEvent.seq)).all()
    assert [one.details["full"] for one in events] == [False, True, False, False, False]
    assert events[1].details["reason"] == "Pencairan"


def test_who_may_see_what(app: Flask, filled: Office, sign_in: SignIn) -> None:
    key = filled.load()
    hasan = filled.recipients(key)[1].id
    filled.session.rollback()
    page = f"/decrees/{key}"
    inner = sign_in(Role.OPERATOR, "75.02", username="inner")
    seen = inner.get(page).text
    assert "Yang tampil hanya penerima di wilayah Anda" in seen
    assert "Semua penerima <span>1</span>" in seen
    assert "HASAN CONTOH" not in seen
    assert inner.get(f"/decrees/recipients/{hasan}").status_code == 404
    assert inner.post(f"{page}/columns", data={}).status_code == 403  # not theirs to change
    filled.session.rollback()
    assert inner.get(f"{page}/problems").status_code == 403  # tells of rows elsewhere
    filled.session.rollback()

    analyst = sign_in(Role.ANALYST, username="analis")
    figures = analyst.get(page).text
    assert "Semua penerima <span>6</span>" in figures
    assert "CONTOH" not in figures
    rows = analyst.post(f"{page}/file", data={"format": "csv", "sheet": "all"})
    assert "CONTOH" not in rows.data.decode("utf-8-sig")

    manager = sign_in(Role.MANAGER, username="rahma")
    assert manager.post(f"{page}/move", data={"to": "in-force"}).status_code == 303
    assert state(filled, key) == DecreeState.IN_FORCE
    manager.post(f"{page}/move", data={"to": "withdraw"})
    assert "Tulis alasan penarikan" in manager.get(page).text
    assert state(filled, key) == DecreeState.IN_FORCE
    manager.post(f"{page}/move", data={"to": "withdraw", "reason": "Diganti"})
    assert state(filled, key) == DecreeState.WITHDRAWN


def state(office: Office, key: uuid.UUID) -> DecreeState:
    """Return where a decree stands."""
    found = DecreeState(office.decree(key).state)
    office.session.rollback()
    return found


def test_a_decree_is_paid_from_the_line_that_is_chosen(filled: Office, sign_in: SignIn) -> None:
    key = filled.load()
    decree = filled.decree(key)
    mine, other = decree.programme_id, programme(filled.session, "lain").id
    made: dict[str, Any] = {"name": "Bantuan", "year": 2026, "made_by": "tests", "made_at": NOW}
    lines = [
        BudgetLine(id=number, area_code=area, code=f"1.06.{number}", programme_id=owner, **made)
        for number, (area, owner) in enumerate((("75", mine), ("75", other), ("75.02", mine)), 1)
    ]
    filled.session.add_all(lines)
    filled.session.commit()
    page = f"/decrees/{key}"
    inner = sign_in(Role.OPERATOR, "75.02", username="inner")
    manager = sign_in(Role.MANAGER, username="rahma")
    shown = manager.get(page).text
    assert [f"1.06.{n}" in shown for n in (1, 2, 3)] == [True, False, False]
    for wrong in ("2", "3", "x", "99"):
        assert manager.post(f"{page}/budget-line", data={"line": wrong}).status_code == 422
        filled.session.rollback()
    assert manager.post(f"{page}/budget-line", data={"line": "1"}).status_code == 303
    assert '<option value="1" selected>' in manager.get(page).text
    seen = inner.get(page).text
    assert "2026 · 1.06.1 Bantuan" in seen
    assert manager.post(f"{page}/budget-line", data={"line": ""}).status_code == 303
    filled.session.expire_all()
    assert filled.decree(key).budget_line_id is None
    chosen = select(AuditEvent.details).where(AuditEvent.action == "decree-line-chosen")
    told = filled.session.scalars(chosen.order_by(AuditEvent.seq)).all()
    assert told == [{"line": "1.06.1"}, {"line": ""}]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"programme": "tiada"}, "Program ini belum ada"),
        ({"dated": "kemarin"}, "Tulis tanggalnya"),
        ({"period_to": "2025-12-31"}, "Masa berlaku berakhir sebelum dimulai"),
        ({"list": (io.BytesIO(b""), "")}, "Pilih berkas daftar penerima"),
        ({"list": (io.BytesIO(b"\x00\x01\x02"), "foto.jpg")}, "pilih lagi berkasnya"),
        ({"paper": (io.BytesIO(b"MZ"), "sk.exe")}, "pilih lagi berkasnya"),
    ],
)
def test_what_is_wrong_comes_back_with_what_was_typed(
    brought: Office, sign_in: SignIn, changes: dict[str, Any], words: str
) -> None:
    brought.session.rollback()
    operator = sign_in(Role.OPERATOR, "75", username="yusuf")
    answer = upload(operator, as_csv([HASAN]), **changes)
    assert 400 <= answer.status_code < 500
    assert words in answer.text
    assert 'value="460/1/2026"' in answer.text


def test_membership_lists_answer(app: Flask, filled: Office, sign_in: SignIn) -> None:
    programme(filled.session, "jkn", ProgrammeKind.INSURANCE)
    programme(filled.session, "ump", ProgrammeKind.FLAG)
    for code, rows in (("blt", ROWS[:1]), ("jkn", ROWS), ("ump", ROWS[:1])):
        filled.in_force(filled.load(rows, code=code, period_to=None))
    filled.session.rollback()
    manager = sign_in(Role.MANAGER, username="rahma")
    dead = manager.get("/memberships/?question=dead").text
    assert "JKN" in dead
    assert len(re.findall("/decrees/recipients/", dead)) == 1
    flagged = manager.get("/memberships/?question=flagged").text
    assert "HASAN CONTOH" in flagged
    assert "460/ump/2026" in flagged
    file = manager.post("/memberships/file", data={"question": "flagged", "format": "csv"})
    assert file.data.decode("utf-8-sig").count("7501**********01") == 1
    for question in ("uninsured", "inactive"):
        assert manager.get(f"/memberships/?question={question}").status_code == 200
