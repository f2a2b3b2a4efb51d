"""From the map to the families behind a figure, and on to simulation and findings."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from jps.access.rules import Can
from jps.areas.models import Area
from jps.areas.queries import names_of
from jps.areas.rules import Level, is_code
from jps.db import db
from jps.errors import InvalidData, NotFound
from jps.http import actor, requires, today
from jps.maps.aid_queries import programmes_on
from jps.maps.families import Asked, common_area, families
from jps.maps.indicators import BY_KEY
from jps.maps.schemas import read_choice
from jps.text import N_

bp = Blueprint("map_families", __name__, url_prefix="/maps/families")

MOST_AREAS = 200


@bp.get("/")
@requires(Can.SEE_HOUSEHOLDS)
def index() -> ResponseReturnValue:
    """List the households that a figure of the chosen areas counts."""
    asked = _asked()
    session = db.session()
    found = families(session, asked, on=today())
    codes = {code[:length] for row in found.rows for code in (row.area_code,) for length in (8, 13)}
    around = common_area(asked.areas, longest=Level.KECAMATAN.code_length)
    names = names_of(session, {*codes, *asked.areas, around})
    return render_template(
        "maps/families.html",
        asked=asked,
        found=found,
        names=names,
        area_names=[names[area] for area in asked.areas[:6]],
        around=around if actor().scope.covers(around) else "",
        indicator=BY_KEY[asked.indicator],
        programmes=programmes_on(session, today()),
    )


def _asked() -> Asked:
    """Return what the address asks for. NotFound for areas of others."""
    choice = read_choice({k: v for k, v in request.args.items() if k not in ("area", "page")})
    areas = tuple(dict.fromkeys(request.args.getlist("area"))) or actor().scope.codes
    if not areas or len(areas) > MOST_AREAS or not all(map(is_code, areas)):
        raise InvalidData(N_("Alamat peta ini salah. Buka peta lagi dari menu."), {})
    known = set(db.session.scalars(select(Area.code).where(Area.code.in_(areas))))
    if not all(area in known and actor().scope.covers(area) for area in areas):
        raise NotFound()
    page = request.args.get("page", 1, type=int)
    return Asked(areas, choice.indicator, choice.line, choice.programme, max(1, page))
