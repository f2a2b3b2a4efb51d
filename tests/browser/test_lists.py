"""A list in the browser: upload, map, try out, correct, store, take back, on a phone and a desk."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from jps.access.rules import Role
from jps.worker import run_waiting
from tests.browser.conftest import DESK, PHONE, Visit, Visitor
from tests.intake.lists import csv_bytes, invented, table

pytestmark = pytest.mark.browser
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
SHOTS = os.environ.get("JPS_SHOTS")


def look(window: Visit, name: str, size: dict[str, int]) -> None:
    """Check the page as it stands, and keep a picture where somebody wants one."""
    window.check_access()
    window.check_width()
    if SHOTS:
        window.shot(Path(SHOTS), f"list-{name}-{size['width']}")


def work(app: Flask, page: Page) -> None:
    """Do the waiting work, and see the page renew itself."""
    expect(page.locator("#progress")).to_be_visible()
    run_waiting(app)
    expect(page.locator("#progress")).to_have_count(0)


@SIZES
@pytest.mark.usefixtures("areas")
def test_a_list_comes_in_is_corrected_and_taken_back(
    app: Flask,
    visit: Visitor,
    make_user: Callable[..., str],
    tmp_path: Path,
    size: dict[str, int],
) -> None:
    wrong = invented(1)
    wrong["members"][1]["nik"] = "75010149"
    path = tmp_path / "Daftar Contoh.csv"
    path.write_bytes(csv_bytes(table([invented(0), wrong, invented(2)])))
    window = visit(size)
    window.sign_in(make_user(Role.OPERATOR, "75.01", username="operator"))
    page = window.go("/lists/")
    page.on("dialog", lambda dialog: dialog.accept())
    look(window, "empty", size)
    page.set_input_files("#file", path)
    page.fill("#source", "SIKS-NG")
    page.get_by_role("button", name="Unggah").click()
    look(window, "reading", size)
    work(app, page)
    page.get_by_role("link", name="Cocokkan kolom").click()
    expect(page.locator("main")).to_contain_text("7501**********01")
    look(window, "columns", size)
    page.fill("#name", "Dari dinas")
    page.get_by_role("button", name="Periksa daftar").click()
    work(app, page)
    expect(page.locator(".fate-refused strong")).to_have_text("1")
    look(window, "result", size)
    page.get_by_role("link", name="Lihat setiap masalah").click()
    look(window, "problems", size)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    lines = download.value.path().read_text("utf-8-sig")
    page.go_back()
    page.get_by_role("button", name="Simpan semua (2)").click()
    work(app, page)
    expect(page.locator("main")).to_contain_text("Rumah tangga baru disimpan")
    look(window, "stored", size)
    corrected = tmp_path / "perbaikan.csv"
    corrected.write_text(lines.replace("75010149,", f"{invented(1)['members'][1]['nik']},"))
    window.go("/lists/")
    page.set_input_files("#file", corrected)
    page.fill("#source", "SIKS-NG")
    page.get_by_role("button", name="Unggah").click()
    work(app, page)
    page.get_by_role("link", name="Cocokkan kolom").click()
    page.get_by_role("button", name="Periksa daftar").click()
    work(app, page)
    page.get_by_role("button", name="Simpan semua (1)").click()
    work(app, page)
    page.get_by_role("button", name="Batalkan daftar ini (1)").click()
    work(app, page)
    expect(page.locator("main")).to_contain_text("Dikembalikan seperti semula")
    look(window, "undone", size)
    window.go("/lists/")
    look(window, "lists", size)
