"""Polygons that fit together: repair, overlaps and gaps, dissolving upwards, simplification.

All functions take and return arrays of polygons in degrees of WGS84 unless they say otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from jps.areas.plane import Geometries, Plane, as_array, plane_of
from jps.areas.rules import Level, ancestor

GAP = 0.1  # km; narrower gaps between neighbours are closed, wider ones (lakes) are left open
NOISE = 1e-4  # km2; smaller overlaps are rounding
DECIMALS = 7  # of a degree: 1 cm
_POLYGON, _MULTIPOLYGON = 3, 6

# types-shapely 2.1 does not know this function of shapely 2.2 yet.
_coverage_clean: Callable[..., Any] = vars(shapely)["coverage_clean"]


@dataclass(frozen=True)
class Overlap:
    """Two areas that both claim some land."""

    code: str
    other: str
    km2: float


@dataclass(frozen=True)
class Cleaned:
    """Polygons that fit together, and what was found before."""

    geometries: Geometries
    overlaps: tuple[Overlap, ...]
    gaps: int
    gaps_km2: float
    changed: bool


def polygons_only(geometry: shapely.Geometry | None) -> shapely.Geometry | None:
    """Return the polygon parts of any geometry, made valid and flat; None when there are none."""
    if geometry is None or shapely.is_empty(geometry):
        return None
    flat = shapely.force_2d(geometry)
    valid = flat if shapely.is_valid(flat) else shapely.make_valid(flat)
    parts = [part for part in _parts(valid) if shapely.area(part) > 0]
    if not parts:
        return None
    return shapely.union_all(parts) if len(parts) > 1 else parts[0]


def _parts(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the single polygons in a geometry, nested collections included."""
    if shapely.get_type_id(geometry) == _POLYGON:
        return [geometry]
    if shapely.get_num_geometries(geometry) <= 1 and shapely.get_type_id(geometry) < _MULTIPOLYGON:
        return []
    return [single for part in shapely.get_parts(geometry) for single in _parts(part)]


def clean(codes: Sequence[str], geometries: Geometries) -> Cleaned:
    """Return polygons whose shared edges are identical, without overlaps and narrow gaps.

    Land claimed twice goes to the neighbour with the longer common border. What fits already comes
    back untouched.
    """
    plane = plane_of(geometries)
    flat = plane.project(geometries)
    untouched = Cleaned(geometries, (), 0, 0.0, changed=False)
    if shapely.coverage_is_valid(flat, gap_width=GAP):
        return untouched
    overlaps = _overlaps(codes, flat)
    fitted = np.asarray(_coverage_clean(flat, gap_width=GAP))
    gaps = _filled(flat, fitted)
    if not overlaps and not gaps and shapely.coverage_is_valid(flat):
        return untouched  # narrow bays of the coast look like gaps and are none
    return Cleaned(
        geometries=_rounded(plane, fitted, geometries),
        overlaps=overlaps,
        gaps=len(gaps),
        gaps_km2=sum(gaps),
        changed=True,
    )


def _overlaps(codes: Sequence[str], flat: Geometries) -> tuple[Overlap, ...]:
    """Return who overlaps whom, the largest first; geometries in kilometres."""
    first, second = shapely.STRtree(flat).query(flat, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    common = shapely.area(shapely.intersection(flat[first], flat[second]))
    found = [
        Overlap(codes[a], codes[b], round(float(km2), 4))
        for a, b, km2 in zip(first, second, common, strict=True)
        if km2 > NOISE
    ]
    return tuple(sorted(found, key=lambda overlap: -overlap.km2))


def _filled(before: Geometries, after: Geometries) -> list[float]:
    """Return the km2 of each gap that is filled now; geometries in kilometres."""
    added = shapely.difference(shapely.union_all(after), shapely.union_all(before))
    sizes: list[float] = shapely.area(shapely.get_parts(added)).tolist()
    return [km2 for km2 in sizes if km2 > NOISE]


def _rounded(plane: Plane, fitted: Geometries, before: Geometries) -> Geometries:
    """Return fitted polygons (km) in rounded degrees; an area that vanished keeps what it had."""
    degrees = shapely.transform(
        plane.unproject(fitted), lambda coordinates: np.round(coordinates, DECIMALS)
    )
    repaired = [polygons_only(new) if not shapely.is_empty(new) else None for new in degrees]
    return as_array([new or old for new, old in zip(repaired, before, strict=True)])


def dissolve(
    geometries: Mapping[str, shapely.Geometry], level: Level
) -> dict[str, shapely.Geometry]:
    """Return the areas of `level` as unions of the areas below them, by code.

    Edges inside vanish and edges outside stay exactly as they are.
    """
    members: dict[str, list[shapely.Geometry]] = {}
    for code, geometry in sorted(geometries.items()):
        members.setdefault(ancestor(code, level), []).append(geometry)
    return {code: _union(as_array(parts)) for code, parts in members.items()}


def _union(parts: Geometries) -> shapely.Geometry:
    if shapely.coverage_is_valid(parts):
        union = shapely.coverage_union_all(parts)
        if shapely.is_valid(union):
            return union
    return polygons_only(shapely.union_all(parts)) or parts[0]


def simplify(geometries: Geometries, *, metres: float, decimals: int) -> Geometries:
    """Return polygons with fewer corners, shared edges still shared, in degrees so rounded.

    Visvalingam-Whyatt on the edges of the coverage: corners whose triangle is smaller than
    `metres` squared go. Small islands stay.
    """
    plane = plane_of(geometries)
    flat = shapely.coverage_simplify(plane.project(geometries), tolerance=metres / 1000)
    degrees = plane.unproject(np.asarray(flat))
    return np.asarray(shapely.transform(degrees, lambda xy: np.round(xy, decimals)))
