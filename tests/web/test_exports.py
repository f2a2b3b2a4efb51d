"""The export page: who gets what, what is recorded, and large files by a job."""

import re
import uuid
from pathlib import Path

import pytest
from flask import Flask

from jps.access.rules import Role
from jps.db import db, everywhere
from jps.exports import services
from jps.exports.services import KEPT, clear_away
from jps.jobs.models import Job
from jps.worker import run_now, utc_now
from tests.databases import Databases
from tests.offices import NewHousehold
from tests.web.conftest import NewVisitor, Visitor

NIK = "7501010505809001"


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: who may have what does not depend on the database."""
    return databases.sqlite(tmp_path / "office")


@pytest.fixture
def two(household: NewHousehold) -> None:
    """A household in each kabupaten."""
    household("ani")
    household("citra", area_code="75.02.01.2001", address="Jalan Lain 2")


def audited(person: NewVisitor) -> str:
    """Return the audit page."""
    return person("ina", Role.ADMINISTRATOR, "75").get("/audit/").text


def test_the_page_counts_and_links(budi: Visitor, two: None) -> None:
    assert 'href="/exports/"' in budi.get("/households/").text
    page = budi.get("/exports/").text
    assert "1 rumah tangga" in page
    assert "Tidak ada rumah tangga terkirim" in budi.get("/exports/?state=final").text


def test_a_small_file_comes_at_once_masked_and_recorded(
    budi: Visitor, person: NewVisitor, two: None
) -> None:
    answer = budi.client.post("/exports/", data={"format": "csv"})
    assert answer.status_code == 200
    assert "Hasan Contoh" in answer.text
    assert NIK not in answer.text
    assert "Jalan Lain 2" not in answer.text
    name = answer.headers["Content-Disposition"]
    assert re.search(r"rumah-tangga-semua-\d{8}\.csv", name)
    page = audited(person)
    assert "Rumah tangga diekspor" in page
    assert "roof_material" in page


def test_whole_numbers_ask_for_a_reason(budi: Visitor, person: NewVisitor, two: None) -> None:
    refused = budi.client.post("/exports/", data={"format": "csv", "full": "1", "reason": " "})
    assert refused.status_code == 422
    assert "Alasan wajib diisi" in refused.text
    asked = {"format": "csv", "full": "1", "reason": "pemadanan Dukcapil"}
    answer = budi.client.post("/exports/", data=asked)
    assert NIK in answer.text
    assert "pemadanan Dukcapil" in audited(person)


def test_a_manager_gets_no_whole_numbers(person: NewVisitor, two: None) -> None:
    manager = person("mira", Role.MANAGER, "75")
    asked = {"format": "csv", "full": "1", "reason": "ingin"}
    assert manager.client.post("/exports/", data=asked).status_code == 422
    assert "NIK dan KK lengkap" not in manager.get("/exports/").text


def test_an_analyst_gets_no_names(person: NewVisitor, two: None) -> None:
    analyst = person("dewi", Role.ANALYST, "75")
    answer = analyst.client.post("/exports/", data={"format": "csv", "names": "1"})
    assert answer.status_code == 200
    assert "Contoh Satu" in answer.text
    assert not [text for text in ("Hasan", "Jalan", "7501*", "1980") if text in answer.text]
    assert analyst.client.post("/exports/", data={"format": "geoparquet"}).status_code == 422


def test_nobody_gets_what_lies_elsewhere(person: NewVisitor, two: None) -> None:
    other = person("citra", Role.OPERATOR, "75.02")
    answer = other.client.post("/exports/", data={"format": "csv", "area": "75.01"})
    assert "Hasan" not in answer.text
    assert person("eka").client.post("/exports/").status_code == 403


def test_a_large_file_is_written_by_a_job(
    app: Flask,
    budi: Visitor,
    person: NewVisitor,
    two: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jps.web.exports.AT_ONCE", 0)
    answer = budi.client.post("/exports/", data={"format": "csv"})
    assert answer.status_code == 303
    assert "Menunggu" in budi.get("/exports/files").text
    with app.app_context(), everywhere(db.session()):
        job = db.session.query(Job).filter_by(kind=services.KIND).one()
        job_id = job.id
        run_now(app, job)
    page = budi.get("/exports/").text
    assert f'action="/exports/{job_id}/file"' in page
    fetched = budi.client.post(f"/exports/{job_id}/file", buffered=True)
    assert "Hasan Contoh" in fetched.text
    assert "Jalan Lain 2" not in fetched.text
    assert "Rumah tangga diekspor" in audited(person)
    other = person("citra", Role.OPERATOR, "75")
    assert other.client.post(f"/exports/{job_id}/file").status_code == 404
    assert budi.client.post(f"/exports/{uuid.uuid4()}/file").status_code == 404
    clear_away(app.config["JPS"].home, at=utc_now() + KEPT * 2)
    assert budi.client.post(f"/exports/{job_id}/file").status_code == 404
    assert "sudah dihapus" in budi.get("/exports/").text


def test_the_command_writes_the_same_file(app: Flask, two: None, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    path = tmp_path / "a.csv"
    done = run(args=["export", "households", str(path), "--area", "75.02", "--json"])
    assert done.exit_code == 0, done.output
    assert '"households": 1' in done.output
    assert "Jalan Lain 2" in path.read_text()
    assert NIK not in path.read_text()
    assert run(args=["export", "households", str(tmp_path / "a.doc")]).exit_code == 1
    whole = ["export", "households", str(path), "--full-numbers"]
    assert run(args=whole).exit_code == 1
    assert run(args=[*whole, "--reason", "uji"]).exit_code == 0
    assert NIK in path.read_text()
