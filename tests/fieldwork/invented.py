"""Invented field work: honest enumerators who differ a little, and some who make interviews up."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

from jps.fieldwork.comparing import Unit
from jps.fieldwork.indicators import INDICATORS, Count

# What colleagues usually have, and of how many an interview counts (members: 3.6).
USUAL: Mapping[str, tuple[float, float]] = {
    "short": (0.04, 1.0),
    "no-gps": (0.08, 1.0),
    "outside": (0.03, 0.9),
    "crude-gps": (0.10, 0.9),
    "one-spot": (0.02, 0.9),
    "straight": (0.03, 1.0),
    "unknown": (0.03, 9.0),
    "blank": (0.25, 9.0),
    "no-nik": (0.12, 3.6),
    "new-year": (0.02, 3.2),
    "heaped-ages": (0.24, 1.9),
    "doubled": (0.02, 1.0),
    "night": (0.02, 1.0),
    "busy": (0.02, 1.0),
    "returned": (0.06, 1.0),
}
# How interviews are made up, and what it does to the shares.
WAYS: Mapping[str, Mapping[str, float]] = {
    "at one desk": {"one-spot": 0.7, "outside": 0.6, "short": 0.4},
    "copied answers": {"straight": 0.5, "short": 0.5},
    "in a hurry": {"short": 0.35, "unknown": 0.3, "busy": 0.4},
    "invented people": {"no-nik": 0.6, "new-year": 0.3, "heaped-ages": 0.55},
    "at night": {"night": 0.5, "no-gps": 0.7},
}


@dataclass(frozen=True)
class Field:
    """Units of one office, with the names of those who made interviews up."""

    units: list[Unit]
    careless: frozenset[str]


def field(seed: int, *, honest: int = 60, careless: int = 5, interviews: int = 120) -> Field:
    """Invent an office. The odds of honest people differ by a quarter, of kecamatan by a half."""
    rng = random.Random(seed)
    places = {f"75.01.{n:02d}": _factors(rng, 0.5) for n in range(1, 6)}
    units = []
    ways = list(WAYS)
    for number in range(honest + careless):
        place = rng.choice(list(places))
        own = _factors(rng, 0.25)
        made_up = WAYS[ways[number % len(ways)]] if number >= honest else {}
        size = max(25, round(rng.gauss(interviews, interviews / 4)))
        units.append(
            Unit(f"p{number:03d}", {place: _counts(rng, places[place], own, made_up, size)})
        )
    return Field(units, frozenset(f"p{n:03d}" for n in range(honest, honest + careless)))


def _factors(rng: random.Random, spread: float) -> dict[str, float]:
    return {one.key: math.exp(rng.gauss(0, spread)) for one in INDICATORS}


def _counts(
    rng: random.Random,
    place: Mapping[str, float],
    own: Mapping[str, float],
    made_up: Mapping[str, float],
    size: int,
) -> dict[str, Count]:
    found = {}
    for key, (share, each) in USUAL.items():
        odds = share / (1 - share) * place[key] * own[key]
        chance = made_up.get(key, odds / (1 + odds))
        of = round(size * each)
        found[key] = of, sum(rng.random() < chance for _ in range(of))
    return found
