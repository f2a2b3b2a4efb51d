"""The areas that one reader may see as a whole, what was counted in them, and what is hidden."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from jps.areas.rules import Level, level_of
from jps.maps.figures import (
    Population,
    Tallies,
    Tally,
    poverty_of,
    registration_of,
)
from jps.maps.hiding import EVERYTHING, Hidden, hide
from jps.maps.views import AreaRow

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
        *,
        minimum: int,
        on: date,
    ) -> None:
        self._places = {place.code: place for place in places}
        self._tallies = tallies
        self._population = population
        self._minimum = minimum
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
            self._row(self._places[code], tallies.get(code, Tally()))
            for code in self.codes(level, inside)
        )

    def total(self, inside: str, name: str) -> tuple[AreaRow, Tally]:
        """Return the figures of all areas in `inside` together, and the sums behind them."""
        if inside == EVERYTHING:
            tally = self._tallies.everything
        else:
            tally = self._tallies.at(level_of(inside)).get(inside, Tally())
        return self._row(Place(inside, name, ""), tally), tally

    def _row(self, place: Place, tally: Tally) -> AreaRow:
        poor_hidden = self._poverty_hidden.get(place.code)
        found_hidden = self._registration_hidden.get(place.code)
        population = self._population.get(place.code)
        return AreaRow(
            code=place.code,
            name=place.name,
            type=place.type,
            poverty=None if poor_hidden else poverty_of(tally),
            poverty_hidden=poor_hidden,
            registration=None if found_hidden else registration_of(tally, population, on=self._on),
            registration_hidden=found_hidden,
            population=population,
        )

    @cached_property
    def _poverty_hidden(self) -> Mapping[str, Hidden]:
        return self._hide(lambda tally: tally.scored)

    @cached_property
    def _registration_hidden(self) -> Mapping[str, Hidden]:
        return self._hide(lambda tally: tally.households)

    def _hide(self, households: Callable[[Tally], int]) -> Mapping[str, Hidden]:
        counts = dict.fromkeys(self._places, 0)
        for level in Level:
            for code, tally in self._tallies.at(level).items():
                if code in counts:
                    counts[code] = households(tally)
        return hide(counts, minimum=self._minimum)


def _lies(place: Place, inside: str) -> bool:
    return inside in (EVERYTHING, place.code) or place.code.startswith(inside + ".")
