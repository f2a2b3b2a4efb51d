"""The map in a real browser: coloured, drilled by mouse, finger and keyboard, printable."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy.orm import Session

from jps.access.rules import Role
from tests.browser.conftest import DESK, PHONE, Visitor, hold
from tests.figures import AREAS, add_areas, add_boundaries, add_household, add_rich_household
from tests.figures import score_all as score

pytestmark = pytest.mark.browser

MakeUser = Callable[..., str]


@pytest.fixture
def manager(session: Session, make_user: MakeUser) -> str:
    """A manager of a scored province; Kota Gorontalo is rich and Kab. Gorontalo poor."""
    add_areas(session)
    add_boundaries(session)
    for village in [code for code in AREAS if len(code) == 13]:
        for _ in range(6):
            (add_rich_household if village.startswith("75.71") else add_household)(session, village)
    score(session)
    session.commit()
    return make_user(Role.MANAGER, "75")


def _colours(page: Page) -> dict[str, str]:
    """Return the fill of every area that is drawn."""
    found: dict[str, str] = page.evaluate(
        "Object.fromEntries([...jpsAreas.map.paths].map(([code, path]) =>"
        " [code, path.options.fillColor]))"
    )
    return found


def _click_area(page: Page, code: str) -> None:
    """Click in the middle of an area on the map."""
    page.mouse.click(*_middle(page, code))


def _middle(page: Page, code: str) -> tuple[float, float]:
    """Return where on the screen the middle of an area is."""
    x, y = page.evaluate(
        """(code) => {
          const {map, paths} = jpsAreas.map;
          const point = map.latLngToContainerPoint(paths.get(code).getBounds().getCenter());
          const box = map.getContainer().getBoundingClientRect();
          return [box.x + point.x, box.y + point.y];
        }""",
        code,
    )
    return x, y


def _rows(page: Page) -> list[str]:
    rows = page.locator("#figures tbody tr").all()
    return [row.get_attribute("data-code") or "" for row in rows]


def test_areas_are_coloured_and_pixels_are_drawn(visit: Visitor, manager: str) -> None:
    window = visit(DESK)
    window.sign_in(manager)
    page = window.go("/maps/")
    colours = _colours(page)
    assert set(colours) == {"75.01", "75.71"}
    assert colours["75.01"] == "#8c2d04"
    assert colours["75.71"] == "#ffffd4"
    painted = page.evaluate(
        "[...document.querySelector('#map_areas canvas').getContext('2d')"
        ".getImageData(0, 0, 2000, 2000).data].some(value => value > 0)"
    )
    assert painted
    expect(page.locator("#map-source .schematic")).to_contain_text("Batas skematis")
    window.check_access()
    window.check_width()


def test_clicks_go_down_and_the_way_back_is_open(visit: Visitor, manager: str) -> None:
    window = visit(DESK)
    window.sign_in(manager)
    page = window.go("/maps/")
    _click_area(page, "75.01")
    page.wait_for_url("**inside=75.01**")
    assert _rows(page) == ["75.01.01", "75.01.02"]
    _click_area(page, "75.01.01")
    page.wait_for_url("**inside=75.01.01**")
    expect(page.locator("#figures tbody")).to_contain_text("Kayubulan <b>")
    page.click("#back")
    page.wait_for_url("**inside=75.01&**")
    page.go_back()
    expect(page.locator("#crumbs")).to_contain_text("Limboto")
    page.reload()
    assert sorted(_rows(page)) == ["75.01.01.2001", "75.01.01.2002"]


def test_the_keyboard_is_enough(visit: Visitor, manager: str) -> None:
    window = visit(DESK)
    window.sign_in(manager)
    page = window.go("/maps/")
    first = page.locator("#figures thead th").nth(1)
    expect(first).to_have_attribute("aria-sort", "descending")
    assert _rows(page) == ["75.01", "75.71"]
    first.locator("button").press("Enter")
    expect(first).to_have_attribute("aria-sort", "ascending")
    assert _rows(page) == ["75.71", "75.01"]
    page.locator("#figures tbody a").first.press("Enter")
    page.wait_for_url("**inside=75.71**")


def test_tooltips_tell_rate_and_number(visit: Visitor, manager: str) -> None:
    window = visit(DESK)
    window.sign_in(manager)
    page = window.go("/maps/")
    page.evaluate("() => jpsAreas.map.enter('75.01', jpsAreas.map.map.getCenter())")
    tip = page.locator(".area-tip")
    expect(tip).to_contain_text("Kemiskinan")
    expect(tip).to_contain_text("Jiwa miskin")
    expect(tip).to_contain_text("Cakupan")


def test_another_indicator_needs_no_request(visit: Visitor, manager: str) -> None:
    window = visit(DESK)
    window.sign_in(manager)
    page = window.go("/maps/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.select_option("#controls [name=indicator]", "households")
    expect(page.locator("#map-title")).to_contain_text("Rumah tangga terdata")
    assert [address for address in asked if "/maps/" in address] == []
    assert "indicator=households" in page.url


def test_answers_that_overtake_each_other_leave_the_newest(visit: Visitor, manager: str) -> None:
    window = visit(DESK)
    window.sign_in(manager)
    page = window.go("/maps/")
    late = hold(page, "**/maps/values**")
    with page.expect_request("**/maps/values**"):
        page.select_option("#controls [name=level]", "desa")
    line = page.locator("#controls [name=line] option").nth(1).get_attribute("value")
    page.select_option("#controls [name=line]", line)
    page.wait_for_url(f"**level=desa**line={line}**")
    late[0].continue_()
    window.settle()
    assert f"line={line}" in page.url
    expect(page.locator("#controls [name=line]")).to_have_value(line or "")
    expect(page.locator("#map-title")).to_contain_text("desa")


def test_coverage_without_population_says_so(visit: Visitor, manager: str) -> None:
    window = visit(DESK)
    window.sign_in(manager)
    page = window.go("/maps/?level=desa&indicator=coverage")
    expect(page.locator("#map-message")).to_contain_text("Penduduk resmi")
    assert set(_colours(page).values()) == {"#ffffff"}


def test_on_a_phone_map_above_table(visit: Visitor, manager: str) -> None:
    window = visit(PHONE)
    window.sign_in(manager)
    page = window.go("/maps/?level=kecamatan")
    window.check_width()
    window.check_access()
    map_box, table_box = (
        page.locator(name).bounding_box() for name in (".map-card", ".table-card")
    )
    assert map_box is not None
    assert table_box is not None
    assert map_box["y"] + map_box["height"] <= table_box["y"]
    assert page.locator("#figures thead th:visible").count() == 3
    for look in ("plain", "spots", "stars"):  # no table scrolls sideways
        page.select_option("#look", look)
        expect(page.locator("#figures thead .look")).to_have_count(0 if look == "plain" else 1)
        wide = "() => document.querySelector('.table-scroll').scrollWidth"
        assert page.evaluate(wide) <= page.evaluate(wide.replace("scrollW", "clientW"))


def test_what_a_level_does_not_tell_is_said_with_what_does(visit: Visitor, manager: str) -> None:
    window = visit(DESK)
    window.sign_in(manager)
    page = window.go("/maps/")
    expect(page.locator("#rare")).to_be_hidden()
    page.route("**/maps/values?**", _nothing_told)
    page.select_option("#controls [name=indicator]", "overlaps")
    expect(page.locator("#rare")).to_contain_text("Jumlah tumpang tindih: tidak ditampilkan")
    expect(page.locator("#legend")).to_contain_text("Tidak ditampilkan di tingkat ini")


def _nothing_told(route: Route) -> None:
    """Answer as an office whose programmes are too small for the level."""
    view = route.fetch().json()
    place = view["columns"].index("overlap_hidden")
    for row in view["rows"]:
        row[place] = "rare"
    route.fulfill(json=view)


def test_a_first_tap_tells_and_a_second_opens(visit: Visitor, manager: str) -> None:
    window = visit(PHONE)
    window.sign_in(manager)
    page = window.go("/maps/")
    page.locator("#map_areas").scroll_into_view_if_needed()
    page.touchscreen.tap(*_middle(page, "75.01"))
    expect(page.locator(".area-tip")).to_contain_text("Kabupaten Gorontalo")
    assert "inside=75.01" not in page.url
    page.wait_for_timeout(600)  # two quick taps would zoom
    page.touchscreen.tap(*_middle(page, "75.01"))
    page.wait_for_url("**inside=75.01**")


def test_paper_is_a4_or_a3(visit: Visitor, manager: str, tmp_path: Path) -> None:
    window = visit(DESK)
    window.sign_in(manager)
    page = window.go("/maps/")
    page.evaluate("() => { window.print = () => {}; }")
    for paper, width in (("a4", rb"84[12]"), ("a3", rb"119[01]")):
        page.click("summary:has-text('Cetak')")
        page.click(f"[data-print={paper}]")
        path = tmp_path / f"{paper}.pdf"
        page.pdf(path=path, prefer_css_page_size=True)
        assert re.search(rb"/MediaBox \[0 0 " + width, path.read_bytes()), paper


def test_the_download_is_what_is_shown(visit: Visitor, manager: str) -> None:
    window = visit(DESK)
    window.sign_in(manager)
    page = window.go("/maps/?level=desa&inside=75.01.01")
    page.click("summary:has-text('Unduh')")
    with page.expect_download() as waiting:
        page.click("button[value=csv]")
    assert waiting.value.suggested_filename.startswith("jps-desa-750101-")
    lines = waiting.value.path().read_text("utf-8-sig").splitlines()
    assert [line[:13] for line in lines[1:]] == ["75.01.01.2001", "75.01.01.2002"]
