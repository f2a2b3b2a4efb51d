"""Does a registry snapshot behave like the one before? Distributions and shares compared. Pure.

A profile counts, per kabupaten: members, steps of weight of their best candidates, states of their
NIK against it, and fields that are missing in one of the two records.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from jps.text import N_

PSI_LIMIT = 0.25  # "significant shift": N. Siddiqi, Credit Risk Scorecards (2006), p. 136
PSI_NOTICE = 0.10  # "minor shift", the same
SHIFT_LIMIT = 0.05  # of a share, 0-1
FEWEST = 200  # members; with fewer, one family moves a share by a per cent
_SIGMAS = 4.0  # a shift that chance explains in one of 15,000 comparisons
EDGES = (-4.0, 0.0, 6.0, 12.0, 18.0, 24.0)  # bits between the steps of weight
GROWTH = 1.2  # beyond it, other members explain the difference as well as another registry


@dataclass
class Profile:
    """Counts of one kabupaten under one snapshot.

    `weights` counts best candidates by step of weight, the first step: no candidate. `shares`
    counts members of whom something holds: linked, the same NIK, a field missing.
    """

    members: int = 0
    weights: list[int] = field(default_factory=lambda: [0] * (len(EDGES) + 2))
    shares: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the counts as plain JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Finding:
    """What behaves unlike before: in which kabupaten (empty: everywhere), what, and how much.

    For `weights`, `before` and `after` are None and `size` is the stability index; for a share they
    are the shares and `size` their difference. `grave` ones hold the matching.
    """

    area: str
    what: str
    size: float
    before: float | None = None
    after: float | None = None
    grave: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


FACTS: Mapping[str, str] = {
    "weights": N_("Sebaran bobot pasangan"),
    "linked": N_("Anggota yang padan"),
    "nik": N_("NIK yang persis sama"),
    "missing_nik": N_("Tanpa NIK pada salah satu data"),
    "missing_kk": N_("Tanpa nomor KK pada salah satu data"),
    "missing_birth": N_("Tanpa tanggal lahir pada salah satu data"),
    "missing_sex": N_("Tanpa jenis kelamin pada salah satu data"),
    "missing_village": N_("Tanpa desa/kelurahan pada salah satu data"),
    "missing_name": N_("Tanpa nama pada salah satu data"),
    "missing_mother": N_("Tanpa nama ibu pada salah satu data"),
}


def stability_index(before: Sequence[int], after: Sequence[int]) -> float:
    """Return the population stability index of two counts over the same steps.

    sum (q - p) ln(q / p); half a member is added to every step, so that an empty one is finite.
    """
    p, q = _parts(before), _parts(after)
    return sum((b - a) * math.log(b / a) for a, b in zip(p, q, strict=True))


def _parts(counts: Sequence[int]) -> list[float]:
    total = sum(counts) + 0.5 * len(counts)
    return [(count + 0.5) / total for count in counts]


def chance_index(before: int, after: int, steps: int) -> float:
    """Return the index that chance alone exceeds once in 15,000 comparisons.

    The index of two samples of one population goes like (1/n + 1/m) chi-square with steps - 1
    degrees (B. Yurdakul, "Statistical Properties of Population Stability Index", 2018); its
    quantile by E. Wilson and M. Hilferty (1931).
    """
    k = steps - 1
    quantile = k * (1 - 2 / (9 * k) + _SIGMAS * math.sqrt(2 / (9 * k))) ** 3
    return (1 / before + 1 / after) * quantile


def compare_profiles(before: Mapping[str, Profile], after: Mapping[str, Profile]) -> list[Finding]:
    """Return what differs too much for chance, everywhere and by kabupaten, the gravest first."""
    pairs = {"": (_added(before.values()), _added(after.values()))}
    pairs |= {area: (before[area], after[area]) for area in sorted(before.keys() & after.keys())}
    found = [one for area, pair in pairs.items() for one in _differences(area, *pair)]
    return sorted(found, key=lambda one: (not one.grave, one.area, -abs(one.size)))


def _added(profiles: Iterable[Profile]) -> Profile:
    total = Profile()
    for one in profiles:
        total.members += one.members
        total.weights = [a + b for a, b in zip(total.weights, one.weights, strict=True)]
        for fact, number in one.shares.items():
            total.shares[fact] = total.shares.get(fact, 0) + number
    return total


def _differences(area: str, before: Profile, after: Profile) -> Iterable[Finding]:
    n, m = before.members, after.members
    if min(n, m) < FEWEST:
        return
    same_people = 1 / GROWTH <= m / n <= GROWTH
    index = stability_index(before.weights, after.weights)
    if index > max(PSI_NOTICE, chance_index(n, m, len(after.weights))):
        grave = same_people and index > PSI_LIMIT
        yield Finding(area, "weights", round(index, 4), grave=grave)
    for fact in sorted(before.shares.keys() | after.shares.keys()):
        p, q = before.shares.get(fact, 0) / n, after.shares.get(fact, 0) / m
        pooled = (p * n + q * m) / (n + m)
        spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
        if abs(q - p) > max(SHIFT_LIMIT, _SIGMAS * spread):
            yield Finding(area, fact, round(q - p, 4), round(p, 4), round(q, 4), grave=same_people)
