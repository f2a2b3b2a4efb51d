"""A household on its whole way: returned with remarks, sent again, verified, agreed, final."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import FilePayload, expect

from jps.access.rules import Role
from jps.db import EVERYWHERE, db
from jps.deadlines.rules import Stage
from jps.deadlines.services import Term, set_deadline
from jps.households.rules import State
from tests.browser.conftest import DESK, PHONE, Visit, Visitor
from tests.offices import NewHousehold, Stored

pytestmark = pytest.mark.browser
PDF = b"%PDF-1.4\n% Berita acara contoh\n"
MakeUser = Callable[..., str]


def enter(
    visit: Visitor,
    make_user: MakeUser,
    role: Role,
    name: str,
    area: str,
    size: dict[str, int] = DESK,
) -> Visit:
    """Return a window in which somebody of `area` is signed in."""
    make_user(role, area, username=name)
    window = visit(size)
    window.sign_in(name)
    return window


def look(window: Visit) -> None:
    """Check what every page must be, on a phone and at a desk."""
    window.check_access()
    mine = window.page.viewport_size
    for width, height in ((PHONE["width"], PHONE["height"]), (DESK["width"], DESK["height"])):
        window.page.set_viewport_size({"width": width, "height": height})
        window.check_width()
    if mine is not None:
        window.page.set_viewport_size(mine)


@pytest.mark.slow
def test_from_the_first_remark_to_final(
    visit: Visitor,
    make_user: MakeUser,
    household: NewHousehold,
    stored: Stored,
) -> None:
    identity = household("ani")
    page_of = f"/households/{identity}"
    ani = enter(visit, make_user, Role.ENUMERATOR, "ani", "75.01.01.2001", PHONE)
    desa = enter(visit, make_user, Role.OPERATOR, "desa", "75.01.01.2001")

    page = desa.go(page_of)
    page.get_by_role("link", name="Kembalikan").click()
    look(desa)
    page.fill("#reason", "Periksa NIK kepala keluarga dan lantai")
    person = stored(identity).members[0].id
    page.fill(f"[name='remark.{person}.nik']", "NIK salah ketik")
    page.locator("summary", has_text="Tempat tinggal").click()
    page.fill("[name='remark.household.floor_material']", "Lantai ini tanah")
    page.get_by_role("button", name="Kembalikan").click()
    expect(page.locator("#t-remarks")).to_contain_text("2")
    look(desa)

    field = ani.go("/work")
    expect(field.locator("main")).to_contain_text("Periksa NIK kepala keluarga")
    field.get_by_role("link", name=re.compile("Hasan Contoh")).first.click()
    expect(field.locator("main")).to_contain_text("NIK salah ketik")
    look(ani)
    field.get_by_role("link", name=re.compile("Lantai ini tanah")).click()
    expect(field.locator("#f-floor_material .remark")).to_contain_text("Lantai ini tanah")
    look(ani)
    field.check("#f-floor_material input[value='8']")
    expect(field.locator("#status")).to_have_attribute("data-state", "saved")
    field = ani.go(f"/entry/{identity}/review")
    field.get_by_role("button", name="Kirim").click()
    expect(field.locator("main")).to_contain_text("Terkirim")

    page = desa.go(page_of)
    expect(page.locator("section", has=page.locator("#t-remarks"))).to_contain_text(
        "2 catatan lama"
    )
    page.get_by_role("button", name="Verifikasi").click()
    expect(page.locator("header.household-head")).to_contain_text("Terverifikasi")

    page = desa.go("/meetings/new")
    look(desa)
    page.select_option("#area_code", "75.01.01.2001")
    page.fill("#m-held_on", "2026-11-01")
    page.get_by_role("button", name="Buat daftar musyawarah").click()
    expect(page.locator("#decisions")).to_contain_text("Hasan Contoh")
    look(desa)
    page.fill("#m-place", "Balai desa")
    page.fill("#m-chair", "Kepala desa")
    page.fill("#m-participants", "31")
    page.fill("#m-number", "BA-1/XI/2026")
    page.get_by_role("button", name="Simpan berita acara").click()
    minutes: FilePayload = {"name": "ba.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.set_input_files("#minutes", files=[minutes])
    page.get_by_role("button", name="Unggah").click()
    page.get_by_role("button", name="Simpan; yang belum diputuskan: disepakati").click()
    page.get_by_role("button", name="Tutup musyawarah").click()
    expect(page.locator("main")).to_contain_text("1 putusan berlaku")
    look(desa)
    page.get_by_role("link", name="Cetak daftar").click()
    look(desa)
    assert stored(identity).state == State.AGREED

    kabupaten = enter(visit, make_user, Role.OPERATOR, "kabupaten", "75.01")
    page = kabupaten.go(page_of)
    page.get_by_role("button", name="Verifikasi kabupaten").click()
    expect(page.locator("header.household-head")).to_contain_text("Diverifikasi kabupaten")
    expect(page.get_by_text("orang lain yang mengesahkannya")).to_be_visible()
    look(kabupaten)
    manager = enter(visit, make_user, Role.MANAGER, "kepala", "75.01")
    page = manager.go(page_of)
    page.get_by_text("Sahkan", exact=True).click()
    page.fill("#letter", "SK-7/2026")
    page.get_by_role("button", name="Sahkan dengan surat ini").click()
    expect(page.locator("header.household-head")).to_contain_text("Final")
    expect(page.locator("section", has=page.locator("#t-history"))).to_contain_text("SK-7/2026")
    assert stored(identity).state == State.FINAL


def test_many_at_once_and_back(
    visit: Visitor,
    make_user: MakeUser,
    household: NewHousehold,
    stored: Stored,
) -> None:
    mine = household("budi")
    others = [household("ani", address=f"Jalan {number}") for number in range(3)]
    window = enter(visit, make_user, Role.OPERATOR, "budi", "75.01")
    page = window.go("/households/")
    look(window)
    page.check("[data-pick-page]")
    expect(page.locator("[data-picked]")).to_have_text("4 dipilih")
    page.select_option("#act", "verify")
    page.get_by_role("button", name="Lanjut").click()
    look(window)
    page.get_by_role("button", name="Jalankan untuk 4 rumah tangga").click()
    expect(page.locator("main")).to_contain_text("orang lain yang harus memeriksanya")
    look(window)
    assert {stored(key).state for key in others} == {State.VERIFIED}
    assert stored(mine).state == State.SUBMITTED
    page.get_by_role("button", name="Urungkan untuk 3 rumah tangga").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Urungkan langkah")
    assert {stored(key).state for key in others} == {State.SUBMITTED}


def test_progress_and_deadlines(
    app: Flask,
    visit: Visitor,
    make_user: MakeUser,
    household: NewHousehold,
) -> None:
    household("ani")
    window = enter(visit, make_user, Role.MANAGER, "mira", "75.01")
    page = window.go("/deadlines/")
    look(window)
    page.select_option("#stage", "verification")
    page.select_option("#area_code", "75.01.01")
    page.fill("#closes_on", "2026-11-01")
    page.get_by_role("button", name="Simpan batas waktu").click()
    expect(page.locator("main table")).to_contain_text("Ditutup")
    look(window)
    page = window.go("/progress?by=desa")
    expect(page.locator(".progress-table")).to_contain_text("Contoh Satu")
    look(window)
    page.get_by_role("link", name="Hanya yang terlambat").click()
    expect(page.locator(".progress-table tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Contoh Satu").click()
    expect(page.locator(".progress-table tbody")).to_contain_text("ani")
    look(window)
    operator = enter(visit, make_user, Role.OPERATOR, "budi", "75.01")
    page = operator.go("/households/")
    expect(page.locator(".countdown")).to_contain_text("Perpanjangan: Contoh")
    look(operator)


def test_an_enumerator_who_is_late_keeps_the_draft(
    app: Flask, visit: Visitor, make_user: MakeUser, household: NewHousehold, stored: Stored
) -> None:
    identity = household("ani", sent=False)
    at = datetime.now(UTC)
    term = Term(None, (at - timedelta(days=2)).date(), None, at - timedelta(days=1))
    with app.app_context():
        stage, area = Stage.COLLECTION, "75.01"
        set_deadline(db.session(), stage, area, term, reason="", by="mira", scope=EVERYWHERE, at=at)
        db.session.commit()
    window = enter(visit, make_user, Role.ENUMERATOR, "ani", "75.01.01.2001", PHONE)
    page = window.go("/work")
    expect(page.locator(".countdown .closed")).to_be_visible()
    look(window)
    page = window.go(f"/entry/{identity}/review")
    page.get_by_role("button", name="Kirim").click()
    expect(page.locator("main")).to_contain_text("Isian tersimpan sebagai draf")
    look(window)
    assert stored(str(uuid.UUID(identity))).state == State.DRAFT
