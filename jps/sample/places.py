"""Where invented households live: villages, their weight, and how many households each gets."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

_VILLAGE_PARTS = 4  # 75.01.01.2001
_KELURAHAN_WEIGHT = 1.6  # kelurahan hold more people than desa of the same kabupaten


@dataclass(frozen=True, slots=True)
class SampleArea:
    """An area of any level by its Kemendagri code; `population` only where it is published."""

    code: str
    name: str
    lat: float | None = None
    lng: float | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Village:
    """A desa or kelurahan with what its people are told about it; `weight` in persons."""

    code: str
    name: str
    district: str
    regency: str
    lat: float | None
    lng: float | None
    weight: float

    @property
    def regency_code(self) -> str:
        """The kabupaten or kota, `75.01`."""
        return self.code[:5]

    @property
    def prefix(self) -> str:
        """The first six digits of a number issued here, `750101`."""
        return self.code[:8].replace(".", "")

    @property
    def is_urban(self) -> bool:
        """Whether it is a kelurahan: the fourth group begins with 1."""
        return _is_kelurahan(self.code)


def _is_kelurahan(code: str) -> bool:
    return code[9:10] == "1"


def villages_of(areas: Sequence[SampleArea]) -> list[Village]:
    """Return the villages among `areas` by code, with their own or a share of the population.

    A village without a published population gets an equal part of what the nearest area above it
    has left over, kelurahan counting 1.6 times; without any figure each weighs the same.
    """
    by_code = {area.code: area for area in areas}
    found = sorted((a for a in areas if a.code.count(".") == _VILLAGE_PARTS - 1), key=_code)
    weights = _weights(found, by_code)
    return [
        Village(
            code=area.code,
            name=area.name,
            district=_name(by_code, area.code[:8]),
            regency=_name(by_code, area.code[:5]),
            lat=area.lat,
            lng=area.lng,
            weight=weights[area.code],
        )
        for area in found
    ]


def _code(area: SampleArea) -> str:
    return area.code


def _name(by_code: dict[str, SampleArea], code: str) -> str:
    area = by_code.get(code)
    return area.name if area is not None else code


def _weights(villages: Sequence[SampleArea], by_code: dict[str, SampleArea]) -> dict[str, float]:
    weights = {a.code: float(a.population) for a in villages if a.population}
    blank: dict[str, list[str]] = defaultdict(list)
    for area in villages:
        if not area.population:
            blank[_counted_parent(area.code, by_code)].append(area.code)
    for parent, codes in blank.items():
        known = sum(w for code, w in weights.items() if parent and code.startswith(parent + "."))
        published = by_code[parent].population if parent else None
        left = max((published or 0) - known, len(codes))
        parts = {code: _KELURAHAN_WEIGHT if _is_kelurahan(code) else 1.0 for code in codes}
        unit = left / sum(parts.values())
        weights.update({code: part * unit for code, part in parts.items()})
    return weights


def _counted_parent(code: str, by_code: dict[str, SampleArea]) -> str:
    for length in (8, 5, 2):
        area = by_code.get(code[:length])
        if area is not None and area.population:
            return area.code
    return ""


def share_households(villages: Sequence[Village], households: int) -> list[int]:
    """Split `households` by weight, each village at least one.

    With fewer households than villages they are spread evenly along the list by weight instead, so
    that every part of the province keeps its share.
    """
    if households < len(villages):
        return _spread(villages, households)
    total = sum(village.weight for village in villages)
    wanted = [max(v.weight / total * households - 1, 0.0) for v in villages]
    left = households - len(villages)
    exact = [want * left / (sum(wanted) or 1) for want in wanted]
    more = [int(part) for part in exact]
    by_remainder = sorted(range(len(villages)), key=lambda i: (more[i] - exact[i], i))
    for i in by_remainder[: left - sum(more)]:
        more[i] += 1
    return [1 + extra for extra in more]


def _spread(villages: Sequence[Village], households: int) -> list[int]:
    sums = list(accumulate(village.weight for village in villages))
    shares = [0] * len(villages)
    for number in range(households):
        shares[bisect_right(sums, (number + 0.5) / households * sums[-1])] += 1
    return shares
