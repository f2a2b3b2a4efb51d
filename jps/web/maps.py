"""The map: page, values, outlines, downloads."""

import gzip
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from werkzeug.datastructures import HeaderSet

from jps.access.rules import Can
from jps.areas.geometry import GeometryFile, geometry_file
from jps.areas.rules import Level
from jps.assessment.services import current_scorecard
from jps.db import db
from jps.errors import NotFound
from jps.http import actor, csp_nonce, now, requires, saves, settings, today
from jps.jobs.services import start_single
from jps.maps.catalogue import Direction
from jps.maps.indicators import GREY, INDICATORS, PALETTES, Topic
from jps.maps.page import Assets, map_parts
from jps.maps.payload import payload
from jps.maps.periods import named_period, periods
from jps.maps.schemas import read_format
from jps.maps.services import download, earlier_values, openable_areas
from jps.maps.views import MapView
from jps.maps.work import FREEZE_KIND
from jps.text import N_
from jps.web.bundles import bundle
from jps.web.compression import compressed
from jps.web.figures import asked_choice, asked_reader, asked_view, kept_sums
from jps.web.vendor import vendor
from jps.web.wake import wake_worker

bp = Blueprint("maps", __name__, url_prefix="/maps")

YEAR = 31_536_000  # seconds

LEVEL_NAMES: dict[Level, str] = {
    Level.PROVINSI: N_("Provinsi"),
    Level.KABKOTA: N_("Kabupaten/kota"),
    Level.KECAMATAN: N_("Kecamatan"),
    Level.DESA: N_("Desa/kelurahan"),
}

TOPIC_NAMES: dict[Topic, str] = {
    Topic.POVERTY: N_("Kemiskinan dan pendataan"),
    Topic.CONSUMPTION: N_("Kemiskinan menurut pengeluaran (model PMT)"),
    Topic.AID: N_("Bantuan"),
    Topic.PEOPLE: N_("Desil dan NIK"),
}

DIRECTION_NAMES: dict[Direction, str] = {
    Direction.WORSE: N_("lebih buruk"),
    Direction.BETTER: N_("lebih baik"),
    Direction.NEITHER: N_("tidak tentu"),
}

# Source keys of population figures (data/README.md) as people know them.
POPULATION_SOURCES: dict[str, str] = {"dukcapil-2024s2": N_("Dukcapil, semester II 2024")}


@bp.get("/")
@requires(Can.SEE_MAPS)
def index() -> ResponseReturnValue:
    """Show the map, its table and its three key figures."""
    view = asked_view()
    assets = Assets(
        leaflet_js=vendor("leaflet", "leaflet.js"),
        leaflet_css=vendor("leaflet", "leaflet.css"),
        layer_js=bundle("map"),
    )
    page = render_template(
        "maps/index.html",
        parts=map_parts(assets).with_nonce(csp_nonce()),
        config=_config(view),
        areas=openable_areas(db.session(), actor().scope),
        level_names=LEVEL_NAMES,
        indicators=INDICATORS,
        topics=TOPIC_NAMES,
        directions=DIRECTION_NAMES,
        lines=_lines(),
        view=view,
        compare=asked_choice().compare,
        periods=periods(db.session()),
        scorecard=current_scorecard(),
    )
    return compressed(make_response(page))


@bp.get("/values")
@requires(Can.SEE_MAPS)
def values() -> ResponseReturnValue:
    """Answer with the figures of one level inside one area."""
    return compressed(jsonify(_values(asked_view())))


@bp.get("/geometry/<level>/<version>.json")
@requires(Can.SEE_MAPS)
def geometry(level: str, version: str) -> ResponseReturnValue:
    """Answer with the outlines of a level, to be kept for a year: the address names the content."""
    found = _geometry(Level(level)) if level in LEVEL_NAMES else None
    if found is None or found.version != version:
        raise NotFound(N_("Batas wilayah versi ini tidak ada lagi. Muat ulang halaman."))
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    content = found.screen.read_bytes()
    answer = _Kept(content if packed else gzip.decompress(content), mimetype="application/json")
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    return answer


@bp.post("/download")
@requires(Can.EXPORT_FIGURES)
@saves
def export() -> ResponseReturnValue:
    """Answer with the figures as a file, and record it."""
    kind = read_format(request.form)
    found = download(db.session(), asked_view(), kind, by=actor().username, at=now())
    answer = Response(found.content, mimetype=found.mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    return answer


@bp.post("/freeze")
@requires(Can.DRAW_LISTS)
@saves
def freeze() -> ResponseReturnValue:
    """Keep the figures of today under a name, as a job."""
    name = named_period(request.form.get("name", ""))
    given = {"name": name, "on": today().isoformat()}
    job = start_single(db.session(), FREEZE_KIND, given, by=actor().username, at=now())
    wake_worker()
    if actor().can(Can.SEE_JOBS):
        return redirect(url_for("jobs.show", job_id=job.id), 303)
    flash(gettext("Angka hari ini sedang dibekukan."))
    return redirect(url_for(".index"), 303)


class _Kept(Response):
    """An answer that a browser keeps although the session's cookie changes with every request."""

    @property
    def vary(self) -> HeaderSet:
        """What Flask would add "Cookie" to; the outlines are the same for every reader."""
        return HeaderSet(["Accept-Encoding"])


def _geometry(level: Level) -> GeometryFile | None:
    return geometry_file(db.session(), level, folder=settings().folder("maps"))


def _values(view: MapView) -> dict[str, Any]:
    found = _geometry(view.level)
    outlines = found and {
        "url": url_for(".geometry", level=found.level, version=found.version),
        "source": gettext(found.source),
        "schematic": found.schematic,
    }
    choice = asked_choice()
    was = earlier_values(db.session(), view, choice, reader=asked_reader(), sums=kept_sums())
    bare = request.args.get("bare") == "1"
    return payload(view, compare=choice.compare, was=was, bare=bare) | {"geometry": outlines}


def _config(view: MapView) -> dict[str, Any]:
    """Return what the page's script needs besides its texts."""
    return {
        "locale": str(get_locale()),
        "timezone": settings().timezone,
        "page": url_for(".index"),
        "values": url_for(".values"),
        "layers": {
            "spots": url_for("map_layers.hot_spots"),
            "stars": url_for("map_layers.hot_spots"),
            "estimate": url_for("map_layers.estimates"),
        },
        "minimum": view.minimum,
        "grey": GREY,
        "sources": {key: gettext(name) for key, name in POPULATION_SOURCES.items()},
        "levels": {str(level): gettext(name) for level, name in LEVEL_NAMES.items()},
        "indicators": [
            {
                "key": found.key,
                "name": gettext(found.name),
                "unit": gettext(found.unit),
                "short": gettext(found.short),
                "kind": str(found.kind),
                "with": found.with_it,
                "topic": str(found.topic),
                "group": found.group,
                "colours": PALETTES[found.palette],
            }
            for found in INDICATORS
        ],
        "view": _values(view),
    }


def _lines() -> dict[str, str]:
    language = str(get_locale())
    return {key: label.text(language) for key, label in current_scorecard().lines.items()}
