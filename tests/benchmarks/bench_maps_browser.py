"""The map of 729 desa in a browser: `python -m tests.benchmarks.bench_maps_browser [n] [file]`.

An office with `n` invented households and the outlines of a file with Kemendagri codes, without one
schematic ones; headless Chromium; beside it folium.Choropleth of the same
values, with Leaflet served from here and without its legend, which needs a library from another
host. Prints milliseconds until the second frame after the areas are drawn, and kilobytes on the
wire.
"""

import gc
import gzip
import json
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from flask import Flask
from playwright.sync_api import BrowserContext, Page, Route, sync_playwright
from waitress.server import create_server

from jps.app import create_app
from jps.areas.boundaries import Options
from jps.areas.geometry import geometry_file
from jps.areas.in_force import import_boundaries
from jps.areas.rules import CodeSystem, Level
from jps.config import Settings
from jps.db import db, everywhere
from jps.migrations import bring_up_to_date
from jps.web.vendor import folder
from tests.benchmarks.bench_maps import NOW, PASSWORD, _fill, _score, say

TIMES = 5
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DRAWN = "window.jpsAreas?.map?.paths?.size > 700"
LOADED = "!document.body.classList.contains('is-loading')"
WAIT = "() => new Promise(done => (function look() {{ {} ? done() : setTimeout(look, 5) }})())"
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def main(households: int, outlines: Path | None) -> None:
    """Make the office, open its map again and again, then folium's."""
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home), log_level="ERROR", worker=False)
        app = create_app(settings, {"WTF_CSRF_ENABLED": False})
        with app.app_context(), everywhere(db.session()):
            bring_up_to_date()
            _fill(households)
            if outlines is not None:
                options = Options(CodeSystem.KEMENDAGRI)
                import_boundaries(db.session(), outlines, options, by="bench", at=NOW)
                db.session.commit()
            _score()
        _warm_up(app)
        address = _serve(app)
        sys.stdout.write(f"load average {os.getloadavg()[0]:.1f}\n")
        with sync_playwright() as player:
            browser = player.chromium.launch(
                executable_path=os.environ.get("JPS_CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
            )
            _ours(browser.new_context, address)
            _folium(app, browser.new_context, Path(home))
            browser.close()


def _warm_up(app: Flask) -> None:
    client = app.test_client()
    client.post("/login", data={"username": "manager", "password": PASSWORD})
    for _ in range(2):
        client.get("/maps/?level=desa")
    times = []
    for _ in range(60):
        begun = perf_counter()
        client.get("/maps/values?level=desa", headers={"Accept-Encoding": "gzip"})
        times.append(perf_counter() - begun)
    say("server, values of desa, 95 % under", sorted(times)[int(len(times) * 0.95)])


def _serve(app: Flask) -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = create_server(app, host="127.0.0.1", port=port)
    gc.freeze()  # as `flask serve`
    threading.Thread(target=server.run, daemon=True).start()
    return f"http://127.0.0.1:{port}"


def _ours(context: Callable[[], BrowserContext], address: str) -> None:
    colds, warms, changes, sizes = [], [], [], []
    for _ in range(TIMES):
        visit = context()
        page = visit.new_page()
        page.goto(f"{address}/login")
        page.fill("[name=username]", "manager")
        page.fill("[name=password]", PASSWORD)
        page.click("form[action*=login] button")
        page.wait_for_url("**/maps/**")
        page.wait_for_load_state("networkidle")
        counted = _count(page)
        colds.append(_time(page, f"{address}/maps/?level=desa"))
        cold = counted()
        warms.append(_time(page, f"{address}/maps/?level=desa&indicator=poor_persons"))
        warm = counted()
        changes.append(_change(page))
        sizes.append((cold, warm, counted()))
        visit.close()
    say("JPS, first visit", median(colds) / 1000)
    say("JPS, again (outlines kept)", median(warms) / 1000)
    say("JPS, another poverty line", median(changes) / 1000)
    for text, place in (("first visit", 0), ("again", 1), ("another line", 2)):
        size = median(one[place] for one in sizes)
        sys.stdout.write(f"JPS, on the wire, {text:<26}{size / 1000:>10.1f} KB\n")


def _time(page: Page, address: str) -> float:
    begun = perf_counter()
    page.goto(address, wait_until="commit")
    page.evaluate(WAIT.format(DRAWN))
    page.evaluate(SETTLED)
    return (perf_counter() - begun) * 1000


def _change(page: Page) -> float:
    begun = perf_counter()
    with page.expect_response("**/maps/values*"):
        page.select_option("#controls [name=line]", "bottom40")
    page.evaluate(WAIT.format(LOADED))
    page.evaluate(SETTLED)
    return (perf_counter() - begun) * 1000


def _count(page: Page) -> Callable[[], float]:
    """Return a function that tells the bytes received since it was last asked."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    total = [0.0]

    def arrived(event: dict[str, Any]) -> None:
        total[0] += event["encodedDataLength"]

    session.on("Network.loadingFinished", arrived)

    def told() -> float:
        page.wait_for_timeout(200)
        found, total[0] = total[0], 0.0
        return found

    return told


def _folium(app: Flask, context: Callable[[], BrowserContext], home: Path) -> None:
    import folium

    client = app.test_client()
    client.post("/login", data={"username": "manager", "password": PASSWORD})
    view = client.get("/maps/values?level=desa").get_json()
    place = view["columns"].index("poverty_rate")
    rates = {row[0]: row[place] for row in view["rows"] if row[place] is not None}
    with app.app_context():
        drawn_on = geometry_file(db.session(), Level.DESA, folder=home / "maps")
    assert drawn_on is not None
    outlines = json.loads(drawn_on.path.read_bytes())
    begun = perf_counter()
    drawn = folium.Map(tiles=None, location=(0.7, 122.4), zoom_start=9)
    layer = folium.Choropleth(outlines, data=rates, key_on="feature.properties.code", bins=7)
    for name in [name for name in layer._children if name.startswith("color_map")]:
        del layer._children[name]
    layer.add_to(drawn)
    html = drawn.get_root().render()
    say("folium.Choropleth, made on the server", perf_counter() - begun)
    size = len(gzip.compress(html.encode())) / 1000
    sys.stdout.write(f"{'folium.Choropleth, gzipped':<44}{size:>10.1f} KB\n")
    path = home / "folium.html"
    path.write_text(html)
    times = []
    for _ in range(TIMES):
        visit = context()
        page = visit.new_page()
        page.route("**/*", _local)
        begun = perf_counter()
        page.goto(path.as_uri())
        page.wait_for_function("document.querySelectorAll('path.leaflet-interactive').length > 700")
        page.evaluate(SETTLED)
        times.append((perf_counter() - begun) * 1000)
        visit.close()
    say("folium.Choropleth, in the browser", median(times) / 1000)


def _local(route: Route) -> None:
    """Answer for other hosts: Leaflet from our own copy, nothing else."""
    address = route.request.url
    if address.startswith("file:"):
        route.continue_()
    elif address.endswith("leaflet.js"):
        route.fulfill(path=folder("leaflet") / "leaflet.js")
    else:
        route.fulfill(body="")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else 6_000, Path(given[1]) if len(given) > 1 else None)
