"""How far a figure of an area can be another while all that is told of the area stays. Pure.

Households are known by the programmes that each receives. A step changes the programmes of one or
two households of an area so that one figure becomes one more or one less, and every other figure
(who is reached at all, each other programme, the overlaps) stays as it is. Steps that use different
households can all be taken, so their number is what somebody who knows all other figures cannot
rule out.
"""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TypeAlias

Kind: TypeAlias = frozenset[str]  # programmes of a household
Pairs: TypeAlias = Collection[frozenset[str]]  # of programmes that exclude each other
_Test: TypeAlias = Callable[[Kind, str], bool]  # a household, a programme


class _Pool:
    """Households not yet used for a step, by kind."""

    def __init__(self, counts: Mapping[Kind, int]) -> None:
        self._left = {kind: n for kind, n in counts.items() if kind and n > 0}

    def take(self, test: _Test, code: str) -> int:
        """Use all households of the kinds that pass with a programme, and return how many."""
        found = [kind for kind in self._left if test(kind, code)]
        return sum(self._left.pop(kind) for kind in found)

    def take_pairs(self, one: _Test, other: _Test, code: str) -> int:
        """Use as many pairs as possible of households that pass one and the other test."""
        kinds = sorted(self._left, key=sorted)
        done = 0
        for first in kinds:
            for second in kinds:
                if first != second and one(first, code) and other(second, code):
                    pairs = min(self._left[first], self._left[second])
                    self._left[first] -= pairs
                    self._left[second] -= pairs
                    done += pairs
        return done


def room_of_programme(
    counts: Mapping[Kind, int], programme: str, pairs: Pairs, enough: int
) -> tuple[int, int]:
    """Return how many households fewer and more can receive a programme, at least if `enough`."""
    others = sorted({code for kind in counts for code in kind} - {programme})
    drop, add = partial(_can_drop, pairs), partial(_can_add, pairs)
    pool = _Pool(counts)
    down = pool.take(drop, programme)
    for other in others:  # one receives the other programme instead, another no longer receives it
        if down < enough:
            down += pool.take_pairs(lambda kind, _: kind == {programme}, drop, other)
    pool = _Pool(counts)
    up = pool.take(add, programme)
    for other in others:
        if up < enough:
            up += pool.take_pairs(lambda kind, code: kind == {code}, add, other)
    return down, up


def room_of_overlap(counts: Mapping[Kind, int], pairs: Pairs) -> tuple[int, int]:
    """Return how many overlaps fewer and more there can be: a programme changes its household."""
    codes = sorted({code for kind in counts for code in kind})

    def ends(kind: Kind, code: str) -> bool:
        rest = kind - {code}
        return code in kind and bool(rest) and clash(kind, pairs) and not clash(rest, pairs)

    def begins(kind: Kind, code: str) -> bool:
        return code not in kind and not clash(kind, pairs) and clash(kind | {code}, pairs)

    drop, add = partial(_can_drop, pairs), partial(_can_add, pairs)
    fewer, more = _Pool(counts), _Pool(counts)
    return (
        sum(fewer.take_pairs(ends, add, code) for code in codes),
        sum(more.take_pairs(begins, drop, code) for code in codes),
    )


def room_of_exchange(
    counts: Mapping[Kind, int], programme: str, other: str, pairs: Pairs
) -> tuple[int, int]:
    """Return how many households can receive `other` for `programme`, and the other way round."""

    def turns(kind: Kind, gone: str, come: str) -> bool:
        new = kind - {gone} | {come}
        return gone in kind and come not in kind and clash(kind, pairs) == clash(new, pairs)

    return (
        sum(n for kind, n in counts.items() if turns(kind, programme, other)),
        sum(n for kind, n in counts.items() if turns(kind, other, programme)),
    )


def room_of_clash(counts: Mapping[Kind, int], programme: str, pairs: Pairs) -> tuple[int, int]:
    """Return how many households can lose, and get, a programme that makes them an overlap."""

    def only_by_it(kind: Kind) -> bool:
        rest = kind - {programme}
        return bool(rest) and clash(kind | {programme}, pairs) and not clash(rest, pairs)

    own = {kind: n for kind, n in counts.items() if only_by_it(kind)}
    down = sum(n for kind, n in own.items() if programme in kind)
    return down, sum(own.values()) - down


def clash(kind: Kind, pairs: Pairs) -> bool:
    """Whether two programmes of a household exclude each other."""
    return any(pair <= kind for pair in pairs)


def _can_drop(pairs: Pairs, kind: Kind, code: str) -> bool:
    """Whether a household stays reached and as clashing as it is without a programme."""
    rest = kind - {code}
    return code in kind and bool(rest) and clash(kind, pairs) == clash(rest, pairs)


def _can_add(pairs: Pairs, kind: Kind, code: str) -> bool:
    """Whether a household stays as clashing as it is with one more programme."""
    return code not in kind and clash(kind, pairs) == clash(kind | {code}, pairs)
