"""Recipes of keys: two records that share a key are compared.

A recipe is a list of features; its key is a stable 64-bit hash of them, salted with the recipe.
Where too many records of the right-hand list share a key, it is refined by further features.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from jps.matching.hashing import Ints, hash_text, mix, mix_arrays

NO_KEY = -1  # a needed feature is unknown


@dataclass(frozen=True)
class Recipe:
    """Features of a key, by name; `cap` is the most records of one key that are compared.

    `finer` are the features added one after the other to keys above the cap. `settled` recipes are
    tried also for a record whose number has settled it, to find the same person a second time.
    """

    name: str
    features: tuple[str, ...]
    finer: tuple[str, ...] = ()
    cap: int = 200
    settled: bool = False

    @cached_property
    def steps(self) -> tuple["Step", ...]:
        """The key itself and its refinements, coarse to fine."""
        more = range(len(self.finer) + 1)
        return tuple(
            Step(self.name, (*self.features, *self.finer[:extra]), len(self.features))
            for extra in more
        )


@dataclass(frozen=True)
class Step:
    """One list of features of a recipe: the first `needed` must be known, the finer ones need not.

    An unknown finer feature agrees with an unknown one: a column nobody filled does no harm.
    """

    recipe: str
    features: tuple[str, ...]
    needed: int

    @property
    def name(self) -> str:
        """Stable name, also the salt: the recipe and its features."""
        return f"{self.recipe}:{'+'.join(self.features)}"

    @cached_property
    def salt(self) -> int:
        return hash_text(self.name)

    def of(self, features: Mapping[str, int]) -> int | None:
        """Return the key of one record's features, None where a needed one is unknown."""
        values = [features[feature] for feature in self.features]
        return mix(self.salt, *values) if all(values[: self.needed]) else None

    def of_all(self, feature: Callable[[str], Ints]) -> Ints:
        """Return the key of every row; `feature` gives a column by name."""
        columns = [feature(name) for name in self.features]
        known = np.logical_and.reduce([column > 0 for column in columns[: self.needed]])
        return np.where(known, mix_arrays(self.salt, *columns), NO_KEY)
