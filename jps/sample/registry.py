"""The invented population registry: one row per record, headed as a Dukcapil list is."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random

from jps.sample.names import MALE
from jps.sample.people import Home, Person, Relation
from jps.sample.persons import Persons
from jps.sample.places import Village

HEADER = (
    "NIK",
    "NO_KK",
    "NAMA_LGKP",
    "JENIS_KLMIN",
    "TMPT_LHR",
    "TGL_LHR",
    "NAMA_LGKP_IBU",
    "KODE_WILAYAH",
    "ALAMAT",
    "STATUS",
)
ACTIVE, DEAD, MOVED, DOUBLE, INACTIVE = "AKTIF", "MENINGGAL", "PINDAH", "GANDA", "NONAKTIF"

_UNKNOWN_HOMES = 0.008  # homes of which the registry knows nobody
_UNKNOWN_ADULTS, _UNKNOWN_INFANTS = 0.022, 0.2  # other persons it does not know
_RECORDED_TWICE = 0.006  # persons who hold two NIKs


@dataclass(frozen=True, slots=True)
class Registry:
    """Rows for a file, and by person (`Person.key`) their NIKs and state."""

    rows: tuple[Mapping[str, str], ...]
    niks: Mapping[int, tuple[str, ...]]
    states: Mapping[int, str]


def register_homes(
    homes: Sequence[Home],
    villages: Sequence[Village],
    persons: Persons,
    rng: Random,
    *,
    on: date,
) -> Registry:
    """Return what the registry knows of `homes` on a day, in an order that tells nothing.

    Some persons are missing, some recorded twice under two NIKs, some dead, moved or inactive.
    """
    rows: list[Mapping[str, str]] = []
    niks: dict[int, tuple[str, ...]] = {}
    states: dict[int, str] = {}
    for home in homes:
        if rng.random() < _UNKNOWN_HOMES:
            continue
        for person in home.people:
            if rng.random() < (_UNKNOWN_INFANTS if person.age(on) < 1 else _UNKNOWN_ADULTS):
                continue
            state = _state(person, rng, on)
            rows.append(_row(person, home.kk_village, home.kk_address, state, rng))
            states[person.key] = state
            niks[person.key] = (person.nik,)
            if state == ACTIVE and rng.random() < _RECORDED_TWICE:
                other = _again(person, home, villages, persons, rng)
                rows.append(other)
                niks[person.key] = (person.nik, other["NIK"])
    rng.shuffle(rows)
    return Registry(tuple(rows), niks, states)


def write_registry_csv(rows: Iterable[Mapping[str, str]], path: Path) -> None:
    """Write `rows` as UTF-8 CSV with a header; the same rows give the same bytes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _state(person: Person, rng: Random, on: date) -> str:
    chance = rng.random()
    if chance < (0.022 if person.age(on) >= 55 else 0.0018):
        return DEAD
    if chance > 0.988:
        return MOVED
    return INACTIVE if chance > 0.983 else ACTIVE


def _again(
    person: Person, home: Home, villages: Sequence[Village], persons: Persons, rng: Random
) -> Mapping[str, str]:
    """Return a second record: an own NIK, often another village and another form of the name."""
    place = home.kk_village if rng.random() < 0.5 else rng.choice(villages)
    second = persons.again(person, place)
    if person.name.middle and rng.random() < 0.5:
        second = replace(second, name=replace(person.name, middle="", father=""))
    state = DOUBLE if rng.random() < 0.6 else ACTIVE
    return _row(second, place, home.kk_address, state, rng)


def _row(
    person: Person, village: Village, address: str, state: str, rng: Random
) -> Mapping[str, str]:
    titled = person.name.title and rng.random() < 0.4
    name = f"{person.name.title} {person.name}" if titled else str(person.name)
    mother = "" if person.relation == Relation.PARENT and rng.random() < 0.2 else str(person.mother)
    return {
        "NIK": person.nik,
        "NO_KK": person.kk,
        "NAMA_LGKP": name,
        "JENIS_KLMIN": "LAKI-LAKI" if person.sex == MALE else "PEREMPUAN",
        "TMPT_LHR": person.birth_place,
        "TGL_LHR": f"{person.born:%d-%m-%Y}",
        "NAMA_LGKP_IBU": mother,
        "KODE_WILAYAH": village.code,
        "ALAMAT": address,
        "STATUS": state,
    }
