"""What the offline form says: refused, to look at, a new version, signed out elsewhere."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Dialog, expect

from jps.access.rules import Role
from jps.areas.models import Area
from jps.db import db
from tests.browser.conftest import PHONE, Visit, Visitor
from tests.browser.phones import PUT, Store, begin, forgive, open_phone, rows, saved
from tests.households_examples import household_document

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(visit: Visitor, areas: None, make_user: Callable[..., str]) -> Visit:
    """An enumerator's phone with the offline form on it."""
    window = visit(PHONE)
    open_phone(window, make_user(Role.ENUMERATOR, "75.01", username="ani"))
    return window


def test_what_the_office_refuses_stays_with_the_reason(phone: Visit, app: Flask) -> None:
    page, store = phone.page, Store(app)
    foreign = household_document(address="Jalan Orang Lain", area_code="75.02.01.2001")
    wrong = household_document(address="Jalan Salah", floor_area=0)
    for document in (foreign, wrong):
        page.evaluate(PUT, document)
    page.reload()
    expect(page.get_by_text("Ditolak: Desa ini di luar wilayah Anda.")).to_be_visible()
    expect(page.locator(".rows .tag", has_text="Perlu ditinjau")).to_be_visible()
    expect(page.locator("#sync")).to_contain_text("1 belum terkirim")
    phone.check_access()
    phone.check_width()
    assert [home.address for home in store.homes] == ["Jalan Salah"]  # kept there as a draft
    page.locator("a.row", has_text="Jalan Salah").click()
    page.click("text=Daftar bagian")
    page.click("text=Tempat tinggal")
    expect(page.locator("#n-floor_area")).to_contain_text("antara 1 dan 1.000")
    page.fill("#floor_area", "36")
    saved(page)
    forgive(phone)


def test_a_new_version_waits_until_it_is_wanted(phone: Visit, app: Flask) -> None:
    page = phone.page
    before = page.evaluate("document.body.dataset.version")
    with app.app_context():
        name, parent = "Kecamatan Baru", "75.01"
        db.session.add(
            Area(
                code="75.01.99", level="kecamatan", name=name, type="kecamatan", parent_code=parent
            )
        )
        db.session.commit()
    page.reload()
    assert page.evaluate("document.body.dataset.version") == before
    page.get_by_role("button", name="Pakai sekarang").click()
    page.wait_for_function("(before) => document.body.dataset.version !== before", arg=before)
    expect(page.locator("#sync")).to_contain_text("Tersambung")
    kept = page.evaluate("caches.keys()")
    assert len(kept) == 1
    assert before not in kept[0]
    forgive(phone)


def test_signing_out_on_a_page_of_the_office_asks_and_forgets_too(phone: Visit) -> None:
    page = phone.page
    page.evaluate("delete ServiceWorkerRegistration.prototype.sync")  # the worker would send it
    page.context.set_offline(True)
    begin(page)
    page.fill("#address", "Jalan Belum Terkirim")
    saved(page)
    page.click("text=Beranda")
    page.route("**/phone/sync", lambda route: route.abort())  # before it is online and sends
    page.context.set_offline(False)
    phone.go("/work")
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", agree)
    page.get_by_role("button", name="Keluar").click()
    page.wait_for_url("**/login**")
    assert len(asked) == 2
    assert "1 isian" in asked[0]
    assert not [row for row in rows(page, "meta") if row["name"] == "me"]
    assert len(rows(page, "records")) == 1
    forgive(phone)
