"""Poverty and inequality of consumption, with errors from the design of the sample. Pure.

* FGT (J. Foster, J. Greer, E. Thorbecke, Econometrica 52, 1984): the mean of ((z - y) / z)^a over
  those below the line z; a = 0 is the poverty rate P0, 1 the gap P1, 2 the severity P2.
* Gini: half the mean difference of all pairs over the mean; the whole sample stands for its
  population, so that replicated data give the same value (no factor n / (n - 1)).
* Lorenz curve: the share that the poorest p of the population have.

Each returns its influence values' error (`jps.welfare.design`). The line is a given number.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from jps.welfare.design import Design, Floats, Measured
from jps.welfare.estimates import none_or_all_interval


def mean(values: npt.ArrayLike, design: Design) -> Measured:
    """Return the weighted mean; for values 0 and 1 it is a share."""
    y = np.asarray(values, dtype=np.float64)
    return ratio(y, np.ones_like(y), design, share=bool(np.isin(y, (0, 1)).all()))


def ratio(
    above: npt.ArrayLike,
    below: npt.ArrayLike,
    design: Design,
    *,
    share: bool = False,
    beside: float = 0.0,
) -> Measured:
    """Return the ratio of two totals; `ValueError` where the lower one is 0.

    A `share` of none or of all who were drawn is not surely none or all of the population: its
    interval is Wilson's for as many observations as there are primary units.
    """
    a, b = (np.asarray(values, dtype=np.float64) for values in (above, below))
    whole = design.total(b)
    if whole == 0:
        raise ValueError("nothing to divide by")
    value = design.total(a) / whole
    found = design.measured(value, (a - value * b) / whole, share=share, beside=beside)
    if share and found.error == 0 and value in (0, 1):
        low, high = none_or_all_interval(value, design.units)
        return replace(found, low=low, high=high)
    return found


def fgt(consumption: npt.ArrayLike, line: npt.ArrayLike, alpha: int, design: Design) -> Measured:
    """Return P0, P1 or P2 (`alpha` 0, 1, 2) for a line above 0, one or one per row."""
    y = np.asarray(consumption, dtype=np.float64)
    z = np.broadcast_to(np.asarray(line, dtype=np.float64), y.shape)
    if alpha not in (0, 1, 2) or not np.all(z > 0):
        raise ValueError("alpha is 0, 1 or 2, and the line above 0")
    gaps = np.clip((z - y) / z, 0.0, None)
    poor = (y < z).astype(np.float64)
    return ratio(poor * gaps**alpha, np.ones_like(y), design, share=bool(np.all(y >= 0)))


def expected_rate(chances: npt.ArrayLike, design: Design) -> Measured:
    """Return the poverty rate from probabilities of being poor.

    Beside the sampling error stands that nobody knows who of them is poor: sum of w^2 p (1 - p),
    over the square of the weights' sum (`jps.welfare.estimates`).
    """
    p = np.asarray(chances, dtype=np.float64)
    w = design.weights
    unknown = float(np.sum(w**2 * p * (1 - p)) / np.sum(w) ** 2)
    return ratio(p, np.ones_like(p), design, share=True, beside=unknown)


def gini(consumption: npt.ArrayLike, design: Design) -> Measured:
    """Return the Gini index of values of at least 0; `ValueError` where nobody has anything."""
    y = np.asarray(consumption, dtype=np.float64)
    w = design.weights
    people, whole = float(np.sum(w)), design.total(y)
    if np.any(y < 0) or whole <= 0:
        raise ValueError("consumption must be 0 or more, and not 0 for all")
    below, above = _up_to(y, w), _more_than(y, w)
    # sum over pairs of w w max(y, y'), of which each row's share is this:
    with_each = y * below + above
    value = float(np.sum(w * with_each)) / (people * whole) - 1
    scale = people * whole
    influence = (2 * with_each - (value + 1) * (whole + people * y)) / scale
    return design.measured(value, influence, share=True)


def _up_to(y: Floats, w: Floats) -> Floats:
    """Return for each row the weight of those who have as much or less."""
    order = np.argsort(y, kind="stable")
    summed = np.cumsum(w[order])
    last = np.searchsorted(y[order], y, side="right") - 1
    found: Floats = summed[last]
    return found


def _more_than(y: Floats, w: Floats) -> Floats:
    """Return for each row what those who have more have together."""
    order = np.argsort(y, kind="stable")
    summed = np.concatenate([[0.0], np.cumsum((w * y)[order])])
    after = np.searchsorted(y[order], y, side="right")
    found: Floats = summed[-1] - summed[after]
    return found


def lorenz(consumption: npt.ArrayLike, shares: Sequence[float], design: Design) -> list[Measured]:
    """Return what share of the whole the poorest of each of `shares` (0-1) have."""
    y = np.asarray(consumption, dtype=np.float64)
    w = design.weights
    whole = design.total(y)
    if np.any(y < 0) or whole <= 0 or not all(0 <= share <= 1 for share in shares):
        raise ValueError("consumption must be 0 or more and not 0 for all, shares from 0 to 1")
    order = np.argsort(y, kind="stable")
    people = np.concatenate([[0.0], np.cumsum(w[order])]) / np.sum(w)
    have = np.concatenate([[0.0], np.cumsum((w * y)[order])]) / whole
    found = []
    for share in shares:
        value = float(np.interp(share, people, have))
        place = min(int(np.searchsorted(people[1:], share - 1e-12)), len(y) - 1)
        richest = y[order][place]  # of those poorest
        influence = (np.minimum(y - richest, 0) + share * richest - value * y) / whole
        found.append(design.measured(value, influence, share=True))
    return found
