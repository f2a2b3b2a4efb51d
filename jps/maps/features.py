"""Areas with their figures as GeoJSON features, and which of them lie in a box. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import shapely

from jps.errors import InvalidData
from jps.text import N_

Box: TypeAlias = tuple[float, float, float, float]  # west, south, east, north in degrees


@dataclass(frozen=True)
class Outlines:
    """Polygons by area code in degrees of WGS84, and where they come from."""

    shapes: Mapping[str, shapely.Geometry]
    source: str
    licence: str
    schematic: bool


def features(records: Sequence[Mapping[str, Any]], outlines: Outlines) -> list[dict[str, Any]]:
    """Return a feature for each record that has an outline."""
    return [
        {
            "type": "Feature",
            "id": record["code"],
            "properties": record,
            "geometry": json.loads(shapely.to_geojson(outlines.shapes[record["code"]])),
        }
        for record in records
        if record["code"] in outlines.shapes
    ]


def read_box(text: str) -> Box | None:
    """Return the box that "west,south,east,north" says, None for no text; or raise InvalidData."""
    if not text:
        return None
    try:
        west, south, east, north = map(float, text.split(","))
        fits = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    except ValueError:
        fits = False
    if not fits:
        problem = N_("Tulis bbox sebagai barat,selatan,timur,utara dalam derajat.")
        raise InvalidData(problem, {"bbox": [problem]})
    return west, south, east, north


def inside_box(feature: Mapping[str, Any], box: Box, outlines: Outlines) -> bool:
    """Whether a feature touches a box."""
    return bool(shapely.intersects(outlines.shapes[feature["id"]], shapely.box(*box)))
