"""The map page, its values, outlines and downloads, as asked by a browser."""

import gzip
import json
import re
import threading
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.areas.models import Area
from jps.audit.models import AuditEvent
from jps.web.figures import kept_sums
from tests.conftest import SignIn
from tests.figures import (
    AREAS,
    add_areas,
    add_boundaries,
    add_household,
    add_rich_household,
    score_all,
)

VILLAGES = ("75.01.01.2001", "75.01.01.2002", "75.01.02.2001", "75.71.01.1001")


@pytest.fixture
def province(session: Session) -> None:
    """Six households in each of four desa, scored, with schematic boundaries."""
    add_areas(session)
    add_boundaries(session)
    for village in VILLAGES:
        for _ in range(3):
            add_household(session, village)
            add_rich_household(session, village)
    score_all(session)
    session.commit()


@pytest.fixture
def manager(province: None, sign_in: SignIn) -> FlaskClient:
    """A manager of the whole province."""
    return sign_in(Role.MANAGER, "75")


def _config(page: str) -> dict[str, Any]:
    found = re.search(r'id="map-config">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    config: dict[str, Any] = json.loads(found[1])
    return config


def test_the_page_carries_the_figures(manager: FlaskClient) -> None:
    answer = manager.get("/maps/")
    assert answer.status_code == 200
    view = _config(answer.text)["view"]
    assert view["level"] == "kabkota"
    assert [row[0] for row in view["rows"]] == ["75.01", "75.71"]
    assert view["geometry"]["schematic"] is True


def test_nothing_comes_from_elsewhere_and_every_script_has_the_nonce(manager: FlaskClient) -> None:
    answer = manager.get("/maps/")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce is not None
    head, _, _ = answer.text.partition("</html>")
    for tag, inside in re.findall(r"<(script|link|img)\b([^>]*)>", head):
        address = re.search(r'(?:src|href)="([^"]+)"', inside)
        if address is not None:
            assert address[1].startswith("/"), (tag, address[1])
        elif "application/json" not in inside:
            assert f'nonce="{nonce[1]}"' in inside
    assert not re.search(r"\son\w+=", head)
    assert "jsdelivr" not in head
    assert "jquery" not in head.lower()


def test_names_cannot_break_out(manager: FlaskClient) -> None:
    """A desa of the fixture is called "Kayubulan <b>"."""
    page = manager.get("/maps/?level=desa&inside=75.01.01").text
    assert "Kayubulan <b>" not in page
    assert _config(page)["view"]["rows"][0][1] == "Kayubulan <b>"


def test_values_are_small_and_compressed(manager: FlaskClient) -> None:
    answer = manager.get("/maps/values?level=desa", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.data))["rows"]) == 4
    assert answer.headers["Cache-Control"] == "no-store"


def test_outlines_are_kept_for_a_year_under_their_version(manager: FlaskClient) -> None:
    address = manager.get("/maps/values?level=desa").get_json()["geometry"]["url"]
    answer = manager.get(address, headers={"Accept-Encoding": "gzip"})
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    outlines = json.loads(gzip.decompress(answer.data))
    assert set(outlines["codes"]) == set(VILLAGES)
    assert manager.get(address).get_json() == outlines
    assert manager.get("/maps/geometry/desa/0123456789abcdef.json").status_code == 404
    assert manager.get("/maps/geometry/planet/0123456789abcdef.json").status_code == 404


def test_the_scripts_come_as_one_file_kept_for_a_year(manager: FlaskClient) -> None:
    found = re.search(r'src="(/bundles/map/\w+\.js)"', manager.get("/maps/").text)
    assert found is not None
    answer = manager.get(found[1])
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert answer.text.index("window.jpsAreas = ") < answer.text.index("window.jpsMap = ")
    assert manager.get("/bundles/map/0123456789ab.js").status_code == 404
    assert manager.get("/bundles/x/0123456789ab.js").status_code == 404


def test_what_is_counted_aside_has_a_session_of_its_own(app: Flask, province: None) -> None:
    seen: list[int | None] = []
    with app.app_context():
        aside = kept_sums().aside
    assert aside is not None
    aside(lambda session: seen.append(session.scalar(select(func.count(Area.code)))))
    for thread in threading.enumerate():
        if thread.name == "figures":
            thread.join()
    assert seen == [len(AREAS)]


def test_without_boundaries_the_table_remains(session: Session, sign_in: SignIn) -> None:
    add_areas(session)
    session.commit()
    view = _config(sign_in(Role.MANAGER, "75").get("/maps/").text)["view"]
    assert view["geometry"] is None
    assert view["interviews"] is None
    assert len(view["rows"]) == 2


@pytest.mark.parametrize(
    "query",
    [
        "level=planet",
        "level=provinsi",
        "inside=75'--",
        "indicator=luck",
        "line=rich",
        "inside=7501",
    ],
)
def test_odd_addresses_are_refused_with_a_message(manager: FlaskClient, query: str) -> None:
    answer = manager.get(f"/maps/?{query}")
    assert answer.status_code == 422
    assert "Alamat peta ini salah. Buka peta lagi dari menu." in answer.text


@pytest.mark.parametrize("path", ["/maps/", "/maps/values"])
def test_other_areas_are_not_found(province: None, sign_in: SignIn, path: str) -> None:
    person = sign_in(Role.MANAGER, "75.71")
    assert person.get(path).status_code == 200
    for code in ("75", "75.01", "75.01.01.2001"):
        assert person.get(f"{path}?inside={code}").status_code == 404


def test_a_kabupaten_sees_no_figure_of_another(province: None, sign_in: SignIn) -> None:
    person = sign_in(Role.MANAGER, "75.71")
    for level in ("kabkota", "kecamatan", "desa"):
        view = person.get(f"/maps/values?level={level}").get_json()
        assert all(row[0].startswith("75.71") for row in view["rows"])
        assert "75.01" not in json.dumps([view["rows"], view["total"]])


def test_small_numbers_do_not_leave_the_server(
    app: Flask, session: Session, province: None, sign_in: SignIn
) -> None:
    for _ in range(2):
        add_household(session, "75.01.01.2002")
        add_household(session, "75.71.01.1001")
    session.commit()
    app.config["JPS"] = replace(app.config["JPS"], map_min_households=7)
    person = sign_in(Role.MANAGER, "75")
    view = person.get("/maps/values?level=desa").get_json()
    rows = {row[0]: dict(zip(view["columns"], row, strict=True)) for row in view["rows"]}
    few = rows["75.01.01.2001"]
    assert (few["poverty_hidden"], few["registration_hidden"]) == ("few", "few")
    assert few["households"] is None
    assert few["poverty_rate"] is None
    assert rows["75.71.01.1001"]["households"] == 8


DOWNLOADS = {
    "csv": ("text/csv", b"\xef\xbb\xbfcode,name"),
    "geojson": ("application/geo+json", b'{"type"'),
    "parquet": ("application/vnd.apache.parquet", b"PAR1"),
    "gpkg": ("application/geopackage+sqlite3", b"SQLite format 3"),
}


@pytest.mark.parametrize("kind", DOWNLOADS)
def test_downloads_are_recorded(
    session: Session, province: None, sign_in: SignIn, kind: str
) -> None:
    person = sign_in(Role.ANALYST, "75.01", username="analis")
    answer = person.post("/maps/download", data={"format": kind, "level": "desa"})
    assert answer.status_code == 200
    mimetype, start = DOWNLOADS[kind]
    assert answer.mimetype == mimetype
    assert answer.data.startswith(start)
    assert b"75.71" not in answer.data
    assert "attachment" in answer.headers["Content-Disposition"]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "figures-exported")).one()
    assert (event.actor, event.area_code, event.details["areas"]) == ("analis", "75.01", 3)


def test_an_unknown_format_is_refused_and_not_recorded(
    session: Session, manager: FlaskClient
) -> None:
    assert manager.post("/maps/download", data={"format": "pdf"}).status_code == 422
    assert manager.post("/maps/download", data={}).status_code == 422
    query = select(AuditEvent).where(AuditEvent.action == "figures-exported")
    assert session.scalars(query).all() == []


def test_enumerators_see_the_map_and_take_nothing_away(province: None, sign_in: SignIn) -> None:
    person = sign_in(Role.ENUMERATOR, "75.01.01")
    page = person.get("/maps/")
    assert page.status_code == 200
    assert "GeoPackage" not in page.text
    assert person.post("/maps/download", data={"format": "csv"}).status_code == 403


@pytest.mark.parametrize("path", ["/maps/", "/maps/values", "/maps/geometry/desa/x.json"])
def test_strangers_are_sent_to_sign_in(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 302
