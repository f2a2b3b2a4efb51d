"""A real server and a real browser. Any request to another host or script error fails the test."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import PASSWORD
from tests.databases import Databases
from tests.serving import serving

PATIENCE = 30_000  # ms that a page may take on a busy machine; waiting ends as soon as it is there
expect.set_options(timeout=PATIENCE)

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 768}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """Return the system's Chromium, or None for Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: the same pages are tested on PostgreSQL without a browser."""
    return databases.sqlite(tmp_path / "office")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(FLAGS), headless=True
        )
        yield chromium
        chromium.close()


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """Serve `app` on a free port of this machine and return its address."""
    with serving(app) as address:
        yield address


@dataclass
class Visit:
    """A page with what went wrong on it."""

    page: Page
    base: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open `path` and wait until the network is quiet."""
        self.page.goto(self.base + path, wait_until="networkidle")
        return self.page

    def sign_in(self, username: str) -> Page:
        """Sign in as `username` through the form."""
        self.go("/login")
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        self.page.click("main form button")
        self.page.wait_for_load_state("networkidle")
        return self.page

    def choose(self, section: str, entry: str) -> Page:
        """Go to `entry` of the main menu, through its section, as a reader does."""
        menu = self.page.get_by_role("navigation", name="Menu utama")
        toggler = menu.get_by_role("button", name="Buka menu")
        if toggler.is_visible():
            toggler.click()
        menu.locator("summary", has_text=section).click()
        menu.get_by_role("link", name=entry, exact=True).click()
        self.page.wait_for_load_state("networkidle")
        return self.page

    def check_access(self) -> None:
        """Fail on what axe calls serious or critical."""
        found = Axe().run(self.page).response["violations"]
        grave = [
            f"{item['id']}: {node['html'][:160]}"
            for item in found
            if item["impact"] in {"serious", "critical"}
            for node in item["nodes"]
        ]
        assert not grave, "\n".join(grave)

    def check_width(self) -> None:
        """Fail when the page is wider than the screen."""
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"the page is {wide} px wider than the screen"

    def shot(self, folder: Path, name: str) -> None:
        """Save a picture of the whole page."""
        self.page.screenshot(path=str(folder / f"{name}.png"), full_page=True)


Visitor = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, live: str) -> Iterator[Visitor]:
    """Open a browser window: `visit(PHONE)`; at the end nothing may have gone wrong in any."""
    visits: list[Visit] = []

    def open_window(size: dict[str, int] = DESK) -> Visit:
        context = browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            locale="id-ID",
            has_touch=size is PHONE,
        )
        context.set_default_timeout(2 * PATIENCE)
        one = Visit(context.new_page(), live)
        one.page.on("request", lambda request: _note_outside(one, request.url))
        one.page.on("pageerror", lambda error: one.errors.append(str(error)))
        one.page.on(
            "console",
            lambda message: one.errors.append(message.text) if message.type == "error" else None,
        )
        visits.append(one)
        return one

    yield open_window
    for one in visits:
        one.page.context.close()
        assert not one.outside, f"requests to other hosts: {one.outside}"
        assert not one.errors, f"script errors: {one.errors}"


def _note_outside(visit: Visit, url: str) -> None:
    if not url.startswith((visit.base, "data:", "blob:", "about:")):
        visit.outside.append(url)
