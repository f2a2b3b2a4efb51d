"""Whom the enumerators meet: one visit per document, with everybody named there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from jps.sample.people import Home, Person, Relation
from jps.sample.registry import DEAD, MOVED

COMPLETE, INCOMPLETE, NOBODY, REFUSED, GONE = "1", "2", "3", "4", "5"
PRESENT, DIED, LEFT, NEW = "1", "2", "3", "5"

_RESULTS = (COMPLETE, INCOMPLETE, NOBODY, REFUSED, GONE)
_RESULT_WEIGHTS = (0.955, 0.015, 0.012, 0.008, 0.010)
_VISITED_TWICE = 0.004  # homes that two enumerators entered
_GUESTS = 0.012  # persons who are also named in another home
_REACH = 12  # visits on either side among which the other home is looked for
_FIELD_DAYS = 75


@dataclass(frozen=True, slots=True)
class Listing:
    """A person as named in one visit; `presence` has the codes of the questionnaire."""

    person: Person
    relation: Relation
    presence: str
    is_guest: bool = False

    @property
    def is_present(self) -> bool:
        """Whether the person counts as a member of the household."""
        return self.presence in {PRESENT, NEW}


@dataclass(frozen=True, slots=True)
class Visit:
    """One document to be. `number` counts from 0; `is_repeat` when the home was entered before."""

    number: int
    home: Home
    day: date
    result: str
    listings: tuple[Listing, ...]
    is_repeat: bool = False

    @property
    def size(self) -> int:
        """Members of the household who live there."""
        return sum(listing.is_present for listing in self.listings)


def plan_visits(
    homes: Sequence[Home], states: Mapping[int, str], rng: Random, *, on: date
) -> list[Visit]:
    """Return as many visits as `homes`, in their order, between 75 days before `on` and `on`.

    `states` are the registry's by person. A few homes are visited twice in place of their
    neighbour, and a few persons are named a second time in a home nearby.
    """
    visits: list[Visit] = []
    guests = _guests(homes, rng)
    for number, home in enumerate(homes):
        before = visits[-1] if visits else None
        again = (
            before is not None
            and before.result == COMPLETE
            and not before.is_repeat
            and before.home.village == home.village
            and rng.random() < _VISITED_TWICE
        )
        if again and before is not None:
            home = before.home
        result = COMPLETE if again else rng.choices(_RESULTS, _RESULT_WEIGHTS)[0]
        listings: list[Listing] = []
        if result in {COMPLETE, INCOMPLETE}:
            listings = [_listing(person, states, rng, on) for person in home.people]
            listings.extend(() if again else guests.get(number, ()))
        day = on - timedelta(days=rng.randrange(_FIELD_DAYS))
        day = max(day, *(person.born for person in home.people))
        visits.append(Visit(number, home, day, result, tuple(listings), bool(again)))
    return visits


def _guests(homes: Sequence[Home], rng: Random) -> dict[int, list[Listing]]:
    """Choose who is also named in a second home, by the place of that home."""
    found: dict[int, list[Listing]] = {}
    for place, home in enumerate(homes):
        for person in home.people[1:]:
            if rng.random() >= _GUESTS:
                continue
            other = place + rng.randint(1, _REACH) * rng.choice((-1, 1))
            if 0 <= other < len(homes):
                guest = Listing(person, Relation.OTHER, PRESENT, is_guest=True)
                found.setdefault(other, []).append(guest)
    return found


def _listing(person: Person, states: Mapping[int, str], rng: Random, on: date) -> Listing:
    return Listing(person, person.relation, _presence(person, states.get(person.key), rng, on))


def _presence(person: Person, state: str | None, rng: Random, on: date) -> str:
    """Return what the household says; not all deaths and removals are told, the head is there."""
    if person.relation == Relation.HEAD:
        return PRESENT
    if state == DEAD and rng.random() < 0.6:
        return DIED
    if state == MOVED and rng.random() < 0.5:
        return LEFT
    if state is None and rng.random() < 0.5:
        return NEW
    if person.relation == Relation.CHILD and person.age(on) >= 17 and rng.random() < 0.02:
        return LEFT
    return PRESENT
