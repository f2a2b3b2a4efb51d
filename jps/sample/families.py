"""Invented families: who lives together with whom."""

from collections.abc import Sequence
from datetime import date
from random import Random

from jps.sample.names import FEMALE, MALE, Name, NameBook
from jps.sample.people import Address, Home, Marital, Person, Relation
from jps.sample.persons import Persons
from jps.sample.places import Village

_ALONE, _ONE_PARENT = 0.06, 0.17  # of homes, the second counted from the first
_RELATIVE, _PARENT, _TWO_FAMILIES, _LEFT_GRANDCHILD = 0.035, 0.085, 0.16, 0.08
_YOUNGEST_FATHER = 17  # years
_TWINS = 0.014  # of births: twins, and siblings registered under one birthday
_BIRTHS = (0, 1, 2, 3, 4, 5, 6)
_BIRTH_WEIGHTS = (3, 9, 25, 28, 19, 10, 6)
# SP2020: 6.39 % of Gorontalo's people do not live at their KK address; half stay in the village.
_OTHER_VILLAGE, _OFF_ADDRESS = 0.032, 0.032
_HAMLETS = ("I", "II", "III", "IV", "V")


class Founder:
    """Founds homes one after the other; everything follows from `rng` and the order of calls."""

    def __init__(
        self, book: NameBook, villages: Sequence[Village], rng: Random, *, on: date
    ) -> None:
        self.persons = Persons(book, rng, on=on)
        self._book = book
        self._rng = rng
        self._on = on
        self._homes = 0
        self._nearby: dict[str, list[Village]] = {}
        for village in villages:
            self._nearby.setdefault(village.regency_code, []).append(village)

    def home(self, village: Village) -> Home:
        """Found one home in `village`; a few are still registered in another one nearby."""
        rng = self._rng
        nearby = self._nearby[village.regency_code]
        registered = rng.choice(nearby) if rng.random() < _OTHER_VILLAGE else village
        self.persons.settle(registered, nearby, self._book.origin(village.regency_code, rng))
        people = self._people()
        number = self._homes
        self._homes += 1
        address = self._address()
        elsewhere = rng.random() < _OFF_ADDRESS
        return Home(
            number=number,
            village=village,
            address=address,
            kk_village=registered,
            kk_address=str(self._address() if elsewhere else address),
            people=tuple(people),
        )

    def _address(self) -> Address:
        rng = self._rng
        return Address(
            hamlet=rng.choice(_HAMLETS),
            rt=f"{rng.randint(1, 6):03d}",
            rw=f"{rng.randint(1, 4):03d}",
        )

    def _people(self) -> list[Person]:
        kind = self._rng.random()
        if kind < _ALONE:
            return [self._alone()]
        people = self._one_parent() if kind < _ONE_PARENT else self._couple()
        if self._rng.random() < _RELATIVE:
            people.append(self._relative(people[0]))
        return people

    def _alone(self) -> Person:
        rng = self._rng
        sex = FEMALE if rng.random() < 0.58 else MALE
        old = rng.random() < 0.7
        age = rng.triangular(50, 90, 66) if old else rng.triangular(19, 50, 26)
        state = rng.choices(tuple(Marital), (1, 0, 2, 7) if old else (8, 0, 1, 0.5))[0]
        return self.persons.adult(Relation.HEAD, sex, age, state)

    def _one_parent(self) -> list[Person]:
        rng = self._rng
        sex = FEMALE if rng.random() < 0.75 else MALE
        state = Marital.WIDOWED if rng.random() < 0.7 else Marital.DIVORCED
        age = rng.triangular(27, 82, 50)
        family = self.persons.family_name()
        if sex == FEMALE:
            head = self.persons.adult(Relation.HEAD, sex, age, state)
            return [head, *self._children(head, None, head.name, family, at_least=1)]
        head = self.persons.adult(Relation.HEAD, sex, age, state, family=family)
        mother = self.persons.adult_name(FEMALE, head.born.year + 3)
        return [head, *self._children(head, head, mother, family, at_least=1)]

    def _couple(self) -> list[Person]:
        rng = self._rng
        family = self.persons.family_name()
        age = min(max(rng.gauss(43.5, 12.5), 20), 88)
        husband = self.persons.adult(Relation.HEAD, MALE, age, Marital.MARRIED, family=family)
        wife_age = max(age - rng.gauss(3.5, 4), 17.5)
        wife = self.persons.adult(Relation.SPOUSE, FEMALE, wife_age, Marital.MARRIED)
        people = [husband, wife, *self._children(wife, husband, wife.name, family)]
        if rng.random() < _PARENT and age < 65:
            people.append(self._parent(husband if rng.random() < 0.5 else wife))
        if age > 43 and rng.random() < _TWO_FAMILIES:
            self._marry_a_child(people, family)
        elif age > 50 and rng.random() < _LEFT_GRANDCHILD:
            people.append(self._left_grandchild())
        return people

    def _children(
        self,
        parent: Person,
        father: Person | None,
        mother: Name,
        family: str,
        *,
        relation: Relation = Relation.CHILD,
        at_least: int = 0,
    ) -> list[Person]:
        """Return the children at home, spaced by the births of a mother as old as `parent`."""
        rng = self._rng
        births = max(rng.choices(_BIRTHS, _BIRTH_WEIGHTS)[0], at_least)
        age_at_birth = max(rng.gauss(22.5, 3.6), 16.5)
        children: list[Person] = []
        for _ in range(births):
            age = parent.age(self._on) - age_at_birth
            age_at_birth += max(rng.gauss(3.4, 1.6), 1.2)
            too_young = father is not None and father.age(self._on) - age < _YOUNGEST_FATHER
            if age < 0 or age_at_birth > 46 or too_young or rng.random() >= _still_here(age):
                continue
            taken = frozenset(child.name.given for child in children)
            child = self.persons.child(relation, age, family, father, mother, taken=taken)
            children.append(child)
            if rng.random() < _TWINS:
                children.append(self.persons.twin(child, family, father, taken=taken))
        return children

    def _marry_a_child(self, people: list[Person], family: str) -> None:
        """Give a grown child of the home a spouse, children and a KK of their own."""
        rng = self._rng
        grown = [i for i, person in enumerate(people) if self._may_marry(person)]
        if not grown:
            return
        place = rng.choice(grown)
        self.persons.start_family()
        child = people[place] = self.persons.join(people[place])
        other = MALE if child.sex == FEMALE else FEMALE
        own = family if child.sex == MALE else self.persons.family_name()
        age = child.age(self._on) + rng.gauss(3, 2.5) * (1 if other == MALE else -1)
        spouse = self.persons.adult(
            Relation.CHILD_IN_LAW,
            other,
            max(age, 18),
            Marital.MARRIED,
            family=own if other == MALE else None,
        )
        mother, father = (child, spouse) if child.sex == FEMALE else (spouse, child)
        small = self._children(mother, father, mother.name, own, relation=Relation.GRANDCHILD)
        people.extend([spouse, *(person for person in small if person.age(self._on) < 15)])

    def _may_marry(self, person: Person) -> bool:
        return person.relation == Relation.CHILD and 20 <= person.age(self._on) < 40

    def _parent(self, of: Person) -> Person:
        """Return the mother or father of a person; the mother bears the name that `of` gave."""
        rng = self._rng
        sex = FEMALE if rng.random() < 0.75 else MALE
        age = min(of.age(self._on) + rng.triangular(19, 38, 25), 97)
        state = Marital.WIDOWED if rng.random() < 0.85 else Marital.DIVORCED
        name = of.mother if sex == FEMALE else None
        family = of.name.family if sex == MALE else None
        return self.persons.adult(Relation.PARENT, sex, age, state, family=family, name=name)

    def _left_grandchild(self) -> Person:
        """Return a grandchild whose parents live elsewhere."""
        age = self._rng.uniform(2, 15)
        mother = self.persons.adult_name(FEMALE, self._on.year - int(age) - 24)
        family = self.persons.family_name()
        return self.persons.child(Relation.GRANDCHILD, age, family, None, mother)

    def _relative(self, head: Person) -> Person:
        sex = MALE if self._rng.random() < 0.5 else FEMALE
        age = self._rng.triangular(14, 70, 22)
        state = Marital.SINGLE if age < 35 else Marital.WIDOWED
        return self.persons.adult(Relation.OTHER, sex, age, state, family=head.name.family)


def _still_here(age: float) -> float:
    """The share of children of an age (years) who still live with their parents."""
    if age < 18:
        return 0.97
    if age < 24:
        return 0.68
    return 0.3 if age < 35 else 0.08
