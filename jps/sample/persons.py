"""One invented person after the other: age, name, mother, birth place and numbers."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from jps.sample.names import FEMALE, MALE, Name, NameBook
from jps.sample.numbers import Issuer, first_registration
from jps.sample.people import Marital, Person, Relation
from jps.sample.places import Village

_SPIKES = ((1, 1), (1, 1), (7, 1), (12, 31))  # month, day of birth dates nobody remembered
_ELSEWHERE_BORN = ("MANADO", "MAKASSAR", "BITUNG", "KOTAMOBAGU", "PALU", "JAKARTA", "LUWUK")
_RHYMES = 12  # names tried for a twin
_DAYS_OF_YEAR = 365.25


class Persons:
    """Makes the persons of one home at a time; `settle` says where and of which origin."""

    def __init__(self, book: NameBook, rng: Random, *, on: date) -> None:
        self._book = book
        self._rng = rng
        self._on = on
        self._issuer = Issuer()
        self._made = 0
        self._village: Village
        self._nearby: list[Village]
        self._origin = ""
        self._kk = ""

    def settle(self, village: Village, nearby: list[Village], origin: str) -> None:
        """Start a home: the next persons live in `village`, some were registered `nearby`."""
        self._village, self._nearby, self._origin = village, nearby, origin
        self.start_family()

    def start_family(self) -> None:
        """Give the next persons a KK number of their own."""
        self._kk = self._new_kk(self._village)

    def family_name(self) -> str:
        """Return a family name of the home's origin, maybe none."""
        return self._book.family(self._origin, self._rng)

    def adult(
        self,
        relation: Relation,
        sex: str,
        age: float,
        married: Marital,
        *,
        family: str | None = None,
        name: Name | None = None,
    ) -> Person:
        """Make an adult of an age in years with a mother of their own."""
        born = self._born(age)
        name = self.adult_name(sex, born.year, family) if name is None else name
        mother = self.adult_name(FEMALE, born.year - self._rng.randint(18, 36))
        return self._person(relation, sex, born, name, mother, married)

    def adult_name(self, sex: str, year: int, family: str | None = None) -> Name:
        """Return a name for someone born in `year`, with a family name of its own by default."""
        family = self.family_name() if family is None else family
        return self._book.name(self._origin, sex, year, self._rng, family=family)

    def child(
        self,
        relation: Relation,
        age: float,
        family: str,
        father: Person | None,
        mother: Name,
        *,
        taken: frozenset[tuple[str, ...]] = frozenset(),
    ) -> Person:
        """Make a child of an age in years, whose given names no brother or sister has `taken`."""
        born = self._born(age)
        sex, name = self._child_name(born.year, family, father)
        while name.given in taken:
            sex, name = self._child_name(born.year, family, father)
        return self._person(relation, sex, born, name, mother, Marital.SINGLE)

    def twin(
        self,
        first: Person,
        family: str,
        father: Person | None,
        *,
        taken: frozenset[tuple[str, ...]] = frozenset(),
    ) -> Person:
        """Make a second child of the same day whose name begins like the first one's."""
        start, taken = first.name.given[0][0], taken | {first.name.given}
        tries = 0
        sex, name = self._child_name(first.born.year, family, father)
        while name.given in taken or (name.given[0][0] != start and tries < _RHYMES):
            sex, name = self._child_name(first.born.year, family, father)
            tries += 1
        return self._person(first.relation, sex, first.born, name, first.mother, Marital.SINGLE)

    def again(self, person: Person, village: Village) -> Person:
        """Return `person` recorded a second time in `village`: another NIK and KK."""
        nik = self._issuer.nik(village.prefix, person.born, person.sex)
        return replace(person, nik=nik, kk=self._new_kk(village))

    def join(self, person: Person) -> Person:
        """Return `person` married, in the family started last."""
        return replace(person, kk=self._kk, married=Marital.MARRIED)

    def _child_name(self, year: int, family: str, father: Person | None) -> tuple[str, Name]:
        rng = self._rng
        sex = MALE if rng.random() < 0.512 else FEMALE
        called = father.name.given[-1] if father is not None else ""
        name = self._book.name(self._origin, sex, year, rng, family=family, father=called)
        return sex, replace(name, title="")

    def _person(
        self, relation: Relation, sex: str, born: date, name: Name, mother: Name, married: Marital
    ) -> Person:
        nearby = self._rng.choice(self._nearby)
        prefix = first_registration(self._village, nearby, self._origin, self._rng, born=born)
        key = self._made
        self._made += 1
        return Person(
            key=key,
            relation=relation,
            sex=sex,
            born=born,
            birth_place=self._birth_place(),
            name=name,
            mother=replace(mother, title=""),
            married=married,
            nik=self._issuer.nik(prefix, born, sex),
            kk=self._kk,
        )

    def _born(self, age: float) -> date:
        """Return a birth date for an age in years; dates of the old are often round."""
        rng = self._rng
        born = self._on - timedelta(days=int(age * _DAYS_OF_YEAR) + rng.randint(0, 364))
        guessed = 0.10 if born.year < 1970 else 0.04 if born.year < 1995 else 0.006
        if rng.random() < guessed:
            month, day = rng.choice(_SPIKES)
            rounded = date(born.year, month, day)
            return rounded if rounded < self._on else born
        return born

    def _birth_place(self) -> str:
        chance = self._rng.random()
        if chance < 0.55:
            return self._village.regency.upper().removeprefix("KABUPATEN ").removeprefix("KOTA ")
        if chance < 0.93:
            return self._village.district.upper()
        return self._rng.choice(_ELSEWHERE_BORN)

    def _new_kk(self, village: Village) -> str:
        issued = self._on - timedelta(days=self._rng.randint(30, 5200))
        return self._issuer.kk(village.prefix, issued)
