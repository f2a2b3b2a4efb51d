"""What the rest of the household says: where its members were found, the others are looked for.

A record of ours that is not found beyond doubt, but stands on one card with records that are, is
compared with everybody in their registry family, and a pair there need not stand out among all
strangers of the registry: only among the relatives, and the few whose household broke up. It is
one person of `relatives`, not one of N, so the model's N becomes `relatives` times the share of
members who are not in the family of the others. The members whom the registry lacks still compete,
as they do without this.
"""

from dataclasses import dataclass, replace

import numpy as np

from jps.matching.compare import compare
from jps.matching.hashing import Ints
from jps.matching.model import Model
from jps.matching.pairs import FLOOR, Pairs
from jps.matching.recipes import NO_KEY
from jps.matching.search import Lists

_TOGETHER_PRIOR = (9.0, 1.0)  # members in the family of the others, and not, before any is seen


@dataclass(frozen=True)
class _Found:
    """Records found beyond doubt: key of our card, key of the registry family, registry row."""

    home: Ints
    family: Ints
    row: Ints

    @property
    def apart(self) -> float:
        """The share of members who are not in the registry family of another one of their card."""
        homes, members = np.unique(self.home, return_inverse=True)
        many = np.bincount(members, minlength=len(homes))[members]
        families = np.unique(self.family, return_inverse=True)[1]
        both = members * (int(families.max(initial=0)) + 1) + families
        _, at, alike = np.unique(both, return_inverse=True, return_counts=True)
        yes, no = _TOGETHER_PRIOR
        together = float((alike[at] > 1).sum()) + yes
        return 1.0 - together / (float((many > 1).sum()) + yes + no)


def with_households(pairs: Pairs, model: Model, lists: Lists, *, sure: float) -> Pairs:
    """Return sorted pairs in which members of found families weigh by that, with new pairs.

    `sure` is the weight from which a record counts as found. Without a family in the specification
    nothing changes.
    """
    family = lists.left.spec.family
    if family is None or family.recipe not in lists.index.blocks or not len(pairs):
        return pairs
    step = next(one for one in lists.left.spec.steps if one.recipe == family.recipe)
    ours = step.of_all(lists.left_compared.feature)
    theirs = step.of_all(lists.right_compared.feature)
    best = pairs.best()
    certain = best.take(
        (best.weights >= sure) & (ours[best.i] != NO_KEY) & (theirs[best.j] != NO_KEY)
    )
    found = _Found(ours[certain.i], theirs[certain.j], certain.j)
    waiting = np.isin(ours, found.home)
    waiting[best.i[best.weights >= sure]] = False
    i, j = _members(np.flatnonzero(waiting), ours, found, lists, family.recipe)
    if not len(i):
        return pairs
    among = replace(model, strangers=model.relatives * found.apart)
    levels = compare(lists.left_compared, lists.right_compared, i, j)
    members = Pairs.of(i, j, levels, among, lists.index.people)
    width = max(len(lists.index), 1)
    others = pairs.take(~np.isin(pairs.i * width + pairs.j, i * width + j))
    return Pairs.joined([others, members.take(members.weights >= FLOOR)]).sorted()


def _members(rows: Ints, ours: Ints, found: _Found, lists: Lists, recipe: str) -> tuple[Ints, Ints]:
    """Return (record, registry row) of everybody in the families found of a record's card.

    Left out are the persons found for another record of the same card: a card names nobody twice.
    """
    homes, families = np.unique(np.stack((found.home, found.family)), axis=1)
    i, at = _within(homes, ours[rows])
    i, family = rows[i], families[at]
    block = lists.index.blocks[recipe]
    more, at = _within(block.keys, family)
    i, j = i[more], np.asarray(block.rows[at], np.int64)
    home = np.unique(np.concatenate((ours[i], found.home)), return_inverse=True)[1]
    width = max(len(lists.index), 1)
    taken = np.isin(home[: len(i)] * width + j, home[len(i) :] * width + found.row)
    once = np.unique(i[~taken] * width + j[~taken])
    return once // width, once % width


def _within(keys: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Return (place in wanted, place in the sorted keys) of everything equal."""
    start = np.searchsorted(keys, wanted, side="left")
    many = np.searchsorted(keys, wanted, side="right") - start
    place = np.repeat(np.arange(len(wanted)), many)
    within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    return place, start[place] + within
