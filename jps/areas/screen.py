"""Outlines as the map's page draws them: whole numbers that need no projecting in the browser.

Web Mercator (EPSG:3857) with the origin in the north-west, as Leaflet counts, in units of which the
world is 2^25 wide: 1.2 m at the equator.
"""

import json
from collections.abc import Mapping

import numpy as np
import shapely

from jps.areas.plane import Floats

WORLD = 2**25


def screen_outlines(polygons: Mapping[str, shapely.Geometry]) -> bytes:
    """Return JSON of polygons in degrees by code: codes, and the rings of each in the same order.

    A ring is x, y of its first corner and then the steps from corner to corner; it is not closed.
    Holes are rings like others: whoever fills by the even-odd rule draws them.
    """
    made = {
        "world": WORLD,
        "codes": list(polygons),
        "rings": [_rings(shape) for shape in polygons.values()],
    }
    return json.dumps(made, separators=(",", ":")).encode()


def _rings(shape: shapely.Geometry) -> list[list[int]]:
    rings = shapely.get_rings(shapely.get_parts(shape))
    return [_steps(shapely.get_coordinates(ring)[:-1]) for ring in rings]


def _steps(lon_lat: Floats) -> list[int]:
    places = np.rint(on_screen(lon_lat)).astype(np.int64)
    places[1:] -= places[:-1].copy()
    steps: list[int] = places.ravel().tolist()
    return steps


def on_screen(lon_lat: Floats) -> Floats:
    """Return (n, 2) longitudes and latitudes as (n, 2) units east and south."""
    sine = np.sin(np.radians(lon_lat[:, 1]))
    east = lon_lat[:, 0] / 360 + 0.5
    south = 0.5 - np.arctanh(sine) / (2 * np.pi)
    return np.column_stack((east, south)) * WORLD
