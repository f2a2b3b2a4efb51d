"""How far a point lies outside of the village it is said to be in."""

from collections.abc import Sequence

import numpy as np
import shapely
from sqlalchemy.orm import Session

from jps.areas.plane import Plane, as_array, plane_of
from jps.areas.queries import current_set, geometries
from jps.areas.rules import Level

Point = tuple[float, float]  # latitude and longitude in degrees of WGS84


class Outlines:
    """The villages' boundaries in force on a plane in kilometres. Empty when there are none."""

    def __init__(self, polygons: dict[str, shapely.Geometry], *, version: str, schematic: bool):
        self.version, self.schematic = version, schematic
        self._plane: Plane | None = None
        self._flat: dict[str, shapely.Geometry] = {}
        if polygons:
            array = as_array(list(polygons.values()))
            self._plane = plane_of(array)
            self._flat = dict(zip(polygons, self._plane.project(array), strict=True))

    def metres_outside(
        self, villages: Sequence[str], points: Sequence[Point | None]
    ) -> list[float | None]:
        """Return for each point how many metres it lies outside of its village, 0 inside; None
        without a point or an outline."""
        places = [
            place
            for place, (code, point) in enumerate(zip(villages, points, strict=True))
            if point is not None and code in self._flat
        ]
        found: list[float | None] = [None] * len(points)
        if not places or self._plane is None:
            return found
        lon_lat = np.array([(point[1], point[0]) for k in places if (point := points[k])])
        flat = shapely.points(self._plane.to_km(lon_lat))
        outlines = as_array([self._flat[villages[k]] for k in places])
        for place, km in zip(places, shapely.distance(outlines, flat), strict=True):
            found[place] = round(float(km) * 1000, 1)
        return found


def outlines_in_force(session: Session) -> Outlines:
    """Return the outlines of the villages in force; remembered by version."""
    found = current_set(session, Level.DESA)
    if found is None:
        return Outlines({}, version="", schematic=False)
    known = _REMEMBERED.get(found.version)
    if known is None:
        known = Outlines(
            geometries(session, found), version=found.version, schematic=found.schematic
        )
        _REMEMBERED.clear()
        _REMEMBERED[found.version] = known
    return known


_REMEMBERED: dict[str, Outlines] = {}
