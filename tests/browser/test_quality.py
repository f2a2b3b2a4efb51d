"""Quality in a browser: trying thresholds, looking members up blind, models; at desk and phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from jps.access.rules import Role
from tests.browser.conftest import DESK, PHONE, Visit, Visitor
from tests.offices import NewHousehold, areas, household
from tests.registries import (
    FAMILY,
    Import,
    RunJob,
    csv_bytes,
    home,
    import_file,
    match_all,
    strangers,
)

__all__ = ["areas", "home", "household", "import_file", "match_all"]

pytestmark = pytest.mark.browser


@pytest.fixture
def matched(household: NewHousehold, import_file: Import, match_all: RunJob) -> None:
    """Seven families of the same three people, whom the registry has once."""
    for n in range(7):
        household("ani", address=f"Jalan {n}")
    import_file(csv_bytes([*FAMILY, *strangers(60)]))
    match_all()


def look(window: Visit) -> None:
    window.check_access()
    window.check_width()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_quality_from_thresholds_to_answers(
    matched: None, visit: Visitor, make_user: Callable[..., str], size: dict[str, int]
) -> None:
    manager = visit(size)
    manager.sign_in(make_user(Role.MANAGER, "75", username="siti"))
    page = manager.go("/matching/quality/")
    look(manager)
    page.fill("#sure", "30")
    expect(page.locator("#preview")).to_contain_text("+21")
    expect(page.locator("#apply [data-copies=sure]")).to_have_value("30")
    look(manager)
    page.locator("[data-follows=sure]").fill("6")
    expect(page.locator("#sure")).to_have_value("6")
    expect(page.locator("#preview")).to_contain_text("0 anggota berganti")
    page = manager.go("/matching/sample/")
    look(manager)
    page.fill("#size", "20")
    page.click("text=Tarik sampel >> nth=-1")
    expect(page.locator("main")).to_contain_text("20 anggota menunggu dicari")
    look(manager)
    operator = visit(size)
    operator.sign_in(make_user(Role.OPERATOR, "75.01", username="budi"))
    page = operator.go("/matching/sample/next")
    look(operator)
    page.fill("#by-name", "fatma")
    page.press("#by-name", "Enter")
    expect(page.locator("#hits")).to_contain_text("FATMA CONTOH")
    look(operator)
    first = page.url
    page.click("h1")
    page.keyboard.press("3")
    page.wait_for_url("**after=**")
    assert page.url.partition("?")[0] != first.partition("?")[0]
    page.click("#by-name")
    page.keyboard.type("1")  # a digit typed into a field answers nothing
    expect(page.locator("#by-name")).to_have_value("1")
    page = manager.go("/matching/models/")
    look(manager)
    page.click("table a >> nth=0")
    expect(page.locator("h1")).to_contain_text("berlaku")
    look(manager)
