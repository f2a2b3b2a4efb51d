"""Time the offline form in a real browser: `python -m tests.benchmarks.bench_field_phone`.

Prints what the first load costs in bytes and on a 2G line, how long a start without network takes
on a processor slowed down four times, and how long saving a section does, with 20 households of
five people on the phone. Each figure is a median of several runs with the slowest beside it.
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.request import Request, urlopen

from flask_security.utils import hash_password
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from jps.access.rules import Role
from jps.access.services import create_user
from jps.app import create_app
from jps.areas.models import Area
from jps.config import Settings
from jps.db import db, everywhere
from jps.migrations import bring_up_to_date
from tests.browser.conftest import FLAGS, PHONE, find_chromium
from tests.households_examples import household_document
from tests.offices import AREAS
from tests.serving import serving

PASSWORD = "sandi-tolok-ukur"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
SLOWER = 4  # times
TWO_G = {  # bytes a second and milliseconds: Chromium's own "2G" profile
    "offline": False,
    "downloadThroughput": 250_000 // 8,
    "uploadThroughput": 50_000 // 8,
    "latency": 300,
}
RUNS, SAVES, HOMES = 9, 15, 20
# Puts households on the phone through the form's own modules.
STOCK = """async ({documents, base}) => {
  const load = (name) => import(`${base}/${name}.js`);
  const [{remember}, {writeRecord, uuid}] = await Promise.all(["vault", "records"].map(load));
  await remember();
  for (const document of documents) {
    const {address, area_code, members} = document;
    const summary = {head: members[0].name, address, area_code, size: members.length};
    const withIds = {...document, members: members.map((one) => ({...one, id: uuid()}))};
    await writeRecord({id: uuid(), document: withIds, state: "draft", summary});
  }
}"""
# Milliseconds from the navigation until the list stood there, as the form marks it.
SHOWN = "performance.getEntriesByName('shown')[0].startTime"
# Milliseconds from a tap on a choice until the disk has it, as the form tells it.
SAVE = """() => new Promise((resolve) => {
  const status = document.getElementById("status");
  const choices = [...document.querySelectorAll("#f-address_matches_kk input")];
  const other = choices.find((one) => !one.checked);
  const began = performance.now();
  let changing = false;
  new MutationObserver((_, watch) => {
    if (status.dataset.state !== "saved") changing = true;
    else if (changing) {
      watch.disconnect();
      resolve(performance.now() - began);
    }
  }).observe(status, {attributes: true, characterData: true, childList: true, subtree: true});
  other.click();
})"""


def main() -> None:
    """Measure everything once and print it."""
    with office() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        first_load(browser, base)
        on_the_phone(browser, base)
        browser.close()


@contextmanager
def office() -> Iterator[str]:
    """Serve an office with an enumerator; yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(home=Path(folder), log_level="ERROR", worker=False))
        with app.app_context(), everywhere(db.session()):
            bring_up_to_date()
            for code, level, name, kind, parent in AREAS:
                area = Area(code=code, level=level, name=name, type=kind, parent_code=parent)
                db.session.add(area)
                db.session.flush()
            create_user(
                db.session(),
                username="ani",
                full_name="Ani Contoh",
                password=PASSWORD,
                role=Role.ENUMERATOR,
                areas=("75.01",),
                hash_password=hash_password,
                by="bench",
                at=NOW,
            )
            db.session.commit()
        with serving(app) as address:
            yield address
        with app.app_context():
            db.engine.dispose()


def sign_in(browser: Browser, base: str) -> Page:
    """Return a phone's window of somebody who signed in."""
    page = browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]}, locale="id-ID"
    ).new_page()
    page.goto(base + "/login")
    page.fill("#username", "ani")
    page.fill("#password", PASSWORD)
    page.click("main form button")
    return page


def first_load(browser: Browser, base: str) -> None:
    """Count the bytes of the first visit, and its seconds on a 2G line."""
    page = sign_in(browser, base)
    cdp = page.context.new_cdp_session(page)
    received: list[float] = []
    cdp.send("Network.enable")
    cdp.send("Network.emulateNetworkConditions", TWO_G)
    cdp.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    begun = perf_counter()
    page.goto(base + "/phone/", wait_until="commit")
    page.wait_for_selector("#sync")
    seconds = perf_counter() - begun
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_load_state("networkidle")
    say("first page, KB on the wire", f"{sum(received) / 1000:.1f}")
    say("everything that the phone keeps, KB on the wire", f"{shell_bytes(base) / 1000:.1f}")
    say("first page on 2G (250 kbit/s, 300 ms), seconds until usable", f"{seconds:.1f}")
    page.context.close()


def shell_bytes(base: str) -> int:
    """Return the bytes of the page and of all files of the shell as they are sent, gzipped."""
    worker = urlopen(base + "/phone/worker.js").read().decode()
    found = re.search(r"ADDRESSES = (\[.*\]);", worker)
    addresses = json.loads(found[1]) if found else []
    takes = {"Accept-Encoding": "gzip"}
    return sum(
        len(urlopen(Request(base + address, headers=takes)).read())
        for address in ["/phone/", *addresses]
    )


def on_the_phone(browser: Browser, base: str) -> None:
    """Time starts and saves without network."""
    page = sign_in(browser, base)
    page.goto(base + "/phone/")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_selector("#sync >> text=Tersambung")
    shell = page.evaluate("`/phone/${document.body.dataset.version}`")
    documents = [household_document(address=f"Jalan Contoh {number}") for number in range(HOMES)]
    page.evaluate(STOCK, {"documents": documents, "base": shell})
    context = page.context
    context.set_offline(True)
    starts = []
    for _ in range(RUNS):
        page.close()  # a cold start: another page, nothing in memory
        page = context.new_page()
        slow(context.new_cdp_session(page))
        page.goto(base + "/phone/", wait_until="commit")
        page.wait_for_selector(".rows a.row")
        starts.append(page.evaluate(SHOWN))
    tell("start without network, 4x slower, ms until the list is shown", starts)
    page.click(".rows a.row")
    page.wait_for_selector("#f-address_matches_kk")
    saves = [page.evaluate(SAVE) for _ in range(SAVES)]
    tell("saving a section, 4x slower, ms until the disk has it", saves)


def slow(cdp: CDPSession) -> None:
    """Make the page's processor slower."""
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def tell(what: str, values: list[float]) -> None:
    """Print a median and the slowest."""
    say(what, f"{median(values):.0f} (slowest {max(values):.0f}, {len(values)} runs)")


def say(what: str, value: str) -> None:
    """Print one figure at once."""
    sys.stdout.write(f"| {what} | {value} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
