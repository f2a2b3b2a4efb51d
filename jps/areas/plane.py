"""Degrees to kilometres and back: an equal-area plane around the areas at hand.

Lambert's azimuthal equal-area projection: areas are exact on the ellipsoid, and 150 km from its
centre shapes are off by 1 in 10,000.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

Geometries: TypeAlias = NDArray[np.object_]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """A plane in kilometres whose origin is a point in degrees of WGS84."""

    lat: float
    lon: float

    @cached_property
    def _there(self) -> Transformer:
        local = f"+proj=laea +lat_0={self.lat} +lon_0={self.lon} +datum=WGS84 +units=km +no_defs"
        return Transformer.from_crs("EPSG:4326", local, always_xy=True)

    def to_km(self, lon_lat: Floats) -> Floats:
        """Return (n, 2) longitudes and latitudes as (n, 2) kilometres east and north."""
        return np.column_stack(self._there.transform(lon_lat[:, 0], lon_lat[:, 1]))

    def to_degrees(self, km: Floats) -> Floats:
        """Return (n, 2) kilometres as (n, 2) longitudes and latitudes."""
        return np.column_stack(self._there.transform(km[:, 0], km[:, 1], direction="INVERSE"))

    def project(self, geometries: Geometries) -> Geometries:
        """Return geometries in degrees as geometries in kilometres."""
        return shapely.transform(geometries, self.to_km)

    def unproject(self, geometries: Geometries) -> Geometries:
        """Return geometries in kilometres as geometries in degrees."""
        return shapely.transform(geometries, self.to_degrees)

    def km2(self, geometries: Geometries) -> Floats:
        """Return the area of geometries in degrees, in km2."""
        return np.asarray(shapely.area(self.project(geometries)), dtype=np.float64)


def plane_around(lon_lat: Floats) -> Plane:
    """Return the plane around the middle of (n, 2) points in degrees."""
    middle = (lon_lat.min(axis=0) + lon_lat.max(axis=0)) / 2
    return Plane(lat=round(float(middle[1]), 1), lon=round(float(middle[0]), 1))


def plane_of(geometries: Geometries) -> Plane:
    """Return the plane around geometries in degrees."""
    return plane_around(shapely.get_coordinates(geometries))


def as_array(geometries: Sequence[shapely.Geometry]) -> Geometries:
    """Return geometries as an array of objects, also when there is one or none."""
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    return array
