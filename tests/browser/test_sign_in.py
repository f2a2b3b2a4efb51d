"""Signing in with a real browser, on a phone and at a desk."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from jps.access.rules import Role
from tests.browser.conftest import DESK, PHONE, Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_administrator_signs_in_and_sees_the_users(
    visit: Visitor, make_user: Callable[..., str], size: dict[str, int]
) -> None:
    name = make_user(Role.ADMINISTRATOR)
    window = visit(size)
    window.go("/login")
    window.check_access()
    page = window.sign_in(name)
    assert page.url.endswith("/users/")
    window.check_access()
    window.check_width()


def test_english_stays(visit: Visitor, make_user: Callable[..., str]) -> None:
    name = make_user(Role.ADMINISTRATOR)
    window = visit()
    page = window.sign_in(name)
    page.click("button[name=language]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    window.settle()
    window.go("/account")
    assert page.get_attribute("html", "lang") == "en"
