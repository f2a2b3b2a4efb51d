"""Figures of areas from sums over their desa. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from jps.areas.rules import Level, ancestor
from jps.maps.aid import Aid
from jps.maps.fgt import NO_FGT, Fgt, add_fgt
from jps.welfare.estimates import Estimate, Sums, estimate


@dataclass
class Tally:
    """Sums over the households of an area; the tallies of its parts add up to its own.

    `by_household` has weight 1 per household, `by_person` the household's size; both hold scored
    households only. `dates` counts the registered households by day of interview. `aid` is what
    reaches them; `people` counts members, those without NIK, and families by decile; `fgt` is what
    a trained model says of poverty rate, gap and squared gap.
    """

    households: int = 0
    persons: int = 0
    by_household: Sums = field(default_factory=Sums)
    by_person: Sums = field(default_factory=Sums)
    dates: Counter[date] = field(default_factory=Counter)
    aid: Aid = field(default_factory=Aid)
    people: Counter[str] = field(default_factory=Counter)
    fgt: Fgt = NO_FGT

    @property
    def scored(self) -> int:
        """Households with a score."""
        return self.by_household.n

    def add(self, other: "Tally") -> None:
        """Take another tally into this one."""
        self.households += other.households
        self.persons += other.persons
        self.by_household += other.by_household
        self.by_person += other.by_person
        self.dates.update(other.dates)
        self.aid.add(other.aid)
        self.people.update(other.people)
        self.fgt = add_fgt(self.fgt, other.fgt)


@dataclass(frozen=True)
class Population:
    """How many people an area officially has, on which day, according to whom."""

    persons: int
    as_of: date
    source: str


@dataclass(frozen=True)
class Poverty:
    """How many are poor among the scored households of an area.

    `persons` and `households` are expected numbers (sums of probabilities), `rate` the share of
    persons, `household_rate` the share of households.
    """

    scored: int
    rate: Estimate
    household_rate: Estimate
    persons: float
    households: float


@dataclass(frozen=True)
class Registration:
    """How far the registration of an area has come.

    `expected` is population / mean household size: the mean of the area's own registered
    households. It and `coverage` are None where no official population is loaded.
    """

    households: int
    persons: int
    expected: float | None
    age_days: int | None  # median over households, days since the interview

    @property
    def coverage(self) -> float | None:
        """Registered households over expected ones; above 1 when more were found."""
        return None if not self.expected else self.households / self.expected


class Tallies:
    """The tallies of all levels over those of `villages`, each added up once when first asked."""

    def __init__(self, villages: Mapping[str, Tally]) -> None:
        self.villages = villages
        self._levels: dict[Level, Mapping[str, Tally]] = {Level.DESA: villages}

    def at(self, level: Level) -> Mapping[str, Tally]:
        """Return the areas of `level` that have any registered household."""
        if level not in self._levels:
            self._levels[level] = roll_up(self.at(level.below or Level.DESA), level)
        return self._levels[level]

    @cached_property
    def everything(self) -> Tally:
        """The tally of all areas together."""
        total = Tally()
        for tally in self.at(Level.PROVINSI).values():
            total.add(tally)
        return total


def roll_up(tallies: Mapping[str, Tally], level: Level) -> dict[str, Tally]:
    """Return the tallies of the areas of `level` from those of areas below it."""
    sums: dict[str, Tally] = {}
    for code, tally in tallies.items():
        sums.setdefault(ancestor(code, level), Tally()).add(tally)
    return sums


def poverty_of(tally: Tally) -> Poverty | None:
    """Return the poverty figures, None when no household has a score."""
    by_person, by_household = estimate(tally.by_person), estimate(tally.by_household)
    if by_person is None or by_household is None:
        return None
    return Poverty(
        scored=tally.scored,
        rate=by_person,
        household_rate=by_household,
        persons=tally.by_person.wp,
        households=tally.by_household.wp,
    )


def registration_of(
    tally: Tally, population: Population | None, *, on: date
) -> Registration | None:
    """Return the registration figures on day `on`, None when no household is registered."""
    if tally.households == 0:
        return None
    expected = None
    if population is not None and tally.persons:
        expected = population.persons * tally.households / tally.persons
    return Registration(
        households=tally.households,
        persons=tally.persons,
        expected=expected,
        age_days=_median_age(tally.dates, on),
    )


def _median_age(dates: Mapping[date, int], on: date) -> int | None:
    """Return the median of days between interview and `on` (the lower one of an even number)."""
    total = sum(dates.values())
    seen = 0
    for day in sorted(dates, reverse=True):
        seen += dates[day]
        if 2 * seen >= total:
            return max(0, (on - day).days)
    return None
