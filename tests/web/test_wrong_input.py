"""Wrong files, rows and rules through the pages: told in words, nothing lost, on both databases."""

import csv
import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from jps.access.rules import Role
from jps.programmes.models import Decree, Recipient
from jps.targeting.models import TargetRule
from jps.worker import run_waiting
from tests.conftest import SignIn
from tests.decrees.conftest import programme
from tests.figures import add_areas

HEADER = b"NIK;Nama;Desa;Kecamatan;Jumlah\n"
ROWS = (
    ("7501010505809001", "<script>alert(1)</script>", "=1+1", "@SUM(A1)", "abc"),
    ("", "=cmd|' /C calc'!A0", "Hutuo", "Limboto", "Rp600.000,-"),
    ("7501010505809001", "Budi", "Hutuo", "Limboto", "-5"),
    ("7501010505809001", "Budi", "Hutuo", "Limboto", "600000"),
    ("", "", "", "", "1"),
)
NO_TABLES = (
    (b"", "Berkas kosong"),
    (HEADER, "tidak berisi satu baris pun"),
    (b"Ini surat biasa.\nBukan tabel.\n", "Hanya satu kolom yang terbaca"),
    (b"%PDF-1.4\n\x00\x01\x02", "bukan CSV, Excel"),
    (b"PK\x03\x04 rusak", "rusak"),
    (b'{"a": [1, {"b":', "JSON ini rusak"),
    (HEADER + b"1;" + b"A" * 200_000 + b";x;y;z\n", "Baris 2 tidak utuh"),
)


@pytest.fixture
def manager(session: Session, sign_in: SignIn) -> FlaskClient:
    """A manager of an office with areas and a programme."""
    add_areas(session)
    programme(session, "blt")
    session.rollback()
    return sign_in(Role.MANAGER, "75", username="rahma")


def bring(client: FlaskClient, content: bytes, **changes: Any) -> TestResponse:
    """Send the form of a new decree."""
    typed = {
        "programme": "blt",
        "number": "460/7/2026",
        "dated": "2026-01-05",
        "period_from": "2026-01-01",
        "period_to": "",
        "area": "75",
        "list": (io.BytesIO(content), "SK.csv"),
    }
    return client.post("/decrees/", data=typed | changes)


def count(session: Session, table: Any) -> int:
    """Return how many rows a table has, and let go of the database."""
    found = session.scalar(select(func.count()).select_from(table)) or 0
    session.rollback()
    return found


def test_what_is_no_list_comes_back_with_what_was_typed(
    manager: FlaskClient, session: Session
) -> None:
    over = {"period_from": "2020-01-01", "period_to": "2020-12-31"}
    for content, words, changes in (
        *((content, words, {}) for content, words in NO_TABLES),
        (HEADER + b"1;Budi;;;\n", "sudah berakhir", over),
        (HEADER + b"1;Budi;;;\n", "Program ini belum ada", {"programme": "tiada"}),
    ):
        answer = bring(manager, content, **changes)
        assert answer.status_code in {400, 422}, words
        assert words in answer.text
        assert "SK belum disimpan" in answer.text
        assert 'value="460/7/2026"' in answer.text
    assert count(session, Decree) == 0


def test_every_wrong_row_is_kept_told_and_shown_as_it_is(
    app: Flask, manager: FlaskClient, session: Session
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(ROWS)
    page = bring(manager, HEADER + text.getvalue().encode()).location
    run_waiting(app)
    columns = ("nik", "name", "area_desa", "area_kecamatan", "amount")
    chosen = {f"c0-{place}": name for place, name in enumerate(columns)}
    assert manager.post(f"{page}/columns", data=chosen).status_code == 303
    run_waiting(app)
    assert count(session, Recipient) == len(ROWS)
    report = manager.get(page).text
    assert "&lt;script&gt;alert(1)" in report
    assert "<script>alert" not in report
    assert report.count("Orang yang sama dengan baris 2") == 2
    problems = re.sub(r"<[^>]+>|\s+", " ", manager.get(f"{page}/problems").text)
    for words in ("tanpa NIK", "bukan bilangan rupiah", "tanpa nama", "Kode desa"):
        assert words in problems
    assert "area_code" not in problems
    file = manager.post(f"{page}/file", data={"sheet": "all", "format": "csv"}).data
    rows = list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))
    assert [row["nama"] for row in rows[:2]] == [ROWS[0][1], "'" + ROWS[1][1]]
    assert rows[0]["nik"] == "7501**********01"


def test_rules_that_mean_nothing_are_refused_in_words(
    manager: FlaskClient, session: Session
) -> None:
    for value in ("", "abc", "nan", "inf", "1e999"):
        rows = {"fact": ["npl100", "npl100"], "is": [">=", ">="], "value": ["0,2", value]}
        answer = manager.post("/targeting/rules/", data={**rows, "join": "all", "name": "X"})
        assert answer.status_code == 422
        assert "Syarat ke-2: isi nilainya dengan angka" in answer.text
    for tree in ("NaN", "Infinity", "1e999"):
        told = f'{{"fact": "npl100", "is": ">=", "value": {tree}}}'
        answer = manager.post("/targeting/rules/", data={"tree": told, "name": "X"})
        assert answer.status_code == 422
        assert "Belum ada yang disimpan" in answer.text
    assert count(session, TargetRule) == 0
