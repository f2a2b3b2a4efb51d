"""Compare pairs in stages: integers first, names of what may still match, mothers last."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jps.matching.compare import PairLevels, compare
from jps.matching.frequencies import Floats
from jps.matching.hashing import Ints
from jps.matching.kinds import Levels
from jps.matching.model import Model
from jps.matching.records import Records
from jps.matching.spec import Field

FLOOR = -5.0  # bits; pairs below are not even shown as a second best


@dataclass(frozen=True)
class Pairs:
    """Compared pairs: row i of our list, row j of the registry, levels and weight of each."""

    i: Ints
    j: Ints
    levels: PairLevels
    term_bits: Floats
    weights: Floats

    def __len__(self) -> int:
        return len(self.i)

    def take(self, which: "Ints | npt.NDArray[np.bool_]") -> "Pairs":
        """Return the pairs at these positions or under this mask."""
        levels = {name: one[which] for name, one in self.levels.items()}
        return Pairs(
            self.i[which], self.j[which], levels, self.term_bits[which], self.weights[which]
        )

    def weighed(self, model: Model, people: Records) -> "Pairs":
        """Return the pairs with weights under a model."""
        terms = model.term_bits(self.levels, people, self.j)
        return Pairs(self.i, self.j, self.levels, terms, model.weights(self.levels, terms))

    @classmethod
    def of(cls, i: Ints, j: Ints, levels: PairLevels, model: Model, people: Records) -> "Pairs":
        """Return compared pairs with their weights."""
        return cls(i, j, levels, np.zeros(len(i)), np.zeros(len(i))).weighed(model, people)

    def sorted(self) -> "Pairs":
        """Return the pairs by record, heaviest first; equal weights by registry row."""
        return self.take(np.lexsort((self.j, -self.weights, self.i)))

    def best(self) -> "Pairs":
        """Return the first pair of every record that has one; of sorted pairs, the heaviest."""
        return self.take(np.unique(self.i, return_index=True)[1])

    @classmethod
    def joined(cls, parts: "list[Pairs]") -> "Pairs":
        """Return all pairs of several, at least one."""
        levels: dict[str, Levels] = {
            name: np.concatenate([part.levels[name] for part in parts]) for name in parts[0].levels
        }
        i, j, terms, weights = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("i", "j", "term_bits", "weights")
        )
        return cls(i, j, levels, terms, weights)


def compare_staged(left: Records, right: Records, i: Ints, j: Ints, model: Model) -> Pairs:
    """Compare pairs and return those of weight FLOOR or more.

    A pair is dropped as soon as no outcome of the remaining fields could lift it to FLOOR; the
    bound is exact, so that no pair is lost by it. Before texts are compared, those that are not
    equal lower the bound: that takes a comparison of integers.
    """
    levels: dict[str, Levels] = {}
    reach = np.full(len(i), model.start_bits + sum(model.most(field) for field in left.spec.fields))
    foreseen: dict[str, Floats] = {}  # per field of texts, bits already taken off
    for stage in left.spec.stages:
        found = compare(left, right, i, j, stage)
        for field in stage:
            reach += _settled_bits(model, field, found, right, j) - model.most(field)
            reach += foreseen.pop(field.name, 0.0)
        levels |= found
        i, j, reach, levels, foreseen = _within_reach(i, j, reach, levels, foreseen)
        for field in left.spec.fields:
            if field.name not in levels and field.name not in foreseen and field.term:
                foreseen[field.name] = _unequal_bits(model, field, left, right, i, j)
                reach -= foreseen[field.name]
        i, j, reach, levels, foreseen = _within_reach(i, j, reach, levels, foreseen)
    pairs = Pairs.of(i, j, levels, model, right)
    return pairs.take(pairs.weights >= FLOOR)


def _within_reach(
    i: Ints, j: Ints, reach: Floats, levels: dict[str, Levels], foreseen: dict[str, Floats]
) -> tuple[Ints, Ints, Floats, dict[str, Levels], dict[str, Floats]]:
    """Return the columns of the pairs that may still come to FLOOR."""
    keep = reach >= FLOOR
    if keep.all():
        return i, j, reach, levels, foreseen
    kept_levels = {name: one[keep] for name, one in levels.items()}
    kept = {name: one[keep] for name, one in foreseen.items()}
    return i[keep], j[keep], reach[keep], kept_levels, kept


def _unequal_bits(
    model: Model, field: Field, left: Records, right: Records, i: Ints, j: Ints
) -> Floats:
    """Return how much less than the most a field can add to each pair: 0 where it is equal."""
    others = np.delete(model.gain(field.name), field.same)
    unequal = left.feature(field.name)[i] != right.feature(field.name)[j]
    return np.where(unequal, model.most(field) - float(others.max()), 0.0)


def _settled_bits(
    model: Model, field: Field, levels: PairLevels, people: Records, rows: Ints
) -> Floats:
    """Return what a field that has been compared adds against strangers."""
    bits = model.gain(field.name)[levels[field.name]]
    if field.term is None:
        return bits
    return bits - model.term_bits({field.name: levels[field.name]}, people, rows)
