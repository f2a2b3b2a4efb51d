"""Pages of programmes."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from jps.access.rules import Role
from jps.commands.programmes import load_folder
from jps.db import EVERYWHERE, db, set_scope
from jps.programmes.models import BudgetLine
from tests.conftest import SignIn


@pytest.fixture
def loaded(app: Flask, areas: None) -> None:
    """The programmes that come with JPS."""
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        load_folder(db.session())
        db.session.commit()


def test_a_programme_tells_what_it_gives_and_to_whom(loaded: None, sign_in: SignIn) -> None:
    analyst = sign_in(Role.ANALYST)
    page = analyst.get("/programmes/").text
    assert "Rp200.000" in page
    assert "menurut komponen" in page
    assert page.count("Belum dipastikan") >= 10
    assert 'href="/programmes/jps"' in page
    old = analyst.get("/programmes/jps").text
    assert "Tidak ada ketentuan yang berlaku hari ini." in old
    assert "APBD Provinsi Gorontalo 60 %" in old
    assert "Rp320.670" in old  # 60 per cent of three packages
    pkh = analyst.get("/programmes/pkh").text
    assert "Paling banyak 4 komponen per keluarga" in pkh
    assert "Sedang hamil?" in pkh  # the rule in words
    assert "tidak boleh" in pkh
    assert analyst.get("/programmes/tidak-ada").status_code == 404
    assert sign_in(Role.ENUMERATOR, "75.01").get("/programmes/").status_code == 403


TERMS = {
    "valid_from": "2027-01-01",
    "frequency": "monthly",
    "amount": "Rp250.000",
    "deliveries": "3",
    "source": "SK 1/2027",
    "components-0-code": "sd",
    "components-0-name": "Anak SD",
    "components-0-amount": "225.000",
    "packages-0-area": "75.01",
    "packages-0-contents": "Beras 10 kg",
    "shares-0-payer": "APBD Provinsi",
    "shares-0-percent": "66,7",
    "shares-1-payer": "APBD Kabupaten",
    "shares-1-percent": "33,3",
    "exclusion": '{"fact": "npl100", "is": "<", "value": 0.1}',
}


def test_a_manager_states_new_terms_and_puts_them_right(loaded: None, sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    made = manager.post(
        "/programmes/new", data={"code": "uji", "name": "Uji", "kind": "aid", "unit": "family"}
    )
    assert made.location == "/programmes/uji/terms/new"
    bad = {**TERMS, "shares-1-percent": "30", "amount": "banyak", "components-0-name": ""}
    refused = manager.post(made.location, data=bad)
    assert refused.status_code == 422
    assert "Isi bilangan bulat tanpa tanda lain." in refused.text
    assert 'value="banyak"' in refused.text  # what was typed stays
    refused = manager.post(made.location, data={**bad, "amount": "1"})
    assert "Porsi pembayar harus berjumlah tepat 100 persen." in refused.text
    assert "Setiap komponen perlu kode, nama, dan nilai." in refused.text
    assert manager.post(made.location, data=TERMS).location == "/programmes/uji"
    page = manager.get("/programmes/uji").text
    for text in ("Rp250.000", "Rp750.000 setahun", "33,30 %", "Beras 10 kg", "kurang dari 0,1"):
        assert text in page
    link = re.search(r"/programmes/uji/terms/\d+", page)
    assert link is not None
    form = manager.get(link[0]).text
    assert 'value="66,7"' in form
    manager.post(link[0], data={**TERMS, "verified": "1"})
    assert "Dipastikan</span>" in manager.get("/programmes/uji").text
    again = manager.post("/programmes/uji/terms/new", data=TERMS)
    assert "Sudah ada ketentuan yang mulai pada hari itu." in again.text
    early = manager.post("/programmes/uji/terms/new", data={**TERMS, "valid_from": "2026-01-01"})
    assert "2027-01-01" in early.text
    analyst = sign_in(Role.ANALYST)
    assert analyst.post("/programmes/uji/terms/new", data=TERMS).status_code == 403
    assert "/terms/" not in analyst.get("/programmes/uji").text


def test_a_cell_of_the_matrix_is_changed_with_its_source(loaded: None, sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    assert "blt-dd × pkh: tidak boleh" in manager.get("/overlaps/").text
    refused = manager.post("/overlaps/pkh/blt-dd", data={"verdict": "allowed"})
    assert refused.status_code == 422
    assert "Isi sumber aturan ini." in refused.text
    manager.post("/overlaps/pkh/blt-dd", data={"verdict": "allowed", "source": "SK 2/2027"})
    assert "blt-dd × pkh: boleh" in manager.get("/overlaps/").text
    pair = manager.get("/overlaps/blt-dd/pkh").text
    assert pair.index("SK 2/2027") < pair.index("tidak boleh</span>")
    assert manager.get("/overlaps/pkh/pkh").status_code == 422


def sent_file(client: FlaskClient, content: bytes) -> TestResponse:
    """Upload budget lines to be tried."""
    return client.post("/budget-lines/file", data={"file": (io.BytesIO(content), "pos.csv")})


def test_budget_lines_of_a_file_are_tried_then_all_stored(
    loaded: None, session: Session, sign_in: SignIn
) -> None:
    manager = sign_in(Role.MANAGER, "75.01")
    heading = "Kode SIPD;Uraian;Tahun;Kode wilayah;Kode program;Pagu (Rp)\n"
    first = "1.06.05.2.02.0003;Fasilitasi;2026;75.01;pkh;Rp2.000.000,00\n"
    second = "1.06.05.2.02.0004;Beras;2026;75.01;;\n"
    wrong = (
        f"{heading}{first}{first}x;Beras;2026;75.01;;\n1.06.05.2.02.0005;;1;75.02;zzz;x\n;;;;;\n"
        "1.06.05.2.02.0006;;1;75.02;;x\n"
    )
    answer = sent_file(manager, wrong.encode())
    assert answer.status_code == 422
    for said in (
        "4 baris salah", "Isi nama pos", "Pos ini sudah ada pada baris 2 berkas ini.",
        "Kode SIPD tidak dikenal",
        "Tidak ada program dengan kode ini.", "Pilih wilayah yang termasuk wilayah kerja Anda.",
    ):  # fmt: skip
        assert said in answer.text
    assert sent_file(manager, b"Kode;Nama\n").status_code == 422
    good = sent_file(manager, f"{heading}{first}{second}".encode())
    assert "2 pos baru, 0 berubah, 0 sama" in good.text
    assert session.scalar(select(func.count()).select_from(BudgetLine)) == 0
    session.rollback()
    kept = re.search(r'name="kept" value="([0-9a-f]{64})"', good.text)
    assert kept is not None
    stored = manager.post("/budget-lines/file", data={"kept": kept[1], "go": "1"})
    assert stored.status_code == 303
    lines = session.scalars(select(BudgetLine).order_by(BudgetLine.code)).all()
    assert [(one.name, one.ceiling, one.programme_id is None) for one in lines] == [
        ("Fasilitasi", 2_000_000, False),
        ("Beras", None, True),
    ]
    session.rollback()
    changed = heading + first.replace("Fasilitasi", "Bantuan")
    assert "0 pos baru, 1 berubah, 0 sama" in sent_file(manager, changed.encode()).text
    assert manager.post("/budget-lines/file", data={"kept": "x"}).status_code == 422


def test_a_budget_line_is_kept_under_its_code(loaded: None, sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER, "75.01")
    line = {
        "code": "1.06.05.202.0003",
        "name": "Fasilitasi",
        "year": "2026",
        "area_code": "75.01",
        "ceiling": "Rp2.000.000",
        "realised": "500000",
    }
    refused = manager.post("/budget-lines/", data={**line, "area_code": "75.02", "ceiling": "x"})
    assert refused.status_code == 422
    assert "Pilih wilayah yang termasuk wilayah kerja Anda." in refused.text
    assert manager.post("/budget-lines/", data=line).status_code == 303
    page = manager.get("/budget-lines/").text
    assert "1.06.05.2.02.0003" in page
    assert "25,0 %" in page
    link = re.search(r"/budget-lines/\d+", page)
    assert link is not None
    assert manager.post(link[0], data={**line, "realised": "1.000.000"}).status_code == 303
    assert "50,0 %" in manager.get("/budget-lines/").text
    file = manager.post("/budget-lines/download", data={"format": "csv"}).data
    assert b"1.06.05.2.02.0003,Fasilitasi,2026,75.01,,,2000000,1000000" in file
    same = sent_file(manager, file)
    assert (same.status_code, "0 pos baru, 0 berubah, 1 sama" in same.text) == (200, True)
    elsewhere = sign_in(Role.MANAGER, "75.02")
    assert "1.06.05.2.02.0003" not in elsewhere.get("/budget-lines/").text.split("<datalist")[0]
    assert elsewhere.get(link[0]).status_code == 404
