"""A real server and a real browser. Any request to another host or script error fails the test."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Error, Page, Request, Route, expect, sync_playwright

from tests.conftest import PASSWORD
from tests.databases import Databases
from tests.serving import serving

PATIENCE = 30_000  # ms that a page may take on a busy machine; waiting ends as soon as it is there
expect.set_options(timeout=PATIENCE)

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 768}
# Two frames painted, and what they left to do done.
PAINTED = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
})"""
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
    asked: set[Request] = field(default_factory=set)  # and not answered yet

    def __post_init__(self) -> None:
        """Note what happens on the page."""
        self.page.on("request", self._note)
        self.page.on("requestfinished", lambda request: self.asked.discard(request))
        self.page.on("requestfailed", lambda request: self.asked.discard(request))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console",
            lambda line: self.errors.append(line.text) if line.type == "error" else None,
        )

    def _note(self, request: Request) -> None:
        self.asked.add(request)
        if not request.url.startswith((self.base, "data:", "blob:", "about:")):
            self.outside.append(request.url)

    def go(self, path: str) -> Page:
        """Open `path` and wait until it is there."""
        self.page.goto(self.base + path)
        return self.settle()

    def settle(self) -> Page:
        """Wait until the page is loaded, painted, and every request of it is answered."""
        end = monotonic() + PATIENCE / 1000
        quiet = 0
        while quiet < 2:
            assert monotonic() < end, f"still asked: {[one.url for one in self.asked]}"
            try:
                self.page.wait_for_load_state("load")
                self.page.evaluate(PAINTED)
            except Error as error:
                if "context was destroyed" not in str(error):  # by going to the next page
                    raise
                quiet = 0
            else:
                quiet = 0 if self.asked else quiet + 1
        return self.page

    def sign_in(self, username: str) -> Page:
        """Sign in as `username` through the form."""
        self.go("/login")
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        self.page.click("main form button")
        return self.settle()

    def choose(self, section: str, entry: str) -> Page:
        """Go to `entry` of the main menu, through its section, as a reader does."""
        menu = self.page.get_by_role("navigation", name="Menu utama")
        toggler = menu.get_by_role("button", name="Buka menu")
        if toggler.is_visible():
            toggler.click()
        menu.locator("summary", has_text=section).click()
        menu.get_by_role("link", name=entry, exact=True).click()
        return self.settle()

    def check_access(self) -> None:
        """Fail on what axe calls serious or critical."""
        self.settle()
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
        self.settle()  # before its style sheets came, every page is too wide
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"the page is {wide} px wider than the screen"

    def shot(self, folder: Path, name: str) -> None:
        """Save a picture of the whole page."""
        self.page.screenshot(path=str(folder / f"{name}.png"), full_page=True)


def hold(page: Page, address: str) -> list[Route]:
    """Keep the next request to `address` on its way until it is let go on."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route), times=1)
    return held


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
            reduced_motion="reduce",  # what moves is judged where it comes to rest
        )
        context.set_default_timeout(2 * PATIENCE)
        one = Visit(context.new_page(), live)
        visits.append(one)
        return one

    yield open_window
    for one in visits:
        one.page.context.close()
        assert not one.outside, f"requests to other hosts: {one.outside}"
        assert not one.errors, f"script errors: {one.errors}"
