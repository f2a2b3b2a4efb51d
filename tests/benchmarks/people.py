"""A registry, a survey of part of its people, and the truth, for benchmarks of any size.

Harder than `tests.matching.people`: nicknames, joined and turned names, twins, brothers next door,
borrowed numbers, people whom the registry lacks although it has their family. Names are drawn word
by word; NIK serials lie between 9000 and 9999; the same `Setting` always gives the same lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jps.matching.columns import text_column, to_texts
from jps.matching.hashing import Ints
from tests.benchmarks.cultures import CULTURES, Culture
from tests.benchmarks.noise import DAMAGED, MISSING, Rates, Writer
from tests.benchmarks.population import Flags, Population, settle, texts

COLUMNS = ("id", "nik", "kk", "name", "birth_date", "sex", "mother", "village")
Columns = Mapping[str, "Sequence[str] | pa.Array[Any]"]
HARDLY = 1.0 / 3.0  # of the rates: how much the registry's own second rows differ


@dataclass(frozen=True)
class Setting:
    """What is invented. Shares: `twice` of survey records entered again, `spike` of people on one
    birth date, `unknown` households without registry rows, `newcomers` of households that have a
    member whom the registry lacks; `no_nik` leaves every NIK of the survey out."""

    registry: int
    survey: int
    culture: str = "gorontalo"
    noise: float = 1.0
    no_nik: bool = False
    spike: float = 0.0
    twice: float = 0.0
    unknown: float = 0.03
    newcomers: float = 0.10
    again: float = 0.01  # of registry persons with a second registry row
    seed: int = 1


@dataclass(frozen=True)
class Lists:
    """Both lists; `registry_person`, `survey_person` tell per row who it is. `nik` is how usable
    the NIK of a survey record is, `known` whether the registry has the person."""

    registry: pa.Table
    survey: pa.Table
    registry_person: Ints
    survey_person: Ints
    nik: Sequence[str]
    known: Flags

    def save(self, folder: Path) -> None:
        """Write registry.parquet, survey.parquet and truth.parquet, registry_truth.parquet."""
        folder.mkdir(parents=True, exist_ok=True)
        truth: Columns = {
            "id": text_column(self.survey, "id"),
            "person": pa.array(self.survey_person),
            "nik": pa.array(self.nik),
            "known": pa.array(self.known),
        }
        persons: Columns = {
            "id": text_column(self.registry, "id"),
            "person": pa.array(self.registry_person),
        }
        pq.write_table(self.registry, folder / "registry.parquet")
        pq.write_table(self.survey, folder / "survey.parquet")
        pq.write_table(pa.table(truth), folder / "truth.parquet")
        pq.write_table(pa.table(persons), folder / "registry_truth.parquet")


def make(setting: Setting) -> Lists:
    """Invent both lists."""
    rng = np.random.default_rng(setting.seed)
    culture = CULTURES[setting.culture]()
    missing = setting.unknown + setting.newcomers / 2
    persons = int(setting.registry / (1 - missing) / (1 + setting.again)) + 1
    people = settle(rng, culture, persons=persons, spike=setting.spike)
    known = _known(rng, people, setting)
    held = np.flatnonzero(known)
    second = rng.choice(held, int(len(held) * setting.again), replace=False)
    writer = Writer(Random(setting.seed), culture, Rates().times(setting.noise))
    rows = rng.permutation(np.concatenate((held, second)))[: setting.registry]
    registry = _registry(people, culture, rows, _repeated(rows), writer)
    survey, persons_there, nik = _Survey(people, culture, writer, rng).visit(setting)
    return Lists(
        registry=registry,
        survey=survey,
        registry_person=rows,
        survey_person=persons_there,
        nik=nik,
        known=np.isin(persons_there, rows),
    )


def _known(rng: np.random.Generator, people: Population, setting: Setting) -> Flags:
    homes = int(people.household[-1]) + 1
    lacking = rng.random(homes) < setting.unknown
    incomplete = rng.random(homes) < setting.newcomers
    last = np.append(people.household[1:] != people.household[:-1], True)
    lacks = lacking[people.household] | (incomplete[people.household] & last)
    return np.asarray(~lacks, bool)


def _repeated(rows: Ints) -> Flags:
    """Say which rows are the second ones of their person."""
    first = np.unique(rows, return_index=True)[1]
    repeated = np.ones(len(rows), bool)
    repeated[first] = False
    return repeated


def _registry(
    people: Population, culture: Culture, rows: Ints, repeated: Flags, writer: Writer
) -> pa.Table:
    """Return registry rows; second rows of a person have another NIK, KK and spelling."""
    nik, kk = people.nik[rows], people.kk[rows]
    nik = np.where(repeated, nik + 500, nik)
    kk = np.where(repeated, kk + 10_000_000, kk)
    names = to_texts(texts(culture, people.words[rows]))
    for row in np.flatnonzero(repeated).tolist():
        names[row] = writer.name(names[row], writer.rates.name * HARDLY, names[row])
    dates = [f"{d[:4]}-{d[4:6]}-{d[6:]}" for d in map(str, people.birth[rows].tolist())]
    return _table(
        "r",
        {
            "nik": pa.array(nik).cast(pa.string()),
            "kk": pa.array(kk).cast(pa.string()),
            "name": names,
            "birth_date": dates,
            "sex": pa.array(people.sex[rows] + 1).cast(pa.string()),
            "mother": texts(culture, people.mother[rows]),
            "village": [village(code) for code in people.village[rows].tolist()],
        },
        len(rows),
    )


def _table(prefix: str, columns: Columns, rows: int) -> pa.Table:
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    ids = [f"{prefix}{row}" for row in range(rows)]
    return pa.table({"id": ids, **columns}, schema=schema)


def village(code: int) -> str:
    """Write ten digits as a village code; 0 as blank."""
    text = str(code)
    return f"{text[:2]}.{text[2:4]}.{text[4:6]}.{text[6:]}" if code else ""


class _Survey:
    """Visits households and writes down who is there."""

    def __init__(
        self, people: Population, culture: Culture, writer: Writer, rng: np.random.Generator
    ) -> None:
        self.people, self.writer, self.rng = people, writer, rng
        self.culture = culture
        self.villages = np.unique(people.village)
        self.starts = np.searchsorted(people.household, np.unique(people.household))
        self.rows: list[tuple[str, ...]] = []
        self.who: list[int] = []
        self.nik: list[str] = []

    def visit(self, setting: Setting) -> tuple[pa.Table, Ints, list[str]]:
        """Visit households until there are records enough; return them shuffled."""
        ends = np.append(self.starts[1:], len(self.people))
        homes = self.rng.permutation(len(self.starts))
        sizes = np.cumsum((ends - self.starts)[homes]) * (1 + setting.twice)
        homes = homes[: int(np.searchsorted(sizes, setting.survey)) + 1]
        members = [np.arange(self.starts[home], ends[home]) for home in homes]
        self._remember(np.concatenate(members))
        for home in members:
            self._household(home.tolist())
            if self.writer.random.random() < setting.twice * 0.7:
                self._household(home.tolist())
            if self.writer.random.random() < setting.twice * 1.1:
                self._lodger(self.writer.random.choice(home.tolist()), members)
        order = self.rng.permutation(len(self.rows))[: setting.survey]
        chosen = [self.rows[row] for row in order]
        columns: dict[str, list[str]] = {
            name: [row[place] for row in chosen] for place, name in enumerate(COLUMNS[1:])
        }
        if setting.no_nik:
            columns["nik"] = [""] * len(chosen)
        nik = [MISSING if setting.no_nik else self.nik[row] for row in order]
        return _table("s", columns, len(chosen)), np.array(self.who, np.int64)[order], nik

    def _remember(self, rows: Ints) -> None:
        """Put the texts of the people who are visited ready."""
        people = self.people
        names, mothers = (
            to_texts(texts(self.culture, words[rows])) for words in (people.words, people.mother)
        )
        self.names = dict(zip(rows.tolist(), names, strict=True))
        self.mothers = dict(zip(rows.tolist(), mothers, strict=True))

    def _lodger(self, row: int, homes: list[Ints]) -> None:
        """Write a member down once more, in another household."""
        host = int(self.writer.random.choice(homes)[0])
        self._person(row, [], str(self.people.kk[host]), int(self.people.village[host]))

    def _household(self, members: list[int]) -> None:
        kk, village = self._card(members[0]), int(self.people.village[members[0]])
        random, rates = self.writer.random, self.writer.rates
        chance = random.random()
        if chance < rates.moved:
            village = int(random.choice(self.villages))
            kk = self._new_card(str(village)) if random.random() < rates.moved_card else kk
        elif chance < rates.moved + rates.nearby:
            near = self.villages[self.villages // 10_000 == village // 10_000]
            village = int(random.choice(near))
        for row in members:
            self._person(row, [other for other in members if other != row], kk, village)

    def _card(self, member: int) -> str:
        """Return the KK number as the household shows it."""
        rates, kk = self.writer.rates, str(self.people.kk[member])
        chance = self.writer.random.random()
        if chance < rates.kk_missing:
            return ""
        if chance < rates.kk_missing + rates.kk_new:
            return self._new_card(kk)
        return (
            self.writer.typo(kk)
            if chance < rates.kk_missing + rates.kk_new + rates.kk_damaged
            else kk
        )

    def _new_card(self, place: str) -> str:
        draw = self.writer.random.randint
        return f"{place[:6]}{draw(1, 28):02}{draw(1, 12):02}24{draw(9000, 9999)}"

    def _person(self, row: int, relatives: list[int], kk: str, home: int) -> None:
        people, writer, rates = self.people, self.writer, self.writer.rates
        random = writer.random
        nik, usable = writer.nik(str(people.nik[row]), [str(people.nik[one]) for one in relatives])
        name, mother = self.names[row], self.mothers[row]
        family = self.names[relatives[0]] if relatives else mother
        sex = int(people.sex[row])
        chance = random.random()
        if chance < rates.sex_wrong:
            sex = 1 - sex
        given = "" if chance > 1 - rates.sex_missing else str(sex + 1)
        chance = random.random()
        if chance < rates.mother_other:
            mother = self.mothers[relatives[0]] if relatives else ""
        shown = "" if chance > 1 - rates.mother_missing else writer.name(mother, rates.mother, name)
        self.rows.append((
            nik, kk, writer.name(name, rates.name, family), writer.birth(int(people.birth[row])),
            given, shown, village(home),
        ))  # fmt: skip
        self.who.append(row)
        self.nik.append(usable)


__all__ = ["DAMAGED", "MISSING", "Lists", "Setting", "make"]
