"""Terbuka: what anybody may know without an account, as a page and as a file."""

from dataclasses import dataclass

from flask import Blueprint, Response, current_app, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from jps.areas.geometry import geometry_file
from jps.areas.rules import Level, parent_of
from jps.assessment.services import current_scorecard
from jps.db import EVERYWHERE, db, scoped_to
from jps.errors import NotFound
from jps.http import Door, now, requires, settings, today
from jps.maps.drawing import Drawing, draw
from jps.maps.files import Format, write
from jps.maps.indicators import BY_KEY, GREY, PALETTES, limits_of
from jps.maps.official import official_rates
from jps.maps.schemas import MapChoice
from jps.maps.services import Reader, map_view
from jps.maps.views import AreaRow, MapView
from jps.web.compression import compressed
from jps.web.figures import kept_sums

bp = Blueprint("public", __name__, url_prefix="/public")

OPEN_COLUMNS = (
    "code",
    "name",
    "poverty_state",
    "households_scored",
    "poverty_rate",
    "poverty_rate_low",
    "poverty_rate_high",
    "poor_persons",
    "poor_households",
    "registration_state",
    "households",
    "persons",
    "age_days",
    "reach_state",
    "reached_share",
    "poor_reached",
    "poor_unreached",
    "reached",
    "poverty_line",
    "model",
    "as_of",
)
FOR_A_WHILE = "public, max-age=300"


@dataclass(frozen=True)
class Coloured:
    """One area of the picture."""

    code: str
    name: str
    path: str
    fill: str
    row: AreaRow


@dataclass(frozen=True)
class Group:
    """A kabupaten/kota and its kecamatan."""

    row: AreaRow
    parts: tuple[AreaRow, ...]


@bp.get("/")
@requires(Door.OPEN)
def index() -> ResponseReturnValue:
    """Show totals per kecamatan, how lists are made, and where a letter is checked."""
    upper, lower = _look(Level.KABKOTA), _look(Level.KECAMATAN)
    picture = _picture()
    page = render_template(
        "public/index.html",
        view=lower,
        official=official_rates(),
        groups=[
            Group(row, tuple(part for part in lower.rows if parent_of(part.code) == row.code))
            for row in (upper.rows if upper else ())
            if lower
        ],
        height=picture.height if picture else 0,
        shapes=_coloured(lower, picture) if lower and picture else [],
        legend=_legend(),
        grey=GREY,
        scorecard=current_scorecard(),
        check=_check_address(),
    )
    return compressed(make_response(page))


@bp.get("/data.csv")
@requires(Door.OPEN)
def data() -> ResponseReturnValue:
    """Answer with the figures of the page as CSV."""
    view = _look(Level.KECAMATAN)
    if view is None:
        raise NotFound()
    found = write(view, Format.CSV, None, only=OPEN_COLUMNS)
    answer = Response(found.content, mimetype=found.mimetype)
    answer.headers["Cache-Control"] = FOR_A_WHILE
    answer.headers.set("Content-Disposition", "attachment", filename=f"terbuka-{found.name}")
    return compressed(answer)


def _look(level: Level) -> MapView | None:
    """Return the figures of all areas of a level; nothing below kecamatan is ever asked for."""
    reader = Reader(EVERYWHERE, settings().map_min_households, today(), now())
    with scoped_to(db.session(), EVERYWHERE):
        try:
            choice = MapChoice(indicator="reached_share", level=level)
            return map_view(db.session(), choice, reader=reader, sums=kept_sums())
        except NotFound:  # no areas are loaded yet
            return None


def _picture() -> Drawing | None:
    folder = settings().folder("maps")
    found = geometry_file(db.session(), Level.KECAMATAN, folder=folder)
    if found is None:
        return None
    kept: dict[str, Drawing] = current_app.extensions.setdefault("jps-drawings", {})
    if found.version not in kept:
        kept.clear()
        kept[found.version] = draw(found.path.read_bytes())
    return kept[found.version]


def _coloured(view: MapView, picture: Drawing) -> list[Coloured]:
    rows = {row.code: row for row in view.rows}
    return [
        Coloured(shape.code, rows[shape.code].name, shape.path, _fill(rows[shape.code]), row)
        for shape in picture.shapes
        if (row := rows.get(shape.code)) is not None
    ]


def _fill(row: AreaRow) -> str:
    if row.poverty_hidden:
        return GREY
    rate = row.value("poverty_rate")
    if rate is None:
        return "#ffffff"
    limits = limits_of(BY_KEY["poverty_rate"], Level.KECAMATAN)
    return _colours()[sum(rate >= limit for limit in limits)]


def _colours() -> tuple[str, ...]:
    return PALETTES[BY_KEY["poverty_rate"].palette]


def _legend() -> list[tuple[str, float | None, float | None]]:
    """Return colour, lower and upper limit of each class."""
    limits = limits_of(BY_KEY["poverty_rate"], Level.KECAMATAN)
    return list(zip(_colours(), (None, *limits), (*limits, None), strict=True))


def _check_address() -> str:
    """Return where letters are checked, empty where this office hands out none."""
    known = "letter_check.ask" in current_app.view_functions
    return url_for("letter_check.ask") if known else ""
