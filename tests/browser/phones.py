"""Driving the offline form: sign in, enter whole households, look into what the phone keeps."""

from collections.abc import Mapping
from typing import Any, TypeVar

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from jps.db import EVERYWHERE, db, set_scope
from jps.households.models import Household
from tests.browser.conftest import Visit

T = TypeVar("T")

# Answers what is shown of a page of the form, as fingers would: taps, and text in the fields.
FILL = """async (answers) => {
  const done = new Set();
  const type = (input, text) => {
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const put = (field, value) => {
    const parts = [...field.querySelectorAll(".parts input")];
    const [year, month, day] = String(value).split("-");
    const part = (one) => ({ day, month, year })[one.name.split(".")[1]];
    if (parts.length) parts.forEach((one) => type(one, part(one)));
    else if (field.querySelector("[type=radio], [type=checkbox]")) {
      for (const code of [value].flat()) {
        const box = field.querySelector(`input[value="${code}"]`);
        if (!box.checked) box.click();
      }
    } else type(field.querySelector("input, select, textarea"), String(value));
  };
  for (let more = true; more; ) {
    more = false;
    for (const field of document.querySelectorAll("#form [data-name]")) {
      const { name } = field.dataset;
      if (field.closest("[hidden]") || done.has(name) || !(name in answers)) continue;
      done.add(name);
      more = true;
      if (name !== "area_code" && !name.startsWith("photo")) put(field, answers[name]);
    }
  }
  return done.size;
}"""
ROWS = """(name) => new Promise((resolve) => {
  const request = indexedDB.open("jps-phone");
  request.onsuccess = () => {
    const all = request.result.transaction(name).objectStore(name).getAll();
    all.onsuccess = () => {
      request.result.close();
      const hidden = { sealed: undefined, told: undefined, key: undefined };
      resolve(all.result.map((row) => ({ ...row, ...hidden })));
    };
  };
})"""


def rows(page: Page, store: str) -> list[dict[str, Any]]:
    """Return what lies open of a store on the phone."""
    found: list[dict[str, Any]] = page.evaluate(ROWS, store)
    return found


def open_phone(window: Visit, username: str) -> Page:
    """Sign in and open the offline form until it is kept on the phone and has its villages."""
    window.sign_in(username)
    page = window.page
    page.goto(window.base + "/phone/")
    page.evaluate("navigator.serviceWorker.ready")
    expect(page.locator("#sync")).to_contain_text("Tersambung")
    return page


def saved(page: Page) -> None:
    """Wait until the phone's disk has what was typed."""
    expect(page.locator("#status")).to_have_attribute("data-state", "saved")


def begin(page: Page, village: str = "Contoh Satu") -> str:
    """Begin a household and return its id."""
    page.click("text=Rumah tangga baru")
    page.click(f"text={village}")
    page.wait_for_selector("#address")
    return page.url.split("#")[1].split("/")[1]


def enter(page: Page, document: Mapping[str, Any], village: str = "Contoh Satu") -> str:
    """Enter a whole household up to the review and return its id."""
    household = begin(page, village)
    while not page.url.endswith("/review"):
        if page.url.endswith("/members"):
            for member in document["members"]:
                page.click("text=Tambah anggota")
                page.wait_for_selector("#name")
                page.evaluate(FILL, member)
                page.get_by_role("button", name="Selesai").click()
                page.wait_for_selector("text=Tambah anggota")
        else:
            page.evaluate(FILL, dict(document))
        heading = page.locator("h1").inner_text()
        page.get_by_role("button", name="Lanjut").click()
        expect(page.locator("h1")).not_to_have_text(heading)
    return household


def send(page: Page) -> None:
    """Say that the household is complete."""
    page.get_by_role("button", name="Kirim", exact=True).click()
    expect(page.locator("#sync")).to_be_visible()


def forgive(window: Visit) -> None:
    """Leave out what the browser reports of requests that a test cut or refused."""
    window.errors[:] = [one for one in window.errors if "Failed to load resource" not in one]


class Store:
    """What the office has."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.home = app.config["JPS"].home

    def all(self, model: type[T]) -> list[T]:
        """Return every row of a table."""
        with self.app.app_context():
            set_scope(db.session(), EVERYWHERE)
            found = list(db.session.scalars(select(model)))
            db.session.expunge_all()
            return found

    @property
    def homes(self) -> list[Household]:
        """Every household."""
        return self.all(Household)


# Puts a record on the phone that its own checks would not let through.
PUT = """async (document) => {
  const load = (name) => import(`/phone/${window.document.body.dataset.version}/${name}.js`);
  const [{remember}, {writeRecord, uuid}] = await Promise.all(["vault", "records"].map(load));
  await remember();
  const summary = {head: "", address: document.address, area_code: document.area_code, size: 0};
  await writeRecord({id: uuid(), document, state: "ready", summary});
}"""
