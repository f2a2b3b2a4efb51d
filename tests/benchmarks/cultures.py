"""Names to invent people from: how words are drawn, put together, shortened and misspelt.

Two ways of naming, so that nothing is tuned to one: that of Gorontalo, from the lists of the demo
and a long tail of rare words, and an island country's of Iberian manner, whose words are invented
from syllables, where everybody has the family name of the mother before that of the father.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import numpy.typing as npt

from jps.config import DATA
from jps.matching.hashing import Ints

NONE = -1  # no word


@dataclass(frozen=True)
class Words:
    """Word numbers of one role with the chance of each."""

    codes: Ints
    chances: npt.NDArray[np.float64]

    def draw(self, rng: np.random.Generator, size: int) -> Ints:
        """Draw words by their chance."""
        at = np.searchsorted(np.cumsum(self.chances), rng.random(size) * self.chances.sum())
        return np.asarray(self.codes[np.minimum(at, len(self.codes) - 1)], np.int64)


@dataclass(frozen=True)
class Culture:
    """Words by role, and the habits of writing them.

    `given` holds first words by sex (0 male, 1 female), `more` further given words. `inherits` is
    the share of people who carry a family name, `maternal` says that the mother's comes before.
    `spellings` are pairs of letters that clerks exchange, `short` words with the ways to shorten
    them, `titles` what is put before a name.
    """

    vocabulary: Sequence[str]
    given: tuple[Words, Words]
    more: tuple[Words, Words]
    family: Words
    inherits: float
    maternal: bool
    spellings: Sequence[tuple[str, str]]
    short: Mapping[str, Sequence[str]]
    titles: Sequence[str]


@cache
def gorontalo() -> Culture:
    """Return names of Gorontalo: weights of the demo's lists, and rare words in a long tail."""
    rng = np.random.default_rng(75)
    vocabulary: dict[str, int] = {}
    given = []
    for sex, (starts, ends) in enumerate((_MALE_PARTS, _FEMALE_PARTS)):
        rows = [row for row in _rows("given") if row["sex"] == str(sex + 1)]
        common = {row["token"]: _SHARE[row["group"]] * float(row["weight"]) for row in rows}
        rare = _tail(partial(_two_parts, rng, starts, ends))
        given.append(_words(vocabulary, common, rare, 0.12))
    common = {row["token"]: _SHARE[row["group"]] * float(row["weight"]) for row in _rows("family")}
    clans = _tail(partial(_syllables, rng, _CLAN, 2, 4))
    family = _words(vocabulary, common, clans, 0.25)
    first = tuple(
        _boosted(words, vocabulary, boost) for words, boost in zip(given, _LEADING, strict=True)
    )
    return Culture(
        vocabulary=tuple(vocabulary),
        given=(first[0], first[1]),
        more=(given[0], given[1]),
        family=family,
        inherits=0.82,
        maternal=False,
        spellings=_SPELLINGS,
        short=_SHORT,
        titles=("H.", "HJ.", "HAJI", "DRS.", "IR.", "ALM."),
    )


@cache
def islands() -> Culture:
    """Return names of an invented country: other sounds, other order, another tail."""
    rng = np.random.default_rng(608)
    vocabulary: dict[str, int] = {}
    roles = []
    for ends, size in ((("O", "IO", "EL", "AN"), 400), (("A", "IA", "ELLE", "LYN"), 500)):
        made = [_syllables(rng, _ISLAND, 1, 2) + _pick(ends, rng) for _ in range(size)]
        common = {word: 1 / (rank + 4) for rank, word in enumerate(dict.fromkeys(made))}
        roles.append(_words(vocabulary, common, (), 0.0))
    surnames = dict.fromkeys(_syllables(rng, _ISLAND, 2, 3) + "Z" for _ in range(3_000))
    common = {word: 1 / (rank + 10) for rank, word in enumerate(surnames)}
    family = _words(vocabulary, common, (), 0.0)
    return Culture(
        vocabulary=tuple(vocabulary),
        given=(roles[0], roles[1]),
        more=(roles[0], roles[1]),
        family=family,
        inherits=0.98,
        maternal=True,
        spellings=(
            ("C", "K"),
            ("V", "B"),
            ("Z", "S"),
            ("I", "E"),
            ("O", "U"),
            ("LL", "Y"),
            ("F", "PH"),
        ),
        short={},
        titles=("DON", "ENGR.", "JR."),
    )


CULTURES: Mapping[str, Callable[[], Culture]] = {"gorontalo": gorontalo, "islands": islands}


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / "sample" / f"{name}_names.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def _words(
    vocabulary: dict[str, int], common: Mapping[str, float], rare: Sequence[str], part: float
) -> Words:
    """Return words with their chances; all the rare ones together have the chance `part`."""
    total = sum(common.values())
    chances = {word: (1 - part) * weight / total for word, weight in common.items()}
    new = [word for word in rare if word not in chances]
    ranks = 1 / (np.arange(len(new)) + 20.0)
    chances |= dict(zip(new, (part * ranks / ranks.sum()).tolist(), strict=True))
    codes = [vocabulary.setdefault(word, len(vocabulary)) for word in chances]
    return Words(np.array(codes, np.int64), np.array(list(chances.values())))


def _boosted(words: Words, vocabulary: Mapping[str, int], boost: Mapping[str, float]) -> Words:
    """Return the words with some first words as frequent as they are."""
    chances = words.chances * (1 - sum(boost.values()))
    place = {code: at for at, code in enumerate(words.codes.tolist())}
    for word, chance in boost.items():
        if word in vocabulary and vocabulary[word] in place:
            chances[place[vocabulary[word]]] += chance
    return Words(words.codes, chances)


def _tail(make: Callable[[], str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(make() for _ in range(4_000)))


def _two_parts(rng: np.random.Generator, starts: Sequence[str], ends: Sequence[str]) -> str:
    return _pick(starts, rng) + _pick(ends, rng)


def _pick(parts: Sequence[str], rng: np.random.Generator) -> str:
    return parts[int(rng.integers(len(parts)))]


def _syllables(rng: np.random.Generator, parts: Sequence[str], least: int, most: int) -> str:
    return "".join(_pick(parts, rng) for _ in range(int(rng.integers(least, most + 1))))


_SHARE = {"gorontalo": 0.88, "jawa": 0.06, "minahasa": 0.03, "bugis": 0.02, "bajo": 0.01}
_LEADING = (
    {"MOHAMAD": 0.09, "MUHAMMAD": 0.03, "ABDUL": 0.04, "AHMAD": 0.02},
    {"SITI": 0.06, "NUR": 0.05, "SRI": 0.03, "FATMA": 0.01},
)
# fmt: off
_MALE_PARTS = (
    ("AR", "AS", "BAH", "DAR", "FAH", "FIR", "HAM", "HAR", "HER", "IM", "IR", "JUM", "KAS", "LUK",
     "MAR", "MUS", "NAS", "RAM", "RUS", "SAF", "SAH", "SUP", "SUR", "SYAM", "TAM", "WAR", "YUS",
     "ZAIN", "ZUL"),
    ("ADI", "ADIN", "AL", "AN", "ANTO", "DIN", "DIYANTO", "FAN", "HAN", "IADI", "IANTO", "IL",
     "IN", "IYADI", "LAN", "MAN", "MIN", "NO", "ONO", "RI", "RIL", "RUDIN", "SYAH", "TONO", "WAN",
     "YADI", "YANTO"),
)
_FEMALE_PARTS = (
    ("AS", "DEW", "EL", "FAT", "FIT", "HAR", "HAS", "IN", "IR", "JUM", "LIS", "MAR", "MEL", "MUL",
     "NIN", "NOV", "NUR", "RAH", "RAT", "ROS", "SAL", "SAR", "SUL", "SUM", "TIN", "WAH", "YUL",
     "YUN", "ZAH"),
    ("AENI", "ASIH", "AWATI", "DIANA", "DIATI", "FIA", "HAYATI", "IA", "IANA", "IANTI", "IATI",
     "IDA", "INA", "INDAH", "IYAH", "IYANI", "JANAH", "LIANA", "MALA", "MAWATI", "MI", "NAWATI",
     "NI", "RIANI", "SARI", "TI", "TIN", "WATI", "YANI", "YANTI"),
)
_CLAN = (
    "A", "BA", "BU", "DA", "DU", "GO", "HA", "HU", "HUN", "I", "KA", "KO", "LA", "LI", "LO", "LU",
    "MA", "MBU", "MO", "NE", "NGGU", "NTO", "NU", "O", "OLI", "PA", "PO", "PU", "TA", "TI", "TO",
    "TU", "U", "WA", "YO",
)
_ISLAND = (
    "AL", "AN", "BE", "BER", "CAR", "CE", "CO", "CRU", "DA", "DE", "DO", "EL", "ES", "FER", "GA",
    "GO", "GUE", "HER", "JO", "LA", "LE", "LO", "LU", "MA", "MEN", "MI", "MO", "NA", "NI", "PA",
    "PE", "QUI", "RA", "REY", "RI", "RO", "SAL", "SAN", "TA", "TO", "VA", "VER", "VI", "XI", "ZA",
)
_SPELLINGS = (
    ("U", "OE"), ("J", "DJ"), ("Y", "J"), ("SY", "S"), ("F", "P"), ("Z", "J"), ("H", ""),
    ("A", "O"), ("I", "Y"), ("S", "SS"), ("T", "TH"), ("L", "LL"), ("K", "Q"), ("IA", "IYA"),
    ("D", "DH"), ("N", "NN"), ("E", "I"), ("MUHAMMAD", "MOH."), ("MOHAMAD", "MUH."),
    ("MOHAMAD", "MUHAMAD"), ("NUR", "NOER"), ("NUR", "NOOR"), ("V", "F"), ("KH", "H"),
)
_SHORT = {
    "MUHAMMAD": ("MUH.", "MOH.", "M.", "MHD"), "MOHAMAD": ("MOH.", "MOH", "M.", "MOHD"),
    "ABDUL": ("ABD.", "ABD", "A."), "SITI": ("ST.", "SITTI", "S."), "AHMAD": ("A.", "AHM."),
    "NUR": ("N.", "NR."), "SRI": ("S.",),
}
# fmt: on
