"""Which figures are hidden where: one pattern for every reader, from the data of all areas. Pure.

Figures that tell of each other are hidden together, as a group. Patterns are the same for
everybody, so that two readers who put their pages together learn no more than one of them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from jps.areas.rules import Level
from jps.maps.figures import Tallies, Tally
from jps.maps.hiding import Cells, Hidden, hide_cells, still
from jps.maps.programmes import Programmes, hide_programmes

OTHER_KINDS = ""  # stands among the kinds of findings for those that are not told one by one
DECILES = range(1, 11)
TOLD = 0.8  # share of a level's areas where a kind must not be small, or it is not told by itself


class Group(StrEnum):
    """Figures that are hidden together."""

    REGISTRATION = "registration"
    POVERTY = "poverty"
    REACH = "reach"  # reached by anything, and not
    FINDINGS = "findings"
    KINDS = "kinds"  # of findings
    NIK = "nik"
    DECILES = "deciles"
    CONSUMPTION = "consumption"  # rate, gap and squared gap by a trained model
    UNRANKED = "unranked"  # how many families there are is told nowhere
    EACH_DECILE = "each-decile"


Told: TypeAlias = Mapping[Level, frozenset[str]]
Count: TypeAlias = Callable[[Tally, Level], Cells]


@dataclass(frozen=True)
class Patterns:
    """What is hidden in which group, and where which programme.

    `kinds` are the kinds of findings that are told one by one.
    """

    hidden: Mapping[Group, Mapping[str, Hidden]]
    programmes: Programmes
    kinds: Told

    def why(self, group: Group, code: str) -> Hidden | None:
        """Return why the figures of a group are hidden in an area, None when they are not."""
        return self.hidden[group].get(code)

    def why_programme(self, programme: str, code: str, level: Level) -> Hidden | None:
        """Return why a programme's figures (or `OVERLAP`) are hidden in an area, or None."""
        return self.programmes.why(programme, code, level)


@dataclass(frozen=True)
class Before:
    """The last period that was frozen, and what was hidden in it."""

    tallies: Tallies
    patterns: Patterns


def patterns(tallies: Tallies, *, minimum: int, before: Before | None = None) -> Patterns:
    """Return what is hidden of the figures of all areas.

    What was hidden `before`, in the last period that was frozen, stays hidden until every cell
    has changed by the minimum: a neighbour shown now would give away the small area of then. It
    also covers a small area of now rather than a neighbour whose number of then is known.
    """

    def hidden(group: Group, cells: Count, *also: Mapping[str, Hidden]) -> dict[str, Hidden]:
        every = _every(tallies, cells)
        forced = {code: why for pattern in also for code, why in pattern.items()}
        earlier: Mapping[str, Hidden] = {}
        if before is not None:
            was, earlier = _every(before.tallies, cells), before.patterns.hidden[group]
            forced = still(earlier, was, every, minimum) | forced
        return hide_cells(every, minimum=minimum, also=forced, rather=earlier)

    registration = hidden(Group.REGISTRATION, lambda tally, _: (tally.households,))
    poverty = hidden(Group.POVERTY, lambda tally, _: (tally.scored,))
    reach = hidden(Group.REACH, lambda tally, _: _reach(tally), registration, poverty)
    last = (before.tallies, before.patterns.programmes) if before else None
    programmes = hide_programmes(tallies, reach, minimum, last)
    findings = hidden(Group.FINDINGS, lambda tally, _: (tally.aid.findings,), registration)
    kinds = told_kinds(tallies, minimum)
    split = hidden(Group.KINDS, lambda tally, level: _kinds(tally, kinds[level]), findings)
    nik = hidden(Group.NIK, lambda tally, _: _nik(tally), registration)
    deciles = hidden(Group.DECILES, lambda tally, _: _deciles(tally), registration)
    unranked = hidden(Group.UNRANKED, lambda tally, _: (tally.people["unranked"],), registration)
    each = hidden(Group.EACH_DECILE, lambda tally, _: _each_decile(tally), deciles)
    modelled = hidden(Group.CONSUMPTION, lambda tally, _: (tally.fgt[0].n,), registration, poverty)
    found = {
        Group.REGISTRATION: registration,
        Group.POVERTY: poverty,
        Group.REACH: reach,
        Group.FINDINGS: findings,
        Group.KINDS: split,
        Group.NIK: nik,
        Group.DECILES: deciles,
        Group.CONSUMPTION: modelled,
        Group.UNRANKED: unranked,
        Group.EACH_DECILE: each,
    }
    return Patterns(found, programmes, kinds)


def _every(tallies: Tallies, cells: Count) -> dict[str, Cells]:
    return {
        code: cells(tally, level) for level in Level for code, tally in tallies.at(level).items()
    }


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


def _reach(tally: Tally) -> Cells:
    return tally.aid.reached(), tally.households - tally.aid.reached()


def _nik(tally: Tally) -> Cells:
    return tally.people["no_nik"], tally.people["members"] - tally.people["no_nik"]


def _kinds(tally: Tally, kinds: frozenset[str]) -> Cells:
    split = split_kinds(tally.aid.kinds, kinds)
    return tuple(split[kind] for kind in sorted(split))


def _each_decile(tally: Tally) -> Cells:
    return tuple(tally.people[f"d{decile}"] for decile in DECILES)


def _deciles(tally: Tally) -> Cells:
    return tally.people["low"], tally.people["high"]
