"""Names put together from single tokens: given names, the father's initial, a family name.

The tables hold tokens with hand-made weights, never a whole name; see `data/sample`.
"""

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random

from jps.errors import InvalidFile
from jps.text import N_

MALE, FEMALE = "1", "2"

# Never the whole given name: another token follows.
_OPENING = frozenset({"MOHAMAD", "MUHAMMAD", "ABDUL", "SITI", "SITTI", "ST", "SRI", "NUR", "ANDI"})
# How identity cards spell these; each entry is equally likely.
_SPELLINGS = {
    "MOHAMAD": ("MOHAMAD", "MOHAMAD", "MOHAMMAD", "MUHAMMAD", "MUHAMAD", "MOH", "MUH"),
    "MUHAMMAD": ("MUHAMMAD", "MUHAMMAD", "MUH", "MOHAMMAD"),
    "ABDUL": ("ABDUL", "ABDUL", "ABDUL", "ABD"),
    "SITI": ("SITI", "SITI", "SITTI"),
}
# How much a token of an era counts for a person born in another.
_ERA_SHARE = {
    "old": {"old": 1.0, "any": 0.7, "new": 0.0},
    "any": {"old": 0.08, "any": 1.0, "new": 0.05},
    "new": {"old": 0.0, "any": 0.45, "new": 1.0},
}
_OLD_BEFORE, _NEW_FROM = 1962, 2000  # birth years
_TWO_GIVEN = {MALE: 0.42, FEMALE: 0.52}
_JAVANESE_MONONYM = {"old": 0.7, "any": 0.3, "new": 0.04}
_WITH_FATHER = {"gorontalo": 0.28, "bajo": 0.1, "bugis": 0.05}
_WITH_FAMILY = {"gorontalo": 0.95, "minahasa": 1.0, "bugis": 0.25, "bajo": 0.5, "jawa": 0.0}
_FATHER_IN_FULL = 0.2
_TITLED = 0.035  # of persons over forty


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in parts, as the identity card spells it.

    `father` is the father's first name, `middle` what the card shows of it: mostly the initial.
    """

    given: tuple[str, ...]
    father: str = ""
    middle: str = ""
    family: str = ""
    title: str = ""

    @property
    def tokens(self) -> tuple[str, ...]:
        """Given names, the father's initial or name, the family name; no title."""
        return tuple(token for token in (*self.given, self.middle, self.family) if token)

    def __str__(self) -> str:
        return " ".join(self.tokens)


class Weighted:
    """Tokens with their weights; `draw` returns one of them."""

    def __init__(self, pairs: Iterable[tuple[str, float]]) -> None:
        kept = [(token, weight) for token, weight in pairs if weight > 0]
        self.tokens = [token for token, _ in kept]
        self._sums = list(accumulate(weight for _, weight in kept))

    def draw(self, rng: Random) -> str:
        """Return one token with probability in proportion to its weight."""
        return self.tokens[bisect_right(self._sums, rng.random() * self._sums[-1])]


class NameBook:
    """Draws names by origin, sex and birth year."""

    def __init__(
        self,
        given: dict[tuple[str, str, str], Weighted],
        family: dict[str, Weighted],
        origins: dict[str, Weighted],
    ) -> None:
        self._given = given
        self._family = family
        self._origins = origins

    @classmethod
    def load(cls, folder: Path) -> "NameBook":
        """Read `given_names.csv`, `family_names.csv` and `origins.csv` of `folder`.

        Raises InvalidFile where a table is missing, lacks a column or has no row.
        """
        family: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for row in _rows(folder / "family_names.csv", ("token", "group", "weight")):
            family[row["group"]].append((row["token"], float(row["weight"])))
        origins: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for row in _rows(folder / "origins.csv", ("area_code", "group", "share")):
            origins[row["area_code"]].append((row["group"], float(row["share"])))
        return cls(
            _by_era(_rows(folder / "given_names.csv", ("token", "sex", "group", "era", "weight"))),
            {group: Weighted(pairs) for group, pairs in family.items()},
            {code: Weighted(pairs) for code, pairs in origins.items()},
        )

    def origin(self, area_code: str, rng: Random) -> str:
        """Return where a family of the area comes from: gorontalo, jawa, minahasa, bugis, bajo."""
        return self._origins.get(area_code, self._origins["*"]).draw(rng)

    def family(self, origin: str, rng: Random) -> str:
        """Return a family name, or nothing where the origin knows none or this family has none."""
        if rng.random() >= _WITH_FAMILY[origin]:
            return ""
        return self._family[origin].draw(rng)

    def name(
        self, origin: str, sex: str, year: int, rng: Random, *, family: str, father: str = ""
    ) -> Name:
        """Return the name of someone born in `year` into `family`, `father` being a first name."""
        era = "old" if year < _OLD_BEFORE else "new" if year >= _NEW_FROM else "any"
        if rng.random() >= _WITH_FATHER.get(origin, 0.0):
            father = ""
        elif not father:
            father = self._given[origin, MALE, "old"].draw(rng)
        title = ""
        if year < _OLD_BEFORE + 20 and rng.random() < _TITLED:
            title = rng.choice(("H", "DRS", "SPD") if sex == MALE else ("HJ", "HJ", "SPD"))
        return Name(
            self._given_names(origin, sex, era, rng, alone=not family),
            father=father,
            middle=father if rng.random() < _FATHER_IN_FULL else father[:1],
            family=family,
            title=title,
        )

    def _given_names(
        self, origin: str, sex: str, era: str, rng: Random, *, alone: bool
    ) -> tuple[str, ...]:
        pool = self._given[origin, sex, era]
        first = pool.draw(rng)
        spelled = _spelled(first, rng)
        if origin == "jawa":
            more = rng.random() >= _JAVANESE_MONONYM[era]
        else:
            more = rng.random() < (0.85 if alone else _TWO_GIVEN[sex])
        if first not in _OPENING and not more:
            return (spelled,)
        second = pool.draw(rng)
        while second == first or second in _OPENING:
            second = pool.draw(rng)
        return (spelled, second)


def _spelled(token: str, rng: Random) -> str:
    return rng.choice(_SPELLINGS[token]) if token in _SPELLINGS else token


def _by_era(rows: Iterable[dict[str, str]]) -> dict[tuple[str, str, str], Weighted]:
    listed: dict[tuple[str, str], list[tuple[str, str, float]]] = defaultdict(list)
    for row in rows:
        entry = (row["token"], row["era"], float(row["weight"]))
        listed[row["group"], row["sex"]].append(entry)
    return {
        (group, sex, era): Weighted((token, weight * share[own]) for token, own, weight in entries)
        for (group, sex), entries in listed.items()
        for era, share in _ERA_SHARE.items()
    }


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    if not path.is_file():
        raise InvalidFile(N_("Berkas {name} tidak ada."), name=path.name)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(line for line in file if not line.startswith("#"))
        for column in columns:
            if column not in (reader.fieldnames or ()):
                raise InvalidFile(
                    N_("Kolom {column} tidak ada di berkas {name}."), column=column, name=path.name
                )
        yield from reader
