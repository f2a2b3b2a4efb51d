"""A household listed twice: decide, preview, merge, read both, take it back."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import expect

from jps.access.rules import Role
from jps.assessment.acceptance import follow_up
from jps.db import EVERYWHERE, db, set_scope
from tests.browser.conftest import DESK, PHONE, Visit, Visitor
from tests.offices import NewHousehold, areas, household

__all__ = ["areas", "household"]

pytestmark = pytest.mark.browser


@pytest.fixture
def twins(app: Flask, household: NewHousehold) -> tuple[str, str]:
    """One household entered by two people."""
    ids = household("ani"), household("budi", address="Dusun Contoh 2")
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        for one in ids:
            follow_up(db.session(), uuid.UUID(one), at=datetime.now(UTC))
        db.session.commit()
    return ids


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def window(
    request: pytest.FixtureRequest,
    twins: tuple[str, str],
    visit: Visitor,
    make_user: Callable[..., str],
) -> Visit:
    """An operator at a desk, then with a phone."""
    opened = visit(request.param)
    opened.sign_in(make_user(Role.OPERATOR, "75.01", username="citra"))
    return opened


def look(window: Visit) -> None:
    window.check_access()
    window.check_width()


def test_decide_preview_merge_and_take_back(window: Visit, twins: tuple[str, str]) -> None:
    page = window.go("/identity/doubles/?kind=household")
    look(window)
    page.click("a.stretched >> nth=0")
    page.wait_for_url("**/doubles/groups/**")
    look(window)
    page.keyboard.press("1")
    page.get_by_role("link", name="Pratinjau penggabungan rumah tangga").click()
    page.wait_for_url("**/merges/households/**")
    expect(page.locator("select").first).not_to_have_value("")
    expect(page.locator("#merge")).to_contain_text("Jumlah rumah tangga berkurang satu")
    look(window)
    page.get_by_role("button", name="Perbarui pratinjau").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pratinjau penggabungan rumah tangga")
    page.fill("#reason", "Didata dua kali")
    page.get_by_role("button", name="Gabungkan", exact=True).click()
    page.wait_for_url(re.compile("/identity/merges/[0-9a-f-]+$"))
    act = page.url
    expect(page.locator(".state").first).to_have_text("Berlaku")
    look(window)
    marked = [window.go(f"/households/{one}").locator(".bi-union").count() for one in twins]
    assert all(marked)
    look(window)
    page = window.go("/households/")
    expect(page.locator("tbody tr")).to_have_count(1)
    page = window.go("/identity/doubles/?kind=household")
    expect(page.locator(".empty")).to_be_visible()
    page = window.go("/identity/merges/")
    look(window)
    page.goto(act)
    page.get_by_role("button", name="Batalkan penggabungan").click()
    expect(page.locator(".state").first).to_have_text("Dibatalkan")
    page = window.go("/households/")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_two_members_are_merged_after_a_preview(window: Visit) -> None:
    page = window.go("/identity/doubles/")
    look(window)
    page.click("a.stretched >> nth=0")
    page.wait_for_url("**/identity/doubles/*")
    pair = page.url
    page.keyboard.press("1")
    expect(page.locator("[role=status]").first).to_contain_text("Orang yang sama")
    page.goto(pair)
    page.get_by_role("link", name="Pratinjau penggabungan anggota").click()
    page.wait_for_url("**/merges/members/**")
    look(window)
    page.get_by_role("button", name="Gabungkan", exact=True).click()
    page.wait_for_url(re.compile("/identity/merges/[0-9a-f-]+$"))
    page.goto(pair)
    expect(page.locator(".alert-success")).to_contain_text("sudah digabungkan")
    look(window)
