"""Invented people for measuring: a registry, and a survey of it with the noise of real lists.

Names are drawn token by token from lists; NIK serials lie between 9000 and 9999. About 28 % of
survey records have a NIK that is missing, damaged, borrowed or a placeholder.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

import pyarrow as pa

from tests.matching.tokens import FAMILY, FEMALE, MALE, SECOND, VILLAGES

_SPELLING = (
    ("U", "OE"),
    ("J", "DJ"),
    ("Y", "J"),
    ("SY", "S"),
    ("F", "P"),
    ("Z", "J"),
    ("H", ""),
    ("A", "O"),
    ("I", "Y"),
    ("S", "SS"),
    ("MUHAMAD", "MOH."),
    ("MUHAMAD", "MUHAMMAD"),
    ("ABDUL", "ABD"),
    ("SITI", "ST."),
    ("SITI", "SITTI"),
    ("NUR", "NOER"),
    ("T", "TH"),
    ("L", "LL"),
)
_UNSURE_DAYS = ("01-01", "07-01", "12-31")
PLACEHOLDERS = ("0", "0000000000000000", "9999999999999999", "1234567890123456", "7501000000000000")


@dataclass(frozen=True)
class Made:
    """One invented record; `person` tells who it really is."""

    person: int
    household: int
    nik: str
    kk: str
    name: str
    birth_date: str
    sex: str
    mother: str
    village: str


@dataclass
class Town:
    """A registry and a survey, and the truth: per survey record the registry ids that are right."""

    registry: list[Made] = field(default_factory=list)
    survey: list[Made] = field(default_factory=list)

    @property
    def truth(self) -> list[set[str]]:
        rows: dict[int, set[str]] = {}
        for position, one in enumerate(self.registry):
            rows.setdefault(one.person, set()).add(f"r{position}")
        return [rows.get(one.person, set()) for one in self.survey]

    @property
    def tables(self) -> tuple[pa.Table, pa.Table]:
        """(registry, survey) as matching takes them."""
        return as_table(self.registry, "r"), as_table(self.survey, "s")


def as_table(people: Sequence[Made], prefix: str) -> pa.Table:
    """Return records as a table of text columns with ids r0, r1, ..."""
    columns = ("nik", "kk", "name", "birth_date", "sex", "mother", "village")
    data = {name: [getattr(one, name) for one in people] for name in columns}
    ids = [f"{prefix}{row}" for row in range(len(people))]
    schema = pa.schema([(name, pa.string()) for name in ("id", *columns)])
    return pa.table({"id": ids, **data}, schema=schema)


class Maker:
    """Draws people; every draw comes from one seeded source."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.niks: set[str] = set()
        self.persons = 0

    def pick(self, tokens: Sequence[str]) -> str:
        """Draw a token, the first ones of the list far more often."""
        return tokens[int(len(tokens) * self.random.random() ** 1.7)]

    def given(self, sex: str) -> str:
        words = [self.pick(MALE if sex == "1" else FEMALE)]
        if self.random.random() < 0.55:
            words.append(self.pick(SECOND if sex == "1" else FEMALE))
        return " ".join(dict.fromkeys(words))

    def date(self, first: int, last: int) -> str:
        if self.random.random() < 0.06:
            return f"{self.random.randint(first, last)}-{self.random.choice(_UNSURE_DAYS)}"
        month, day = self.random.randint(1, 12), self.random.randint(1, 28)
        return f"{self.random.randint(first, last)}-{month:02d}-{day:02d}"

    def nik(self, village: str, birth: str, sex: str) -> str:
        region = village.replace(".", "")[:6]
        day = int(birth[8:10]) + (40 if sex == "2" else 0)
        for serial in range(9001, 10_000):
            number = f"{region}{day:02d}{birth[5:7]}{birth[2:4]}{serial}"
            if number not in self.niks:
                self.niks.add(number)
                return number
        raise ValueError("too many people born there on one day")

    def person(
        self, household: int, kk: str, name: str, birth: str, sex: str, mother: str, village: str
    ) -> Made:
        self.persons += 1
        home = village if self.random.random() < 0.8 else self.random.choice(VILLAGES)
        nik = self.nik(home, birth, sex)
        return Made(self.persons, household, nik, kk, name, birth, sex, mother, village)

    def family(self, household: int) -> list[Made]:
        """Draw a household: a couple (or one of them), and children who may be twins."""
        village, surname = self.random.choice(VILLAGES), self.pick(FAMILY)
        issued = self.date(2005, 2023)
        kk = self.nik(village, issued, "1")
        year = self.random.randint(1945, 1998)
        mother = f"{self.given('2')} {self.pick(FAMILY)}"
        people = []
        for sex, gap in (("1", 0), ("2", self.random.randint(-4, 8))):
            if self.random.random() < 0.93:
                name = mother if sex == "2" else self.name("1", surname)
                grandmother = f"{self.given('2')} {self.pick(FAMILY)}"
                birth = self.date(year + gap, year + gap)
                people.append(self.person(household, kk, name, birth, sex, grandmother, village))
        birth = ""
        for _ in range(self.random.choice((0, 1, 1, 2, 2, 3, 4))):
            twin = birth and self.random.random() < 0.04
            birth = birth if twin else self.date(year + 20, min(year + 40, 2024))
            sex = self.random.choice("12")
            people.append(
                self.person(household, kk, self.name(sex, surname), birth, sex, mother, village)
            )
        return people or self.family(household)

    def name(self, sex: str, surname: str) -> str:
        if self.random.random() < 0.05:
            return self.pick(MALE if sex == "1" else FEMALE)
        return f"{self.given(sex)} {surname}" if self.random.random() < 0.85 else self.given(sex)

    # Noise of the survey ------------------------------------------------------------------

    def typo(self, text: str) -> str:
        at = self.random.randrange(len(text))
        letters = "0123456789" if text.isdigit() else "AEIOUNRST"
        kind = self.random.randrange(4)
        if kind == 0:
            return text[:at] + text[at + 1 :]
        if kind == 1:
            return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
        return text[:at] + self.random.choice(letters) + text[at + (kind == 2) :]

    def heard(self, name: str) -> str:
        """Write a name as somebody else would."""
        words = name.split()
        chance = self.random.random()
        if chance < 0.60 or not words:
            return name
        if chance < 0.78:
            old, new = self.random.choice(_SPELLING)
            return name.replace(old, new, 1)
        if chance < 0.86 and len(words) > 1:
            words.pop(self.random.randrange(len(words)))
            return " ".join(words)
        if chance < 0.90:
            return f"{self.random.choice(('H.', 'HJ.', 'IR.'))} {name}"
        if chance < 0.93 and len(words) > 1:
            return " ".join([words[0], self.random.choice("ABHIKMRSY") + ".", *words[1:]])
        return self.typo(name)

    def told(self, birth: str) -> str:
        """Give a birth date as people and forms do."""
        chance = self.random.random()
        year, month, day = birth.split("-")
        if chance < 0.88:
            return birth
        if chance < 0.92:
            return year
        if chance < 0.94:
            return f"{year}-{self.random.choice(_UNSURE_DAYS)}"
        if chance < 0.955 and int(day) <= 12:
            return f"{year}-{day}-{month}"
        if chance < 0.98:
            return f"{year}-{month}-{self.random.randint(1, 28):02d}"
        return f"{int(year) + self.random.choice((-10, -2, -1, 1, 2))}-{month}-{day}"

    def number(self, nik: str, relatives: Sequence[Made]) -> str:
        chance = self.random.random()
        if chance < 0.72:
            return nik
        if chance < 0.89:
            return ""
        if chance < 0.965:
            return self.typo(nik) if self.random.random() < 0.7 else self.typo(self.typo(nik))
        if chance < 0.985 and relatives:
            return self.random.choice(relatives).nik
        return self.random.choice(PLACEHOLDERS)

    def surveyed(self, one: Made, household: Sequence[Made], kk: str, village: str) -> Made:
        """Return the record an enumerator would bring home."""
        return replace(
            one,
            nik=self.number(one.nik, [other for other in household if other != one]),
            kk=kk,
            name=self.heard(one.name),
            birth_date=self.told(one.birth_date),
            sex=one.sex if self.random.random() < 0.995 else "",
            mother="" if self.random.random() < 0.08 else self.heard(one.mother),
            village=village,
        )

    def visit(self, household: Sequence[Made]) -> list[Made]:
        """Survey one household: a moved one, a new or a lost KK number are everybody's."""
        chance, kk, village = self.random.random(), household[0].kk, household[0].village
        kk = "" if chance < 0.1 else self.typo(kk) if chance < 0.15 else kk
        if 0.15 <= chance < 0.22:
            kk = self.nik(village, self.date(2020, 2024), "1")
        if self.random.random() < 0.064:
            village = self.random.choice(VILLAGES)
        return [self.surveyed(one, household, kk, village) for one in household]


def make_town(
    *, registry: int, survey: int, seed: int = 1, twice: float = 0.0, unknown: float = 0.03
) -> Town:
    """Draw a town: `registry` persons, `survey` records of them.

    `twice` is the share of survey records entered a second time; `unknown` the share of households
    that the registry does not have (new members of known households come on top, about 3 %). One
    registry person in a hundred stands there twice.
    """
    maker = Maker(seed)
    town = Town()
    households: list[list[Made]] = []
    while len(town.registry) < registry:
        people = maker.family(len(households))
        households.append(people)
        if maker.random.random() >= unknown:
            missing = people[-1] if maker.random.random() < 0.08 and len(people) > 2 else None
            town.registry += [one for one in people if one is not missing]
    for one in maker.random.sample(town.registry, registry // 100):
        again = replace(one, nik=maker.nik(one.village, one.birth_date, one.sex))
        town.registry.append(replace(again, name=maker.heard(one.name)))
    maker.random.shuffle(town.registry)
    for people in maker.random.sample(households, len(households)):
        if len(town.survey) >= survey:
            break
        town.survey += maker.visit(people)
        if maker.random.random() < twice:
            town.survey += maker.visit(people)
    maker.random.shuffle(town.survey)
    return town
