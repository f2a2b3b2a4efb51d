"""Where which programme is hidden, and overlaps: one by one, as far down as that is proved. Pure.

A programme that is small somewhere takes nothing with it but itself in some other areas
(`jps.maps.protect`). The lowest level for which that is proved of every programme is the lowest at
which programmes are told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from jps.areas.rules import Level
from jps.maps.aid import Aid, parts
from jps.maps.figures import Tallies, Tally
from jps.maps.hiding import Cells, Hidden, still
from jps.maps.protect import Cell, Protection, Tree, Way
from jps.maps.room import (
    Pairs,
    clash,
    room_of_clash,
    room_of_exchange,
    room_of_overlap,
    room_of_programme,
)

REACH = "+reach"  # stands for reach itself, whose pattern is given
OVERLAP = "+overlap"  # stands among the programmes for the households on two clashing lists


@dataclass(frozen=True)
class Programmes:
    """At which levels programmes and `OVERLAP` are told, and where each is hidden there."""

    levels: tuple[Level, ...]
    hidden: Mapping[str, Mapping[str, Hidden]]
    reach: Mapping[str, Hidden]  # where a programme is hidden that reaches nobody

    def why(self, programme: str, code: str, level: Level) -> Hidden | None:
        """Return why a programme is hidden in an area, None when it is not."""
        if level not in self.levels:
            return Hidden.RARE
        return self.hidden.get(programme, self.reach).get(code)


Before: TypeAlias = tuple[Tallies, Programmes] | None


def hide_programmes(
    tallies: Tallies, reach: Mapping[str, Hidden], minimum: int, before: Before
) -> Programmes:
    """Return where programmes are hidden: wherever `reach` is, and what was and has not changed."""
    levels = tuple(Level)
    while levels:
        found = _one_by_one(tallies, reach, levels, minimum, before)
        if found is not None:
            return Programmes(levels, found, reach)
        levels = levels[:-1]
    return Programmes((), {}, reach)


def _figures(aid: Aid) -> set[str]:
    return {*aid.per_programme(), *({OVERLAP} if aid.overlaps else ())}


def _reached(tally: Tally, programme: str) -> int:
    return tally.aid.overlaps if programme == OVERLAP else tally.aid.reached(programme)


def _one_by_one(
    tallies: Tallies,
    reach: Mapping[str, Hidden],
    levels: tuple[Level, ...],
    minimum: int,
    before: Before,
) -> dict[str, dict[str, Hidden]] | None:
    """Return where each figure is hidden by itself, None where that is not enough for one."""
    everything = tallies.everything.aid
    if everything.overlaps and not everything.clashing:  # older periods kept no pairs
        return None
    areas = {code: tally for level in levels for code, tally in tallies.at(level).items()}
    figures = sorted(_figures(everything))
    lowest = tallies.at(levels[-1])
    ways = _ways(lowest, figures, everything.clashing, minimum)
    ways += _whole_kinds(lowest, everything)
    forced = {one: _still(tallies, one, minimum, before) | dict(reach) for one in figures}
    forced[REACH] = dict(reach)
    tree = Tree({code: tally.aid.reached() for code, tally in areas.items()})
    earlier = before[1].hidden if before else {}
    protection = Protection(tree, forced, given=REACH, rather=earlier)
    cells = [
        Cell(figure, code, tuple(way for way in ways if way.changes(figure, among)))
        for figure in figures
        for among in ("", REACH)
        for code, tally in areas.items()
        if 0 < _count(tally, figure, among) < minimum
    ]
    if not protection.protect(cells, minimum):
        return None
    return {figure: protection.hidden[figure] for figure in figures}


def _count(tally: Tally, figure: str, among: str) -> int:
    """Return a figure of an area, or who is counted `among` those it could count and not in it."""
    count = _reached(tally, figure)
    return tally.aid.reached() - count if among else count


def _ways(lowest: Mapping[str, Tally], figures: list[str], pairs: Pairs, minimum: int) -> list[Way]:
    """Return the ways to change figures: each by itself first, then with another one."""
    counts = {
        code: {frozenset(parts(key)): n for key, n in tally.aid.households.items()}
        for code, tally in lowest.items()
    }
    ways: list[Way] = []

    def add(names: tuple[str, ...], room: Callable[..., tuple[int, int]], *given: object) -> None:
        ways.append(Way(names, {code: room(kinds, *given) for code, kinds in counts.items()}))

    programmes = [figure for figure in figures if figure != OVERLAP]
    for one in programmes:
        add((one,), room_of_programme, one, pairs, minimum)
    if OVERLAP in figures:
        add((OVERLAP,), room_of_overlap, pairs)
        for one in programmes:
            add((one, OVERLAP), room_of_clash, one, pairs)
    for one, other in combinations(programmes, 2):
        add((one, other), room_of_exchange, one, other, pairs)
    return ways


def _whole_kinds(lowest: Mapping[str, Tally], everything: Aid) -> list[Way]:
    """Return the ways in which households stop or begin to be reached, where that is hidden."""
    pairs = everything.clashing
    ways = []
    for key in sorted(everything.households):
        kind = frozenset(parts(key))
        names = (*sorted(kind), *([OVERLAP] if clash(kind, pairs) else []), REACH)
        room = {
            code: (tally.aid.households[key], tally.households - tally.aid.reached())
            for code, tally in lowest.items()
        }
        ways.append(Way(names, room))
    return ways


def _still(tallies: Tallies, figure: str, minimum: int, before: Before) -> dict[str, Hidden]:
    if before is None:
        return {}
    was, now = (_cells(found, figure) for found in (before[0], tallies))
    return still(before[1].hidden.get(figure, {}), was, now, minimum)


def _cells(tallies: Tallies, figure: str) -> dict[str, Cells]:
    return {
        code: (_reached(tally, figure), tally.aid.reached() - _reached(tally, figure))
        for level in Level
        for code, tally in tallies.at(level).items()
    }
