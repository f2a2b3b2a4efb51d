"""What two strangers have in common, where random pairs and counts may hold matches too.

In a short list a random pair is one person too often for comfort, and most values that stand in
both lists do so because one person has them. So random pairs count by the probability that they are
no match; and the exact number of pairs with equal values (the sum, over values, of how often it
stands in the one list times in the other) is lessened by the matches found among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from jps.matching.compare import PairLevels, compare
from jps.matching.frequencies import Floats
from jps.matching.hashing import Ints
from jps.matching.index import RegistryIndex
from jps.matching.model import Model
from jps.matching.prior import chances
from jps.matching.records import Records
from jps.matching.train import count, draw_strangers, in_order, with_chance, with_counts

_LEAST = 0.5  # pairs of strangers with equal values, where none is left after the matches


@dataclass(frozen=True)
class Equal:
    """Pairs of records with equal values in a field, and pairs where both values are known."""

    same: float
    known: float


@dataclass(frozen=True)
class Strangers:
    """Random pairs of two lists with their levels, and equal pairs per field."""

    j: Ints
    levels: PairLevels
    equal: Mapping[str, Equal]
    people: Records

    @classmethod
    def of(cls, left: Records, index: RegistryIndex, *, itself: bool, seed: int) -> "Strangers":
        """Draw and count; `itself`: both lists are one, and no record is its own stranger."""
        people = index.people
        i, j = draw_strangers(left, index, np.random.default_rng(seed), itself=itself)
        equal = {
            field.name: _equal(left.feature(field.name), people.feature(field.name), itself=itself)
            for field in people.spec.fields
            if field.kind.counted and not field.personal
        }
        return cls(j, compare(left, people, i, j), equal, people)

    def learnt(self, model: Model, best: PairLevels, weights: Floats, times: float) -> Model:
        """Return the model with the shares of strangers as they are without matches.

        `best` are the matches found, by their weights; in the whole lists there are `times` as
        many.
        """
        bits = model.term_bits(self.levels, self.people, self.j)
        others = 1.0 - chances(model.weights(self.levels, bits))
        model = with_counts(model, "stranger", count(model.spec.fields, self.levels, others))
        chance = chances(weights)
        for name, equal in self.equal.items():
            field = model.spec.field(name)
            matched = times * float(chance[np.isin(best[name], field.same)].sum())
            known = times * float(chance[best[name] > 0].sum())
            same = max(equal.same - matched, _LEAST)
            model = with_chance(model, field, same / max(equal.known - known, same, 1.0))
        return in_order(model)


def _equal(left: Ints, right: Ints, *, itself: bool) -> Equal:
    left, right = left[left > 0], right[right > 0]
    values, counts = np.unique(right, return_counts=True)
    if not len(values) or not len(left):
        return Equal(0.0, 0.0)
    at = np.minimum(np.searchsorted(values, left), len(values) - 1)
    same = float(counts[at][values[at] == left].sum())
    own = float(len(left)) if itself else 0.0
    return Equal(same - own, float(len(left)) * len(right) - own)
