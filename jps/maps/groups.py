"""Which figures are hidden where: one pattern for every reader, from the data of all areas. Pure.

Figures that tell of each other are hidden together, as a group. Patterns are the same for
everybody, so that two readers who put their pages together learn no more than one of them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from jps.areas.rules import Level
from jps.maps.aid import Aid
from jps.maps.figures import Tallies, Tally
from jps.maps.hiding import Cells, Hidden, hide_cells

OTHER_KINDS = ""  # stands among the kinds of findings for those that are not told one by one
OVERLAP = "+overlap"  # stands among the programmes for the households on two clashing lists
DECILES = range(1, 11)
TOLD = 0.8  # share of a level's areas where a programme must not be small, or it is not told there

Told: TypeAlias = Mapping[Level, frozenset[str]]


class Group(StrEnum):
    """Figures that are hidden together."""

    REGISTRATION = "registration"
    POVERTY = "poverty"
    REACH = "reach"  # reached by anything, and not
    PROGRAMMES = "programmes"  # by which, and overlaps
    FINDINGS = "findings"
    KINDS = "kinds"  # of findings
    NIK = "nik"
    DECILES = "deciles"
    EACH_DECILE = "each-decile"


Count: TypeAlias = Callable[[Tally, Level], Cells]


@dataclass(frozen=True)
class Patterns:
    """What is hidden in which group, and which programmes are told at which level.

    `kinds` are the kinds of findings that are told one by one.
    """

    hidden: Mapping[Group, Mapping[str, Hidden]]
    told: Told
    kinds: Told

    def why(self, group: Group, code: str) -> Hidden | None:
        """Return why the figures of a group are hidden in an area, None when they are not."""
        return self.hidden[group].get(code)

    def why_programme(self, programme: str, code: str, level: Level | None) -> Hidden | None:
        """Return why a programme's figures (or `OVERLAP`) are hidden in an area, or None."""
        if level is not None and programme not in self.told[level]:
            return Hidden.RARE
        return self.why(Group.PROGRAMMES, code)


@dataclass(frozen=True)
class Before:
    """The last period that was frozen, and what was hidden in it."""

    tallies: Tallies
    patterns: Patterns


def patterns(tallies: Tallies, *, minimum: int, before: Before | None = None) -> Patterns:
    """Return what is hidden of the figures of all areas.

    What was hidden `before`, in the last period that was frozen, stays hidden until a cell has
    changed by the minimum: a neighbour shown now would give away the small area of then.
    """

    def hidden(group: Group, cells: Count, *also: Mapping[str, Hidden]) -> dict[str, Hidden]:
        every = _every(tallies, cells)
        forced = {code: why for pattern in also for code, why in pattern.items()}
        if before is not None:
            was = _every(before.tallies, cells)
            for code, why in before.patterns.hidden[group].items():
                then, now = was.get(code), every.get(code)
                if (
                    then
                    and now
                    and all(abs(a - b) < minimum for a, b in zip(then, now, strict=True))
                ):
                    forced.setdefault(code, why)
        return hide_cells(every, minimum=minimum, also=forced)

    registration = hidden(Group.REGISTRATION, lambda tally, _: (tally.households,))
    poverty = hidden(Group.POVERTY, lambda tally, _: (tally.scored,))
    reach = hidden(Group.REACH, lambda tally, _: _reach(tally), registration, poverty)
    told = told_programmes(tallies, reach, minimum)
    block = hidden(Group.PROGRAMMES, lambda tally, level: _block(tally, told[level]), reach)
    findings = hidden(Group.FINDINGS, lambda tally, _: (tally.aid.findings,), registration)
    kinds = told_kinds(tallies, minimum)
    split = hidden(Group.KINDS, lambda tally, level: _kinds(tally, kinds[level]), findings)
    nik = hidden(Group.NIK, lambda tally, _: _nik(tally), registration)
    deciles = hidden(Group.DECILES, lambda tally, _: _deciles(tally), registration)
    each = hidden(Group.EACH_DECILE, lambda tally, _: _each_decile(tally), deciles)
    found = (registration, poverty, reach, block, findings, split, nik, deciles, each)
    return Patterns(dict(zip(Group, found, strict=True)), told, kinds)


def _every(tallies: Tallies, cells: Count) -> dict[str, Cells]:
    return {
        code: cells(tally, level) for level in Level for code, tally in tallies.at(level).items()
    }


def told_programmes(tallies: Tallies, reach: Mapping[str, Hidden], minimum: int) -> Told:
    """Return the programmes of which the areas of each level may be told.

    What would be hidden in too many areas of a level is not told there at all: it would take every
    other programme of those areas with it. Programmes that clash are told with their overlap or
    not at all: they bound it, and it them.
    """
    told: dict[Level, frozenset[str]] = {}
    lower: frozenset[str] = frozenset()
    for level in reversed(Level):
        shown = [tally for code, tally in tallies.at(level).items() if code not in reach]
        for bundle in _bundles(tallies.everything.aid):
            if _often_enough(bundle, shown, minimum):
                lower |= bundle
        told[level] = lower
    return told


def told_kinds(tallies: Tallies, minimum: int) -> Told:
    """Return the kinds of findings that the areas of each level are told one by one.

    The others are put together; enough are that they are not small in many areas themselves.
    """
    told: dict[Level, frozenset[str]] = {}
    lower: frozenset[str] = frozenset()
    total = tallies.everything.aid.kinds
    for level in reversed(Level):
        areas = [tally.aid.kinds for tally in tallies.at(level).values()]
        kinds = {kind for kind in total if not _rare([one[kind] for one in areas], minimum)}
        kinds |= lower
        order = sorted(kinds - lower, key=lambda kind: (-total[kind], kind))
        while order and _rare([_others(one, kinds) for one in areas], minimum):
            kinds.discard(order.pop())
        lower = frozenset(kinds)
        told[level] = lower
    return told


def _others(counts: Mapping[str, int], kinds: Collection[str]) -> int:
    return sum(n for kind, n in counts.items() if kind not in kinds)


def _rare(counts: Iterable[int], minimum: int) -> bool:
    """Whether a figure is small in too many of the areas that have any."""
    there = [count for count in counts if count]
    return sum(count < minimum for count in there) > (1 - TOLD) * len(there)


def split_kinds(counts: Mapping[str, int], kinds: Collection[str]) -> dict[str, int]:
    """Return findings by kind, those that are not told one by one together."""
    found = {kind: counts.get(kind, 0) for kind in kinds}
    return found | {OTHER_KINDS: _others(counts, kinds)}


def _bundles(aid: Aid) -> list[frozenset[str]]:
    clashing = frozenset({OVERLAP, *aid.clashing})
    others = set(aid.per_programme()) - clashing
    return [clashing, *(frozenset({programme}) for programme in sorted(others))]


def _often_enough(programmes: frozenset[str], tallies: list[Tally], minimum: int) -> bool:
    there = 0
    small = 0
    for tally in tallies:
        whole = tally.aid.reached()
        counts = [_reached(tally, programme) for programme in programmes]
        there += any(counts)
        small += any(0 < cell < minimum for n in counts if n for cell in (n, whole - n))
    return there > 0 and small <= (1 - TOLD) * there


def _reached(tally: Tally, programme: str) -> int:
    return tally.aid.overlaps if programme == OVERLAP else tally.aid.reached(programme)


def _reach(tally: Tally) -> Cells:
    return tally.aid.reached(), tally.households - tally.aid.reached()


def _block(tally: Tally, told: frozenset[str]) -> Cells:
    """Return the cells of the programmes together, and of those that only untold ones reach."""
    whole = tally.aid.reached()
    each = [_reached(tally, programme) for programme in sorted(told)]
    untold = set(tally.aid.per_programme()) - told
    rest = tally.aid.reached_only_by(untold) if untold else 0
    return (rest, *each, *(whole - n for n in each))


def _nik(tally: Tally) -> Cells:
    return tally.people["no_nik"], tally.people["members"] - tally.people["no_nik"]


def _kinds(tally: Tally, kinds: frozenset[str]) -> Cells:
    split = split_kinds(tally.aid.kinds, kinds)
    return tuple(split[kind] for kind in sorted(split))


def _each_decile(tally: Tally) -> Cells:
    return (*(tally.people[f"d{decile}"] for decile in DECILES), tally.people["unranked"])


def _deciles(tally: Tally) -> Cells:
    return tally.people["low"], tally.people["high"], tally.people["unranked"]
