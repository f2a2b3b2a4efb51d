"""Which pairs are compared at all: those that share a key, with a guard against huge keys."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from jps.matching.hashing import Ints
from jps.matching.index import Block, RegistryIndex
from jps.matching.recipes import Recipe
from jps.matching.records import Records


@dataclass
class BlockCount:
    """What one recipe did: pairs found, keys above the cap that were refined, what was left out.

    `refined` and `dropped_keys` count distinct keys of the registry; `dropped_people` registry
    rows, `unreached` records of our list whose key was too large and whose finer keys found
    nobody.
    """

    pairs: int = 0
    refined: int = 0
    dropped_keys: int = 0
    dropped_people: int = 0
    unreached: int = 0


@dataclass
class BlockingReport:
    """`BlockCount` per recipe, and the number of distinct pairs that all recipes found together."""

    recipes: dict[str, BlockCount] = field(default_factory=dict)
    pairs: int = 0

    @classmethod
    def of(cls, index: RegistryIndex) -> "BlockingReport":
        """Start a report with what is known from the index alone."""
        report = cls()
        for name, block in index.blocks.items():
            count = report.recipes[name] = BlockCount()
            for level in block.levels:
                count.dropped_people += level.dropped
                if level.finer is None:
                    count.dropped_keys += len(level.oversize)
                else:
                    count.refined += len(level.oversize)
        return report


def find_pairs(
    left: Records,
    index: RegistryIndex,
    rows: Ints,
    report: BlockingReport,
    *,
    recipes: Iterable[Recipe] | None = None,
) -> tuple[Ints, Ints]:
    """Return (row of left, row of the registry) of every pair that shares a key, each pair once.

    `recipes` are those of the specification unless others are named.
    """
    width = max(len(index), 1)
    found = []
    for recipe in left.spec.recipes if recipes is None else recipes:
        i, j = _search(left, recipe, 0, index.blocks[recipe.name], rows, report)
        report.recipes[recipe.name].pairs += len(i)
        found.append(i * width + j)
    pairs = _once(np.concatenate([np.empty(0, np.int64), *found]))
    report.pairs += len(pairs)
    return pairs // width, pairs % width


def _once(values: Ints) -> Ints:
    """Return the distinct values, sorted in place: np.unique without its hash table."""
    values.sort()
    new = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return values[new]


def _search(
    left: Records, recipe: Recipe, depth: int, block: Block, rows: Ints, report: BlockingReport
) -> tuple[Ints, Ints]:
    wanted = recipe.steps[depth].of_all(left.feature)[rows]
    order = np.argsort(wanted, kind="stable")  # neighbours in the query are neighbours in the index
    wanted, rows = wanted[order], rows[order]
    start = np.searchsorted(block.keys, wanted, side="left")
    many = np.searchsorted(block.keys, wanted, side="right") - start
    within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    i = np.repeat(rows, many)
    j = np.asarray(block.rows[np.repeat(start, many) + within], np.int64)
    large = np.isin(wanted, block.oversize) & bool(len(block.oversize))
    nowhere = large if block.finer is None else (many == 0) & ~large & (depth > 0)
    report.recipes[recipe.name].unreached += int(nowhere.sum())
    if block.finer is None or not large.any():
        return i, j
    more_i, more_j = _search(left, recipe, depth + 1, block.finer, rows[large], report)
    return np.concatenate((i, more_i)), np.concatenate((j, more_j))
