"""A cloud of small cells ("pixels"), fine where areas are small, and who touches whom.

Squares are halved until they suit the areas near them, their centres are moved a little by a fixed
seed, and the Voronoi cells of the centres are the pixels: they fit together without gaps, and
outlines made of them look drawn rather than ruled.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from jps.areas.plane import Floats, Geometries

SIDE = 0.5  # largest pixel of an area, in radii of the disc of its km2: about 20 pixels per area
REACH = 3.5  # pixel sides around a small area in which pixels must suit it
JITTER = 0.35  # how far a pixel's centre is moved at most, in sides
MARGIN = 3.0  # empty land or sea around the outermost areas, in radii of the largest disc


@dataclass(frozen=True)
class Pixels:
    """`centres` (n, 2) in km, `cells` (n) polygons, `km2` (n), `touching`: neighbours of each."""

    centres: Floats
    cells: Geometries
    km2: Floats
    touching: list[list[int]]


def make_pixels(sites: Floats, radii: Floats, *, seed: int) -> Pixels:
    """Return pixels around (n, 2) `sites` in km whose areas have the `radii` (n) in km.

    The same input gives the same pixels.
    """
    squares, sides = _squares(sites, radii)
    shift = np.random.default_rng(seed).uniform(-JITTER, JITTER, squares.shape)
    centres = squares + shift * sides[:, None]
    points = shapely.multipoints(centres)
    around = shapely.buffer(shapely.envelope(points), sides.max(), cap_style="square")
    cells = np.asarray(
        shapely.get_parts(shapely.voronoi_polygons(points, extend_to=around, ordered=True))
    )
    return Pixels(centres, cells, np.asarray(shapely.area(cells)), _touching(centres))


def _squares(sites: Floats, radii: Floats) -> tuple[Floats, Floats]:
    """Return the centres (n, 2) and sides (n) of squares that suit the areas near them."""
    low, high = sites.min(axis=0), sites.max(axis=0)
    margin = MARGIN * radii.max()
    side = float((high - low + 2 * margin).max())
    left = ((low + high) / 2)[None, :]
    done: list[Floats] = []
    sides: list[Floats] = []
    while len(left):
        coarse = _near_smaller(left, sites[radii < side / SIDE], REACH * side)
        done.append(left[~coarse])
        sides.append(np.full(len(done[-1]), side))
        quarter = side / 4 * np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]])
        left = (left[coarse][:, None, :] + quarter).reshape(-1, 2)
        side /= 2
    return np.vstack(done), np.concatenate(sides)


def _near_smaller(centres: Floats, sites: Floats, distance: float) -> NDArray[np.bool_]:
    """Return for each centre whether one of `sites` is within `distance`."""
    near = np.zeros(len(centres), dtype=bool)
    if len(sites):
        tree = shapely.STRtree(np.asarray(shapely.points(sites)))
        nearest = sites[tree.nearest(np.asarray(shapely.points(centres)))]
        near = np.hypot(*(nearest - centres).T) < distance
    return near


def _touching(centres: Floats) -> list[list[int]]:
    """Return the neighbours of each pixel: Voronoi cells touch where Delaunay edges run."""
    edges = shapely.delaunay_triangles(shapely.multipoints(centres), only_edges=True)
    ends = shapely.get_coordinates(edges)
    _, same = np.unique(np.vstack([centres, ends]), axis=0, return_inverse=True)
    number = np.empty(same.max() + 1, dtype=np.int64)
    number[same[: len(centres)]] = np.arange(len(centres))
    touching: list[list[int]] = [[] for _ in centres]
    for a, b in number[same[len(centres) :]].reshape(-1, 2).tolist():
        touching[a].append(b)
        touching[b].append(a)
    return touching
