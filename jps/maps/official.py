"""The poverty rates that BPS published, to stand beside ours with their survey month."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from jps.config import DATA

RATES_FILE = DATA / "poverty_rates.csv"


@dataclass(frozen=True)
class OfficialRate:
    """A published share of poor people (0-1) of a survey month, and their number if told."""

    rate: float
    persons: int | None
    month: date  # its first day
    source: str  # key in data/README.md


@lru_cache(maxsize=4)
def official_rates(path: Path = RATES_FILE) -> Mapping[str, OfficialRate]:
    """Return the newest published rate of each area that has one."""
    newest: dict[str, OfficialRate] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            year, month = map(int, row["period"].split("-"))
            found = OfficialRate(
                rate=float(row["rate_percent"]) / 100,
                persons=int(row["poor_persons"]) if row["poor_persons"] else None,
                month=date(year, month, 1),
                source=row["source"],
            )
            if row["code"] not in newest or newest[row["code"]].month < found.month:
                newest[row["code"]] = found
    return newest
