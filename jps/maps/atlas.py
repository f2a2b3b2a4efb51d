"""The areas that one reader may see as a whole, what was counted in them, and what is hidden."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from jps.areas.rules import Level, level_of, parent_of
from jps.maps.aid_figures import aid_figures, people_figures
from jps.maps.fgt import fgt_figures
from jps.maps.figures import (
    Population,
    Tallies,
    Tally,
    poverty_of,
    registration_of,
)
from jps.maps.groups import DECILES, Group, Patterns, split_kinds
from jps.maps.hiding import EVERYTHING, Hidden
from jps.maps.indicators import Topic, group_of
from jps.maps.programmes import OVERLAP
from jps.maps.views import AreaRow, Details

_NOBODY = Tally()
MAPPED = (Level.KABKOTA, Level.KECAMATAN, Level.DESA)


@dataclass(frozen=True)
class Place:
    """An area by code, name and type."""

    code: str
    name: str
    type: str


class Atlas:
    """Figures of `places` from the `tallies` of what was counted in them, on the day `on`."""

    def __init__(
        self,
        places: Iterable[Place],
        tallies: Tallies,
        population: Mapping[str, Population],
        patterns: Patterns,
        *,
        topic: Topic = Topic.POVERTY,
        programme: str = "",
        has_aid: bool = False,
        on: date,
    ) -> None:
        self._places = {place.code: place for place in places}
        self._tallies = tallies
        self._population = population
        self._patterns = patterns
        self._topic = topic
        self._programme = programme
        self._has_aid = has_aid
        self._on = on

    def levels(self, inside: str) -> tuple[Level, ...]:
        """Return the levels of which the reader has areas in `inside`, the upper ones first."""
        found = {level_of(place.code) for place in self._places.values() if _lies(place, inside)}
        lower = found - {level_of(inside)} if inside else found
        return tuple(level for level in MAPPED if level in (lower or found))

    def codes(self, level: Level, inside: str) -> list[str]:
        """Return the areas of `level` in `inside`, by code."""
        return sorted(
            place.code
            for place in self._places.values()
            if level_of(place.code) == level and _lies(place, inside)
        )

    def rows(self, level: Level, inside: str) -> tuple[AreaRow, ...]:
        """Return the figures of the areas of `level` in `inside`, by code."""
        tallies = self._tallies.at(level)
        return tuple(
            self._row(self._places[code], tallies.get(code, _NOBODY))
            for code in self.codes(level, inside)
        )

    def total(self, inside: str, name: str) -> tuple[AreaRow, Tally]:
        """Return the figures of all areas in `inside` together, and the sums behind them."""
        if inside == EVERYTHING:
            tally = self._tallies.everything
        else:
            tally = self._tallies.at(level_of(inside)).get(inside, _NOBODY)
        return self._row(Place(inside, name, ""), tally), tally

    def details(self, inside: str, tally: Tally) -> Details:
        """Return more figures of the areas in `inside` together, of which `tally` are the sums."""
        split = each = None
        if self._topic is Topic.AID and not self._why(Group.KINDS, inside):
            tops = [inside] if inside else self._tops
            lowest = max(map(level_of, tops), key=lambda level: level.code_length)
            split = split_kinds(tally.aid.kinds, self._patterns.kinds[lowest])
        if self._topic is Topic.PEOPLE and not self._why(Group.EACH_DECILE, inside):
            each = {decile: tally.people[f"d{decile}"] for decile in DECILES}
        hidden = self._why(Group.REGISTRATION, inside)
        return Details(None if hidden else tally.dates, split, each)

    def _row(self, place: Place, tally: Tally) -> AreaRow:
        poor_hidden = self._why(Group.POVERTY, place.code)
        found_hidden = self._why(Group.REGISTRATION, place.code)
        population = self._population.get(place.code)
        hidden, more = self._more(place.code, tally)
        return AreaRow(
            code=place.code,
            name=place.name,
            type=place.type,
            poverty=None if poor_hidden else poverty_of(tally),
            poverty_hidden=poor_hidden,
            registration=None if found_hidden else registration_of(tally, population, on=self._on),
            registration_hidden=found_hidden,
            population=population,
            more=more,
            hidden=hidden,
        )

    def _more(
        self, code: str, tally: Tally
    ) -> tuple[dict[str, Hidden | None], dict[str, float | None]]:
        """Return what is hidden of the groups of the topic, and the figures that are not."""
        if self._topic is Topic.POVERTY:
            return {}, {}
        if self._topic is Topic.AID:
            hidden = {
                "reach": self._why_programme(self._programme, code),
                "overlap": self._why_programme(OVERLAP, code),
                "findings": self._why(Group.FINDINGS, code),
            }
            figures = aid_figures(tally, self._programme, known=self._has_aid)
        elif self._topic is Topic.CONSUMPTION:
            hidden = {"consumption": self._why(Group.CONSUMPTION, code)}
            figures = fgt_figures(tally.fgt)
        else:
            hidden = {key: self._why(Group(key), code) for key in ("nik", "deciles", "unranked")}
            figures = people_figures(tally)
        shown = {key: figures[key] for key in figures if not hidden[group_of(key)]}
        return hidden, dict.fromkeys(figures) | shown

    def _why_programme(self, programme: str, code: str) -> Hidden | None:
        if not programme:
            return self._why(Group.REACH, code)
        return self._of_parts(
            code, lambda part: self._patterns.why_programme(programme, part, level_of(part))
        )

    def _why(self, group: Group, code: str) -> Hidden | None:
        return self._of_parts(code, lambda part: self._patterns.why(group, part))

    def _of_parts(self, code: str, why: Callable[[str], Hidden | None]) -> Hidden | None:
        """Return why an area is hidden; all of a reader's areas together, when one of them is."""
        if code != EVERYTHING:
            return why(code)
        return next((found for top in self._tops if (found := why(top)) is not None), None)

    @cached_property
    def _tops(self) -> list[str]:
        """The reader's areas that lie in no other of theirs."""
        return [code for code in self._places if parent_of(code) not in self._places]


def _lies(place: Place, inside: str) -> bool:
    return inside in (EVERYTHING, place.code) or place.code.startswith(inside + ".")
