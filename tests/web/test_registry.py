"""Registry snapshots in the browser: the list, an upload, and what is wrong with a file."""

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from jps.access.rules import Role
from tests.conftest import SignIn
from tests.registries import HASAN, Import, csv_bytes, home, import_file

__all__ = ["home", "import_file"]


@pytest.fixture
def admin(areas: None, sign_in: SignIn) -> FlaskClient:
    """Somebody who may import the registry."""
    return sign_in(Role.ADMINISTRATOR, "75")


def send(client: FlaskClient, content: bytes, **more: object) -> TestResponse:
    data = {"file": (io.BytesIO(content), "Nama Orang.csv"), **more}
    if isinstance(mapping := more.get("mapping"), bytes):
        data["mapping"] = (io.BytesIO(mapping), "peta.toml")
    return client.post("/registry/", data=data, content_type="multipart/form-data")


def test_an_upload_leads_to_its_progress(admin: FlaskClient, home: Path) -> None:
    assert "Belum ada data kependudukan" in admin.get("/registry/").text
    answer = send(admin, csv_bytes(), as_of="2026-01-31")
    assert answer.status_code == 303, answer.text
    assert "/jobs/" in answer.location
    assert admin.get(answer.location).status_code == 200
    (kept,) = (home / "uploads").glob("registry-*")
    assert "Orang" not in kept.name


def test_snapshots_are_listed_and_the_same_file_is_recognised(
    admin: FlaskClient, import_file: Import
) -> None:
    import_file(csv_bytes())
    page = admin.get("/registry/").text
    assert "Berlaku" in page
    answer = send(admin, csv_bytes(), as_of="2026-11-23")
    assert answer.location == "/registry/"
    assert "sudah diimpor" in admin.get("/registry/").text


def test_changes_can_be_given_once_there_is_something_to_change(
    admin: FlaskClient, import_file: Import
) -> None:
    assert "hanya berisi perubahan" not in admin.get("/registry/").text
    refused = send(admin, csv_bytes([HASAN]), delta="1")
    assert refused.status_code == 422
    assert "Impor berkas yang lengkap" in refused.text
    import_file(csv_bytes())
    assert "hanya berisi perubahan" in admin.get("/registry/").text
    import_file(csv_bytes([HASAN]), delta=True)
    assert "perubahan saja" in admin.get("/registry/").text


@pytest.mark.parametrize(
    ("content", "more", "reason"),
    [
        (b"", {}, "Berkas kosong"),
        (csv_bytes([("1",)], ("NAMA",)), {}, "Kolom NIK tidak ada"),
        (b"<html>", {}, "HTML"),
        (csv_bytes(), {"as_of": "kemarin"}, "Tulis tanggal"),
        (csv_bytes(), {"as_of": "2999-01-01"}, "Isi tanggal hari ini"),
        (csv_bytes(), {"mapping": b"[x"}, "bukan TOML"),
    ],
)
def test_what_is_wrong_is_said_at_the_form(
    admin: FlaskClient, home: Path, content: bytes, more: dict[str, object], reason: str
) -> None:
    answer = send(admin, content, **more)
    assert answer.status_code == 422
    assert reason in answer.text
    assert not list((home / "uploads").glob("*"))


def test_no_file_is_said_too(admin: FlaskClient) -> None:
    answer = admin.post("/registry/", data={})
    assert answer.status_code == 422
    assert "Pilih berkas" in answer.text


def test_the_template_has_all_columns(admin: FlaskClient) -> None:
    answer = admin.get("/registry/template.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert book.get_sheet_by_index(0).to_python()[0][:3] == ["NIK", "NO_KK", "NAMA_LGKP"]


@pytest.mark.parametrize("role", [Role.ENUMERATOR, Role.OPERATOR, Role.MANAGER, Role.ANALYST])
def test_only_administrators_import(areas: None, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role, "75")
    assert client.get("/registry/").status_code == 403
    assert send(client, csv_bytes([HASAN])).status_code == 403
