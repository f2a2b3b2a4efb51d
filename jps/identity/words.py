"""Evidence in plain words: what a weight means to somebody who decides."""

from dataclasses import dataclass
from enum import StrEnum

from jps.matching import Evidence
from jps.text import N_


class Tone(StrEnum):
    """Whether a fact speaks for or against one person."""

    FOR = "for"
    LITTLE_FOR = "little-for"
    NEUTRAL = "neutral"
    LITTLE_AGAINST = "little-against"
    AGAINST = "against"
    UNKNOWN = "unknown"


# Least bits, tone, words; the first row that holds counts.
_STRENGTHS = (
    (8.0, Tone.FOR, N_("sangat menguatkan")),
    (3.0, Tone.FOR, N_("menguatkan")),
    (0.5, Tone.LITTLE_FOR, N_("sedikit menguatkan")),
    (-0.5, Tone.NEUTRAL, N_("tidak menentukan")),
    (-3.0, Tone.LITTLE_AGAINST, N_("sedikit melemahkan")),
    (-8.0, Tone.AGAINST, N_("melemahkan")),
)
_WEAKEST = (Tone.AGAINST, N_("sangat melemahkan"))

# Least weight in bits, words; the first row that holds counts.
_CERTAINTY = (
    (10.0, N_("hampir pasti orang yang sama")),
    (6.0, N_("sangat mungkin orang yang sama")),
    (2.0, N_("mungkin orang yang sama")),
    (-2.0, N_("bisa orang yang sama, bisa bukan")),
    (-6.0, N_("mungkin orang lain")),
)
_UNLIKELY = N_("hampir pasti orang lain")


@dataclass(frozen=True)
class Bar:
    """One line of a waterfall: from `start` to `end` in percent of the drawing's width."""

    line: Evidence
    tone: Tone
    strength: str
    start: float
    end: float

    @property
    def left(self) -> float:
        """Where the bar begins, percent."""
        return min(self.start, self.end)

    @property
    def width(self) -> float:
        """How wide the bar is, percent; never too thin to be seen."""
        return max(abs(self.end - self.start), 0.6)


@dataclass(frozen=True)
class Waterfall:
    """The evidence of a pair as bars that lead from nothing known to the weight.

    `zero` is where even odds are, percent.
    """

    bars: tuple[Bar, ...]
    zero: float
    weight: float


def strength(bits: float) -> tuple[Tone, str]:
    """Return the tone and the words (to translate) of so many bits."""
    for least, tone, words in _STRENGTHS:
        if bits >= least:
            return tone, words
    return _WEAKEST


def certainty(weight: float | None) -> str:
    """Return in words (to translate) how sure a weight is."""
    if weight is None:
        return N_("tidak ada calon")
    return next((words for least, words in _CERTAINTY if weight >= least), _UNLIKELY)


def waterfall(lines: tuple[Evidence, ...]) -> Waterfall:
    """Draw the evidence of one pair; lines of 0.05 bits or less at the end are left out."""
    sums = [0.0]
    for line in lines:
        sums.append(sums[-1] + line.bits)
    low, high = min(sums), max(sums)
    span = (high - low) or 1.0
    places = [round((one - low) / span * 100, 2) for one in sums]
    bars = []
    for place, line in enumerate(lines):
        tone, words = strength(line.bits)
        if not line.name and place == 0:
            tone, words = Tone.NEUTRAL, N_("titik awal")
        elif not line.name:
            tone, words = Tone.LITTLE_AGAINST, N_("koreksi")
        elif line.level == 0:
            tone, words = Tone.UNKNOWN, N_("tidak diketahui")
        bars.append(Bar(line, tone, words, places[place], places[place + 1]))
    if bars and abs(bars[-1].line.bits) <= 0.05:
        bars.pop()
    return Waterfall(tuple(bars), round(-low / span * 100, 2), sums[-1])
