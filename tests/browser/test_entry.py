"""The field form on a phone: what is typed is kept, whatever the network does."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from jps.access.models import User
from jps.access.rules import Role
from jps.db import db
from tests.browser.conftest import DESK, PHONE, Visit, Visitor, hold
from tests.offices import NewHousehold, Stored

pytestmark = pytest.mark.browser

SMALLEST = 44  # pixels of what a thumb has to hit


@pytest.fixture
def phone(visit: Visitor, areas: None, make_user: Callable[..., str]) -> Visit:
    """An enumerator on a phone."""
    window = visit(PHONE)
    window.sign_in(make_user(Role.ENUMERATOR, "75.01", username="ani"))
    return window


def check_targets(page: Page) -> None:
    """Fail when something to be tapped is smaller than a thumb."""
    small = page.evaluate(
        """(smallest) => [...document.querySelectorAll(
             "main button, main a, main select, main input:not([type=hidden]), .bar button, .bar a"
           )].filter((one) => {
             const box_of = one.matches("[type=radio], [type=checkbox]");
             const target = box_of ? one.closest("label") : one;
             const box = target.getBoundingClientRect();
             return box.height > 1 && box.height < smallest && !target.matches(".sr");
           }).map((one) => one.outerHTML.slice(0, 120))""",
        SMALLEST,
    )
    assert not small, small


def look(window: Visit) -> None:
    """Check what every page of the form must have."""
    window.check_access()
    window.check_width()
    check_targets(window.page)


def begin(window: Visit) -> str:
    """Begin a household; return the path of its form."""
    window.go("/work")
    look(window)
    window.page.click("text=Rumah tangga baru")
    look(window)
    window.page.click("text=Desa Contoh Satu")
    window.page.wait_for_url("**/location")
    return window.page.url.removeprefix(window.base).rpartition("/")[0]


def saved(page: Page) -> None:
    expect(page.locator("#status")).to_contain_text("Tersimpan")
    expect(page.locator("#status")).to_have_attribute("data-state", "saved")


def test_a_household_from_the_first_tap_to_the_review(phone: Visit) -> None:
    page = phone.page
    begin(phone)
    look(phone)
    page.fill("#address", "Jalan Contoh 7")
    saved(page)
    expect(page.locator("#f-kk_address")).to_be_hidden()
    page.click("#f-address_matches_kk .choice:last-child")
    expect(page.locator("#f-kk_address")).to_be_visible()
    page.fill("#rt", "1a")
    expect(page.locator("#n-rt")).to_contain_text("1 sampai 3 angka")
    assert page.input_value("#rt") == "1a"
    look(phone)
    page.click("text=Lanjut")
    page.wait_for_url("**/consent_section")
    page.click("#f-consent .choice:first-child")
    page.click("text=Lanjut")
    page.wait_for_url("**/visit")
    late = hold(page, "**/visit")
    with page.expect_request("**/visit"):
        page.click("text=Terisi lengkap")
    page.click("text=Lanjut")  # at once: the questions that this opens keep the page
    late[0].continue_()
    expect(page.locator("#f-kk_status input:not([type=hidden])").first).to_be_focused()
    page.click("text=Lanjut")
    page.wait_for_url("**/members")
    look(phone)
    page.click("text=Tambah anggota")
    page.fill("#name", "Fatma Contoh")
    page.fill("#nik", "7501014909829002")
    expect(page.locator("#count-nik")).to_have_text("16 dari 16 angka")
    page.click("#f-birth_date .use")
    page.click("#f-sex .use")
    expect(page.locator("#f-birth_date .use")).to_have_count(0)
    assert page.input_value("[name='birth_date.year']") == "1982"
    expect(page.locator("[data-group]:has(#f-worked)")).to_be_visible()
    look(phone)
    page.click("text=Selesai")
    page.wait_for_url("**/members")
    expect(page.locator(".rows")).to_contain_text("7501**********02")
    page.click("text=Daftar bagian")
    page.click("text=Periksa dan kirim")
    page.wait_for_url("**/review")
    look(phone)
    expect(page.locator(".box.error")).to_contain_text("Harus diperbaiki")


def test_a_button_leads_to_questions_that_came_under_the_finger(phone: Visit) -> None:
    page = phone.page
    page.goto(phone.base + begin(phone) + "/visit")
    late = hold(page, "**/visit")
    with page.expect_request("**/visit"):
        page.click("text=Terisi lengkap")
    page.hover("text=Lanjut")
    page.mouse.down()
    with page.expect_response("**/visit"):
        late[0].continue_()
    page.mouse.up()
    expect(page.locator("#f-kk_status input:not([type=hidden])").first).to_be_focused()


def test_what_was_typed_before_the_script_came_is_saved(phone: Visit, stored: Stored) -> None:
    page = phone.page
    form = begin(phone)
    late = hold(page, "**/entry.js")
    page.goto(f"{phone.base}{form}/location", wait_until="commit")
    page.fill("#address", "Jalan Contoh 7")
    late[0].continue_()
    expect(page.locator("#status")).to_have_attribute("data-state", "saved")
    draft = stored(form).draft
    assert draft is not None
    assert draft["address"] == "Jalan Contoh 7"


def test_typing_survives_a_lost_network(phone: Visit, stored: Stored) -> None:
    page = phone.page
    form = begin(phone)
    page.route("**/location", _fails_once())
    page.fill("#address", "Tanpa sinyal")
    expect(page.locator("#retry")).to_be_visible()
    assert page.input_value("#address") == "Tanpa sinyal"
    page.click("#retry")
    saved(page)
    draft = stored(form).draft
    assert draft is not None
    assert draft["address"] == "Tanpa sinyal"
    phone.errors.clear()  # the browser reports the request that was cut


def _fails_once() -> Callable[[Route], None]:
    failed: list[bool] = []

    def answer(route: Route) -> None:
        if route.request.method == "POST" and not failed:
            failed.append(True)
            route.abort()
        else:
            route.continue_()

    return answer


def test_an_answer_lost_on_the_way_back_is_no_conflict(phone: Visit, stored: Stored) -> None:
    page = phone.page
    form = begin(phone)
    lost: list[bool] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(True)
            route.fetch()  # the server stores it, the phone never hears of it
            route.abort()
        else:
            route.continue_()

    page.route("**/location", lose)
    page.fill("#address", "Jalan")
    expect(page.locator("#retry")).to_be_visible()
    page.fill("#address", "Jalan Contoh 7")
    saved(page)
    draft = stored(form).draft
    assert draft is not None
    assert draft["address"] == "Jalan Contoh 7"
    phone.errors.clear()


def test_two_tabs_choose_field_by_field(phone: Visit, stored: Stored) -> None:
    page = phone.page
    form = begin(phone)
    other = page.context.new_page()
    other.goto(page.url)
    other.fill("#address", "Dari tab lain")
    saved(other)
    page.fill("#address", "Dari tab ini")
    expect(page.locator("h1")).to_have_text("Isian ini berubah dari dua tempat")
    look(phone)
    page.click("text=Dari tab ini")
    page.click("text=Simpan pilihan")
    expect(page.locator("#address")).to_have_value("Dari tab ini")
    draft = stored(form).draft
    assert draft is not None
    assert draft["address"] == "Dari tab ini"
    phone.errors.clear()  # the refused save


def end_sessions(app: Flask, uniquifier: str) -> str:
    """Let the enumerator's sessions be those of `uniquifier` alone; return the one before."""
    with app.app_context():
        user = db.session.scalars(select(User).where(User.username == "ani")).one()
        before, user.fs_uniquifier = user.fs_uniquifier, uniquifier
        db.session.commit()
    return before


def test_signed_out_keeps_the_screen(phone: Visit, stored: Stored, app: Flask) -> None:
    page = phone.page
    form = begin(phone)
    cookies = page.context.cookies()
    mine = end_sessions(app, "ended")
    page.fill("#address", "Sesi berakhir")
    expect(page.locator("#trouble")).to_contain_text("masuk lagi")
    assert page.input_value("#address") == "Sesi berakhir"
    look(phone)
    end_sessions(app, mine)
    for cookie in cookies:  # signed in again in another tab
        again = SetCookieParam(name=cookie["name"], value=cookie["value"], url=phone.base)
        page.context.add_cookies([again])
    page.click("#retry")
    saved(page)
    draft = stored(form).draft
    assert draft is not None
    assert draft["address"] == "Sesi berakhir"
    phone.errors.clear()


def test_gps_only_checks(phone: Visit) -> None:
    page = phone.page
    page.context.grant_permissions(["geolocation"], origin=phone.base)
    page.context.set_geolocation({"latitude": 0.6, "longitude": 123.0, "accuracy": 80})
    begin(phone)
    page.click("text=Ambil titik GPS")
    expect(page.locator("#gps-told")).to_have_text("Akurasi 80 meter")
    expect(page.locator("#n-gps")).to_contain_text("Akurasi titik hanya 80 meter")
    assert page.input_value("#gps") == "0.600000 123.000000 0 80"


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_without_scripts_the_buttons_do_the_same(
    visit: Visitor, areas: None, make_user: Callable[..., str], size: dict[str, int]
) -> None:
    window = visit(size)
    window.sign_in(make_user(Role.ENUMERATOR, "75.01", username="ani"))
    page = window.page
    page.route("**/entry.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    begin(window)
    page.fill("#address", "Jalan Contoh 7")
    page.click("#f-address_matches_kk .choice:last-child")
    page.click("text=Lanjut")
    page.wait_for_url("**/location#f-kk_address")
    expect(page.locator("#f-kk_address")).to_be_visible()
    page.click("text=Lanjut")
    page.wait_for_url("**/consent_section")
    window.check_access()
    window.check_width()


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_the_office_finds_and_reads_a_household(
    visit: Visitor,
    household: NewHousehold,
    make_user: Callable[..., str],
    size: dict[str, int],
) -> None:
    identity = household("ani")
    household("ani", address="Jalan Lain 9", respondent_name="Siti Contoh")
    window = visit(size)
    name = make_user(Role.OPERATOR, "75.01", username="budi")
    page = window.sign_in(name)
    window.go("/households/")
    window.check_access()
    window.check_width()
    page.fill("#text", "lain")
    page.press("#text", "Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert page.url.endswith("/households/")
    window.go(f"/households/{identity}")
    window.check_access()
    window.check_width()
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(1)
    window.go(f"/households/{identity}")
    page.click(".person >> nth=0 >> text=Tampilkan")
    page.fill(".person >> nth=0 >> [name=reason]", "Mencocokkan KTP")
    page.click(".person >> nth=0 >> button")
    expect(page.locator(".person >> nth=0")).to_contain_text("7501010505809001")
    window.go(f"/households/{identity}/history")
    window.check_access()
    window.check_width()
    window.go("/codebook/")
    window.check_access()
    window.check_width()


def test_a_choice_replaces_the_search_that_is_under_way(
    visit: Visitor, household: NewHousehold, make_user: Callable[..., str]
) -> None:
    household("ani")
    window = visit()
    window.sign_in(make_user(Role.OPERATOR, "75.01", username="budi"))
    page = window.go("/households/")
    late = hold(page, "**/households/search")
    page.fill("#text", "contoh")
    with page.expect_request("**/households/search"):
        page.press("#text", "Enter")
    with page.expect_response("**/households/search"):
        page.select_option("#in-desa", "75.01.01.2001")
    late[0].continue_()
    window.settle()
    expect(page.locator("#in-desa")).to_have_value("75.01.01.2001")
    expect(page.locator("#text")).to_have_value("contoh")
    window.errors.clear()  # htmx notes the search that it broke off
