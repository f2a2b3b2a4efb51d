"""The pages of lists: who may see them, what they show, and what they take."""

import io
import json
import uuid
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.audit.services import verify_chain
from jps.db import EVERYWHERE, db, set_scope
from jps.households.models import Household
from jps.intake.models import (
    IntakeBatch,
    IntakeMapping,
    IntakeProblem,
    IntakeRecord,
    IntakeRow,
)
from jps.intake.rules import BatchState
from jps.worker import run_waiting
from tests.conftest import SignIn
from tests.intake.lists import csv_bytes, invented, table

HOUSES = [invented(number) for number in range(3)]


@pytest.fixture
def operator(sign_in: SignIn, areas: None) -> FlaskClient:
    """The browser of an operator of Kabupaten Gorontalo."""
    return sign_in(Role.OPERATOR, "75.01", username="operator")


Upload = Callable[..., str]


@pytest.fixture
def upload(app: Flask, operator: FlaskClient) -> Upload:
    """Upload content and stage it; return the address of the list's page."""

    def send(content: bytes, source: str = "uji", name: str = "daftar.csv") -> str:
        answer = operator.post(
            "/lists/", data={"file": (io.BytesIO(content), name), "source": source}
        )
        assert answer.status_code == 303, answer.text
        run_waiting(app)
        return str(answer.location)

    return send


def checked(app: Flask, operator: FlaskClient, page: str, **typed: str) -> str:
    """Send the mapping as the page proposes it, make the dry run, and return the list's page."""
    form = operator.get(f"{page}/columns?layout=jps").text
    fields = dict(found.split('" list="questions" value="') for found in inputs(form))
    data = {"layout": "jps", "codes": "jps", **fields, **typed}
    answer = operator.post(f"{page}/columns", data=data)
    assert answer.status_code == 303, answer.text
    run_waiting(app)
    return operator.get(page).text


def inputs(form: str) -> list[str]:
    """Return name and value of the columns of a mapping page."""
    parts = form.split('<input class="form-control form-control-sm" name="')[1:]
    return [part.partition('" placeholder')[0] for part in parts]


def test_from_upload_to_undo(app: Flask, operator: FlaskClient, upload: Upload) -> None:
    page = upload(csv_bytes(table(HOUSES)))
    assert "Cocokkan kolom" in operator.get(page).text
    columns = operator.get(f"{page}/columns").text
    assert "7501**********01" in columns
    assert HOUSES[0]["members"][0]["nik"] not in columns
    text = checked(app, operator, page, name="Templat kita")
    assert "Simpan semua (3)" in text
    assert operator.post(f"{page}/accept", data={"part": "all"}).status_code == 303
    run_waiting(app)
    text = operator.get(page).text
    assert "Rumah tangga baru disimpan" in text
    assert "Batalkan daftar ini (3)" in text
    assert operator.post(f"{page}/undo").status_code == 303
    run_waiting(app)
    assert "Dikembalikan seperti semula" in operator.get(page).text
    again = upload(csv_bytes(table(HOUSES)))
    assert 'value="Templat kita"' in operator.get(f"{again}/columns").text
    assert "daftar.csv" in operator.get("/lists/").text


def test_problems_are_filtered_downloaded_corrected_and_brought_again(
    app: Flask, operator: FlaskClient, upload: Upload
) -> None:
    wrong = invented(1, dusun='=HYPERLINK("http://contoh")', visit_notes="<b>1</b>")
    wrong["members"][1]["nik"] = "75010149"
    page = upload(csv_bytes(table([invented(0), wrong])))
    text = checked(app, operator, page)
    assert "Simpan semua (1)" in text
    found = operator.get(f"{page}/problems", query_string={"column": "nik", "level": "error"}).text
    assert "75010149" not in found
    assert 'data-label="Baris">5<' in found
    assert "harus diperbaiki" in found
    csv = operator.post(f"{page}/problems", data={"format": "csv"})
    lines = csv.get_data().decode("utf-8-sig")
    assert "'=HYPERLINK" in lines
    assert "Masalah (JPS)" in lines.splitlines()[0]
    assert len(lines.splitlines()) == 3
    with zipfile.ZipFile(io.BytesIO(operator.post(f"{page}/problems").get_data())) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
        assert b"=HYPERLINK" in book.read("xl/sharedStrings.xml")
    assert b"<f>" not in sheet
    operator.post(f"{page}/accept", data={"part": "all"})
    run_waiting(app)
    corrected = lines.replace("75010149,", f"{invented(1)['members'][1]['nik']},")
    again = upload(corrected.encode(), name="perbaikan.csv")
    text = checked(app, operator, again)
    assert "sebagian daftar" in text
    assert "Simpan semua (1)" in text
    operator.post(f"{again}/accept", data={"part": "all"})
    run_waiting(app)
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        stored = db.session.scalars(select(Household).order_by(Household.address)).all()
        assert [one.address for one in stored] == ["Jalan Contoh 0", "Jalan Contoh 1"]
        assert stored[1].answers["dusun"] == wrong["dusun"]
        actions = db.session.scalars(select(AuditEvent.action)).all()
        assert actions.count("intake-problems-exported") == 2


def test_a_mapping_is_changed_and_wrong_questions_come_back(
    operator: FlaskClient, upload: Upload, app: Flask
) -> None:
    rows = table(HOUSES[:1])
    rows[0][rows[0].index("floor_area")] = "Ukuran"
    page = upload(csv_bytes(rows))
    form = operator.get(f"{page}/columns?layout=jps").text
    assert "Luas lantai" in form.partition("Rumah tangga tanpa jawaban")[0] or "Ukuran" in form
    fields = dict(found.split('" list="questions" value="') for found in inputs(form))
    place = rows[0].index("Ukuran")
    wrong = operator.post(
        f"{page}/columns", data={"layout": "jps", **fields, f"c0-{place}": "tidak ada"}
    )
    assert wrong.status_code == 422
    assert "Pertanyaan ini tidak ada." in wrong.text
    twice = operator.post(f"{page}/columns", data={"layout": "jps", **fields, f"c0-{place}": "rt"})
    assert "Pertanyaan ini sudah diisi kolom lain." in twice.text
    text = checked(app, operator, page, **{f"c0-{place}": "floor_area"})
    assert "Simpan semua (1)" in text


def test_a_first_row_of_data_is_said_and_turned(
    app: Flask, operator: FlaskClient, upload: Upload
) -> None:
    page = upload(b"7501010101019001,Contoh\n7501010101019002,Contoh\n")
    form = operator.get(f"{page}/columns").text
    assert "tampak seperti data, bukan judul kolom" in form
    assert "Kolom 2" in form
    assert operator.post(f"{page}/first-row").status_code == 303
    run_waiting(app)
    form = operator.get(f"{page}/columns").text
    assert "Apakah baris pertama berkas ini memang judul kolom?" in form
    assert operator.post(f"{page}/first-row").status_code == 303
    run_waiting(app)
    form = operator.get(f"{page}/columns").text
    assert "Kolom 2" in form
    assert 'value="jps" selected' in form, "where nothing is known our own template is proposed"
    form = operator.get(f"{page}/columns?layout=p3ke").text
    assert "Desa/kelurahan atau " in form
    assert "area_code|area_desa" not in form


def test_wrong_files_are_refused_with_what_to_do(operator: FlaskClient) -> None:
    cases = {
        b"": "Berkas kosong.",
        b"nik\n7501010101019001\n": "Hanya satu kolom",
        b"nik,nama,nik\n1,2,3\n": "ada lebih dari sekali",
        b"\xd0\xcf\x11\xe0" + b"\0" * 600: "berkata sandi",
        b"PK\x03\x04 rusak": "rusak",
        b'{"a": 1}': "tidak berisi daftar objek",
        b"nik,nama\n": "tidak berisi satu baris pun",
    }
    for content, expected in cases.items():
        data = {"file": (io.BytesIO(content), "x.csv"), "source": "uji"}
        answer = operator.post("/lists/", data=data)
        assert answer.status_code == 422, expected
        assert expected in answer.text
    answer = operator.post("/lists/", data={"file": (io.BytesIO(b"a,b\n1,2\n"), "x"), "source": ""})
    assert "Tulis nama sumber" in answer.text


def test_lists_are_seen_by_who_sees_all_of_their_areas(
    app: Flask, operator: FlaskClient, upload: Upload, sign_in: SignIn
) -> None:
    page = upload(csv_bytes(table(HOUSES)))
    village = sign_in(Role.OPERATOR, "75.01.01.2001", username="desa")
    other = sign_in(Role.OPERATOR, "75.02", username="lain")
    province = sign_in(Role.OPERATOR, "75", username="provinsi")
    for client, status in ((village, 404), (other, 404), (province, 200)):
        assert client.get(page).status_code == status
        assert client.get(f"{page}/problems").status_code == status
        assert client.get(f"{page}/columns").status_code == status
        assert client.post(f"{page}/undo").status_code == (409 if status == 200 else 404)
    assert sign_in(Role.MANAGER, "75", username="manajer").get(page).status_code == 403
    with app.app_context():
        assert db.session.scalars(select(IntakeBatch)).one().areas == ["75.01"]
        assert db.session.scalars(select(IntakeMapping)).all() == []


def test_a_list_that_waits_is_thrown_away(
    app: Flask, operator: FlaskClient, upload: Upload
) -> None:
    page = upload(csv_bytes(table(HOUSES)))
    twin = upload(csv_bytes(table(HOUSES)), source="kembar")
    folder = app.config["JPS"].home / "uploads"
    assert "Buang daftar ini" in operator.get(twin).text
    checked(app, operator, page)
    assert operator.post(f"{page}/discard").status_code == 303
    text = operator.get(page).text
    assert "Daftar ini dibuang sebelum disimpan" in text
    assert "Simpan semua" not in text
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        key = uuid.UUID(page.rpartition("/")[2])
        batch = db.session.get_one(IntakeBatch, key)
        assert (batch.state, batch.rows, batch.counts["new"]) == (BatchState.DISCARDED, 6, 3)
        for rows in (IntakeRow, IntakeRecord, IntakeProblem):
            left = select(func.count()).select_from(rows).where(rows.batch_id == key)
            assert db.session.scalar(left) == 0
        done = select(AuditEvent.details).where(AuditEvent.action == "intake-discarded")
        assert db.session.scalars(done).one() == {"rows": 6, "households": 3}
        assert verify_chain(db.session()).broken_at is None
        assert (folder / batch.file).exists(), "another list was brought in this file"
        again = str(db.session.scalars(select(IntakeBatch.id).where(IntakeBatch.id != key)).one())
    assert operator.post(f"{page}/accept", data={"part": "all"}).status_code == 409
    assert operator.post(f"{page}/discard").status_code == 409
    ended = app.test_cli_runner().invoke(args=["intake", "discard", again, "--json"])
    assert json.loads(ended.stdout)["state"] == "discarded"
    assert not list(folder.glob("list-*"))


def test_a_list_that_was_stored_is_undone_and_not_thrown_away(
    app: Flask, operator: FlaskClient, upload: Upload
) -> None:
    page = upload(csv_bytes(table(HOUSES)))
    checked(app, operator, page)
    operator.post(f"{page}/accept", data={"part": "all"})
    run_waiting(app)
    assert "Buang daftar ini" not in operator.get(page).text
    assert operator.post(f"{page}/discard").status_code == 409
    assert "Batalkan daftar ini (3)" in operator.get(page).text
