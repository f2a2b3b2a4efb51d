"""Areas as an SVG picture: for pages without script, and for print. Pure.

Outlines come as the map's own GeoJSON; a degree of longitude is shortened by the latitude, which
is true enough for a province near the equator.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WIDTH = 1_000  # of the picture, in its own units

Ring = list[list[float]]


@dataclass(frozen=True)
class Shape:
    """One area: its code and the path that draws it."""

    code: str
    path: str


@dataclass(frozen=True)
class Drawing:
    """A picture of areas, `WIDTH` wide."""

    height: int
    shapes: tuple[Shape, ...]


def draw(geojson: bytes) -> Drawing:
    """Return the areas of a GeoJSON collection as paths in whole units of the picture."""
    features: list[Mapping[str, Any]] = json.loads(geojson)["features"]
    points = [point for feature in features for ring in _rings(feature) for point in ring]
    if not points:
        return Drawing(0, ())
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * narrow or 1)

    def place(point: list[float]) -> tuple[int, int]:
        x, y = point
        return round((x - west) * narrow * scale), round((north - y) * scale)

    shapes = tuple(
        Shape(
            feature["properties"]["code"], "".join(_path(ring, place) for ring in _rings(feature))
        )
        for feature in features
    )
    return Drawing(max(1, round((north - south) * scale)), shapes)


def _outline(feature: Mapping[str, Any], place: Callable[[list[float]], tuple[int, int]]) -> str:
    return "".join(_path(ring, place) for ring in _rings(feature))


def _path(ring: Ring, place: Callable[[list[float]], tuple[int, int]]) -> str:
    """Return one closed outline; corners that fall on the one before are left out."""
    steps: list[tuple[int, int]] = []
    for point in ring:
        at = place(point)
        if not steps or steps[-1] != at:
            steps.append(at)
    return "M" + "L".join(f"{x} {y}" for x, y in steps) + "Z"


def _rings(feature: Mapping[str, Any]) -> Iterator[Ring]:
    shape = feature["geometry"]
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    for polygon in polygons:
        yield from polygon
