"""Find the records of one list that are the same person: the list against itself.

The keys, levels and model of linking; each pair once, no record with itself. How common a double is
and from which weight on pairs are taken come from the weights (`prior`), and clusters see to it
that doubles do not chain different people together (`clusters`).
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jps.matching.blocking import BlockingReport, find_pairs
from jps.matching.candidates import learn_from_candidates
from jps.matching.clusters import cluster, pairs_to_complete
from jps.matching.compare import compare
from jps.matching.hashing import Ints
from jps.matching.index import RegistryIndex
from jps.matching.model import Model
from jps.matching.pairs import Pairs, compare_staged
from jps.matching.prior import Cut, best_cut, prior_bits
from jps.matching.records import Records
from jps.matching.shared import SharedNumbers
from jps.matching.train import improve, train

_CHUNK = 50_000  # records compared at once; bounds the memory of candidates
_IMPROVEMENTS = 2


@dataclass(frozen=True)
class Doubles:
    """What was found in one list.

    `pairs` are all worth a look and all within a cluster, i before j in the list, sorted by i;
    `taken` says which are doubles: those whose records are in one cluster. `labels` is, per record,
    the first record of its cluster. `cut` is the threshold with the precision and recall that the
    weights promise.
    """

    ids: pa.StringArray
    pairs: Pairs
    taken: npt.NDArray[np.bool_]
    labels: Ints
    cut: Cut
    model: Model
    blocking: BlockingReport
    shared: dict[str, int]


def find_doubles(
    index: RegistryIndex, *, model: Model | None = None, least: float | None = None, seed: int = 0
) -> Doubles:
    """Find the doubles in the list that `index` is of; without a model, learn one.

    `least` is the weight (bits) from which a pair is a double; None: what the weights say.
    """
    shared = SharedNumbers.of(index.people)
    people = shared.hidden_in(index.people)
    learnt = learn_within(people, index, seed=seed) if model is None else model
    report = BlockingReport.of(index)
    pairs = _compared(people, index, learnt, report)
    if model is None:
        pairs, learnt = _improved(pairs, learnt, people)
    cut = best_cut(pairs.weights)
    cut = cut if least is None else replace(cut, bits=least)
    size = len(people)
    i, j = pairs_to_complete(size, pairs.i, pairs.j, pairs.weights - cut.bits)
    more = Pairs.of(i, j, compare(people, people, i, j), learnt, people)
    pairs = Pairs.joined([pairs, more]).sorted()
    labels = cluster(size, pairs.i, pairs.j, pairs.weights - cut.bits).labels
    return Doubles(
        ids=index.people.ids,
        pairs=pairs,
        taken=labels[pairs.i] == labels[pairs.j],
        labels=labels,
        cut=cut,
        model=learnt,
        blocking=report,
        shared={name: len(numbers) for name, numbers in shared.numbers.items()},
    )


def learn_within(people: Records, index: RegistryIndex, *, seed: int = 0) -> Model:
    """Return the model learnt from one list; `people` are those of the index, as compared."""
    rows, recipes = np.arange(len(people)), people.spec.settling
    if people.spec.anchor is None:
        return learn_from_candidates(people, index, rows, itself=True, seed=seed)
    i, j = find_pairs(index.people, index, rows, BlockingReport.of(index), recipes=recipes)
    i, j = i[i != j], j[i != j]
    return train(people, index, compare(people, people, i, j), seed=seed)


def _compared(people: Records, index: RegistryIndex, model: Model, report: BlockingReport) -> Pairs:
    parts = []
    for begin in range(0, max(len(people), 1), _CHUNK):
        rows = np.arange(begin, min(begin + _CHUNK, len(people)))
        i, j = find_pairs(index.people, index, rows, report)
        once = i < j
        parts.append(compare_staged(people, people, i[once], j[once], model))
    return Pairs.joined(parts).sorted()


def _improved(pairs: Pairs, model: Model, people: Records) -> tuple[Pairs, Model]:
    """Learn from both records of every pair, and how common doubles are from all pairs."""
    for _ in range(_IMPROVEMENTS):
        both = Pairs.joined([pairs, replace(pairs, i=pairs.j, j=pairs.i)]).sorted().best()
        model = improve(model, both.levels, both.weights, len(people))
        pairs = pairs.weighed(model, people)
    size = len(people)
    bits = prior_bits(pairs.weights, start=model.start_bits, pairs=size * (size - 1) / 2)
    model = replace(model, found=2.0**bits * model.people)
    return pairs.weighed(model, people).sorted(), model
