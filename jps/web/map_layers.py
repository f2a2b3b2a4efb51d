"""Further looks at the map: what stands together, and small-area estimates."""

from typing import Any, cast

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from jps.access.rules import Can
from jps.assessment.services import current_scorecard, find_model
from jps.audit.services import Event, record
from jps.db import db
from jps.errors import JpsError, NotFound
from jps.http import actor, error_text, now, requires, saves, settings, today
from jps.maps.indicators import Topic
from jps.maps.points import points
from jps.maps.queries import Wanted
from jps.maps.small_areas import SmallAreas, spots
from jps.web.compression import compressed
from jps.web.figures import asked_choice, asked_view, kept_sums
from jps.welfare.fay_herriot import reliability

bp = Blueprint("map_layers", __name__, url_prefix="/maps")


@bp.get("/spots")
@requires(Can.SEE_MAPS)
def hot_spots() -> ResponseReturnValue:
    """Answer with what stands together: area -> [local Moran, its p, hot or cold by G*, z, its p].

    Both p values are corrected for how many areas are judged at once.
    """
    found = spots(db.session(), asked_view())
    spot_of: dict[str, list[Any]] = {
        code: [str(one.spot), round(one.moran_q, 4), one.hot, round(one.z, 2), round(one.q, 4)]
        for code, one in found.items()
    }
    return compressed(jsonify({"areas": spot_of}))


@bp.get("/estimates")
@requires(Can.SEE_MAPS)
def estimates() -> ResponseReturnValue:
    """Answer with small-area estimates: area -> [rate, root of MSE, CV, how reliable, weight]."""
    view = asked_view()
    session = db.session()
    model = find_model(session, current_scorecard())
    wanted = Wanted(view.line, model.id if model else None, Topic.POVERTY)
    kept = kept_sums().get(session, wanted, at=now())
    try:
        fitted = _small_areas().get(session, kept, settings().map_min_households)
    except JpsError as error:
        return jsonify({"areas": {}, "problem": error_text(error)})
    codes = {row.code for row in view.rows}
    found = {
        code: [
            round(one.value, 4),
            round(one.error, 4),
            None if one.cv is None else round(one.cv, 3),
            reliability(one.cv),
            round(one.gamma, 2),
        ]
        for code, one in fitted.areas.items()
        if code in codes
    }
    return compressed(jsonify({"areas": found}))


@bp.post("/points")
@requires(Can.SEE_HOUSEHOLDS)
@saves
def household_points() -> ResponseReturnValue:
    """Answer with where households stand in a kecamatan or desa, and record that it was seen."""
    area = asked_choice().inside
    if not area or not actor().scope.covers(area):
        raise NotFound()
    found = points(db.session(), area, on=today())
    shown = {"bins": len(found.bins), "single": len(found.single)}
    event = Event("points-opened", "map", area, area_code=area, details=shown)
    record(db.session(), event, by=actor().username, at=now())
    return compressed(jsonify({"bins": found.bins, "single": found.single}))


def _small_areas() -> SmallAreas:
    return cast(SmallAreas, current_app.extensions.setdefault("jps-small-areas", SmallAreas()))
