"""Deciding pairs with keyboard and thumb: one decision, the next pair, undo."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from jps.access.rules import Role
from tests.browser.conftest import DESK, PHONE, Visit, Visitor
from tests.offices import NewHousehold, areas, household
from tests.registries import (
    FATMA,
    HASAN,
    NURUL,
    Import,
    RunJob,
    changed,
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
    """A family whose three members the registry knows; Fatma lives elsewhere by now."""
    household("ani")
    elsewhere = changed(FATMA, KODE_WILAYAH="75.02.01.2001")
    import_file(csv_bytes([HASAN, elsewhere, NURUL, *strangers(200)]))
    match_all()


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def window(
    request: pytest.FixtureRequest,
    matched: None,
    visit: Visitor,
    make_user: Callable[..., str],
) -> Visit:
    """An operator at a desk, then with a phone."""
    opened = visit(request.param)
    opened.sign_in(make_user(Role.OPERATOR, "75.01", username="budi"))
    return opened


def look(window: Visit) -> None:
    window.check_access()
    window.check_width()


def test_decide_undo_and_go_on(window: Visit) -> None:
    page = window.go("/identity/queue?state=padan")
    look(window)
    page.click("a.stretched >> nth=0")
    page.wait_for_url("**/identity?state=padan")
    look(window)
    first = page.url
    page.keyboard.press("2")
    page.wait_for_url("**decided=**")
    assert page.url.partition("?")[0] != first.partition("?")[0]
    expect(page.locator("[role=status]").first).to_contain_text("Orang yang berbeda")
    look(window)
    page.keyboard.press("z")
    page.wait_for_url(first)
    expect(page.locator(".happened")).to_contain_text("tidak berlaku lagi")
    look(window)


def test_being_unsure_asks_for_the_reason_first(window: Visit) -> None:
    page = window.go("/identity/queue?state=padan")
    page.click("a.stretched >> nth=0")
    page.wait_for_url("**/identity?state=padan")
    page.keyboard.press("3")
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type("123 perlu dicek")  # digits typed as a reason decide nothing
    expect(page.locator("#reason")).to_have_value("123 perlu dicek")
    page.click("button[value=unsure]")
    page.wait_for_url("**decided=**")
    expect(page.locator("[role=status]").first).to_contain_text("Belum yakin")


def test_a_second_person_answers_and_the_book_keeps_both(
    window: Visit, visit: Visitor, make_user: Callable[..., str]
) -> None:
    page = window.go("/identity/queue?state=padan")
    page.click("text=Hasan Contoh")
    page.fill("#reason", "Cek ke desa")
    page.click("button[value=unsure]")
    page.wait_for_url("**decided=**")
    page = window.go("/identity/queue?state=menunggu_orang_lain")
    expect(page.locator(".stack")).to_contain_text("belum yakin: Contoh operator")
    page.click("a.stretched")
    expect(page.locator("#decide")).to_contain_text("menunggu pendapat orang lain")
    assert page.locator("[data-key='1']").count() == 0
    second = visit(DESK)
    second.sign_in(make_user(Role.OPERATOR, "75.01", username="dewi"))
    page = second.go("/identity/queue")
    page.click("text=Buka")
    look(second)
    page.click("a.stretched")
    expect(page.locator("#t-unsure")).to_be_visible()
    page.click(".outcomes summary")
    look(second)
    page.keyboard.press("1")
    page.wait_for_url("**/identity/queue?**")
    expect(page.locator("[role=status]").first).to_contain_text("Orang yang sama")
    expect(page.locator("[data-key=z]")).to_be_visible()
    page = window.go("/identity/ledger/")
    expect(page.locator(".stack")).to_contain_text("menjawab yang belum yakin")
    page.click("main summary")
    look(window)


def test_full_numbers_appear_in_place(window: Visit) -> None:
    page = window.go("/identity/queue?state=padan")
    page.click("text=Hasan Contoh")
    window.settle()  # without its scripts the page asks on another one
    page.click("text=Tampilkan NIK dan KK")
    page.fill("#why-theirs", "Cek KTP")
    page.press("#why-theirs", "Enter")
    expect(page.locator("#numbers-theirs")).to_contain_text(HASAN[0])
    look(window)


def test_people_elsewhere_are_compared_without_being_shown(window: Visit) -> None:
    page = window.go("/identity/queue?state=padan")
    page.click("text=Fatma Contoh")
    expect(page.locator(".pair-table")).to_contain_text("di luar wilayah Anda")
    expect(page.locator(".pair-table")).not_to_contain_text("FATMA CONTOH")
    look(window)


def test_the_registry_page(visit: Visitor, matched: None, make_user: Callable[..., str]) -> None:
    for size in (DESK, PHONE):
        window = visit(size)
        window.sign_in(make_user(Role.ADMINISTRATOR, "75", username=f"admin{size['width']}"))
        page = window.go("/registry/")
        page.click("main summary")
        look(window)
