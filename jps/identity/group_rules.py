"""When two households, or two families, of our list may be one: facts with their bits, as a table.

Nobody has labelled households yet, so these bits are a judgement and not learnt; what they are for
is the order, from "the same people in the same house" down. Who is the same person is learnt.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from jps.matching.normalise import Normaliser
from jps.text import N_

LEAST = 1.0  # bits from which a pair is kept for people to decide
START = -5.0  # bits of two households or families of which nothing is known
MOST_PER_KK = 6  # households that show one KK number; more of them show a placeholder
NEAR, CLOSE, FAR = 25.0, 100.0, 1_000.0  # metres between two doors; a phone is right to about 10
_METRES = 111_320.0  # per degree of latitude


class Group(StrEnum):
    """What kind of group may be listed twice."""

    HOUSEHOLD = "household"
    FAMILY = "family"


@dataclass(frozen=True)
class FactKind:
    """What a fact says (a template with `number`) and what it is worth in bits."""

    text: str
    bits: float


FACTS: Mapping[str, FactKind] = MappingProxyType(
    {
        "start": FactKind(N_("Titik awal: kebanyakan pasangan bukan data yang sama"), START),
        "people_all": FactKind(
            N_("Semua anggota data yang lebih kecil ada di keduanya ({number})"), 9
        ),
        "people_most": FactKind(N_("{number} anggota ada di keduanya, separuh atau lebih"), 6.5),
        "people_some": FactKind(N_("{number} anggota ada di keduanya"), 2.5),
        "people_none": FactKind(N_("Tidak ada anggota yang sama"), -3),
        "same_kk": FactKind(N_("Nomor KK sama"), 4),
        "one_kk": FactKind(N_("Satu nomor KK tercatat pada dua rumah tangga"), 6.5),
        "two_kk": FactKind(N_("Orang yang sama tercatat pada dua nomor KK"), 4),
        "same_head": FactKind(N_("Nama kepala rumah tangga sama"), 3),
        "near": FactKind(N_("Jarak kedua rumah {number} meter"), 4),
        "close": FactKind(N_("Jarak kedua rumah {number} meter"), 1.5),
        "far": FactKind(N_("Jarak kedua rumah {number} meter"), -3),
        "same_address": FactKind(N_("Alamat sama"), 1),
        "same_village": FactKind(N_("Desa sama"), 1),
        "other_village": FactKind(N_("Desa berbeda"), -2),
    }
)


@dataclass(frozen=True)
class Place:
    """Where a household lives and who heads it; words as they sound, sorted."""

    area_code: str
    head: tuple[str, ...]
    address: tuple[str, ...]
    lat: float | None
    lon: float | None

    def metres(self, other: "Place") -> float | None:
        """Return the distance of the two doors, None where one was not measured."""
        if self.lat is None or self.lon is None or other.lat is None or other.lon is None:
            return None
        wide = math.cos(math.radians((self.lat + other.lat) / 2))
        return _METRES * math.hypot(self.lat - other.lat, (self.lon - other.lon) * wide)


@dataclass(frozen=True)
class Shared:
    """How many people two groups share, and how many the smaller one has."""

    people: int
    smaller: int


Evidence = dict[str, list[float]]  # fact -> [its number, its bits]


def household_evidence(one: Place, two: Place, shared: Shared, *, same_kk: bool) -> Evidence:
    """Return what speaks for and against two households being one."""
    found = _people(shared)
    if same_kk and "people_some" not in found:
        found["same_kk"] = 0  # otherwise the few people who are in both brought it along
    if not shared.people and one.head and one.head == two.head:
        found["same_head"] = 0  # otherwise the head is one of the people
    return _weighed(found | _place(one, two))


def family_evidence(one: Place, two: Place, shared: Shared, *, same_kk: bool) -> Evidence:
    """Return what speaks for two families being one: of two households, or with two KK numbers."""
    found = _people(shared)
    found["one_kk" if same_kk else "two_kk"] = 0
    return _weighed(found | _place(one, two))


def weight(evidence: Evidence) -> float:
    """Return the sum of the bits."""
    return round(sum(bits for _, bits in evidence.values()), 2)


def sounds(text: str, normaliser: Normaliser) -> tuple[str, ...]:
    """Return the words of a name or an address as they sound, sorted."""
    return tuple(sorted(word.sound for word in normaliser.name(text[:500]).words))


def _people(shared: Shared) -> dict[str, float]:
    if not shared.people:
        return {"people_none": 0} if shared.smaller else {}
    if shared.people >= shared.smaller:
        return {"people_all": shared.people}
    most = shared.people >= 2 and 2 * shared.people >= shared.smaller
    return {"people_most" if most else "people_some": shared.people}


def _place(one: Place, two: Place) -> dict[str, float]:
    found: dict[str, float] = {}
    metres = one.metres(two)
    if metres is not None:
        bands = (("near", metres <= NEAR), ("close", metres <= CLOSE), ("far", metres > FAR))
        found |= {name: round(metres) for name, holds in bands[:1] if holds}
        found |= {name: round(metres) for name, holds in bands[1:] if holds and not found}
    same = one.area_code == two.area_code
    found["same_village" if same else "other_village"] = 0
    if same and one.address and one.address == two.address:
        found["same_address"] = 0
    return found


def _weighed(facts: Mapping[str, float]) -> Evidence:
    return {name: [number, FACTS[name].bits] for name, number in {"start": 0.0, **facts}.items()}


def distinct(pairs: Iterable[tuple[object, object]]) -> int:
    """Return how many people pairs of records make: nobody is counted twice on either side."""
    found = list(pairs)
    return min(len({one for one, _ in found}), len({other for _, other in found}))
