"""Changes of verified households in a browser: asked for on a phone, decided at a desk."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from jps.access.rules import Role
from tests.browser.conftest import DESK, PHONE, Visit, Visitor
from tests.changes.village import office

SHOTS = os.environ.get("JPS_SHOTS")  # a folder, when somebody wants to look
ENUMERATOR, OPERATOR = "pendata", "operator"
NEW_KK = "7501012311269009"


@pytest.fixture
def homes(app: Flask, make_user: Callable[..., str]) -> list[str]:
    """Two verified households, and people who may ask and decide."""
    with office(app) as village:
        keys = [str(village.settle().id) for _ in range(2)]
    make_user(Role.ENUMERATOR, "75.01", username=ENUMERATOR)
    make_user(Role.OPERATOR, "75.01", username=OPERATOR)
    return keys


def look(visit: Visit, name: str) -> None:
    """Check the page for everybody, and keep a picture when somebody wants to look."""
    visit.check_access()
    visit.check_width()
    if SHOTS:
        visit.shot(Path(SHOTS), name)


def prove(visit: Visit, reason: str) -> None:
    """Fill in what every request needs, and send it."""
    visit.page.fill("#effective_on", "2026-11-01")
    visit.page.fill("#document_number", "470/12/2026")
    visit.page.fill("#reason", reason)
    visit.page.get_by_role("button", name="Kirim permohonan").click()
    visit.settle()


def test_a_split_is_asked_for_on_a_phone_and_decided_at_a_desk(
    visit: Visitor, homes: list[str], tmp_path: Path
) -> None:
    phone = visit(PHONE)
    page = phone.sign_in(ENUMERATOR)
    phone.go(f"/households/{homes[0]}")
    look(phone, "household-360")
    page.get_by_role("link", name="Usulkan perubahan").click()
    look(phone, "kinds-360")
    page.get_by_role("link", name="Pecah menjadi dua").click()
    look(phone, "split-360")
    page.get_by_role("checkbox", name="Fatma").check()
    page.get_by_role("checkbox", name="Nurul").check()
    page.fill("#new_kk", NEW_KK)
    photo = tmp_path / "kk.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + b"contoh" * 50)
    page.set_input_files("#evidence", str(photo))
    prove(phone, "Punya dapur sendiri sejak panen")
    assert "kepala keluarga" in page.get_by_role("alert").inner_text().lower()
    look(phone, "split-wrong-360")
    phone.errors.clear()  # the browser notes the answer 422
    page.get_by_role("combobox", name="Fatma").select_option(label="Kepala keluarga")
    page.set_input_files("#evidence", str(photo))
    page.get_by_role("button", name="Kirim permohonan").click()
    phone.settle()
    assert page.get_by_text("rumah tangga baru").is_visible()
    assert page.get_by_role("button", name="Setujui").count() == 0
    look(phone, "request-360")

    desk = visit(DESK)
    desk.sign_in(OPERATOR)
    page = desk.choose("Lapangan", "Perubahan")
    look(desk, "queue-1366")
    page.get_by_role("link", name="Pecah menjadi dua").click()
    look(desk, "request-1366")
    assert NEW_KK not in page.content()
    page.get_by_role("button", name="Setujui").click()
    desk.settle()
    assert page.get_by_text("Disetujui. Data rumah tangga sudah diubah.").is_visible()
    look(desk, "approved-1366")

    desk.go(f"/households/{homes[0]}/timeline?on=2026-10-31")
    assert page.locator("main ul li", has_text="Istri/suami").is_visible()
    look(desk, "timeline-1366")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    look(desk, "timeline-360")
    page.get_by_role("link", name=re.compile("^Fatma")).first.click()
    look(desk, "person-360")
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})

    desk.go("/changes/?state=approved")
    page.get_by_role("link", name="Pecah menjadi dua").click()
    page.get_by_text("Batalkan perubahan ini").click()
    page.fill("#undo", "Salah orang")
    page.get_by_role("button", name="Batalkan dengan alasan ini").click()
    desk.settle()
    assert page.get_by_text("Data kembali persis seperti sebelumnya.").first.is_visible()
    look(desk, "undone-1366")
    desk.go(f"/households/{homes[0]}")
    assert page.locator(".person").count() == 3


def test_a_birth_asks_what_a_newborn_needs(visit: Visitor, homes: list[str]) -> None:
    phone = visit(PHONE)
    page = phone.sign_in(ENUMERATOR)
    phone.go(f"/households/{homes[0]}/changes/new/birth")
    look(phone, "birth-360")
    page.fill("#name", "Bayi Contoh")
    page.fill("[name='birth_date.day']", "20")
    page.fill("[name='birth_date.month']", "10")
    page.fill("[name='birth_date.year']", "2026")
    page.get_by_role("group", name="Jenis kelamin").get_by_text("Perempuan").click()
    prove(phone, "Lahir di puskesmas")
    look(phone, "birth-more-360")
    phone.errors.clear()  # the browser notes the answer 422
    assert page.get_by_role("alert").is_visible()
    assert page.locator("[name=school_participation]").count() == 0


def test_people_move_after_a_search(visit: Visitor, homes: list[str]) -> None:
    phone = visit(PHONE)
    page = phone.sign_in(ENUMERATOR)
    phone.go(f"/households/{homes[0]}/changes/new/move")
    page.get_by_role("checkbox", name="Nurul").check()
    page.fill("#find", "Jalan Contoh 2")
    page.get_by_role("button", name="Cari", exact=True).click()
    phone.settle()
    assert page.get_by_role("checkbox", name="Nurul").is_checked()
    page.get_by_role("radio", name=re.compile("Jalan Contoh 2")).check()
    look(phone, "move-360")
    prove(phone, "Ikut neneknya")
    assert page.get_by_text("Tarik kembali permohonan ini").is_visible()
    look(phone, "move-request-360")


FORMS = ("death", "moved-in", "moved-out", "join", "head", "kk", "address", "correction")


def test_every_form_is_for_everybody(visit: Visitor, homes: list[str]) -> None:
    phone = visit(PHONE)
    phone.sign_in(ENUMERATOR)
    for form in FORMS:
        phone.go(f"/households/{homes[0]}/changes/new/{form}")
        look(phone, f"form-{form}-360")
