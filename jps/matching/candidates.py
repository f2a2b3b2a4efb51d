"""Learn what a match looks like where no number tells it: from the records that share a key.

Every record has at most one counterpart worth learning from, its best. Expectation-maximisation
over these: each best pair counts by its probability as a match, the rest tells what strangers have
in common (`strangers`), and the share of records that have a counterpart becomes the prior.
"""

from dataclasses import replace

import numpy as np

from jps.matching.blocking import BlockingReport, find_pairs
from jps.matching.compare import compare
from jps.matching.hashing import Ints
from jps.matching.index import RegistryIndex
from jps.matching.model import Model
from jps.matching.pairs import Pairs
from jps.matching.records import Records
from jps.matching.relatives import Relatives
from jps.matching.strangers import Strangers
from jps.matching.train import improve, train

_SAMPLE = 20_000  # records whose candidates are compared
_AT_ONCE = 5_000  # records; bounds the memory of candidates
_KEPT = 50  # candidates per record that are learnt from, the best by the starting values
_ROUNDS = 20
_FOUND = 0.5  # share of records with a counterpart, before any is seen
_HARDLY = 1e-9  # relatives in one list, where nothing tells them from doubles
_CLOSE = 1e-3  # change of any share or of the prior at which learning ends


def learn_from_candidates(
    left: Records, index: RegistryIndex, rows: Ints, *, itself: bool = False, seed: int = 0
) -> Model:
    """Return the model learnt from the candidates of `rows` of `left`.

    `itself` says that both lists are one: a record is then no candidate of its own.
    """
    strangers = Strangers.of(left, index, itself=itself, seed=seed)
    model = train(left, index, {}, seed=seed, strangers=strangers.levels)
    model = replace(model, itself=itself, found=_FOUND)
    relatives = None
    if model.spec.family is None and itself:
        model = replace(model, relatives=_HARDLY, twins=_HARDLY)
    elif model.spec.family is None:
        relatives = Relatives.of(index.people, index, model, seed=seed)
        for _ in range(_ROUNDS):
            model = relatives.learnt(model)
    if len(rows) > _SAMPLE:
        rows = np.sort(np.random.default_rng(seed).choice(rows, _SAMPLE, replace=False))
    parts = []
    for begin in range(0, max(len(rows), 1), _AT_ONCE):
        some = rows[begin : begin + _AT_ONCE]
        i, j = find_pairs(left, index, some, BlockingReport.of(index))
        if itself:
            i, j = i[i != j], j[i != j]
        pairs = Pairs.of(i, j, compare(left, index.people, i, j), model, index.people)
        parts.append(_strongest(pairs))
    pairs = Pairs.joined(parts)
    times = len(left) / max(len(rows), 1)
    for _ in range(_ROUNDS):
        best = pairs.take(_best_places(pairs))
        before, model = model, improve(model, best.levels, best.weights, len(rows))
        model = strangers.learnt(model, best.levels, best.weights, times)
        model = model if relatives is None else relatives.learnt(model)
        pairs = pairs.weighed(model, index.people)
        if _apart(before, model) < _CLOSE:
            break
    return model


def _strongest(pairs: Pairs) -> Pairs:
    """Return the best candidates of every record, sorted by record."""
    pairs = pairs.sorted()
    _, first, many = np.unique(pairs.i, return_index=True, return_counts=True)
    place = np.arange(len(pairs)) - np.repeat(first, many)
    return pairs.take(place < _KEPT)


def _best_places(pairs: Pairs) -> Ints:
    """Return where the heaviest pair of every record stands; pairs are sorted by record."""
    if not len(pairs):
        return np.empty(0, np.int64)
    starts = np.flatnonzero(np.diff(pairs.i, prepend=-1))
    many = np.diff(starts, append=len(pairs))
    most = np.repeat(np.maximum.reduceat(pairs.weights, starts), many)
    heaviest = np.flatnonzero(pairs.weights == most)
    return heaviest[np.flatnonzero(np.diff(pairs.i[heaviest], prepend=-1))]


def _apart(a: Model, b: Model) -> float:
    shares = (
        float(np.abs(a.shares[name]["match"] - b.shares[name]["match"]).max()) for name in a.shares
    )
    return max(abs(a.found - b.found), *shares)
