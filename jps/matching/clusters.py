"""From weighted pairs of one list to clusters, each one person, without chaining people together.

All records of a cluster speak for one another on the whole: clusters are joined, the best first,
while the mean weight over *all* pairs between them is positive, where a pair that was not compared
counts `absent` bits. This is average linkage (R. Sokal, C. Michener, 1958) on the weights of
correlation clustering (N. Bansal, A. Blum, S. Chawla, 2004). Average linkage is reducible: to join
at once all clusters that are each other's best leads where joining one by one does (M. Bruynooghe,
1978; F. Murtagh, 1983), in a few rounds of sorting.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jps.matching.frequencies import Floats
from jps.matching.hashing import Ints, mix_arrays

ABSENT = -10.0  # bits of a pair that was not compared: no key proposed it
LIMIT = 20.0  # bits; what a pair says beyond is no more to a cluster
_STEPS = 1024.0  # of a bit: sums of such steps are exact in any order
_TIES = 0x7469  # salt of the order among equal weights

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Clusters:
    """`labels`: per record the lowest record of its cluster.

    `conflicts` are the pairs said to be different that words about others make the same.
    """

    labels: Ints
    conflicts: tuple[tuple[int, int], ...]

    def groups(self) -> list[list[int]]:
        """Return the clusters of two or more records, by their lowest record."""
        order = np.argsort(self.labels, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(self.labels[order])) + 1)
        return [part.tolist() for part in parts if len(part) > 1]

    def pairs(self) -> tuple[Ints, Ints]:
        """Return all pairs of records of one cluster, the lower record first, sorted."""
        return _pairs_of_groups(self.labels)


def cluster(
    size: int,
    i: Ints,
    j: Ints,
    bits: Floats,
    *,
    same: Iterable[tuple[int, int]] = (),
    different: Iterable[tuple[int, int]] = (),
    absent: float = ABSENT,
) -> Clusters:
    """Cluster records 0 to size - 1 by the weights (bits, 0 is even odds) of the pairs (i, j).

    Pairs that people said to be `same` are in one cluster, those said to be `different` never are,
    also not through others. Where both cannot be, `same` holds and the pair is a conflict. A pair
    given twice counts by its heavier weight. Equal weights are decided by the numbers of the
    records: with records in an order of their own (by id), the order of a file makes no difference.
    """
    said_same, said_different = _two_columns(same), _two_columns(different)
    labels = components(size, *said_same)
    inside = labels[said_different[0]] == labels[said_different[1]]
    conflicts = {(min(a, b), max(a, b)) for a, b in zip(*said_different[:, inside], strict=True)}
    forbidden = said_different[:, ~inside]
    edges = _Edges.of(i, j, bits, forbidden).relabelled(labels, size)
    sizes = np.bincount(labels, minlength=size)
    while True:
        means = edges.means(sizes, absent)
        good = means > 0
        alive = np.zeros(size, bool)
        alive[edges.a[good]] = alive[edges.b[good]] = True
        kept = alive[edges.a] & alive[edges.b]
        edges, means = edges.take(kept), means[kept]
        if not len(means):
            return Clusters(labels, tuple(sorted((int(a), int(b)) for a, b in conflicts)))
        won = _mutual_best(edges, means, size)
        into = np.arange(size)
        into[edges.b[won]] = edges.a[won]
        labels = into[labels]
        np.add.at(sizes, edges.a[won], sizes[edges.b[won]])
        edges = edges.take(~won).relabelled(into, size)


@dataclass(frozen=True)
class _Edges:
    """Between clusters a < b: sum of the weights of the compared pairs, and how many there are."""

    a: Ints
    b: Ints
    total: Floats
    count: Ints

    @classmethod
    def of(cls, i: Ints, j: Ints, bits: Floats, forbidden: Ints) -> "_Edges":
        """Return the pairs, each once; those that people forbid weigh minus infinity."""
        if np.isnan(bits).any():
            raise ValueError("a weight is not a number")
        steps = np.round(np.clip(bits, -LIMIT, LIMIT) * _STEPS)
        i, j = np.r_[i, forbidden[0]].astype(np.int64), np.r_[j, forbidden[1]].astype(np.int64)
        low, high = np.minimum(i, j), np.maximum(i, j)
        total = np.r_[steps, np.full(forbidden.shape[1], -np.inf)]
        order = np.lexsort((np.where(np.isinf(total), -np.inf, -total), high, low))
        low, high, total = low[order], high[order], total[order]
        first = np.ones(len(low), bool)
        first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        first &= low != high
        return cls(low[first], high[first], total[first], np.ones(int(first.sum()), np.int64))

    def take(self, which: Mask) -> "_Edges":
        return _Edges(self.a[which], self.b[which], self.total[which], self.count[which])

    def relabelled(self, into: Ints, size: int) -> "_Edges":
        """Return the edges after every cluster became `into[cluster]`, added up."""
        a, b = into[self.a], into[self.b]
        key = np.minimum(a, b) * size + np.maximum(a, b)
        between = a != b
        keys, place = np.unique(key[between], return_inverse=True)
        total = np.bincount(place, self.total[between], len(keys)).astype(np.float64)
        count = np.bincount(place, self.count[between], len(keys)).astype(np.int64)
        return _Edges(keys // max(size, 1), keys % max(size, 1), total, count)

    def means(self, sizes: Ints, absent: float) -> Floats:
        """Return the mean bits of all pairs between the two clusters of every edge."""
        every = sizes[self.a] * sizes[self.b]
        step = round(min(absent, 0.0) * _STEPS)
        return np.asarray((self.total + step * (every - self.count)) / every, np.float64)


def _mutual_best(edges: _Edges, means: Floats, size: int) -> Mask:
    """Say which edges are the best positive one of both their clusters."""
    order = np.lexsort((mix_arrays(_TIES, edges.a, edges.b), -means))
    order = order[means[order] > 0]
    rank = np.arange(len(order))
    best = np.full(size, len(order), np.int64)
    np.minimum.at(best, edges.a[order], rank)
    np.minimum.at(best, edges.b[order], rank)
    won = np.zeros(len(means), bool)
    won[order] = (best[edges.a[order]] == rank) & (best[edges.b[order]] == rank)
    return won


def components(size: int, i: Ints, j: Ints) -> Ints:
    """Return per record the lowest record it is connected with by the pairs (i, j)."""
    labels = np.arange(size)
    while True:
        low = np.minimum(labels[i], labels[j])
        fresh = labels.copy()
        np.minimum.at(fresh, labels[i], low)
        np.minimum.at(fresh, labels[j], low)
        while not np.array_equal(fresh, fresh[fresh]):
            fresh = fresh[fresh]
        if np.array_equal(fresh, labels):
            return labels
        labels = fresh


def pairs_to_complete(
    size: int, i: Ints, j: Ints, bits: Floats, *, most: int = 50
) -> tuple[Ints, Ints]:
    """Return the pairs worth comparing though no key proposed them.

    They are connected by positive pairs with others, in components of at most `most` records.
    """
    good = bits > 0
    labels = components(size, i[good], j[good])
    large = np.bincount(labels, minlength=size) > most
    own = np.arange(size)
    first, other = _pairs_of_groups(np.where(large[labels], own, labels))
    known = np.unique(np.minimum(i, j) * size + np.maximum(i, j))
    fresh = ~np.isin(first * size + other, known)
    return first[fresh], other[fresh]


def _pairs_of_groups(labels: Ints) -> tuple[Ints, Ints]:
    """Return all pairs of records with the same label, sorted."""
    order = np.argsort(labels, kind="stable")
    _, starts, counts = np.unique(labels[order], return_index=True, return_counts=True)
    place = np.arange(len(order))
    followers = np.repeat(starts + counts, counts) - place - 1
    first = np.repeat(place, followers)
    begin = np.repeat(np.cumsum(followers) - followers, followers)
    other = first + 1 + np.arange(len(first)) - begin
    found = np.stack((order[first], order[other]))
    found = found[:, np.lexsort((found[1], found[0]))]
    return found[0], found[1]


def _two_columns(pairs: Iterable[tuple[int, int]]) -> Ints:
    return np.array(list(pairs), np.int64).reshape(-1, 2).T
