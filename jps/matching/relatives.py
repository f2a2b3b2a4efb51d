"""Other people who have much in common with a person, such as the rest of the household.

They are no random strangers: surname, street and telephone agree together, or town and postcode.
Where a specification does not say what a family is, the right-hand list itself shows them: two of
its records that share a key are strangers, one of two kinds of relatives ("family" and "twin" of
the model, as a rule people of one place and of one household), or (seldom) one person twice.
Expectation-maximisation over these, of which strangers and matches are known, gives the shares of
relatives and their numbers. (In one list alone nothing tells relatives from doubles with errors:
there they must be declared.)
"""

from dataclasses import dataclass, replace

import numpy as np

from jps.matching.blocking import BlockingReport, find_pairs
from jps.matching.compare import PairLevels, compare
from jps.matching.frequencies import Floats
from jps.matching.index import RegistryIndex
from jps.matching.model import Model
from jps.matching.records import Records
from jps.matching.train import count, with_counts

_SAMPLE = 5_000  # records whose relatives are looked for
_TWICE = 0.01  # records expected to stand in the list twice, before any is seen
_PRIOR = 20.0  # records that the starting number of relatives counts as


@dataclass(frozen=True)
class Relatives:
    """Pairs of the right-hand list that share a key, and how many records they are of."""

    levels: PairLevels
    term_bits: Floats
    records: int

    @classmethod
    def of(cls, people: Records, index: RegistryIndex, model: Model, *, seed: int) -> "Relatives":
        """Find them; `people` are those of the index, as compared."""
        rows = np.arange(len(people))
        if len(rows) > _SAMPLE:
            rows = np.sort(np.random.default_rng(seed).choice(rows, _SAMPLE, replace=False))
        i, j = find_pairs(index.people, index, rows, BlockingReport.of(index))
        i, j = i[i != j], j[i != j]
        levels = compare(people, people, i, j)
        return cls(levels, model.term_bits(levels, people, j), len(rows))

    def learnt(self, model: Model) -> Model:
        """Return the model with the share and number of relatives."""
        counts = (_TWICE, model.people, model.relatives, model.twins)
        logs = [np.full(len(self.term_bits), np.log2(number)) for number in counts]
        logs[1] += self.term_bits
        for field in model.spec.fields:
            for place, kind in enumerate(model.spec.kinds):
                logs[place] += np.log2(model.shares[field.name][kind])[self.levels[field.name]]
        total = np.logaddexp2.reduce(logs, axis=0)
        numbers = []
        for place in (2, 3):
            chance = np.exp2(logs[place] - total)
            counted = count(model.spec.fields, self.levels, chance)
            model = with_counts(model, model.spec.kinds[place], counted)
            number = (float(chance.sum()) + _PRIOR * counts[place]) / (self.records + _PRIOR)
            numbers.append(max(number, 1e-6))
        return replace(model, relatives=numbers[0], twins=numbers[1])
