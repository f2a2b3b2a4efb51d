"""The offline form at work: members, the GPS point, a household that came back, who is known."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import expect

from jps.access.rules import Role
from jps.db import EVERYWHERE, db, set_scope
from jps.households.remarks import Pointer
from jps.households.rules import Source
from jps.households.saving import Author
from jps.households.workflow import return_household
from tests.browser.conftest import PHONE, Visit, Visitor
from tests.browser.phones import FILL, Store, begin, open_phone, saved
from tests.households_examples import household_document
from tests.offices import NewHousehold

pytestmark = pytest.mark.browser


@pytest.fixture
def store(app: Flask) -> Store:
    """What the office has."""
    return Store(app)


@pytest.fixture
def ani(areas: None, make_user: Callable[..., str]) -> str:
    """An enumerator."""
    return make_user(Role.ENUMERATOR, "75.01", username="ani")


def look(window: Visit) -> None:
    """Check what every page must have."""
    window.check_access()
    window.check_width()


def test_members_are_added_copied_and_taken_back(visit: Visitor, ani: str) -> None:
    phone = visit(PHONE)
    page = open_phone(phone, ani)
    begin(page)
    look(phone)
    document = household_document()
    page.evaluate(FILL, document)
    page.click("text=Daftar bagian")
    page.click("text=Kunjungan")
    page.wait_for_selector("#f-visit_result")
    page.evaluate(FILL, document)
    page.get_by_role("button", name="Lanjut").click()
    page.click("text=Tambah anggota")
    page.wait_for_selector("#name")
    page.evaluate(FILL, {**document["members"][0], "relation": "3", "mother_name": "Hawa Contoh"})
    look(phone)
    page.get_by_role("button", name="Salin untuk saudaranya").click()
    expect(page.locator("h1")).to_have_text("Anggota 2")
    assert page.input_value("#mother_name") == "Hawa Contoh"
    assert page.input_value("#kk") == document["members"][0]["kk"]
    assert (page.input_value("#name"), page.input_value("#nik")) == ("", "")
    page.fill("#nik", "750101491298900")
    expect(page.locator("#n-nik")).to_contain_text("tepat 16 angka")
    page.fill("#nik", "7501014912989002")
    page.locator("#f-birth_date .use").click()
    assert page.input_value("[name='birth_date.year']") == "1998"
    page.get_by_role("button", name="Keluarkan anggota ini").click()
    expect(page.locator(".rows a.row")).to_have_count(1)
    look(phone)
    page.get_by_role("button", name="Batalkan").click()
    expect(page.locator(".rows a.row")).to_have_count(2)
    page.keyboard.press("Tab")  # the keyboard finds its way
    assert page.evaluate("document.activeElement.tagName") in {"A", "BUTTON", "SUMMARY"}
    saved(page)
    page.reload()
    expect(page.locator(".rows a.row")).to_have_count(2)


def test_the_point_comes_with_its_accuracy(visit: Visitor, ani: str) -> None:
    phone = visit(PHONE)
    page = open_phone(phone, ani)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 0.6312, "longitude": 122.9812, "accuracy": 8.4})
    begin(page)
    page.get_by_role("button", name="Ambil titik GPS").click()
    expect(page.locator("#f-gps [role=status]")).to_have_text("Akurasi 8 meter")
    assert page.input_value("#gps") == "0.631200 122.981200 0.0 8.4"
    saved(page)


def test_what_came_back_stands_first_with_its_reason(
    app: Flask, visit: Visitor, ani: str, household: NewHousehold, store: Store
) -> None:
    came_back = household(ani, address="Jalan Kembali 3")
    household("citra", address="Jalan Rekan 4")
    with app.app_context():
        session = db.session()
        set_scope(session, EVERYWHERE)
        by = Author("budi", EVERYWHERE, Source.FORM)
        (home,) = (one for one in store.homes if str(one.id) == came_back)
        reason, at = "Luas lantai tidak masuk akal", datetime.now(UTC)
        remarks = (Pointer("floor_area", "Ukur lagi dengan meteran"),)
        return_household(
            session, home.id, reason, remarks=remarks, version=home.version, by=by, at=at
        )
        session.commit()
    phone = visit(PHONE)
    page = open_phone(phone, ani)
    row = page.locator("section", has=page.get_by_role("heading", name="Dikembalikan"))
    expect(row).to_contain_text("Alasan: Luas lantai tidak masuk akal")
    look(phone)
    page.context.set_offline(True)
    row.get_by_role("button").click()
    page.wait_for_selector("#address")
    expect(page.locator(".box.error")).to_contain_text("Luas lantai tidak masuk akal")
    assert page.input_value("#address") == "Jalan Kembali 3"
    page.fill("#address", "Jalan Kembali 5")
    saved(page)
    page.click("text=Daftar bagian")
    page.click("text=Tempat tinggal")
    expect(page.locator("#n-floor_area")).to_contain_text("Ukur lagi dengan meteran")
    page.click("text=Beranda")
    page.click("text=Desa saya")
    page.fill("#search", "rekan")
    expect(page.locator("#found li")).to_have_count(1)
    expect(page.locator("#found")).to_contain_text("Jalan Rekan 4")
    look(phone)
    page.click("text=Beranda")
    page.context.set_offline(False)
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(page.locator("#sync")).to_contain_text("Semua sudah terkirim")
    (home,) = (one for one in store.homes if one.id == uuid.UUID(came_back))
    assert home.draft is not None
    assert home.draft["address"] == "Jalan Kembali 5"
    phone.errors[:] = [one for one in phone.errors if "Failed to load" not in one]


def test_who_is_known_already_is_said_without_network(
    visit: Visitor, ani: str, household: NewHousehold
) -> None:
    household("citra", address="Jalan Rekan 4")
    phone = visit(PHONE)
    page = open_phone(phone, ani)
    page.context.set_offline(True)
    begin(page)
    page.click("text=Daftar bagian")
    page.click("text=Kunjungan")
    page.click("text=Terisi lengkap")
    page.get_by_role("button", name="Lanjut").click()
    page.click("text=Tambah anggota")
    expect(page.locator("#known")).to_contain_text("Belum dikenal")
    page.fill("#nik", household_document()["members"][0]["nik"])
    expect(page.locator("#known")).to_contain_text("Mungkin sudah didata")
    expect(page.locator("#known")).to_contain_text("Jalan Rekan 4")
    look(phone)
    phone.errors[:] = [one for one in phone.errors if "Failed to load" not in one]
