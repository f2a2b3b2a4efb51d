"""How a record of a person comes home from a survey: what is misheard, mistyped, guessed, left out.

Shares follow what is known of such lists: NIK missing or damaged in 28 %, borrowed NIK of relatives
in 2 %. `Rates.times` makes everything likelier or rarer, so that nothing is tuned to one noise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from random import Random

from tests.benchmarks.cultures import Culture

PLACEHOLDERS = ("0", "0000000000000000", "9999999999999999", "1234567890123456", "7501000000000000")
USABLE, DAMAGED, MISSING = "usable", "damaged", "missing"
_DEFAULT_DAYS = ("01-01", "07-01", "12-31")
_LETTERS = "AEIOUNRSTHLKM"


@dataclass(frozen=True)
class Rates:
    """Share of records (of households for `kk_*`, `moved*`, `nearby`) with each kind of noise."""

    nik_missing: float = 0.17
    nik_damaged: float = 0.075
    nik_borrowed: float = 0.02
    nik_placeholder: float = 0.015
    kk_missing: float = 0.12
    kk_new: float = 0.07
    kk_damaged: float = 0.05
    moved: float = 0.08
    moved_card: float = 0.6  # of households that moved: a KK of the new place
    nearby: float = 0.03
    name: float = 0.50
    name_again: float = 0.20
    mother: float = 0.55
    mother_missing: float = 0.10
    mother_other: float = 0.03
    birth: float = 0.22
    sex_wrong: float = 0.005
    sex_missing: float = 0.005

    def times(self, factor: float) -> "Rates":
        """Return all rates times a factor, none above .9."""
        return Rates(*(min(getattr(self, one.name) * factor, 0.9) for one in fields(self)))


class Writer:
    """Writes what an enumerator brings home; every draw comes from one seeded source."""

    def __init__(self, random: Random, culture: Culture, rates: Rates) -> None:
        self.random = random
        self.culture = culture
        self.rates = rates
        self._kinds, self._weights = zip(*self._changes, strict=True)

    def name(self, name: str, share: float, other: str) -> str:
        """Write a name as somebody else would; `other` is a family name it may go by instead."""
        if not name or self.random.random() >= share:
            return name
        name = self._changed(name, other)
        return self._changed(name, other) if self.random.random() < self.rates.name_again else name

    def _changed(self, name: str, other: str) -> str:
        (change,) = self.random.choices(self._kinds, self._weights)
        return change(name.split(), other) or name

    @property
    def _changes(self) -> list[tuple[Callable[[list[str], str], str], float]]:
        return [
            (self._spelt, 0.30),
            (self._mistyped, 0.20),
            (self._dropped, 0.13),
            (self._shortened, 0.09),
            (self._titled, 0.06),
            (self._nicknamed, 0.06),
            (self._joined, 0.05),
            (self._turned, 0.04),
            (self._by_family, 0.04),
            (self._alias, 0.03),
        ]

    def _spelt(self, words: list[str], _other: str) -> str:
        name = " ".join(words)
        spellings = [pair for pair in self.culture.spellings if pair[0] in name]
        if not spellings:
            return self.typo(name)
        old, new = self.random.choice(spellings)
        found = self.random.randrange(name.count(old))
        at = -1
        for _ in range(found + 1):
            at = name.index(old, at + 1)
        return name[:at] + new + name[at + len(old) :]

    def _mistyped(self, words: list[str], _other: str) -> str:
        name = self.typo(" ".join(words))
        return self.typo(name) if self.random.random() < 0.2 else name

    def _dropped(self, words: list[str], _other: str) -> str:
        if len(words) > 1:
            words.pop(self.random.randrange(len(words)))
        return " ".join(words)

    def _shortened(self, words: list[str], _other: str) -> str:
        at = self.random.randrange(len(words))
        short = self.culture.short.get(words[at])
        if short:
            words[at] = self.random.choice(short)
        elif len(words) > 1:
            words[max(at, 1)] = words[max(at, 1)][0] + self.random.choice((".", ""))
        return " ".join(words)

    def _titled(self, words: list[str], _other: str) -> str:
        return f"{self.random.choice(self.culture.titles)} {' '.join(words)}"

    def _nicknamed(self, words: list[str], _other: str) -> str:
        """Keep the end or the beginning of one word, as people call one another."""
        at = self.random.randrange(min(len(words), 2))
        word = words[at]
        if len(word) > 4:
            cut = self.random.randint(3, len(word) - 1)
            words[at] = word[-cut:] if self.random.random() < 0.7 else word[:cut]
        return words[at] if self.random.random() < 0.3 else " ".join(words)

    def _joined(self, words: list[str], _other: str) -> str:
        if len(words) > 1 and self.random.random() < 0.7:
            at = self.random.randrange(len(words) - 1)
            words[at : at + 2] = [words[at] + words[at + 1]]
        else:
            at = max(range(len(words)), key=lambda place: len(words[place]))
            if len(words[at]) > 5:
                cut = self.random.randint(3, len(words[at]) - 2)
                words[at : at + 1] = [words[at][:cut], words[at][cut:]]
        return " ".join(words)

    def _turned(self, words: list[str], _other: str) -> str:
        return " ".join([words[-1], *words[:-1]])

    def _by_family(self, words: list[str], other: str) -> str:
        return " ".join([*(words[:-1] or words), *other.split()[-1:]])

    def _alias(self, words: list[str], other: str) -> str:
        called = self.random.choice(self.culture.vocabulary)
        return f"{' '.join(words)} {self.random.choice(('ALIAS', '@', '/'))} {called or other}"

    def typo(self, text: str) -> str:
        """Lose, swap, replace or insert one letter (or digit)."""
        at = self.random.randrange(len(text))
        letters = "0123456789" if text.isdigit() else _LETTERS
        kind = self.random.randrange(4)
        if kind == 0 and len(text) > 2:
            return text[:at] + text[at + 1 :]
        if kind == 1:
            return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
        return text[:at] + self.random.choice(letters) + text[at + (kind == 2) :]

    def birth(self, born: int) -> str:
        """Give a birth date (YYYYMMDD) as people and forms do."""
        year, month, day = born // 10_000, born // 100 % 100, born % 100
        if self.random.random() >= self.rates.birth:
            return f"{year}-{month:02}-{day:02}"
        chance = self.random.random()
        if chance < 0.24:
            return str(year)
        if chance < 0.40:
            return f"{year}-{self.random.choice(_DEFAULT_DAYS)}"
        if chance < 0.50:
            return (
                f"{year + self.random.choice((-2, -1, 1, 2))}-{self.random.choice(_DEFAULT_DAYS)}"
            )
        if chance < 0.60 and day <= 12:
            return f"{year}-{day:02}-{month:02}"
        if chance < 0.75:
            return f"{year}-{month:02}-{self.random.randint(1, 28):02}"
        if chance < 0.82:
            return f"{year}-{self.random.randint(1, 12):02}-{min(day, 28):02}"
        if chance < 0.94:
            return (
                f"{year + self.random.choice((-10, -2, -1, 1, 2, 10))}-{month:02}-{min(day, 28):02}"
            )
        return ""

    def nik(self, nik: str, relatives: Sequence[str]) -> tuple[str, str]:
        """Give a NIK and how usable it is."""
        rates, chance = self.rates, self.random.random()
        if chance < rates.nik_missing:
            return "", MISSING
        chance -= rates.nik_missing
        if chance < rates.nik_damaged:
            wrong = self.typo(nik) if self.random.random() < 0.7 else self.typo(self.typo(nik))
            return wrong, USABLE if wrong == nik else DAMAGED
        chance -= rates.nik_damaged
        if chance < rates.nik_borrowed and relatives:
            return self.random.choice(relatives), DAMAGED
        if chance < rates.nik_borrowed + rates.nik_placeholder:
            return self.random.choice(PLACEHOLDERS), MISSING
        return nik, USABLE
