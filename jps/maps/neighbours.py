"""Which areas of a level touch; one that touches none has its nearest ones."""

from collections import defaultdict
from threading import Lock

import numpy as np
import shapely
from sqlalchemy.orm import Session

from jps.areas.queries import current_set, geometries
from jps.areas.rules import Level

TOUCH = 0.0005  # degrees, about 55 m: thinned outlines may stand apart a little
NEAREST = 2  # neighbours of an island

Found = dict[str, frozenset[str]]
_kept: dict[str, Found] = {}
_lock = Lock()


def neighbours(session: Session, level: Level) -> Found:
    """Return the neighbours of every area of a level, none at all without boundaries."""
    boundaries = current_set(session, level)
    if boundaries is None:
        return {}
    key = f"{level}-{boundaries.version}"
    if key not in _kept:
        found = touching(geometries(session, boundaries))
        with _lock:
            _kept[key] = found
    return _kept[key]


def touching(shapes: dict[str, shapely.Geometry]) -> Found:
    """Return which shapes touch, and the nearest for those that touch none."""
    codes = sorted(shapes)
    outlines = np.array([shapes[code] for code in codes])
    if len(codes) < 2:
        return {code: frozenset() for code in codes}
    tree = shapely.STRtree(outlines)
    near: dict[int, set[int]] = defaultdict(set)
    for one, other in tree.query(outlines, predicate="dwithin", distance=TOUCH).T.tolist():
        if one != other:
            near[one].add(other)
    centres = shapely.get_coordinates(shapely.centroid(outlines))
    for place in range(len(codes)):
        if not near[place]:
            far = np.hypot(*(centres - centres[place]).T)
            for other in np.argsort(far)[1 : NEAREST + 1].tolist():
                near[place].add(other)
                near[other].add(place)
    return {code: frozenset(codes[n] for n in near[place]) for place, code in enumerate(codes)}
