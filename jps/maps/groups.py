"""Which figures are hidden where: one pattern for every reader, from the data of all areas. Pure.

Figures that tell of each other are hidden together, as a group. Patterns are the same for
everybody, so that two readers who put their pages together learn no more than one of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from jps.areas.rules import Level
from jps.maps.aid import Aid
from jps.maps.figures import Tallies, Tally
from jps.maps.hiding import Cells, Hidden, hide_cells

OVERLAP = "+overlap"  # stands among the programmes for the households on two clashing lists
TOLD = 0.8  # share of a level's areas where a programme must not be small, or it is not told there

Told: TypeAlias = Mapping[Level, frozenset[str]]


class Group(StrEnum):
    """Figures that are hidden together."""

    REGISTRATION = "registration"
    POVERTY = "poverty"
    REACH = "reach"  # reached by anything, and not
    PROGRAMMES = "programmes"  # by which, and overlaps
    FINDINGS = "findings"
    NIK = "nik"
    DECILES = "deciles"


@dataclass(frozen=True)
class Patterns:
    """What is hidden in which group, and which programmes are told at which level."""

    hidden: Mapping[Group, Mapping[str, Hidden]]
    told: Told

    def why(self, group: Group, code: str) -> Hidden | None:
        """Return why the figures of a group are hidden in an area, None when they are not."""
        return self.hidden[group].get(code)

    def why_programme(self, programme: str, code: str, level: Level | None) -> Hidden | None:
        """Return why a programme's figures (or `OVERLAP`) are hidden in an area, or None."""
        if level is not None and programme not in self.told[level]:
            return Hidden.RARE
        return self.why(Group.PROGRAMMES, code)


def patterns(tallies: Tallies, *, minimum: int) -> Patterns:
    """Return what is hidden of the figures of all areas."""

    def hidden(
        cells: Callable[[Tally, Level], Cells], *also: Mapping[str, Hidden]
    ) -> dict[str, Hidden]:
        every = {
            code: cells(tally, level)
            for level in Level
            for code, tally in tallies.at(level).items()
        }
        forced = {code: why for pattern in also for code, why in pattern.items()}
        return hide_cells(every, minimum=minimum, also=forced)

    registration = hidden(lambda tally, _: (tally.households,))
    poverty = hidden(lambda tally, _: (tally.scored,))
    reach = hidden(lambda tally, _: _reach(tally), registration, poverty)
    told = told_programmes(tallies, reach, minimum)
    return Patterns(
        {
            Group.REGISTRATION: registration,
            Group.POVERTY: poverty,
            Group.REACH: reach,
            Group.PROGRAMMES: hidden(lambda tally, level: _block(tally, told[level]), reach),
            Group.FINDINGS: hidden(lambda tally, _: (tally.aid.findings,), registration),
            Group.NIK: hidden(lambda tally, _: _nik(tally), registration),
            Group.DECILES: hidden(lambda tally, _: _deciles(tally), registration),
        },
        told,
    )


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


def _deciles(tally: Tally) -> Cells:
    return tally.people["low"], tally.people["high"], tally.people["unranked"]
