"""Who stands out, and asking again blind: at a desk and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from jps.access.rules import Role
from tests.browser.conftest import DESK, PHONE, Visit, Visitor
from tests.fieldwork.conftest import Counted, Fill, areas, count, fill

__all__ = ["areas", "count", "fill"]

pytestmark = pytest.mark.browser


def look(window: Visit, path: str) -> None:
    """Open a page and check what every page must have."""
    window.go(path)
    window.check_access()
    window.check_width()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_a_figure_to_a_household_asked_again(
    visit: Visitor,
    fill: Fill,
    count: Counted,
    make_user: Callable[..., str],
    size: dict[str, int],
) -> None:
    make_user(Role.ENUMERATOR, "75.01", username="ani")
    fill("ani", 22, lambda n: {"address": f"Jalan {n}"})
    count()
    window = visit(size)
    page = window.page
    window.sign_in(make_user(Role.OPERATOR, "75.01", username="dewi"))
    look(window, "/monitor/")
    page.locator("main a[href*='/monitor/enumerators/']").first.click()
    expect(page.locator("main")).to_contain_text("Banyak di satu titik")
    window.check_access()
    window.check_width()
    page.locator("main a[href$='/one-spot']").click()
    expect(page.locator("main")).to_contain_text("22 rumah tangga")
    window.check_access()
    window.check_width()
    look(window, "/monitor/?by=villages")
    look(window, "/backcheck/")
    page.fill("[name=least]", "1")
    page.get_by_role("button", name="Tarik sampel").click()
    expect(page.locator("main")).to_contain_text("Belum ditanya")
    window.check_access()
    window.check_width()
    look(window, "/backcheck/mine")
    page.locator("main a[href$='/ask']").first.click()
    window.check_access()
    window.check_width()
    expect(page.locator("main input:checked[name^='q-']")).to_have_count(0)
