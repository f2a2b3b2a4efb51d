"""The export page on a phone and at a desk: choose, download, and what is asked before numbers."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from jps.access.rules import Role
from tests.browser.conftest import DESK, PHONE, Visitor, hold
from tests.conftest import SignIn
from tests.offices import NewHousehold

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_households_are_handed_out_from_the_page(
    visit: Visitor,
    sign_in: SignIn,
    household: NewHousehold,
    tmp_path: Path,
    size: dict[str, int],
) -> None:
    household("ani")
    sign_in(Role.OPERATOR, "75.01", username="budi")
    window = visit(size)
    window.sign_in("budi")
    page = window.go("/households/")
    page.get_by_role("link", name="Ekspor", exact=True).click()
    expect(page.locator("#finder")).to_contain_text("1 rumah tangga")
    window.check_access()
    window.check_width()
    window.shot(tmp_path, "exports")
    page.select_option("#in-state", "verified")
    expect(page.locator(".empty")).to_contain_text("Pilih wilayah atau status lain")
    page.select_option("#in-state", "")
    page.check("#format-csv")
    page.check("#full")
    page.get_by_role("button", name="Unduh", exact=True).click()
    expect(page.locator("#reason-problem")).to_contain_text("Alasan wajib diisi")
    window.check_access()
    window.shot(tmp_path, "refused")
    window.errors.clear()  # the browser notes the refusal as an error of its own
    page.fill("#reason", "pemadanan Dukcapil")
    with page.expect_download() as download:
        page.get_by_role("button", name="Unduh", exact=True).click()
    saved = tmp_path / "export.csv"
    download.value.save_as(saved)
    assert "Hasan Contoh" in saved.read_text()
    assert download.value.suggested_filename.startswith("rumah-tangga-750101-")


def test_a_choice_counts_that_was_made_before_the_scripts_came(
    visit: Visitor, sign_in: SignIn, household: NewHousehold
) -> None:
    household("ani")
    sign_in(Role.OPERATOR, "75.01", username="budi")
    window = visit()
    page = window.sign_in("budi")
    late = hold(page, "**/app.js*")
    page.goto(window.base + "/exports/", wait_until="commit")
    page.select_option("#in-state", "verified")
    late[0].continue_()
    expect(page.locator(".empty")).to_contain_text("Pilih wilayah atau status lain")
    window.go("/letters/")
    page.select_option("#in-kind", index=1)
    page.wait_for_url("**kind=**")
