"""What goes wrong on a phone: a full disk, a dead server, two tabs, a sign-out, a broken phone."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Dialog, Page, expect

from jps.access.rules import Role
from tests.browser.conftest import FLAGS, PATIENCE, PHONE, Visit, Visitor, find_chromium
from tests.browser.phones import PUT, ROWS, Store, begin, forgive, open_phone, rows, saved
from tests.households_examples import household_document
from tests.offices import NewHousehold
from tests.serving import LiveServer

pytestmark = pytest.mark.browser

SECRET = "delapan huruf"
QUOTA = 6_000_000  # bytes
# Whether the disk takes as many bytes. A refusal makes Chromium forget what room it remembered.
FITS = """async (size) => {
  const database = await new Promise((resolve) => {
    const request = indexedDB.open("jps-phone");
    request.onsuccess = () => resolve(request.result);
  });
  const fits = await new Promise((resolve) => {
    const running = database.transaction("kept", "readwrite", { durability: "strict" });
    const bytes = crypto.getRandomValues(new Uint8Array(60000));
    const big = Array.from({ length: size / 60000 }, () => bytes.slice());
    running.objectStore("kept").put({ name: "filler", owner: "filler", big });
    running.oncomplete = () => resolve(true);
    running.onabort = () => resolve(false);
  });
  database.close();
  return fits;
}"""
# What IndexedDB holds, as one text; and what the cache does.
DATABASE = """async () => {
  const seen = [];
  const note = (value) => {
    if (value instanceof ArrayBuffer) note(new Uint8Array(value));
    else if (ArrayBuffer.isView(value)) seen.push(new TextDecoder("latin1").decode(value));
    else if (value && typeof value === "object") Object.entries(value).flat().forEach(note);
    else seen.push(String(value));
  };
  const database = await new Promise((resolve) => {
    const request = indexedDB.open("jps-phone");
    request.onsuccess = () => resolve(request.result);
  });
  for (const name of database.objectStoreNames) {
    note(await new Promise((resolve) => {
      const all = database.transaction(name).objectStore(name).getAll();
      all.onsuccess = () => resolve(all.result);
    }));
  }
  database.close();
  return seen.join("\\n");
}"""
CACHE = """async () => {
  const seen = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      seen[new URL(request.url).pathname] = await (await cache.match(request)).text();
    }
  }
  return seen;
}"""
KEY = """() => new Promise((resolve) => {
  const request = indexedDB.open("jps-phone");
  request.onsuccess = () => {
    const row = request.result.transaction("meta").objectStore("meta").get("me");
    row.onsuccess = () => resolve(`${row.result.key} ${row.result.key.extractable}`);
  };
})"""
# Resolves when the phone has the office's word for something that it sent, or gives up.
SENT = f"""async () => {{
  for (let left = 1500; left && !(await ({ROWS})("sent")).length; left--)
    await new Promise((go) => setTimeout(go, 20));
}}"""
PRIVATE = ("Rahasia", "Tertutup", "Hasan", "Contoh enumerator", "7501010505809001")


@pytest.fixture
def store(app: Flask) -> Store:
    """What the office has."""
    return Store(app)


@pytest.fixture
def ani(make_user: Callable[..., str]) -> str:
    """An enumerator."""
    return make_user(Role.ENUMERATOR, "75.01", username="ani")


@pytest.fixture
def phone(visit: Visitor, areas: None, ani: str) -> Visit:
    """Her phone with the offline form on it."""
    window = visit(PHONE)
    open_phone(window, ani)
    return window


@pytest.fixture
def mortal(app: Flask) -> Iterator[tuple[str, Callable[[], None]]]:
    """A server and how to kill it; the browser goes on believing that it is online."""
    server = LiveServer(app)
    yield server.address, server.stop
    server.stop()


def test_the_form_starts_when_the_server_is_dead(
    visit: Visitor, areas: None, ani: str, mortal: tuple[str, Callable[[], None]]
) -> None:
    window = visit(PHONE)
    window.base, kill = mortal
    page = open_phone(window, ani)
    kill()
    page.reload()
    expect(page.locator("#sync")).to_contain_text("Belum ada jaringan")
    assert page.evaluate("navigator.onLine") is True
    begin(page)
    page.fill("#address", "Jalan Server Mati")
    saved(page)
    forgive(window)


def test_the_worker_sends_with_the_page_closed(phone: Visit, store: Store) -> None:
    page = phone.page
    page.evaluate(PUT, household_document(address="Jalan Tertutup"))
    other = page.context.new_page()
    other.goto(phone.base + "/login")
    page.close()
    found: list[dict[str, Any]] = []
    line = other.context.new_cdp_session(other)
    told = "ServiceWorker.workerRegistrationUpdated"
    line.on(told, lambda seen: found.extend(seen["registrations"]))
    line.send("ServiceWorker.enable")
    while not found:
        other.evaluate("1")
    wake = {"registrationId": found[0]["registrationId"], "tag": "jps-phone-send"}
    line.send("ServiceWorker.dispatchSyncEvent", {"origin": phone.base, "lastChance": True, **wake})
    other.evaluate(SENT)
    assert [home.address for home in store.homes] == ["Jalan Tertutup"]


def test_a_browser_that_is_killed_opens_at_the_same_field(
    browser: Browser, live: str, areas: None, ani: str, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"

    def start() -> Visit:
        context = browser.browser_type.launch_persistent_context(
            profile,
            executable_path=find_chromium(),
            args=list(FLAGS),
            viewport={"width": PHONE["width"], "height": PHONE["height"]},
            locale="id-ID",
        )
        return Visit(context.pages[0], live)

    page = open_phone(start(), ani)
    household = begin(page)
    page.fill("#address", "Jalan Baterai Habis")
    page.fill("#rt", "7")
    saved(page)
    kill_browser(profile)

    again = start()
    page = again.go("/phone/")
    expect(page.locator("#rt")).to_be_focused()
    assert page.url.endswith(f"#h/{household}/location")
    assert (page.input_value("#address"), page.input_value("#rt")) == ("Jalan Baterai Habis", "7")
    page.context.close()


def kill_browser(profile: Path) -> None:
    """Kill the browser of a profile, and only that one, as when a battery is flat."""
    listed = subprocess.run(
        ["ps", "-axww", "-o", "pid=,args="], capture_output=True, text=True, check=True
    )
    mine = [line.split(maxsplit=1) for line in listed.stdout.splitlines() if str(profile) in line]
    (pid,) = (int(pid) for pid, args in mine if "--type=" not in args and "chrom" in args.lower())
    os.kill(pid, signal.SIGKILL)


def test_a_full_phone_says_so_and_keeps_what_was_typed(
    visit: Visitor, areas: None, ani: str
) -> None:
    phone = visit(PHONE)
    page = phone.page
    cdp = page.context.new_cdp_session(page)

    def allow(size: int) -> None:
        cdp.send("Storage.overrideQuotaForOrigin", {"origin": phone.base, "quotaSize": size})

    allow(QUOTA)
    open_phone(phone, ani)
    begin(page)
    page.fill("#address", "Jalan Pertama")
    saved(page)
    allow(1)  # other things on the phone take all the room that there is
    assert not page.evaluate(FITS, QUOTA)
    page.fill("#address", "Jalan Penuh")
    expect(page.locator(".trouble")).to_contain_text("Penyimpanan HP penuh")
    assert page.input_value("#address") == "Jalan Penuh"
    phone.check_access()
    phone.check_width()
    page.locator(".trouble").get_by_role("button", name="Simpan ke berkas").click()
    page.fill("#secret", SECRET)
    with page.expect_download() as download:
        page.locator("section", has_text="Semua isian").get_by_role("button").click()
    assert Path(download.value.path()).stat().st_size > 200
    page.get_by_role("button", name="Kembali ke isian").click()
    assert page.input_value("#address") == "Jalan Penuh"
    allow(QUOTA)  # and are deleted
    page.get_by_role("button", name="Coba lagi").click()
    saved(page)
    page.reload()
    assert page.input_value("#address") == "Jalan Penuh"


def test_two_tabs_send_once_and_never_edit_the_same(phone: Visit, store: Store) -> None:
    page, context = phone.page, phone.page.context
    context.set_offline(True)
    household = begin(page)
    page.fill("#address", "Jalan Dua Tab")
    saved(page)
    other = context.new_page()
    other.goto(f"{phone.base}/phone/#h/{household}/location")
    expect(other.locator("[role=alert]")).to_contain_text("terbuka di tab lain")
    page.click("text=Beranda")
    expect(page.locator("#sync")).to_contain_text("1 belum terkirim")
    other.reload()
    other.wait_for_selector("#address")
    assert other.input_value("#address") == "Jalan Dua Tab"
    other.click("text=Beranda")
    expect(other.locator("#sync")).to_contain_text("1 belum terkirim")

    batches: list[str] = []
    context.on("request", lambda one: batches.append(one.url) if "/sync" in one.url else None)
    context.set_offline(False)  # both tabs hear it at once
    for tab in (page, other):
        expect(tab.locator("#sync")).to_contain_text("Semua sudah terkirim")
    assert len(batches) == 1
    assert [home.version for home in store.homes] == [1]
    forgive(phone)


def test_nothing_lies_open_on_the_phone(phone: Visit, household: NewHousehold) -> None:
    page = phone.page
    household("ani", address="Jalan Rahasia 9")
    begin(page)
    page.fill("#address", "Jalan Tertutup 8")
    saved(page)
    page.click("text=Beranda")
    page.get_by_role("button", name="Kirim sekarang").click()
    expect(page.get_by_text("Desa saya (2 rumah tangga)")).to_be_visible()
    database, cache = page.evaluate(DATABASE), page.evaluate(CACHE)
    assert len(database) > 1_000
    assert [text for text in PRIVATE if text in database] == []
    assert all(path.startswith("/phone/") for path in cache)
    assert [text for text in PRIVATE for content in cache.values() if text in content] == []
    assert page.evaluate(KEY) == "[object CryptoKey] false"


def answer_dialogs(page: Page, answers: list[bool]) -> list[str]:
    """Answer the next questions of the page; return what was asked."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if answers.pop(0):
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    return asked


def wait_for(holds: Callable[[], bool], page: Page) -> None:
    """Let the page work until something holds."""
    for _ in range(PATIENCE // 50):
        if holds():
            return
        page.wait_for_timeout(50)
    assert holds()


def test_signing_out_warns_twice_and_forgets_the_key(phone: Visit) -> None:
    page, context = phone.page, phone.page.context
    context.set_offline(True)
    begin(page)
    page.fill("#address", "Jalan Belum Terkirim")
    saved(page)
    page.click("text=Beranda")
    asked = answer_dialogs(page, [True, False, True, True])
    page.get_by_role("button", name="Keluar").click()
    wait_for(lambda: len(asked) == 2, page)
    expect(page.locator(".rows a.row")).to_contain_text("Jalan Belum Terkirim")
    page.get_by_role("button", name="Keluar").click()
    page.get_by_role("button", name="Masuk").wait_for()
    wait_for(lambda: len(asked) == 4, page)
    assert not [row for row in rows(page, "meta") if row["name"] == "me"]
    assert len(rows(page, "records")) == 1
    context.set_offline(False)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url("**/login**")  # the server's session has ended too
    open_phone(phone, "ani")
    expect(page.locator("#sync")).to_contain_text("Semua sudah terkirim")
    expect(page.locator(".rows a.row")).to_contain_text("Jalan Belum Terkirim")
    forgive(phone)


def test_a_file_saves_the_work_of_a_phone_that_dies(
    phone: Visit, visit: Visitor, store: Store, tmp_path: Path
) -> None:
    page = phone.page
    page.context.set_offline(True)
    begin(page)
    page.fill("#address", "Jalan dalam Berkas")
    saved(page)
    page.goto(phone.base + "/phone/#file")
    page.fill("#secret", SECRET)
    with page.expect_download() as download:
        page.locator("section", has_text="Semua isian").get_by_role("button").click()
    file = tmp_path / "cadangan.jps"
    download.value.save_as(file)
    assert b"Berkas" not in file.read_bytes()
    assert re.fullmatch(r"jps-cadangan-[0-9-]+\.jps", download.value.suggested_filename)
    forgive(phone)

    another = visit(PHONE)
    open_phone(another, "ani")
    other = another.page
    other.goto(phone.base + "/phone/#file")
    other.set_input_files("#file", file)
    other.fill("#again", "kata lain sekali")
    take = other.get_by_role("button", name="Ambil dari berkas")
    take.click()
    expect(other.locator("#told")).to_contain_text("tidak cocok")
    other.fill("#again", SECRET)
    take.click()
    expect(other.locator("#told")).to_contain_text("1 isian diambil")
    other.click("text=Beranda")
    other.get_by_role("button", name="Kirim sekarang").click()
    expect(other.locator("#sync")).to_contain_text("Semua sudah terkirim")
    assert [home.address for home in store.homes] == ["Jalan dalam Berkas"]
