"""How well a home lives: one hidden index behind dwelling, assets and the poverty score.

The index is drawn per home (village, town or country, size, chance), then shifted per kabupaten
until the mean probability of being poor, weighted by persons, meets the published rate.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from jps.sample.visits import COMPLETE, Visit
from jps.welfare.ppi import Scorecard

Likelihood = Callable[[Mapping[str, str]], float]
Floats = NDArray[np.float64]
Indexes = NDArray[np.intp]

YES, NO = "1", "2"
CERAMIC, TILED, PLAIN = "1", "2", "3"  # answers to ppi_floor_material
_FLOORS = (CERAMIC, TILED, PLAIN)
_SIZES = ("1", "2", "3", "4")  # one, two or three, four, five and more

# Question -> (share that says yes at an index of 0, weight of the index). Shares are invented.
ITEMS: Mapping[str, tuple[float, float]] = {
    "ppi_savings_account": (0.36, 0.60),
    "ppi_ate_meat": (0.24, 0.55),
    "ppi_ate_prepared_rice": (0.36, 0.45),
    "ppi_bought_clothing_care": (0.60, 0.55),
    "ppi_bought_gasoline": (0.70, 0.60),
    "ppi_refrigerator": (0.52, 0.70),
    "ppi_car": (0.04, 0.70),
}
# Question -> indicator of the scorecard.
INDICATORS: Mapping[str, str] = {
    "ppi_household_size": "household_size",
    "ppi_savings_account": "head_savings_account",
    "ppi_floor_material": "floor_material",
    "ppi_ate_meat": "ate_meat_last_week",
    "ppi_ate_prepared_rice": "ate_prepared_rice_last_week",
    "ppi_bought_clothing_care": "bought_clothing_care_last_month",
    "ppi_bought_gasoline": "bought_gasoline_last_month",
    "ppi_refrigerator": "owns_refrigerator",
    "ppi_car": "owns_car",
}
_CERAMIC_SHARE, _TILED_SHARE, _FLOOR_WEIGHT = 0.36, 0.47, 0.65

_TOWN, _PER_HEAD, _VILLAGE_SPREAD, _DISTRICT_SPREAD, _CHANCE = 0.35, -0.12, 0.32, 0.22, 0.88
_WIDEST_SHIFT = 12.0  # units of the index; beyond it every answer is the same
_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Living:
    """The index of a home and its answers to the scored questions, codes of the questionnaire."""

    index: float
    answers: Mapping[str, str]
    likelihood: float


@dataclass(frozen=True, slots=True)
class Rate:
    """The share of poor persons in a kabupaten, percent: published, and as the sample has it."""

    published: float | None
    reached: float
    persons: int


def poor_likelihood(card: Scorecard, province: str, *, line: str = "npl100") -> Likelihood:
    """Return what tells the probability of being poor by `card` in a province (its code there)."""

    def likelihood(answers: Mapping[str, str]) -> float:
        responses = {INDICATORS[question]: code for question, code in answers.items()}
        return card.score({"province": province, **responses}, line).likelihood

    return likelihood


def live(
    visits: Sequence[Visit],
    likelihood: Likelihood,
    rates: Mapping[str, float],
    seed: int,
) -> tuple[list[Living], dict[str, Rate]]:
    """Return how each visited home lives, and per kabupaten the rate that came out.

    `likelihood` takes the scored answers of a home (without the province) and returns its
    probability of being poor (0 to 1); `rates` are published percentages by kabupaten code. A
    kabupaten without a published rate is left at a shift of 0, and a rate beyond what the score can
    tell ends at the nearest that it can.
    """
    rng = np.random.default_rng([seed, len(visits)])
    index = _indexes(visits, rng)
    luck = rng.standard_normal((len(visits), len(ITEMS) + 1))
    table = _likelihoods(likelihood)
    sizes = np.array([max(visit.size, 1) for visit in visits])
    scored = np.array([visit.result == COMPLETE for visit in visits], dtype=bool)
    regencies = np.array([visit.home.village.regency_code for visit in visits])
    reached: dict[str, Rate] = {}
    for regency in dict.fromkeys(regencies.tolist()):
        chosen = np.flatnonzero((regencies == regency) & scored)
        target = rates.get(regency)
        group = _Group(index[chosen], luck[chosen], sizes[chosen], table)
        shift = 0.0 if target is None or not chosen.size else group.shift_for(target / 100)
        index[regencies == regency] += shift
        if chosen.size:
            share = float(group.rate(shift)) * 100
            reached[regency] = Rate(target, share, int(sizes[chosen].sum()))
    patterns = _patterns(index, luck, sizes)
    answers = [_answers(code) for code in range(len(table))]
    return [
        Living(float(value), answers[code], float(table[code]))
        for value, code in zip(index, patterns.tolist(), strict=True)
    ], reached


class _Group:
    """The homes of one kabupaten, as arrays."""

    def __init__(
        self, index: Floats, luck: Floats, sizes: NDArray[np.int64], table: Floats
    ) -> None:
        self._index, self._luck, self._sizes, self._table = index, luck, sizes, table

    def rate(self, shift: float) -> float:
        """Return the mean probability per person when all are `shift` better off."""
        found = self._table[_patterns(self._index + shift, self._luck, self._sizes)]
        return float(np.average(found, weights=self._sizes))

    def shift_for(self, target: float) -> float:
        """Return the shift at which the rate comes nearest to `target`; the rate only falls."""
        low, high = -_WIDEST_SHIFT, _WIDEST_SHIFT
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if self.rate(middle) > target:
                low = middle
            else:
                high = middle
        return min((low, high), key=lambda shift: abs(self.rate(shift) - target))


def _indexes(visits: Sequence[Visit], rng: np.random.Generator) -> Floats:
    villages = [visit.home.village for visit in visits]
    parts = [
        _effects([village.code for village in villages], _VILLAGE_SPREAD, rng),
        _effects([village.code[:8] for village in villages], _DISTRICT_SPREAD, rng),
        np.array([_TOWN if village.is_urban else 0.0 for village in villages]),
        np.array([_PER_HEAD * (visit.size - 4) for visit in visits]),
        rng.standard_normal(len(visits)) * _CHANCE,
    ]
    total: Floats = np.sum(parts, axis=0)
    return total


def _effects(codes: Sequence[str], spread: float, rng: np.random.Generator) -> Floats:
    """Return one chance effect per place, repeated for all homes there."""
    places = {code: place for place, code in enumerate(dict.fromkeys(codes))}
    drawn: Floats = rng.standard_normal(len(places)) * spread
    return drawn[[places[code] for code in codes]]


def _cut(share: float) -> float:
    """Return the level that a share of homes is above."""
    return -NormalDist().inv_cdf(share)


def _patterns(index: Floats, luck: Floats, sizes: NDArray[np.int64]) -> Indexes:
    """Return per home the number of its combination of answers, as `_answers` reads it."""
    code = np.digitize(sizes, (2, 4, 5))
    floor = index * _FLOOR_WEIGHT + luck[:, -1] * (1 - _FLOOR_WEIGHT**2) ** 0.5
    code = code * 3 + (floor < _cut(_CERAMIC_SHARE)) + (floor < _cut(_TILED_SHARE))
    for place, (share, weight) in enumerate(ITEMS.values()):
        level = index * weight + luck[:, place] * (1 - weight**2) ** 0.5
        code = code * 2 + (level < _cut(share))
    found: Indexes = code.astype(np.intp)
    return found


def _answers(code: int) -> Mapping[str, str]:
    answers: dict[str, str] = {}
    for question in reversed(tuple(ITEMS)):
        code, said_no = divmod(code, 2)
        answers[question] = NO if said_no else YES
    code, floor = divmod(code, 3)
    answers["ppi_floor_material"] = _FLOORS[floor]
    answers["ppi_household_size"] = _SIZES[code]
    return answers


def _likelihoods(likelihood: Likelihood) -> Floats:
    """Return the probability of every combination of answers, by its number."""
    combinations = len(_SIZES) * len(_FLOORS) * 2 ** len(ITEMS)
    return np.array([likelihood(_answers(code)) for code in range(combinations)])
