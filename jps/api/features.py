"""`/api/v1/features`: the map's figures as OGC API - Features (part 1: core), for QGIS and others.

A collection holds the areas of one level with the figures of one topic, hidden as on the page.
"""

from http import HTTPStatus
from typing import Any

from flask import Response, current_app, jsonify, request, url_for

from jps.access.rules import Can
from jps.api.resources import resource
from jps.api.schemas import ProblemAnswer
from jps.areas.rules import Level
from jps.audit.services import Event, record
from jps.db import db, set_reading, set_scope
from jps.errors import InvalidData, NotFound
from jps.http import actor, now, requires, settings, today
from jps.maps.features import Box, features, inside_box, read_box
from jps.maps.files import origin, records
from jps.maps.indicators import INDICATORS, Topic
from jps.maps.queries import sums_kept_in
from jps.maps.schemas import MapChoice
from jps.maps.services import Reader, map_view, outlines
from jps.text import N_

blp = resource("api-features", "/api/v1/features", "Figures of areas as OGC API - Features")

GEOJSON = "application/geo+json"
MOST, USUAL = 1_000, 100  # features of one answer
LEVELS = (Level.KABKOTA, Level.KECAMATAN, Level.DESA)
CONFORMS = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson")
)


@blp.route("/", methods=["GET"])
@requires(Can.EXPORT_FIGURES)
@blp.response(HTTPStatus.OK)
def landing() -> Response:
    """Tell where everything is."""
    links = [
        _link("self", url_for("api-features.landing", _external=True)),
        _link("conformance", url_for("api-features.conformance", _external=True)),
        _link("data", url_for("api-features.collections", _external=True)),
        _link("service-desc", url_for("api_docs.openapi", _external=True)),
    ]
    return jsonify({"title": "JPS", "description": __doc__, "links": links})


@blp.route("/conformance", methods=["GET"])
@requires(Can.EXPORT_FIGURES)
@blp.response(HTTPStatus.OK)
def conformance() -> Response:
    """Tell which parts of the standard are kept."""
    return jsonify({"conformsTo": CONFORMS})


@blp.route("/collections", methods=["GET"])
@requires(Can.EXPORT_FIGURES)
@blp.response(HTTPStatus.OK)
def collections() -> Response:
    """List the collections: one per level and topic."""
    every = [_described(level, topic) for level in LEVELS for topic in Topic]
    links = [_link("self", url_for("api-features.collections", _external=True))]
    return jsonify({"collections": every, "links": links})


@blp.route("/collections/<name>", methods=["GET"])
@requires(Can.EXPORT_FIGURES)
@blp.response(HTTPStatus.OK)
@blp.alt_response(HTTPStatus.NOT_FOUND, schema=ProblemAnswer)
def collection(name: str) -> Response:
    """Describe one collection."""
    return jsonify(_described(*_parts(name)))


@blp.route("/collections/<name>/items", methods=["GET"])
@requires(Can.EXPORT_FIGURES)
@blp.response(HTTPStatus.OK)
@blp.alt_response(HTTPStatus.NOT_FOUND, schema=ProblemAnswer)
@blp.alt_response(HTTPStatus.UNPROCESSABLE_ENTITY, schema=ProblemAnswer)
def items(name: str) -> Response:
    """Answer with areas as GeoJSON: `bbox`, `limit`, `offset`; the first page is recorded."""
    box = read_box(request.args.get("bbox", ""))
    limit, offset = _number("limit", USUAL, least=1), _number("offset", 0, least=0)
    found, source = _features(name, box)
    page = found[offset : offset + min(limit, MOST)]
    links = [_link("self", request.url, GEOJSON)]
    if offset + len(page) < len(found):
        box_text = request.args.get("bbox") or None
        more = url_for(
            "api-features.items",
            name=name,
            bbox=box_text,
            limit=limit,
            offset=offset + len(page),
            _external=True,
        )
        links.append(_link("next", more, GEOJSON))
    answer = jsonify(
        {
            "type": "FeatureCollection",
            "features": page,
            "links": links,
            "numberMatched": len(found),
            "numberReturned": len(page),
            "timeStamp": now().isoformat(timespec="seconds").replace("+00:00", "Z"),
            **source,
        }
    )
    if offset == 0:
        _record(name, len(found))
    answer.mimetype = GEOJSON
    return answer


@blp.route("/collections/<name>/items/<code>", methods=["GET"])
@requires(Can.EXPORT_FIGURES)
@blp.response(HTTPStatus.OK)
@blp.alt_response(HTTPStatus.NOT_FOUND, schema=ProblemAnswer)
def item(name: str, code: str) -> Response:
    """Answer with one area."""
    found, _ = _features(name, None)
    one = next((feature for feature in found if feature["id"] == code), None)
    if one is None:
        raise NotFound()
    answer = jsonify(one)
    answer.mimetype = GEOJSON
    return answer


def _features(name: str, box: Box | None) -> tuple[list[dict[str, Any]], dict[str, str]]:
    level, topic = _parts(name)
    first = next(found for found in INDICATORS if found.topic is topic)
    choice = MapChoice(indicator=first.key, level=level)
    session = db.session()
    reader = Reader(actor().scope, settings().map_min_households, today(), now())
    view = map_view(session, choice, reader=reader, sums=sums_kept_in(current_app.extensions))
    drawn = outlines(session, view)
    if drawn is None or view.level is not level:
        return [], {}
    every = features(records(view), drawn)
    return [one for one in every if box is None or inside_box(one, box, drawn)], origin(drawn)


def _record(name: str, areas: int) -> None:
    """Record what was handed out, in a transaction that writes."""
    db.session.rollback()
    set_reading(False)
    set_scope(db.session(), actor().scope)
    details = {"format": "ogc-api", "areas": areas}
    event = Event("figures-exported", "map", name, details=details)
    record(db.session(), event, by=actor().username, at=now())
    db.session.commit()


def _parts(name: str) -> tuple[Level, Topic]:
    level, _, topic = name.partition("-")
    if level not in {str(one) for one in LEVELS} or topic not in set(Topic):
        raise NotFound(N_("Kumpulan ini tidak ada."))
    return Level(level), Topic(topic)


def _described(level: Level, topic: Topic) -> dict[str, Any]:
    name = f"{level}-{topic}"
    self = url_for("api-features.collection", name=name, _external=True)
    inside = url_for("api-features.items", name=name, _external=True)
    return {
        "id": name,
        "title": name,
        "itemType": "feature",
        "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"],
        "links": [
            _link("self", self),
            _link("items", inside, GEOJSON),
        ],
    }


def _link(rel: str, href: str, kind: str = "application/json") -> dict[str, str]:
    return {"rel": rel, "href": href, "type": kind}


def _number(name: str, usual: int, *, least: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < least:
        problem = N_("Isi dengan bilangan bulat.")
        raise InvalidData(problem, {name: [problem]})
    return int(text)
