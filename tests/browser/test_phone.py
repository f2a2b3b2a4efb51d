"""A day in the field without network: nothing that was typed is lost, nothing arrives twice."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, Route, expect

from jps.access.rules import Role
from jps.filestore import path_of
from jps.households.models import Attachment, HouseholdConflict
from jps.households.rules import State
from tests.browser.conftest import PHONE, Visit, Visitor
from tests.browser.phones import Store, begin, enter, forgive, open_phone, rows, saved, send
from tests.conftest import PASSWORD
from tests.households_examples import household_document

pytestmark = pytest.mark.browser


@pytest.fixture
def store(app: Flask) -> Store:
    """What the office has."""
    return Store(app)


@pytest.fixture
def phone(visit: Visitor, areas: None, make_user: Callable[..., str]) -> Visit:
    """An enumerator's phone with the offline form on it."""
    window = visit(PHONE)
    open_phone(window, make_user(Role.ENUMERATOR, "75.01", username="ani"))
    return window


def look(window: Visit) -> None:
    """Check what every page must have."""
    window.check_access()
    window.check_width()


def send_now(page: Page) -> None:
    """Send until the phone has nothing left to send."""
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(page.locator("#sync")).to_contain_text("Semua sudah terkirim")


def test_a_day_without_network(phone: Visit, store: Store, tmp_path: Path) -> None:
    page, context = phone.page, phone.page.context
    look(phone)
    context.set_offline(True)
    page.reload()  # a cold start: only what the phone keeps
    expect(page.locator("#sync")).to_contain_text("Belum ada jaringan")
    for number in range(2):
        enter(page, household_document(address=f"Jalan Contoh {number}"))
        expect(page.locator(".box.good")).to_contain_text("Semua isian wajib")
        look(phone)
        send(page)
        expect(page.locator(".rows .tag").first).to_have_text("Tersimpan di HP")
    third = begin(page)
    page.fill("#address", "Jalan Tanpa Sinyal")
    photo = tmp_path / "rumah.png"
    Image.new("RGB", (3000, 2000), "green").save(photo)
    page.set_input_files("#f-photo_house input[type=file]", photo)
    expect(page.locator("#f-photo_house .photo")).to_be_visible()
    page.fill("#rt", "7")
    look(phone)
    saved(page)
    page.close()  # the battery is flat

    page = phone.page = context.new_page()
    page.goto(phone.base + "/phone/")
    expect(page.locator("#rt")).to_be_focused()
    assert page.url.endswith(f"#h/{third}/location")
    assert page.input_value("#address") == "Jalan Tanpa Sinyal"
    assert page.input_value("#rt") == "7"
    expect(page.locator("#f-photo_house .photo")).to_be_visible()
    page.click("text=Beranda")
    expect(page.locator("#sync")).to_contain_text("4 belum terkirim")
    look(phone)
    assert not store.homes

    context.set_offline(False)
    send_now(page)
    look(phone)
    homes = {home.address: home for home in store.homes}
    assert homes.keys() == {"Jalan Contoh 0", "Jalan Contoh 1", "Jalan Tanpa Sinyal"}
    assert [home.state for home in homes.values()].count(State.SUBMITTED) == 2
    assert all(home.answers["interview_start"] for home in homes.values() if home.answers)
    (attachment,) = store.all(Attachment)
    assert attachment.household_id == homes["Jalan Tanpa Sinyal"].id == uuid.UUID(third)
    with Image.open(path_of(store.home, attachment.sha256)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (1600, 1067))
    assert {row["outcome"] for row in rows(page, "sent")} == {"created"}
    (left,) = rows(page, "records")
    assert (left["id"], left["dirty"]) == (third, False)
    forgive(phone)


def test_a_lost_answer_doubles_nothing(phone: Visit, store: Store) -> None:
    page = phone.page
    page.route("**/phone/sync", _loses_first_answer())
    enter(page, household_document(address="Jalan Sekali"))
    send(page)
    expect(page.locator("#sync")).to_contain_text("Belum ada jaringan")
    assert [home.address for home in store.homes] == [
        "Jalan Sekali"
    ]  # stored, unknown to the phone
    expect(page.locator(".rows .tag").first).to_have_text("Tersimpan di HP")
    send_now(page)
    (home,) = store.homes
    assert home.version == 1
    assert [row["outcome"] for row in rows(page, "sent")] == ["duplicate"]
    assert not rows(page, "records")
    forgive(phone)


def _loses_first_answer() -> Callable[[Route], None]:
    lost: list[bool] = []

    def answer(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(True)
            route.fetch()
            route.abort("connectionreset")

    return answer


def test_two_who_change_one_household_lose_nothing(
    phone: Visit, store: Store, visit: Visitor
) -> None:
    page = phone.page
    household = begin(page)
    page.fill("#address", "Jalan Bersama")
    page.click("text=Beranda")
    send_now(page)
    page.context.set_offline(True)
    page.click(".rows a.row")
    page.fill("#address", "Jalan dari HP")
    saved(page)
    page.click("text=Beranda")

    desk = visit()
    desk.sign_in("ani")
    desk.go(f"/entry/{household}/location")
    desk.page.fill("#address", "Jalan dari meja")
    expect(desk.page.locator("#status")).to_have_attribute("data-state", "saved")

    page.context.set_offline(False)
    send_now(page)
    expect(page.locator(".rows .tag").first).to_have_text("Perlu ditinjau")
    look(phone)
    (home,) = store.homes
    assert home.address == "Jalan dari meja"
    (kept,) = store.all(HouseholdConflict)
    assert kept.document["address"] == "Jalan dari HP"
    forgive(phone)


def test_a_session_that_ends_keeps_everything(phone: Visit, store: Store) -> None:
    page, context = phone.page, phone.page.context
    begin(page)
    page.fill("#address", "Jalan Sesi")
    saved(page)
    context.clear_cookies()
    page.click("text=Beranda")
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(page.locator("#sync")).to_contain_text("Perlu masuk lagi")
    expect(page.locator("#sync")).to_contain_text("1 belum terkirim")
    look(phone)
    assert not store.homes
    page.reload()  # the form works on without a session
    expect(page.locator(".rows a.row")).to_contain_text("Jalan Sesi")
    page.get_by_role("link", name="Masuk lagi").click()
    page.fill("#username", "ani")
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/phone/")
    expect(page.locator("#sync")).to_contain_text("Semua sudah terkirim")
    assert [home.address for home in store.homes] == ["Jalan Sesi"]
    forgive(phone)
