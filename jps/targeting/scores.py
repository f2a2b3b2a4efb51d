"""By what a list ranks: one number per household, the needier the higher. Pure.

PPI and PMT rank by the probability of being poor. A decile d counts (11 - d) / 10, so 1 for the
poorest tenth. A mix is the mean of these by declared weights, or of ranks: the share of the scored
households of the list's area that are less needy (half of those who are equal). Whoever lacks one
part of a mix is not ranked: what is not known is not made up.
"""

from collections.abc import Mapping
from enum import StrEnum

import numpy as np

from jps.errors import InvalidData
from jps.targeting.facts import Numbers, Population
from jps.text import N_


class Score(StrEnum):
    """What ranks."""

    PPI = "npl100"
    PMT = "pmt"
    DECILE = "decile"
    MIX = "mix"
    RANKS = "mix-ranks"


PARTS = (Score.PPI, Score.PMT, Score.DECILE)  # facts of a snapshot, which a mix is made of
MIXED = frozenset({Score.MIX, Score.RANKS})
SCORE_NAMES: Mapping[Score, str] = {
    Score.PPI: N_("Peluang miskin PPI 2022"),
    Score.PMT: N_("Peluang miskin PMT (model setempat)"),
    Score.DECILE: N_("Desil resmi"),
    Score.MIX: N_("Gabungan berbobot dari nilai"),
    Score.RANKS: N_("Gabungan berbobot dari peringkat"),
}
HEAVIEST = 100  # a weight is a whole number up to this

NO_WEIGHTS = N_("Gabungan perlu bobot: bilangan bulat 0-100, paling sedikit satu lebih dari nol.")
NOBODY_THERE = N_("Tidak ada rumah tangga di wilayah ini dalam potret data.")
NOT_SCORED: Mapping[Score, str] = {
    Score.PPI: N_("Tidak satu pun rumah tangga di wilayah ini punya skor PPI."),
    Score.PMT: N_(
        "Tidak satu pun rumah tangga di wilayah ini punya skor PMT. Setujui satu model PMT, lalu "
        "ambil potret data yang baru."
    ),
    Score.DECILE: N_(
        "Tidak satu pun rumah tangga di wilayah ini punya desil. Muat data desil, lalu ambil "
        "potret data yang baru."
    ),
    Score.MIX: N_("Tidak satu pun rumah tangga di wilayah ini punya semua bagian skor gabungan."),
    Score.RANKS: N_("Tidak satu pun rumah tangga di wilayah ini punya semua bagian skor gabungan."),
}


def score_parts(score: Score, weights: Mapping[str, int]) -> tuple[str, ...]:
    """Return the facts that a score is made of."""
    if score in MIXED:
        return tuple(part for part in PARTS if weights.get(part))
    return (str(score),)


def chance_fact(score: Score) -> str:
    """Return the fact by whose probabilities a list expects the poor: that of its own model, else
    the PPI's."""
    return str(score) if score is Score.PMT else str(Score.PPI)


def checked_weights(score: Score, weights: Mapping[str, int]) -> dict[str, int]:
    """Return the weights that count, none for a single score; raises `InvalidData`."""
    if score not in MIXED:
        return {}
    found = {str(part): weights.get(part, 0) for part in PARTS}
    if not any(found.values()) or any(not 0 <= one <= HEAVIEST for one in found.values()):
        raise InvalidData(NO_WEIGHTS, {"weights": [NO_WEIGHTS]})
    return {part: weight for part, weight in found.items() if weight}


def need_of(score: Score, weights: Mapping[str, int], people: Population) -> Numbers:
    """Return the number by which each household is ranked, NaN for who is not."""
    if score not in MIXED:
        return _need(str(score), people)
    total = np.zeros(len(people))
    for part in score_parts(score, weights):
        need = _need(part, people)
        total += weights[part] * (_ranks(need) if score is Score.RANKS else need)
    return total / sum(weights.values())


def require_scores(score: Score, need: Numbers) -> None:
    """Raise `InvalidData` where nobody is, or nobody has the score."""
    if not len(need):
        raise InvalidData(NOBODY_THERE)
    if np.isnan(need).all():
        raise InvalidData(NOT_SCORED[score])


def _need(part: str, people: Population) -> Numbers:
    values: Numbers = people.household[part]
    return (11 - values) / 10 if part == Score.DECILE else values


def _ranks(need: Numbers) -> Numbers:
    """Return for each the share of the scored who need less, half of the equal included."""
    ranks = np.full(len(need), np.nan)
    known = ~np.isnan(need)
    if known.any():
        _, place, count = np.unique(need[known], return_inverse=True, return_counts=True)
        below = np.cumsum(count) - count
        ranks[known] = (below + count / 2)[place] / known.sum()
    return ranks
