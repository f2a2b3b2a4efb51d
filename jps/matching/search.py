"""Find and weigh all pairs worth a look: first by number, then the rest by every key."""

from dataclasses import dataclass

import numpy as np

from jps.matching.blocking import BlockingReport, find_pairs
from jps.matching.candidates import learn_from_candidates
from jps.matching.compare import compare
from jps.matching.hashing import Ints
from jps.matching.index import RegistryIndex
from jps.matching.model import Model
from jps.matching.pairs import FLOOR, Pairs, compare_staged
from jps.matching.records import Records
from jps.matching.shared import SharedNumbers
from jps.matching.spec import SAME, Anchor
from jps.matching.train import improve, train

_CHUNK = 15_000  # records compared at once; bounds the memory of candidates
_IMPROVEMENTS = 2  # passes over all records after the model was learnt from those with a number


@dataclass(frozen=True)
class Lists:
    """Both lists, as keys find them and as they are compared (shared numbers unknown)."""

    left: Records
    index: RegistryIndex
    left_compared: Records
    right_compared: Records
    shared: SharedNumbers

    @classmethod
    def of(cls, left: Records, index: RegistryIndex) -> "Lists":
        """Put two lists together."""
        shared = SharedNumbers.of(left) | SharedNumbers.of(index.people)
        return cls(left, index, shared.hidden_in(left), shared.hidden_in(index.people), shared)


@dataclass(frozen=True)
class Found:
    """Sorted pairs, the model that weighed them, records settled by number, what the keys did."""

    pairs: Pairs
    model: Model
    settled: Ints
    report: BlockingReport


def find_all(
    lists: Lists, model: Model | None, *, sure: float, seed: int = 0, rows: Ints | None = None
) -> Found:
    """Return all pairs that weigh FLOOR or more; without a model, learn one on the way.

    A record whose number (`Anchor`) leads to a person of weight `sure` or more, whose other fields
    are in accord, is searched no further than for the same person twice in the registry. `rows`:
    only these records of our list.
    """
    rows = np.arange(len(lists.left)) if rows is None else rows
    early, start = _find_by_number(lists, rows, model, seed)
    settled = np.unique(early.i[settles(early, sure, lists.index.people.spec.anchor)])
    rest = rows[~np.isin(rows, settled)]
    report = BlockingReport.of(lists.index)
    parts = [early.take(np.isin(early.i, settled) & (early.weights >= FLOOR))]
    for begin in range(0, len(rest), _CHUNK):
        i, j = find_pairs(lists.left, lists.index, rest[begin : begin + _CHUNK], report)
        parts.append(compare_staged(lists.left_compared, lists.right_compared, i, j, start))
    pairs = Pairs.joined(parts).sorted()
    if model is None:
        pairs, start = improved(pairs, start, lists.index.people, len(lists.left))
    return Found(pairs, start, settled, report)


def _find_by_number(
    lists: Lists, rows: Ints, model: Model | None, seed: int
) -> tuple[Pairs, Model]:
    report = BlockingReport.of(lists.index)  # counted again, with every key, for unsettled records
    i, j = find_pairs(lists.left, lists.index, rows, report, recipes=lists.left.spec.settling)
    levels = compare(lists.left_compared, lists.right_compared, i, j)
    if model is None:
        learning = (lists.left_compared, lists.index)
        if lists.left.spec.anchor is None:
            model = learn_from_candidates(*learning, rows, seed=seed)
        else:
            model = train(*learning, levels, seed=seed)
    return Pairs.of(i, j, levels, model, lists.index.people), model


def settles(pairs: Pairs, sure: float, anchor: Anchor | None) -> Ints:
    """Return the pairs that need no search: same number, the other fields not against it."""
    if anchor is None:
        return np.empty(0, np.int64)
    settled = (pairs.levels[anchor.field] == SAME) & (pairs.weights >= sure)
    for field, weakest in anchor.accord:
        settled &= pairs.levels[field] <= weakest
    return np.flatnonzero(settled)


def improved(pairs: Pairs, model: Model, people: Records, records: int) -> tuple[Pairs, Model]:
    """Return sorted pairs of `records` records with `people` weighed anew, and the model learnt."""
    for _ in range(_IMPROVEMENTS):
        best = pairs.best()
        model = improve(model, best.levels, best.weights, records)
        pairs = pairs.weighed(model, people).sorted()
    return pairs, model
