"""Where high values stand together: local Moran's I and Getis-Ord G*, with corrected p values.

Neighbours are areas that touch; an area that touches none has its nearest ones. Local Moran
compares an area with its neighbours (L. Anselin, Geographical Analysis 27, 1995), G* sums an area
and its neighbours (J. K. Ord, A. Getis, the same volume). Moran is judged by conditional
permutation, where an area keeps its value and the others are dealt out at random, G* by its normal
distribution. Many areas are judged at once, so p values are corrected (Y. Benjamini, Y. Hochberg,
J. Royal Statistical Society B 57, 1995).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Neighbours: TypeAlias = Mapping[str, frozenset[str]]

PERMUTATIONS = 4_999
FALSE_SHARE = 0.05  # expected share of false ones among those called spots


class Spot(StrEnum):
    """What an area is among its neighbours."""

    HIGH = "high"  # high among high ones
    LOW = "low"  # low among low ones
    HIGH_LOW = "high-low"  # high among low ones
    LOW_HIGH = "low-high"  # low among high ones
    NONE = "none"  # may be chance


@dataclass(frozen=True)
class Local:
    """What was found of one area; p values are two-sided, `q` corrected for all areas."""

    moran: float
    moran_p: float
    moran_q: float
    z: float  # of G*
    p: float
    q: float
    spot: Spot  # by local Moran
    hot: bool | None  # by G*: hot, cold (False) or neither (None)


def local_spots(
    values: Mapping[str, float], neighbours: Neighbours, *, seed: int = 1
) -> dict[str, Local]:
    """Return what stands together; areas without a value are left out as if they did not exist.

    Fewer than three areas, or equal values everywhere, tell nothing: no area is a spot.
    """
    codes = sorted(values)
    x = np.array([values[code] for code in codes], dtype=np.float64)
    deviation = x - x.mean() if len(x) else x
    spread = float(deviation @ deviation) / max(1, len(x))
    if len(codes) < 3 or spread <= 0:
        return {code: Local(0.0, 1.0, 1.0, 0.0, 1.0, 1.0, Spot.NONE, None) for code in codes}
    place = {code: at for at, code in enumerate(codes)}
    near = [
        np.array(sorted(place[other] for other in neighbours.get(code, ()) if other in place), int)
        for code in codes
    ]
    z = deviation / np.sqrt(spread)
    lag = np.array([z[one].mean() if len(one) else 0.0 for one in near])
    moran = z * lag
    deals = _deals(len(codes) - 1, max(map(len, near)), np.random.default_rng(seed))
    p = np.array([_p_value(z, at, near[at], lag[at], deals) for at in range(len(codes))])
    star = np.array([_g_star(x, at, near[at]) for at in range(len(codes))])
    normal = np.array([math.erfc(abs(one) / math.sqrt(2)) for one in star])
    normal[[not len(one) for one in near]] = 1.0
    q, star_q = benjamini_hochberg(p), benjamini_hochberg(normal)
    return {
        code: Local(
            moran=float(moran[at]),
            moran_p=float(p[at]),
            moran_q=float(q[at]),
            z=float(star[at]),
            p=float(normal[at]),
            q=float(star_q[at]),
            spot=_spot(z[at], lag[at], q[at]),
            hot=None if star_q[at] > FALSE_SHARE else bool(star[at] > 0),
        )
        for code, at in place.items()
    }


def _deals(others: int, most: int, chance: np.random.Generator) -> NDArray[np.int_]:
    """Return the first `most` places of `PERMUTATIONS` ways to deal out the other areas."""
    return np.array([chance.permutation(others)[:most] for _ in range(PERMUTATIONS)], dtype=int)


def _p_value(
    z: Floats, at: int, near: NDArray[np.int_], seen: float, deals: NDArray[np.int_]
) -> float:
    """Return how often dealing out the other values gives neighbours at least as far from zero.

    Given the area's own value, local Moran rises or falls with the neighbours' mean alone.
    """
    if not len(near):
        return 1.0
    picks = deals[:, : len(near)]
    means = z[picks + (picks >= at)].mean(axis=1)
    above = (int((means >= seen).sum()) + 1) / (PERMUTATIONS + 1)
    below = (int((means <= seen).sum()) + 1) / (PERMUTATIONS + 1)
    return min(1.0, 2 * min(above, below))


def _g_star(x: Floats, at: int, near: NDArray[np.int_]) -> float:
    """Return the z score of the sum of an area and its neighbours, each with weight 1."""
    n, w = len(x), len(near) + 1
    s = float(x.std())
    below = s * float(np.sqrt((n * w - w * w) / (n - 1)))
    return 0.0 if below == 0 else float((x[near].sum() + x[at] - w * x.mean()) / below)


def _spot(own: float, around: float, q: float) -> Spot:
    if q > FALSE_SHARE:
        return Spot.NONE
    if around > 0:
        return Spot.HIGH if own > 0 else Spot.LOW_HIGH
    return Spot.HIGH_LOW if own > 0 else Spot.LOW


def benjamini_hochberg(p: Sequence[float] | Floats) -> Floats:
    """Return p values corrected for the share of false ones among all that are called true."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values)[::-1]
    ranks = np.arange(len(values), 0, -1)
    corrected = np.minimum.accumulate(values[order] * len(values) / ranks)
    found = np.empty_like(values)
    found[order] = np.minimum(corrected, 1.0)
    return found
