"""The classes and colours of what a map can show. Pure but for reading the classes.

Classes are data and do not follow the figures, so that two levels of rate or two years compare.
"""

import csv
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from jps.areas.rules import Level
from jps.config import DATA
from jps.errors import InvalidFile
from jps.maps.catalogue import AID, PEOPLE, POVERTY, Indicator
from jps.maps.catalogue import Kind as Kind
from jps.maps.catalogue import Topic as Topic
from jps.maps.catalogue_fgt import CONSUMPTION
from jps.text import N_

INDICATORS: tuple[Indicator, ...] = (*POVERTY, *CONSUMPTION, *AID, *PEOPLE)

CLASSES_FILE = DATA / "map_classes.csv"


# Sequential schemes of ColorBrewer 2.0 (C. Brewer, Apache-2.0), marked there as safe for colour
# blind readers and for print. Light is little, dark is much.
PALETTES: Mapping[str, tuple[str, ...]] = {
    "YlOrBr": ("#ffffd4", "#fee391", "#fec44f", "#fe9929", "#ec7014", "#cc4c02", "#8c2d04"),
    "GnBu": ("#f0f9e8", "#ccebc5", "#a8ddb5", "#7bccc4", "#4eb3d3", "#2b8cbe", "#08589e"),
    "RdPu": ("#feebe2", "#fcc5c0", "#fa9fb5", "#f768a1", "#dd3497", "#ae017e", "#7a0177"),
    "Purples": ("#f2f0f7", "#dadaeb", "#bcbddc", "#9e9ac8", "#807dba", "#6a51a3", "#4a1486"),
}
GREY = "#b8bfbe"  # hidden figures; no palette has it
CLASSES = 7

BY_KEY: Mapping[str, Indicator] = {indicator.key: indicator for indicator in INDICATORS}


def group_of(key: str) -> str:
    """Return with what a figure is hidden; a limit of an interval with its indicator."""
    found = BY_KEY.get(key.removesuffix("_low").removesuffix("_high"))
    return "consumption" if found is None else found.group


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
