"""A manager builds a rule, tries two scenarios and draws a list; at a desk and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.config import Settings
from tests.browser.conftest import DESK, PHONE, Visitor
from tests.figures import add_areas, add_household, add_rich_household, score_all
from tests.targeting.test_services import run_snapshot

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_a_rule_to_a_proposed_list(
    visit: Visitor,
    session: Session,
    office: Settings,
    make_user: Callable[..., str],
    size: dict[str, int],
) -> None:
    add_areas(session)
    for village in ("75.01.01.2001", "75.71.01.1001"):
        for number in range(4):
            add_household(session, village, head_name=f"KEPALA {number}")
        add_rich_household(session, village)
    score_all(session)
    session.commit()
    run_snapshot(session, office.home)
    window = visit(size)
    page = window.page
    window.sign_in(make_user(Role.MANAGER, "75"))
    window.go("/targeting/rules/new")
    expect(page.locator("#preview")).to_contain_text("Memenuhi syarat")
    page.click("#add")
    row = page.locator("#rows li").last
    row.locator("[name=fact]").select_option("aid_pkh")
    expect(row.locator("select[name=value]")).to_be_visible()
    row.locator("[name=is]").select_option("!=")
    expect(page.locator("#preview")).to_contain_text("bukan Ya")
    row.locator("[data-remove]").click()
    expect(page.locator("#preview")).not_to_contain_text("bukan Ya")
    window.check_access()
    window.check_width()
    page.fill("#name", "Rumah tangga miskin")
    page.click("text=Simpan aturan")
    page.click("text=Simulasikan")
    page.fill("#A-total", "3")
    expect(page.locator("#figures")).to_contain_text("Rp534.450")
    page.select_option("#A-method", "by-hand")
    expect(page.locator("#A-quotas input")).to_have_count(2)
    page.locator("#A-quotas input").first.fill("2")
    expect(page.locator("#figures")).to_contain_text("Rp534.450")
    page.locator("#A-quotas input").first.fill("900")
    expect(page.locator("#figures")).to_contain_text("Kecilkan kuotanya")
    window.check_access()
    page.select_option("#A-method", "expected-poor")
    expect(page.locator("#A-quotas input")).to_have_count(0)
    page.check("[name='B.on']")
    page.fill("#B-total", "5")
    expect(page.locator("#figures")).to_contain_text("Rp890.750")
    window.check_access()
    window.check_width()
    page.fill("#name", "JPS percobaan")
    page.click("#scenarios button")
    expect(page.locator("h1")).to_have_text("JPS percobaan")
    expect(page.locator("main")).to_contain_text("Terpilih (3)")
    window.check_access()
    window.check_width()
    page.click("text=Lihat hitungannya >> nth=0")
    expect(page.locator("h1")).to_contain_text("Hitungan skor")
    window.check_access()
    window.check_width()
    page.click("main >> text=JPS percobaan")
    page.click("form[action$='/propose'] button")
    expect(page.locator("main")).to_contain_text("Menunggu persetujuan orang lain")
    window.go("/targeting/models/")
    window.check_access()
    window.check_width()
    window.go("/targeting/")
    window.check_access()
    window.check_width()
