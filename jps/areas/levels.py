"""Boundaries of one level, and the levels that follow from another."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import shapely

from jps.areas.coverage import dissolve
from jps.areas.plane import as_array, plane_of
from jps.areas.rules import Level


@dataclass(frozen=True)
class Boundaries:
    """Polygons of one level in degrees of WGS84 with their km2, by code."""

    level: Level
    dissolved: bool  # made from the level below
    geometries: Mapping[str, shapely.Geometry]
    km2: Mapping[str, float]

    @property
    def version(self) -> str:
        """SHA-256 of codes and polygons: the same boundaries have the same version."""
        digest = hashlib.sha256()
        for code, geometry in sorted(self.geometries.items()):
            digest.update(code.encode() + b"\0" + shapely.to_wkb(geometry))
        return digest.hexdigest()


def measured(
    level: Level, geometries: Mapping[str, shapely.Geometry], *, dissolved: bool
) -> Boundaries:
    """Return the boundaries of `level` with their km2 on an equal-area plane."""
    array = as_array(list(geometries.values()))
    km2 = plane_of(array).km2(array).tolist()
    return Boundaries(level, dissolved, geometries, dict(zip(geometries, km2, strict=True)))


def dissolved_to(level: Level, below: Boundaries) -> Boundaries:
    """Return the boundaries of `level` as unions of those `below`."""
    return measured(level, dissolve(below.geometries, level), dissolved=True)


def nested(cells: Mapping[str, shapely.Geometry]) -> list[Boundaries]:
    """Return all levels, desa first, made of cells that may be of different levels.

    A level gets the union of all cells at or below it; a level below every cell is left out.
    """
    made = []
    for level in sorted(Level, key=lambda level: -level.depth):
        members = {c: cell for c, cell in cells.items() if len(c) >= level.code_length}
        if members:
            lower = any(len(code) > level.code_length for code in members)
            made.append(measured(level, dissolve(members, level), dissolved=lower))
    return made
