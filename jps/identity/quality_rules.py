"""How good is the matching: estimates from labelled members, with what they do not know.

Pure. A label says of one member who the person truly is. Members are drawn within strata (bands of
weight), so every estimate adds up strata by their size.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from jps.text import N_

Z = 1.959964  # two-sided 95 %
_DOUBT = 0.5  # of a unit that each stratum may still hide: Jeffreys' prior, as in `ratio`
FEWEST = 10  # labels; fewer than so many tell nothing that is worth printing


class Answer(StrEnum):
    """What a reviewer found about a member of the sample."""

    SAME = "same"  # the person shown
    OTHER = "other"  # somebody else in the registry
    ABSENT = "absent"  # nobody, after a search by hand
    UNSURE = "unsure"


ANSWER_NAMES: Mapping[Answer, str] = MappingProxyType(
    {
        Answer.SAME: N_("Orang yang ditampilkan"),
        Answer.OTHER: N_("Orang lain pada data kependudukan"),
        Answer.ABSENT: N_("Tidak ada pada data kependudukan"),
        Answer.UNSURE: N_("Belum yakin"),
    }
)


@dataclass(frozen=True)
class Interval:
    """A share (0-1) with its 95 % interval and the number of labels it rests on."""

    value: float
    low: float
    high: float
    labels: int

    @property
    def half(self) -> float:
        """The larger half of the interval: `±` this."""
        return max(self.value - self.low, self.high - self.value)


@dataclass(frozen=True)
class Stratum:
    """A band of `size` members of whom some are labelled.

    `units` are pairs (y, x): whether the member counts above and below the line of a ratio.
    `open` says that a member not looked at could count below the line and not above it.
    """

    size: int
    units: Sequence[tuple[bool, bool]]
    open: bool = True


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return the 95 % interval of a share seen among `n` units (which may be an effective number).

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22
    (1927). With `n` 0 nothing is known: (0, 1).
    """
    if n <= 0:
        return 0.0, 1.0
    spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    middle, scale = share + Z * Z / (2 * n), 1 + Z * Z / n
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return (0.0 if share == 0 else max(0.0, low)), (1.0 if share == 1 else min(1.0, high))


def ratio(strata: Sequence[Stratum]) -> Interval | None:
    """Return sum y / sum x over all members, from the labelled ones; None where nobody counts.

    Combined ratio estimator of a stratified sample with linearised variance and finite population
    correction: W. Cochran, "Sampling Techniques" (1977), sections 6.10-6.12. The variance supposes
    half a failure more in every open stratum, because a stratum in which all labels agree is not
    free of doubt; the interval is Wilson's with the effective size that has this variance (E. Korn,
    B. Graubard, Survey Methodology 24 (1998), with Wilson's instead of Clopper and Pearson's).
    """
    looked = [one for one in strata if one.units]
    below = sum(one.size * _mean(one.units, 1) for one in looked)
    if below == 0:
        return None
    above = sum(one.size * _mean(one.units, 0) for one in looked)
    share = min(above / below, 1.0)
    variance = sum(_variance(one, share) for one in looked) / below**2
    doubtful = share - sum(_hidden(one) for one in looked) / below
    doubtful = min(max(doubtful, 1e-9), 1 - 1e-9)
    labels = sum(x for one in looked for _, x in one.units)
    low, high = (share, share)
    if variance > 0:
        low, high = wilson(share, doubtful * (1 - doubtful) / variance)
    return Interval(share, min(low, share), max(high, share), labels)


def _mean(units: Sequence[tuple[bool, bool]], side: int) -> float:
    return sum(unit[side] for unit in units) / len(units)


def _hidden(one: Stratum) -> float:
    """Return how many failures the stratum may hold unseen, in members."""
    n = len(one.units)
    return (one.size - n) * _DOUBT / (n + _DOUBT) if one.open else 0.0


def _variance(one: Stratum, share: float) -> float:
    """Return the variance of the stratum's sum of y - share * x."""
    n = len(one.units)
    rest = [(y - share * x, 1.0) for y, x in one.units]
    if one.open:
        rest.append((-max(share, 0.5), _DOUBT))
    total = sum(weight for _, weight in rest)
    mean = sum(value * weight for value, weight in rest) / total
    square = sum(weight * (value - mean) ** 2 for value, weight in rest) / max(total - 1, _DOUBT)
    return one.size**2 * max(0.0, 1 - n / max(one.size, 1)) * square / n


def labels_needed(found: Interval | None, half: float) -> int:
    """Return how many more labels bring the interval down to ± `half`; 0 when it is there.

    The width goes with one over the square root of the number of labels.
    """
    if found is None or found.labels < FEWEST:
        share = 0.9 if found is None else min(max(found.value, 0.5), 0.98)
        have = 0 if found is None else found.labels
        return max(FEWEST, math.ceil(share * (1 - share) * (Z / half) ** 2) - have)
    return max(0, math.ceil(found.labels * ((found.half / half) ** 2 - 1) - 1e-6))


def allocate(sizes: Sequence[int], shares: Sequence[float], total: int) -> list[int]:
    """Return how many to draw from each stratum, `total` in all (or everybody).

    `shares` are the expected shares of failures. J. Neyman (JRSS 97, 1934): in proportion to size
    times standard deviation; every stratum gets some, for what the model believes is what is to be
    tested.
    """
    total = min(total, sum(sizes))
    least = min(max(2, total // (4 * max(len(sizes), 1))), total // max(len(sizes), 1))
    drawn = [min(size, least) for size in sizes]
    worth = [
        size * math.sqrt(max(p * (1 - p), 0.01)) for size, p in zip(sizes, shares, strict=True)
    ]
    while (left := total - sum(drawn)) > 0:
        open_ = [k for k, size in enumerate(sizes) if drawn[k] < size]
        scale = sum(worth[k] for k in open_)
        for k in sorted(open_, key=lambda k: -worth[k]):
            give = min(sizes[k] - drawn[k], math.ceil(left * worth[k] / scale))
            give = min(give, total - sum(drawn))
            drawn[k] += give
    return drawn


def expected_half(sizes: Sequence[int], shares: Sequence[float], drawn: Sequence[int]) -> float:
    """Return the ± (0-1) to expect of a sample, when `shares` are right (at least 1 % wrong)."""
    whole = sum(sizes)
    if not whole:
        return 0.0
    variance = sum(
        (size / whole) ** 2 * (1 - n / size) * max(p * (1 - p), 0.01) / n
        for size, p, n in zip(sizes, shares, drawn, strict=True)
        if n
    )
    return Z * math.sqrt(variance)


@dataclass(frozen=True)
class Recapture:
    """How many true pairs no key reaches, from two kinds of key that catch them apart.

    `by_numbers`, `by_words` and `by_both` count the pairs that keys of numbers (NIK, KK), keys of
    names and dates, and both lead to. `loss` is the share that neither does.
    """

    by_numbers: int
    by_words: int
    by_both: int
    loss: float
    low: float
    high: float


def recapture(by_numbers: int, by_words: int, by_both: int) -> Recapture | None:
    """Return the blocking loss by capture and recapture; None with fewer than ten in both.

    Lincoln and Petersen's estimate, 1 - (a + b - m) m / (a b): the share that words miss among
    those caught by numbers, times the share that numbers miss among those caught by words (Seber,
    The Estimation of Animal Abundance, 1982, chapter 3). The bounds are products of the bounds of
    both shares (`wilson`), which is on the safe side. It holds if a damaged number says nothing
    about a damaged name; where both fail together the loss is larger than told.
    """
    if by_both < FEWEST:
        return None
    pairs = (((one - by_both) / one, one) for one in (by_numbers, by_words))
    missed = [(share, *wilson(share, n)) for share, n in pairs]
    loss, low, high = (first * other for first, other in zip(*missed, strict=True))
    return Recapture(by_numbers, by_words, by_both, loss, low, high)


_PAUSE = 15 * 60  # seconds; after so long the reviewer did something else


def minutes_per_decision(times: Mapping[str, Sequence[float]]) -> float | None:
    """Return the median minutes between two decisions of one person; None with fewer than ten gaps.

    `times` are seconds by person. Longer gaps than a quarter of an hour are pauses.
    """
    gaps = [
        late - early
        for one in times.values()
        for early, late in zip(sorted(one), sorted(one)[1:], strict=False)
        if 0 < late - early <= _PAUSE
    ]
    if len(gaps) < FEWEST:
        return None
    gaps.sort()
    return gaps[len(gaps) // 2] / 60
