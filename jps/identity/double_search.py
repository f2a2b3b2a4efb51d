"""Find the doubles among all members: every key, the model in force, its prior learnt anew.

The model was learnt from our list against the registry, where nearly everybody has a counterpart.
Within one list hardly anybody has: how common doubles are, and from which weight on a pair is worth
somebody's time, follow from the weights of all pairs (`jps.matching.prior`). Clusters see to it
that pairs do not chain different people together; what people decided binds them.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pyarrow as pa

from jps.identity.rules import Verdict
from jps.matching import Model, RegistryIndex
from jps.matching.clusters import cluster
from jps.matching.compare import compare
from jps.matching.hashing import Ints
from jps.matching.numbers import Number
from jps.matching.pairs import Pairs
from jps.matching.prior import best_cut, prior_bits
from jps.matching.within import find_doubles

Said = Mapping[frozenset[uuid.UUID], Verdict]


@dataclass(frozen=True)
class DoublePrior:
    """How common doubles are: `found` (share of members that have one) replaces that of the model;
    pairs of at least `least` bits are kept."""

    found: float
    least: float

    def model(self, model: Model) -> Model:
        """Return the model for pairs within our own list."""
        return replace(model, found=self.found)


@dataclass(frozen=True)
class DoublePair:
    """Two members by their ids, the smaller first, with weight (bits) and levels by field."""

    first: uuid.UUID
    other: uuid.UUID
    weight: float
    levels: Mapping[str, int]


def doubles_in(
    index: RegistryIndex, links: pa.Table, model: Model, said: Said
) -> tuple[list[DoublePair], DoublePrior]:
    """Return the doubles in the list that `index` is of, and how common they are.

    `links` (of `batch.found_table`) tell who shares a registry person. Kept are pairs in one
    cluster, pairs with the very same NIK (which two people cannot have), and likely pairs that
    people decided about.
    """
    ids = [uuid.UUID(text) for text in index.people.ids.to_pylist()]
    pairs = find_doubles(index, model=model).pairs
    pairs = _with(pairs, _of_one_person(links, ids), model, index)
    size = len(ids)
    bits = prior_bits(pairs.weights, start=model.start_bits, pairs=size * (size - 1) / 2)
    found = float(np.clip(2.0**bits * model.people, 1e-9, 1.0))
    pairs = pairs.weighed(replace(model, found=found), index.people)
    prior = DoublePrior(found, round(best_cut(pairs.weights).bits, 3))
    taken = _taken(pairs, prior, ids, said)
    return list(_named(pairs.take(taken), ids)), prior


def _with(pairs: Pairs, more: Ints, model: Model, index: RegistryIndex) -> Pairs:
    """Return the pairs with those of `more` (two rows) that are not among them."""
    size = len(index)
    known = np.unique(pairs.i * size + pairs.j)
    i, j = more[:, ~np.isin(more[0] * size + more[1], known)]
    people = index.people
    return Pairs.joined([pairs, Pairs.of(i, j, compare(people, people, i, j), model, people)])


def _of_one_person(links: pa.Table, ids: list[uuid.UUID]) -> Ints:
    """Return the pairs of rows that are linked to one registry person."""
    rows = {one: row for row, one in enumerate(ids)}
    shared = links.filter(links.column("shared"))
    groups: dict[object, list[int]] = {}
    for person, record in zip(
        shared.column("person").to_pylist(), shared.column("record").to_pylist(), strict=True
    ):
        if uuid.UUID(record) in rows:
            groups.setdefault(person, []).append(rows[uuid.UUID(record)])
    found = {two for group in groups.values() for two in combinations(sorted(group), 2)}
    return np.array(sorted(found), np.int64).reshape(-1, 2).T


def _taken(pairs: Pairs, prior: DoublePrior, ids: list[uuid.UUID], said: Said) -> Ints:
    rows = {one: row for row, one in enumerate(ids)}
    above = pairs.weights - prior.least
    same, different = (
        _rows_of(said, verdict, rows) for verdict in (Verdict.SAME, Verdict.DIFFERENT)
    )
    clusters = cluster(len(ids), pairs.i, pairs.j, above, same=same, different=different)
    one_nik = pairs.levels["nik"] == Number.SAME
    decided = [frozenset((ids[i], ids[j])) in said for i, j in zip(pairs.i, pairs.j, strict=True)]
    joined = clusters.labels[pairs.i] == clusters.labels[pairs.j]
    return np.flatnonzero(joined | one_nik | (np.array(decided, bool) & (above >= 0)))


def _rows_of(
    said: Said, verdict: Verdict, rows: Mapping[uuid.UUID, int]
) -> Iterable[tuple[int, int]]:
    for pair, found in said.items():
        places = [rows[one] for one in pair if one in rows]
        if found == verdict and len(places) == 2:
            yield places[0], places[1]


def _named(pairs: Pairs, ids: list[uuid.UUID]) -> Iterable[DoublePair]:
    for place in range(len(pairs)):
        first, other = sorted((ids[pairs.i[place]], ids[pairs.j[place]]))
        levels = {name: int(column[place]) for name, column in pairs.levels.items()}
        yield DoublePair(first, other, round(float(pairs.weights[place]), 2), levels)
