"""From weighted pairs to links: which record gets which registry person."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jps.matching.frequencies import Floats
from jps.matching.hashing import Ints
from jps.matching.pairs import Pairs
from jps.matching.spec import Assignment

NONE = -1  # no row


@dataclass(frozen=True)
class Assigned:
    """Per record of our list: the position of the pair linked, or NONE.

    `shared` says that the person is linked to another record too.
    """

    pair: Ints
    shared: npt.NDArray[np.bool_]


def assign(
    pairs: Pairs,
    *,
    records: int,
    people: int,
    how: Assignment,
    least: float,
    again: float,
) -> Assigned:
    """Link pairs by rounds of mutual best, heaviest first.

    Pairs below `least` are not linked; `again` is the weight from which MEMBERS links a person
    again. Equal weights are decided by registry row, then by record.
    """
    i, j, weights = pairs.i, pairs.j, pairs.weights
    order = np.lexsort((i, j, -weights))
    order = order[weights[order] >= least]
    pair = np.full(records, NONE, np.int64)
    taken = np.zeros(people, bool)
    while len(order):
        a, b, place = i[order], j[order], np.arange(len(order))
        best_a = _first(a, records)[a] == place
        best_b = _first(b, people)[b] == place
        free = _may_share(weights[order], how, again)  # also a person who is linked already
        won = best_a & ((best_b & ~taken[b]) | (free & taken[b]) | (how is Assignment.FREE))
        pair[a[won]] = order[won]
        taken[b[won]] = True
        order = order[(pair[a] == NONE) & (free | ~taken[b])]
    return Assigned(pair, _shared(pair, j))


def _shared(pair: Ints, j: Ints) -> npt.NDArray[np.bool_]:
    """Say per record whether its person is linked to another record too."""
    linked = np.flatnonzero(pair != NONE)
    _, at, holders = np.unique(j[pair[linked]], return_inverse=True, return_counts=True)
    shared = np.zeros(len(pair), bool)
    shared[linked] = holders[at] > 1
    return shared


def _may_share(weights: Floats, how: Assignment, again: float) -> npt.NDArray[np.bool_]:
    """Say which pairs may link a person who is linked already."""
    if how is Assignment.FREE:
        return np.ones(len(weights), bool)
    return (weights >= again) & (how is Assignment.MEMBERS)


def _first(values: Ints, size: int) -> Ints:
    """Return for every value the first position at which it stands."""
    first = np.full(size, len(values), np.int64)
    first[values[::-1]] = np.arange(len(values))[::-1]
    return first
