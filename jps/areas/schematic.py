"""Schematic boundaries: drawn from a point inside each area and its km2, for want of real ones.

Every area grows from its point over small pixels, nearest first in units of its own size, until it
has its km2 or is shut in; so neighbours are true, sizes nearly, and shapes plausible. Narrow
channels and holes are then shared out, and the edges smoothed. Each area comes out in one part,
no two overlap, and inside the outline there is no gap.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from jps.areas.balance import NOBODY, Balance
from jps.areas.pixels import Pixels, make_pixels
from jps.areas.plane import Floats, Geometries, plane_around
from jps.areas.register import Register
from jps.areas.rules import lineage

SEED = 75
CHANNEL = 1.8  # radii of the median area; narrower waters are land
SMOOTHING = 2  # rounds in which every corner moves half-way to the middle of its neighbours
DECIMALS = 6  # of a degree: 0.1 m


@dataclass(frozen=True)
class Site:
    """An area to draw: a point inside it in degrees of WGS84, and its km2 (None: unknown)."""

    code: str
    lat: float
    lon: float
    km2: float | None


def draw(sites: Sequence[Site]) -> dict[str, shapely.Geometry]:
    """Return one valid polygon in degrees of WGS84 for each site, by code.

    Polygons share their edges exactly. An area of unknown km2 gets the median of the others.
    The result depends on the set of sites alone, not on their order. No sites give no polygons.
    """
    if not sites:
        return {}
    ordered = sorted(sites, key=lambda site: site.code)
    lon_lat = np.array([(site.lon, site.lat) for site in ordered])
    plane = plane_around(lon_lat)
    km, km2 = plane.to_km(lon_lat), _sizes(ordered)
    pixels = make_pixels(km, np.sqrt(km2 / np.pi), seed=SEED)
    owner = _own(pixels, km, km2)
    members = [np.flatnonzero(owner == site) for site in range(len(ordered))]
    cells = np.array([shapely.coverage_union_all(pixels.cells[found]) for found in members])
    polygons = _smoothed(cells, plane.to_degrees)
    return {site.code: polygon for site, polygon in zip(ordered, polygons, strict=True)}


def lowest_sites(register: Register) -> list[Site]:
    """Return the areas to draw: those with a point that have no area with a point below them."""
    placed = [area for area in register.areas.values() if area.lat is not None]
    above = {code for area in placed for code in lineage(area.code)[:-1]}
    return [
        Site(area.code, area.lat, area.lon, area.km2)
        for area in placed
        if area.lat is not None and area.lon is not None and area.code not in above
    ]


def _sizes(sites: Sequence[Site]) -> Floats:
    km2 = np.array([site.km2 or np.nan for site in sites], dtype=np.float64)
    known = km2[~np.isnan(km2)]
    return np.where(np.isnan(km2), np.median(known) if len(known) else 1.0, km2)


def _own(pixels: Pixels, sites: Floats, km2: Floats) -> NDArray[np.int64]:
    """Return the site (or NOBODY) that each pixel belongs to."""
    growth = _Growth(pixels, sites, km2)
    growth.run(room=km2.tolist(), land=None)
    owner = np.array(growth.owner)
    outline = _outline(
        pixels.cells[owner != NOBODY], CHANNEL * float(np.median(np.sqrt(km2 / np.pi)))
    )
    inside = shapely.contains_xy(outline, pixels.centres[:, 0], pixels.centres[:, 1])
    growth.run(room=[np.inf] * len(sites), land=inside.tolist())
    Balance(
        growth.owner,
        pixels.touching,
        pixels.km2.tolist(),
        km2.tolist(),
        growth.homes,
        growth.distance,
    ).run()
    return np.array(growth.owner)


def _outline(cells: Geometries, channel: float) -> shapely.Geometry:
    """Return the union of `cells` without its holes and the waters narrower than `channel` km."""
    grown = shapely.coverage_union_all(cells)
    closed = shapely.buffer(shapely.buffer(grown, channel), -channel)
    outline = shapely.union_all(
        shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(closed)))
    )
    shapely.prepare(outline)
    return outline


class _Growth:
    """Sites that grow over pixels, always by the pixel that is nearest in units of their size."""

    def __init__(self, pixels: Pixels, sites: Floats, km2: Floats) -> None:
        self._touching, self._km2 = pixels.touching, pixels.km2.tolist()
        self._x: list[float] = pixels.centres[:, 0].tolist()
        self._y: list[float] = pixels.centres[:, 1].tolist()
        self._sites: list[tuple[float, float]] = sites.tolist()
        self._per_km2: list[float] = (1 / km2).tolist()
        self.owner = [NOBODY] * len(self._x)
        self.homes: list[int] = []  # the pixel of each site's point
        self._taken: list[float] = [0.0] * len(sites)
        tree = shapely.STRtree(np.asarray(shapely.points(pixels.centres)))
        for site, pixel in enumerate(tree.nearest(np.asarray(shapely.points(sites))).tolist()):
            self.homes.append(self._free(pixel))
            self._take(site, self.homes[-1])

    def run(self, *, room: list[float], land: list[bool] | None) -> None:
        """Grow until each site has its `room` (km2), on `land` pixels only when these are given."""
        heap = [
            (self.distance(site, near), site, near)
            for pixel, site in enumerate(self.owner)
            if site != NOBODY
            for near in self._touching[pixel]
            if self.owner[near] == NOBODY
        ]
        heapq.heapify(heap)
        while heap:
            _, site, pixel = heapq.heappop(heap)
            missing = room[site] - self._taken[site]
            if self.owner[pixel] != NOBODY or missing < self._km2[pixel] / 2:
                continue
            if land is not None and not land[pixel]:
                continue
            self._take(site, pixel)
            for near in self._touching[pixel]:
                if self.owner[near] == NOBODY:
                    heapq.heappush(heap, (self.distance(site, near), site, near))

    def _take(self, site: int, pixel: int) -> None:
        self.owner[pixel] = site
        self._taken[site] += self._km2[pixel]

    def distance(self, site: int, pixel: int) -> float:
        """Return the square of the way from a site's point to a pixel, in km2 of the site."""
        x, y = self._sites[site]
        dx, dy = self._x[pixel] - x, self._y[pixel] - y
        return (dx * dx + dy * dy) * self._per_km2[site]

    def _free(self, pixel: int) -> int:
        """Return `pixel`, or the nearest one by steps that nobody has (points may coincide)."""
        seen, queue = {pixel}, [pixel]
        for found in queue:
            if self.owner[found] == NOBODY:
                return found
            fresh = [near for near in self._touching[found] if near not in seen]
            seen.update(fresh)
            queue.extend(fresh)
        raise ValueError("more areas than pixels")


def _smoothed(cells: Geometries, to_degrees: Callable[[Floats], Floats]) -> Geometries:
    """Return the cells in rounded degrees, edges as smooth as can be without crossing."""
    corners, which, edges = _network(cells)
    for rounds in range(SMOOTHING, -1, -1):
        moved = np.round(to_degrees(_relax(corners, edges, rounds)), DECIMALS)
        polygons = np.asarray(shapely.set_coordinates(cells.copy(), moved[which]))
        if shapely.is_valid(polygons).all() and shapely.coverage_is_valid(polygons):
            return polygons
    raise ValueError("areas lie closer together than a drawing can show")


def _network(cells: Geometries) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Return corners (n, 2), for each coordinate of `cells` its corner, and edges (m, 2)."""
    coordinates, ring = shapely.get_coordinates(shapely.get_rings(cells), return_index=True)
    corners, which = np.unique(coordinates, axis=0, return_inverse=True)
    same_ring = ring[1:] == ring[:-1]
    edges = np.column_stack([which[:-1], which[1:]])[same_ring]
    return corners, which, np.unique(np.sort(edges, axis=1), axis=0)


def _relax(corners: Floats, edges: NDArray[np.int64], rounds: int) -> Floats:
    """Move every corner half-way to the middle of those it shares an edge with."""
    from_, to = np.vstack([edges, edges[:, ::-1]]).T
    degree = np.bincount(from_, minlength=len(corners))[:, None]
    for _ in range(rounds):
        total = np.column_stack(
            [
                np.bincount(from_, weights=corners[to, axis], minlength=len(corners))
                for axis in (0, 1)
            ]
        )
        corners = (corners + total / degree) / 2
    return corners
