"""Invented people as values: a person, an address, a home."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jps.sample.names import Name
from jps.sample.places import Village


class Relation(StrEnum):
    """Relation to the head of household, codes of Regsosek 2022."""

    HEAD = "1"
    SPOUSE = "2"
    CHILD = "3"
    CHILD_IN_LAW = "4"
    GRANDCHILD = "5"
    PARENT = "6"
    OTHER = "8"


class Marital(StrEnum):
    """Marital state, codes of Regsosek 2022."""

    SINGLE = "1"
    MARRIED = "2"
    DIVORCED = "3"
    WIDOWED = "4"


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person as the civil registry knows them. `key` counts from 0."""

    key: int
    relation: Relation
    sex: str
    born: date
    birth_place: str
    name: Name
    mother: Name
    married: Marital
    nik: str
    kk: str

    def age(self, on: date) -> int:
        """Completed years on a day."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


@dataclass(frozen=True, slots=True)
class Address:
    """A place within a village."""

    hamlet: str
    rt: str
    rw: str

    def __str__(self) -> str:
        return f"DUSUN {self.hamlet} RT {self.rt} RW {self.rw}"


@dataclass(frozen=True, slots=True)
class Home:
    """People who eat from one kitchen; most are one family, some are two with two KK numbers.

    `village` and `address` are where they live, `kk_village` and `kk_address` what their KK says.
    The head comes first. `number` counts from 0.
    """

    number: int
    village: Village
    address: Address
    kk_village: Village
    kk_address: str
    people: tuple[Person, ...]

    @property
    def lives_at_kk_address(self) -> bool:
        """Whether the KK says where they live."""
        return self.village == self.kk_village and str(self.address) == self.kk_address
