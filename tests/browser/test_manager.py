"""The whole work of a manager, on an invented province: from a decree's list to an approved one.

A list comes in, its report stands, the overlaps are on the map, two scenarios are compared, and a
list is drawn, approved by somebody else, proved and taken along.
"""

import csv
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from jps.app import create_app
from jps.commands.demo_people import DEMO_PASSWORD
from jps.config import Settings
from jps.worker import run_waiting, utc_now
from tests.apps import FAST
from tests.browser.conftest import Visit, Visitor
from tests.databases import Databases

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOUSEHOLDS = 200
OTHER = "pengelola-dua"


@pytest.fixture
def app(databases: Databases, tmp_path: Path) -> Flask:
    """The application of a demo, which has two managers."""
    home = tmp_path / "office"
    databases.sqlite(home)
    app = create_app(Settings(home=home, log_level="ERROR", worker=False), FAST)
    run = app.test_cli_runner().invoke(
        args=["demo", "--no-serve", "--json", "--households", str(HOUSEHOLDS)]
    )
    assert run.exit_code == 0, run.output
    return app


def sign_in(window: Visit, username: str) -> Page:
    """Sign in with the password of the demo."""
    page = window.go("/login")
    page.fill("#username", username)
    page.fill("#password", DEMO_PASSWORD)
    page.click("main form button")
    expect(page.get_by_role("button", name="Keluar")).to_be_visible()
    return page


def work(app: Flask, page: Page) -> None:
    """Do what waits, as the worker does, and look again."""
    run_waiting(app)
    page.reload()


def test_from_a_decree_to_an_approved_list(visit: Visitor, app: Flask, tmp_path: Path) -> None:
    window = visit()
    page = sign_in(window, "pengelola")
    page.on("dialog", lambda dialog: dialog.accept())
    listed = app.config["JPS"].home / "demo" / "list-sembako.csv"
    with listed.open(encoding="utf-8", newline="") as file:
        rows = len(list(csv.reader(file))) - 1
    _bring_decree(app, window, listed)
    expect(page.locator("main")).to_contain_text(f"Semua penerima {rows}")
    window.check_access()
    page.get_by_role("button", name="Nyatakan berlaku").click()
    expect(page.locator("main")).to_contain_text("Berlaku")
    _see_overlaps(window)
    _simulate_and_draw(window)
    address = page.url
    page.click("form[action$='/propose'] button")
    expect(page.locator("main")).to_contain_text("Menunggu persetujuan orang lain")
    second = visit()
    other = sign_in(second, OTHER)
    other.goto(address)
    other.get_by_role("button", name="Setujui").click()
    expect(other.locator("main")).to_contain_text("Disetujui")
    page.goto(address)
    page.click("form[action$='/verify'] button")
    expect(page.locator("main")).to_contain_text("Terbukti")
    with page.expect_download() as taken:
        page.locator("form:has([value=xlsx]) button").first.click()
    taken.value.save_as(tmp_path / "list.xlsx")
    assert (tmp_path / "list.xlsx").read_bytes().startswith(b"PK")
    page.get_by_role("link", name="Jadikan rancangan SK").click()
    _fill_head(page, "124/SK/2026")
    _load(app, page, "124/SK/2026")
    expect(page.locator("main")).to_contain_text("Semua penerima 10")
    expect(page.locator("main")).to_contain_text("Terdata di JPS 10")


def _bring_decree(app: Flask, window: Visit, listed: Path) -> None:
    page = window.go("/decrees/")
    _fill_head(page, "123/SK/2026")
    page.set_input_files("#list", listed)
    _load(app, page, "123/SK/2026")


def _fill_head(page: Page, number: str) -> None:
    year = utc_now().year
    page.select_option("#programme", "beras")
    page.fill("#number", number)
    page.fill("#dated", f"{year}-01-02")
    page.fill("#period_from", f"{year}-01-01")
    page.fill("#period_to", f"{year}-12-31")


def _load(app: Flask, page: Page, number: str) -> None:
    page.get_by_role("button", name="Unggah").click()
    expect(page.locator("h1")).to_contain_text(number)
    work(app, page)
    page.get_by_role("button", name="Cocokkan penerima").click()
    expect(page.locator("h1")).to_contain_text(number)
    work(app, page)


def _see_overlaps(window: Visit) -> None:
    page = window.go("/")
    name = page.locator("select[name=indicator] option", has_text="tumpang tindih").first
    page.select_option("select[name=indicator]", name.get_attribute("value"))
    expect(page.locator("main")).to_contain_text("tumpang tindih")
    expect(page.locator("main table").first).to_be_visible()


def _simulate_and_draw(window: Visit) -> None:
    page = window.go("/targeting/simulate")
    page.fill("#A-total", "10")
    page.check("[name='B.on']")
    page.fill("#B-total", "20")
    expect(page.locator("#figures")).to_contain_text("Rp3.563.000")
    page.fill("#name", "Percobaan")
    page.click("#scenarios button")
    expect(page.locator("h1")).to_have_text("Percobaan")
