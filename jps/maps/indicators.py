"""What a map can show: indicators, their classes and colours. Pure but for reading the classes.

Classes are data and do not follow the figures, so that two levels of rate or two years compare.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from jps.areas.rules import Level
from jps.config import DATA
from jps.errors import InvalidFile
from jps.text import N_

CLASSES_FILE = DATA / "map_classes.csv"


class Kind(StrEnum):
    """How a figure is written."""

    SHARE = "share"
    COUNT = "count"
    DAYS = "days"


@dataclass(frozen=True)
class Indicator:
    """One thing to map; `with_it` is the indicator that stands beside it on a narrow screen."""

    key: str
    name: str
    unit: str
    kind: Kind
    palette: str
    with_it: str


# Sequential schemes of ColorBrewer 2.0 (C. Brewer, Apache-2.0), marked there as safe for colour
# blind readers and for print. Light is little, dark is much.
PALETTES: Mapping[str, tuple[str, ...]] = {
    "YlOrBr": ("#ffffd4", "#fee391", "#fec44f", "#fe9929", "#ec7014", "#cc4c02", "#8c2d04"),
    "GnBu": ("#f0f9e8", "#ccebc5", "#a8ddb5", "#7bccc4", "#4eb3d3", "#2b8cbe", "#08589e"),
    "Purples": ("#f2f0f7", "#dadaeb", "#bcbddc", "#9e9ac8", "#807dba", "#6a51a3", "#4a1486"),
}
GREY = "#b8bfbe"  # hidden figures; no palette has it
CLASSES = 7

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "poverty_rate",
        N_("Tingkat kemiskinan"),
        N_("% penduduk rumah tangga yang dinilai"),
        Kind.SHARE,
        "YlOrBr",
        "poor_persons",
    ),
    Indicator(
        "poor_persons",
        N_("Perkiraan penduduk miskin"),
        N_("jiwa di rumah tangga yang dinilai"),
        Kind.COUNT,
        "YlOrBr",
        "poverty_rate",
    ),
    Indicator(
        "poor_households",
        N_("Perkiraan rumah tangga miskin"),
        N_("rumah tangga yang dinilai"),
        Kind.COUNT,
        "YlOrBr",
        "poverty_rate",
    ),
    Indicator(
        "coverage",
        N_("Cakupan pendataan"),
        N_("% rumah tangga terdata dari perkiraan seluruhnya"),
        Kind.SHARE,
        "GnBu",
        "households",
    ),
    Indicator(
        "households",
        N_("Rumah tangga terdata"),
        N_("rumah tangga"),
        Kind.COUNT,
        "GnBu",
        "coverage",
    ),
    Indicator(
        "age_days",
        N_("Umur data"),
        N_("hari sejak wawancara (median)"),
        Kind.DAYS,
        "Purples",
        "households",
    ),
)

BY_KEY: Mapping[str, Indicator] = {indicator.key: indicator for indicator in INDICATORS}


@lru_cache(maxsize=4)
def class_limits(path: Path = CLASSES_FILE) -> Mapping[tuple[str, str], tuple[float, ...]]:
    """Return the limits between classes by indicator and level ("" for all levels).

    A figure belongs to the class whose lower limit it reaches. Raises `InvalidFile` when an
    indicator has no limits or they do not rise.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        limits = {
            (row["indicator"], row["level"]): tuple(map(float, row["limits"].split()))
            for row in csv.DictReader(lines)
        }
    for key, values in limits.items():
        rising = all(a < b for a, b in pairwise(values))
        if key[0] not in BY_KEY or len(values) != CLASSES - 1 or not rising:
            raise InvalidFile(N_("Kelas peta {key} tidak benar."), key=" ".join(key))
    return limits


def limits_of(indicator: Indicator, level: Level) -> tuple[float, ...]:
    """Return the limits between the classes of `indicator` at `level`."""
    limits = class_limits()
    found = limits.get((indicator.key, level)) or limits.get((indicator.key, ""))
    if found is None:
        raise InvalidFile(N_("Kelas peta {key} tidak benar."), key=f"{indicator.key} {level}")
    return found
