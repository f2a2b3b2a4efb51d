"""Who stands out from colleagues, with few false alarms. Pure.

For every unit (an enumerator, a village) and indicator: what would be expected of colleagues in the
same kecamatan, how far the unit is above it, and whether that is still remarkable among so many
comparisons.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import NormalDist, median

from jps.fieldwork.indicators import BY_KEY, INDICATORS, NOTHING, Count

FEWEST = 20  # counted of a unit; fewer tell nothing
FEW_COLLEAGUES = 4  # other units with so many
BORROWED = 20  # of the whole office, that the rate of a kecamatan borrows
FALSE_SHARE = 0.05  # of the alarms that may be false
_NORMAL = NormalDist()
_MAD = 1.4826  # median absolute deviation of a normal distribution to its standard deviation


class Grey(StrEnum):
    """Why nothing is said of a unit."""

    SMALL = "small"
    ALONE = "alone"


@dataclass(frozen=True, slots=True)
class Unit:
    """An enumerator or a village: counts by kecamatan and indicator."""

    key: str
    counts: Mapping[str, Mapping[str, Count]] = field(default_factory=dict)

    def total(self, indicator: str) -> Count:
        """Return the counts of all kecamatan."""
        found = [one.get(indicator, NOTHING) for one in self.counts.values()]
        return sum(of for of, _ in found), sum(hits for _, hits in found)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a unit stands in one indicator. `expected` is the share (0-1) of colleagues, `chance`
    that of an honest unit to stand so high; both None where `grey` says why."""

    unit: str
    indicator: str
    of: int
    hits: int
    expected: float | None = None
    score: float | None = None
    chance: float | None = None
    flagged: bool = False
    grey: Grey | None = None

    @property
    def share(self) -> float | None:
        """The share (0-1), None when nothing was counted."""
        return self.hits / self.of if self.of else None


def compare(units: Sequence[Unit]) -> list[Verdict]:
    """Return the verdicts of all units in all indicators.

    Expected: indirect standardisation by kecamatan without the unit itself, each kecamatan's rate
    borrowing 20 counts of the whole office. Score: difference of arcsine roots in units of their
    standard error, divided by the robust spread (MAD, at least 1) of all units' scores, because
    honest enumerators differ by more than chance (D. Spiegelhalter, "Handling over-dispersion of
    performance indicators", Qual Saf Health Care 14 (2005)). Alarms: one-sided, Benjamini and
    Hochberg (JRSS B 57, 1995) over all units and indicators at 5 %, and large enough to matter
    (`Indicator.ratio`, `points`).
    """
    found = [verdict for one in INDICATORS for verdict in _scored(one.key, units)]
    limit = _limit([one.chance for one in found if one.chance is not None])
    return [_judged(one, limit) for one in found]


def _scored(indicator: str, units: Sequence[Unit]) -> list[Verdict]:
    office, places = _totals(indicator, units)
    large = sum(unit.total(indicator)[0] >= FEWEST for unit in units)
    raw: list[tuple[Unit, Count, float, float]] = []
    grey: list[Verdict] = []
    for unit in units:
        of, hits = unit.total(indicator)
        if of < FEWEST or large <= FEW_COLLEAGUES:
            why = Grey.SMALL if of < FEWEST else Grey.ALONE
            grey.append(Verdict(unit.key, indicator, of, hits, grey=why))
            continue
        expected = _expected(indicator, unit, office, places)
        raw.append((unit, (of, hits), expected, _score(of, hits, expected)))
    centre, spread = _spread([score for *_, score in raw])
    made = []
    for unit, (of, hits), expected, score in raw:
        adjusted = (score - centre) / spread
        chance = 1 - _NORMAL.cdf(adjusted)
        made.append(Verdict(unit.key, indicator, of, hits, expected, adjusted, chance))
    return [*made, *grey]


def _totals(indicator: str, units: Iterable[Unit]) -> tuple[Count, dict[str, Count]]:
    places: dict[str, Count] = {}
    for unit in units:
        for place, counts in unit.counts.items():
            of, hits = counts.get(indicator, NOTHING)
            before = places.get(place, NOTHING)
            places[place] = before[0] + of, before[1] + hits
    office = sum(of for of, _ in places.values()), sum(hits for _, hits in places.values())
    return office, places


def _expected(indicator: str, unit: Unit, office: Count, places: Mapping[str, Count]) -> float:
    """Return the share that colleagues would have had in the unit's places."""
    own = unit.total(indicator)
    others = (office[1] - own[1]) / (office[0] - own[0]) if office[0] > own[0] else 0.0
    hits = 0.0
    for place, counts in unit.counts.items():
        of, mine = counts.get(indicator, NOTHING)
        there, hit = places[place][0] - of, places[place][1] - mine
        hits += of * (hit + BORROWED * others) / (there + BORROWED)
    return hits / own[0]


def _score(of: int, hits: int, expected: float) -> float:
    """Return the difference of shares in standard errors (F. Anscombe, Biometrika 35 (1948))."""
    seen = math.asin(math.sqrt((hits + 3 / 8) / (of + 3 / 4)))
    wanted = math.asin(math.sqrt((expected * of + 3 / 8) / (of + 3 / 4)))
    return 2 * math.sqrt(of + 0.5) * (seen - wanted)


def _spread(scores: Sequence[float]) -> tuple[float, float]:
    """Return the middle of the scores (at least 0) and their robust spread (at least 1)."""
    if not scores:
        return 0.0, 1.0
    centre = median(scores)
    return max(0.0, centre), max(1.0, _MAD * median(abs(score - centre) for score in scores))


def _limit(chances: Sequence[float]) -> float:
    """Return the largest chance that is an alarm, by Benjamini and Hochberg; -1 when none is."""
    ordered = sorted(chances)
    return max(
        (
            chance
            for rank, chance in enumerate(ordered, 1)
            if chance <= FALSE_SHARE * rank / len(ordered)
        ),
        default=-1.0,
    )


def _judged(one: Verdict, limit: float) -> Verdict:
    if one.chance is None or one.expected is None or one.share is None or one.chance > limit:
        return one
    known = BY_KEY[one.indicator]
    matters = one.share >= known.ratio * one.expected and one.share >= one.expected + known.points
    return Verdict(
        one.unit, one.indicator, one.of, one.hits, one.expected, one.score, one.chance, matters
    )
