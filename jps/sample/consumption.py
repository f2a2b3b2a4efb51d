"""An invented consumption survey of the sample's households, to try a proxy means test on.

Nobody was asked: rupiah per head follow from the hidden index of how well a home lives, its size,
town or country, and chance. What a model finds in it says nothing about any real place.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jps.sample.making import Sample
from jps.sample.visits import COMPLETE

MIDDLE = 650_000  # rupiah per head and month of a family of four at an index of 0
LINE = 480_000  # an invented poverty line that fits it
_INDEX, _SIZE, _TOWN, _CHANCE = 0.42, -0.30, 0.10, 0.28
_WEIGHTS = (1.0, 1.5, 2.5)  # of strata, as if kabupaten were drawn with unequal chances


@dataclass(frozen=True)
class Surveyed:
    """What the invented survey found in one home: `place` is that of the sample's households."""

    place: int
    consumption: int
    weight: float
    unit: str
    stratum: str


def survey_consumption(sample: Sample, seed: int) -> Sequence[Surveyed]:
    """Return the invented survey of the homes that were interviewed; the same seed, the same."""
    luck = np.random.default_rng([seed, len(sample.visits)]).standard_normal(len(sample.visits))
    found = []
    for place, (visit, living) in enumerate(zip(sample.visits, sample.livings, strict=True)):
        if visit.result != COMPLETE:
            continue
        village = visit.home.village
        log = (
            math.log(MIDDLE)
            + _INDEX * living.index
            + _SIZE * math.log(max(visit.size, 1) / 4)
            + _TOWN * village.is_urban
            + _CHANCE * float(luck[place])
        )
        stratum = village.regency_code
        weight = _WEIGHTS[sum(map(ord, stratum)) % len(_WEIGHTS)]
        found.append(
            Surveyed(place, 100 * round(math.exp(log) / 100), weight, village.code, stratum)
        )
    return found
