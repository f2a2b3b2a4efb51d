"""What people said about pairs stands above every weight: the same is linked, different never."""

from dataclasses import dataclass, field, replace

import numpy as np

from jps.matching.compare import compare
from jps.matching.hashing import Ints
from jps.matching.model import Model
from jps.matching.pairs import Pairs
from jps.matching.search import Lists

_CERTAIN = 1e9  # bits; no evidence outweighs a person's word


def _none() -> Ints:
    return np.empty(0, np.int64)


@dataclass(frozen=True)
class Decided:
    """Pairs (row of our list, row of the registry) that people decided about; no pair in both."""

    same_i: Ints = field(default_factory=_none)
    same_j: Ints = field(default_factory=_none)
    different_i: Ints = field(default_factory=_none)
    different_j: Ints = field(default_factory=_none)

    def applied(self, pairs: Pairs, model: Model, lists: Lists) -> Pairs:
        """Return sorted pairs without those said to be different and with all said to be same."""
        width = max(len(lists.index), 1)
        here = pairs.i * width + pairs.j
        pairs = pairs.take(~np.isin(here, self.different_i * width + self.different_j))
        missing = ~np.isin(self.same_i * width + self.same_j, here)
        if not missing.any():
            return pairs
        i, j = self.same_i[missing], self.same_j[missing]
        levels = compare(lists.left_compared, lists.right_compared, i, j)
        more = Pairs.of(i, j, levels, model, lists.index.people)
        return Pairs.joined([pairs, more]).sorted()

    def for_assignment(self, pairs: Pairs, people: int) -> Pairs:
        """Return the pairs at the same places with weights that let the assignment obey."""
        width = max(people, 1)
        said = np.isin(pairs.i * width + pairs.j, self.same_i * width + self.same_j)
        weights = np.where(np.isin(pairs.i, self.same_i), -_CERTAIN, pairs.weights)
        return replace(pairs, weights=np.where(said, _CERTAIN, weights))
