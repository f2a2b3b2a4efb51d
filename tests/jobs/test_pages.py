"""Long work in the browser."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from jps.access.rules import Role
from jps.audit.models import AuditEvent
from jps.db import db
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.services import start_job
from jps.worker import BEAT_FILE, make_queue
from tests.conftest import NOW, SignIn


@pytest.fixture
def admin(sign_in: SignIn) -> FlaskClient:
    """An administrator's browser."""
    return sign_in(Role.ADMINISTRATOR, username="admin")


@pytest.fixture
def job_id(app: Flask, admin: FlaskClient) -> uuid.UUID:
    """A job that the administrator started."""
    with app.app_context():
        job = start_job(db.session(), "registry-import", {}, by="admin", at=NOW)
        db.session.commit()
        return job.id


def change(app: Flask, **values: object) -> None:
    """Set columns of the only job."""
    with app.app_context():
        db.session.execute(update(Job).values(values))
        db.session.commit()


def state(app: Flask) -> str:
    """Return the state of the only job."""
    with app.app_context():
        return str(db.session.scalars(select(Job.state)).one())


def test_an_empty_list_says_what_to_do_first(admin: FlaskClient) -> None:
    assert "Belum ada pekerjaan" in admin.get("/jobs/").text


def test_a_running_job_shows_count_share_speed_and_time_left(
    app: Flask, admin: FlaskClient, job_id: uuid.UUID
) -> None:
    begun = NOW - timedelta(days=365)
    values = {"state": JobState.RUNNING, "done": 250_000, "total": 1_200_000, "started_at": begun}
    change(app, **values)
    page = admin.get(f"/jobs/{job_id}").text
    for text in ("Impor data kependudukan", "Berjalan", "250.000 / 1.200.000", "21 %", "per detik"):
        assert text in page
    assert f'hx-get="/jobs/{job_id}/progress"' in page
    assert "Batalkan" in page
    part = admin.get(f"/jobs/{job_id}/progress", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "250.000" in part.text
    assert "hx-trigger" in admin.get("/jobs/").text


def test_an_ended_job_shows_results_and_asks_no_more(
    app: Flask, admin: FlaskClient, job_id: uuid.UUID
) -> None:
    result = {"Baris dibaca": 1200, "not-found": 7, "precision": 0.99876}
    change(app, state=JobState.DONE, done=5, total=5, result=result, ended_at=NOW)
    page = admin.get(f"/jobs/{job_id}").text
    assert "hx-trigger" not in page
    for text in ("Selesai", "Baris dibaca", "1.200", "0,9988"):
        assert text in page
    part = admin.get(f"/jobs/{job_id}/progress", headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"


def test_a_failure_is_told_in_the_readers_language(
    app: Flask, admin: FlaskClient, job_id: uuid.UUID
) -> None:
    message = "Akun {username} tidak ada."
    params = {"username": "ani"}
    change(app, state=JobState.FAILED, message=message, message_params=params, ended_at=NOW)
    assert "Akun ani tidak ada." in admin.get(f"/jobs/{job_id}").text
    admin.set_cookie("language", "en")
    english = admin.get(f"/jobs/{job_id}").text
    assert "ani" in english
    assert "tidak ada" not in english


def test_a_missing_worker_is_said(app: Flask, admin: FlaskClient, job_id: uuid.UUID) -> None:
    warning = "Tidak ada proses yang mengerjakan"
    assert warning in admin.get(f"/jobs/{job_id}").text
    assert warning in admin.get("/jobs/").text
    make_queue(app.config["JPS"])
    (app.config["JPS"].home / BEAT_FILE).touch()
    assert warning not in admin.get(f"/jobs/{job_id}").text


def test_cancel_and_go_on(app: Flask, admin: FlaskClient, job_id: uuid.UUID) -> None:
    assert admin.post(f"/jobs/{job_id}/retry").status_code == 409
    assert admin.post(f"/jobs/{job_id}/cancel").status_code == 303
    assert state(app) == JobState.CANCELLED
    assert admin.post(f"/jobs/{job_id}/cancel").status_code == 409
    assert "Lanjutkan" in admin.get(f"/jobs/{job_id}").text
    assert admin.post(f"/jobs/{job_id}/retry").status_code == 303
    assert state(app) == JobState.QUEUED


def test_others_look_but_do_not_stop(app: Flask, job_id: uuid.UUID, sign_in: SignIn) -> None:
    operator = sign_in(Role.OPERATOR)
    page = operator.get(f"/jobs/{job_id}")
    assert page.status_code == 200
    assert "Batalkan" not in page.text
    refused = operator.post(f"/jobs/{job_id}/cancel")
    assert refused.status_code == 403
    assert "yang memulai" in refused.text
    assert state(app) == JobState.QUEUED


def test_matching_and_scoring_are_started_once(app: Flask, admin: FlaskClient) -> None:
    assert "Jalankan pemadanan" in admin.get("/jobs/").text
    begun = admin.post("/jobs/", data={"kind": "match"})
    assert begun.status_code == 303
    assert "Pemadanan" in admin.get(begun.location).text
    again = admin.post("/jobs/", data={"kind": "match"})
    assert again.status_code == 409
    assert "sedang berjalan" in again.text
    assert admin.post("/jobs/", data={"kind": "registry-import"}).status_code == 404
    assert state(app) == JobState.QUEUED


def test_who_may_not_start_sees_no_button(sign_in: SignIn) -> None:
    assert "Jalankan pemadanan" not in sign_in(Role.OPERATOR).get("/jobs/").text


def test_problem_file_is_handed_out_and_recorded(
    app: Flask, admin: FlaskClient, job_id: uuid.UUID
) -> None:
    assert admin.post(f"/jobs/{job_id}/problems").status_code == 404
    path = Path(app.config["JPS"].home) / "problems" / "x.csv"
    path.parent.mkdir()
    path.write_text("row,problem\n1,bad\n")
    change(app, state=JobState.PROBLEMS, problem_file="problems/x.csv")
    assert "Unduh berkas masalah" in admin.get(f"/jobs/{job_id}").text
    answer = admin.post(f"/jobs/{job_id}/problems")
    assert answer.data == path.read_bytes()
    assert f"masalah-{str(job_id)[:8]}.csv" in answer.headers["Content-Disposition"]
    answer.close()
    with app.app_context():
        actions = db.session.scalars(select(AuditEvent.action)).all()
    assert "problems-exported" in actions
    path.unlink()
    assert admin.post(f"/jobs/{job_id}/problems").status_code == 404


def test_a_job_that_is_not_there(admin: FlaskClient) -> None:
    assert admin.get(f"/jobs/{uuid.uuid4()}").status_code == 404
    assert admin.get("/jobs/1").status_code == 404
