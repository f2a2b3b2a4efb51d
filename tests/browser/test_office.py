"""The office's own pages on a phone and at a desk: sign-in, accounts, long work, audit, errors."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import update

from jps.access.rules import Role
from jps.areas.services import load_areas
from jps.config import DATA
from jps.db import db
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.services import start_job
from tests.browser.conftest import DESK, PHONE, Visit, Visitor
from tests.conftest import NOW

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


@pytest.fixture
def office_of_areas(app: Flask) -> None:
    """An office that knows the areas of Gorontalo."""
    with app.app_context():
        areas = (DATA / "areas" / "gorontalo.csv").read_bytes()
        load_areas(db.session(), areas, by="tests", at=NOW)
        db.session.commit()


def administrator(visit: Visitor, make_user: Callable[..., str], size: dict[str, int]) -> Visit:
    """Return a window in which an administrator is signed in."""
    name = make_user(Role.ADMINISTRATOR, username="admin")
    window = visit(size)
    window.sign_in(name)
    return window


@SIZES
@pytest.mark.usefixtures("office_of_areas")
def test_an_account_is_made_with_areas_found_by_name(
    visit: Visitor, make_user: Callable[..., str], size: dict[str, int]
) -> None:
    window = administrator(visit, make_user, size)
    page = window.go("/users/new")
    window.check_access()
    window.check_width()
    page.fill("#full_name", "Contoh Pendata")
    page.fill("#username", "ibu.contoh")
    page.check("#role-enumerator")
    page.fill("#q", "hunggaluwa")
    first = page.locator("#found button").first
    expect(first).to_contain_text("Hunggaluwa")
    first.click()
    page.fill("#q", "75.02")
    expect(page.locator("#found button").first).to_contain_text("Boalemo")
    page.press("#q", "Enter")
    expect(page.locator("#chosen .tag")).to_have_count(2)
    page.locator("#chosen .btn-close").first.click()
    expect(page.locator("#chosen .tag")).to_have_count(1)
    window.check_access()
    page.get_by_role("button", name="Buat akun").click()
    expect(page.locator(".secret code")).to_be_visible()
    window.check_access()
    window.check_width()
    page.get_by_role("link", name="Sudah saya catat").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    window.check_access()
    window.check_width()


@SIZES
def test_bad_input_stays_on_the_page(
    visit: Visitor, make_user: Callable[..., str], size: dict[str, int]
) -> None:
    window = administrator(visit, make_user, size)
    page = window.go("/users/new")
    page.fill("#full_name", "Contoh")
    window.errors.clear()
    page.get_by_role("button", name="Buat akun").click()
    expect(page.locator(".invalid-feedback")).to_have_count(3)
    expect(page.locator("#full_name")).to_have_value("Contoh")
    window.check_access()
    window.check_width()
    window.errors.clear()  # the browser notes the answer 422


@SIZES
def test_long_work_moves_and_ends_before_the_eyes(
    visit: Visitor, make_user: Callable[..., str], app: Flask, size: dict[str, int]
) -> None:
    window = administrator(visit, make_user, size)
    now = datetime.now(UTC)
    with app.app_context():
        job = start_job(db.session(), "match", {}, by="admin", at=now)
        job.state, job.total, job.started_at = JobState.RUNNING, 1_200_000, now
        job.heartbeat_at = now + timedelta(hours=1)
        db.session.commit()
        job_id = job.id
    page = window.go("/jobs/")
    window.check_access()
    window.check_width()
    page.get_by_role("link", name="Pemadanan").first.click()
    _change(app, done=300_000)
    expect(page.locator("#progress")).to_contain_text("300.000 / 1.200.000")
    expect(page.locator("#progress")).to_contain_text("25 %")
    window.check_access()
    window.check_width()
    result = {"matched": 1_000_000, "not-found": 200_000}
    _change(app, state=JobState.DONE, done=1_200_000, ended_at=now, result=result)
    expect(page.get_by_text("Selesai")).to_be_visible()
    expect(page.get_by_role("button", name="Batalkan")).to_have_count(0)
    window.check_access()
    assert str(job_id) in page.url


def _change(app: Flask, **values: object) -> None:
    with app.app_context():
        db.session.execute(update(Job).values(values))
        db.session.commit()


@SIZES
def test_other_pages_of_the_office(
    visit: Visitor, make_user: Callable[..., str], size: dict[str, int]
) -> None:
    window = administrator(visit, make_user, size)
    for path in ("/account", "/audit/", "/nowhere"):
        page = window.go(path)
        window.check_access()
        window.check_width()
    window.errors.clear()  # the browser notes the answer 404
    page = window.go("/audit/")
    page.get_by_role("button", name="Periksa keutuhan").click()
    expect(page.locator("#check .alert-success")).to_be_visible()
