"""Parts of two lists that can be matched one by one, and together give what the whole would give.

A person belongs to the part of each of its keys: part = key modulo the number of parts, by the
coarse step of every recipe. So all who share a key meet in one part, where keys above the cap are
seen whole and refined as ever, and the pairs of all parts together are those of `find_pairs` on
the whole lists. A person with sixteen keys stands in up to sixteen parts; persons for whose keys
nobody asks are left at home (`Asked`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from jps.matching.hashing import Ints
from jps.matching.index import Block, RegistryIndex
from jps.matching.recipes import NO_KEY, Recipe
from jps.matching.records import Records

Bits = npt.NDArray[np.uint8]

PEOPLE_PER_PART = 125_000  # registry persons of the whole list for each part
_TASKS_PER_CORE = 2  # so that one large part does not keep all others waiting
_BITS_PER_KEY = 16  # of `Asked`: one registry key in sixteen or so travels in vain
_LEAST_BITS, _MOST_BITS = 16, 31  # powers of two of bits: 8 KiB to 256 MiB
_UPPER = 20  # the key's bits that choose the place in `Asked`; the lower ones choose the part


def parts_for(people: int, cores: int) -> int:
    """Return into how many parts a registry of `people` persons is cut.

    It grows with the registry, so that the memory of one part does not: a part holds at most
    PEOPLE_PER_PART times the number of recipes. Small registries are cut for the cores alone.
    """
    return max(cores * _TASKS_PER_CORE, ceil(people / PEOPLE_PER_PART))


def bits_for(keys: int) -> int:
    """Return the power of two of bits in which so many keys are remembered."""
    wanted = max(keys, 1) * _BITS_PER_KEY
    return min(max(_LEAST_BITS, (wanted - 1).bit_length()), _MOST_BITS)


@dataclass(frozen=True)
class Asked:
    """The keys of our list, remembered in 2**size bits: may say yes in vain, never wrongly no."""

    size: int
    bits: Bits

    @classmethod
    def of(cls, people: Records, recipes: Sequence[Recipe], size: int) -> "Asked":
        """Remember all keys of these people."""
        bits = np.zeros(1 << (size - 3), np.uint8)
        for recipe in recipes:
            keys = recipe.steps[0].of_all(people.feature)
            places = np.unique(_places(keys[keys != NO_KEY], size))
            starts = np.flatnonzero(np.diff(places >> 3, prepend=-1))
            if len(starts):
                ones = (1 << (places & 7)).astype(np.uint8)
                bits[places[starts] >> 3] |= np.bitwise_or.reduceat(ones, starts)
        return cls(size, bits)

    def __or__(self, other: "Asked") -> "Asked":
        return Asked(self.size, self.bits | other.bits)

    def has(self, keys: Ints) -> npt.NDArray[np.bool_]:
        """Say which keys may have been remembered."""
        places = _places(keys, self.size)
        bit = self.bits[places >> 3] >> (places & 7).astype(np.uint8)
        return np.asarray(bit & 1, bool)


def _places(keys: Ints, size: int) -> Ints:
    """Return the bit of every key among 2**size."""
    return (keys >> _UPPER) & ((1 << size) - 1)


def routes(
    people: Records, recipes: Sequence[Recipe], parts: int, asked: Asked | None = None
) -> list[Ints]:
    """Return per part the rows that belong to it, each once and in order."""
    found = []
    for recipe in recipes:
        keys = recipe.steps[0].of_all(people.feature)
        goes = keys != NO_KEY
        if asked is not None:
            goes &= asked.has(keys)
        rows = np.flatnonzero(goes)
        found.append((keys[rows] % parts) * max(len(people), 1) + rows)
    once = np.unique(np.concatenate(found))
    part, rows = np.divmod(once, max(len(people), 1))
    return np.split(rows, np.searchsorted(part, np.arange(1, parts)))


def part_index(
    left: Records, right: Records, recipes: Sequence[Recipe], part: int, parts: int
) -> RegistryIndex:
    """Index the registry persons of one part by the keys that belong to it and are asked for.

    The index is for `find_pairs` alone: it knows no frequencies.
    """
    asked = Asked.of(left, recipes, bits_for(len(left) * len(recipes)))
    blocks = {}
    for recipe in recipes:
        keys = recipe.steps[0].of_all(right.feature)
        here = (keys % parts == part) & asked.has(keys) & (keys != NO_KEY)
        blocks[recipe.name] = Block.build(right, recipe, 0, np.flatnonzero(here).astype(np.int32))
    return RegistryIndex(right, blocks, {}, "")
