"""Link or deduplicate FEBRL lists with dedupe: `python dedupe_febrl.py FOLDER OUT.csv`.

dedupe learns from labels that a person gives to pairs it asks about; here the truth answers, at
LABELS pairs, without a mistake. OUT gets left, right, weight.
"""

import csv
import random
import sys
from importlib import import_module
from itertools import combinations
from math import log2
from pathlib import Path
from typing import Any

# By name, so that types are checked where they are not installed.
dedupe: Any = import_module("dedupe")
variables: Any = import_module("dedupe.variables")

LABELS = 150
THRESHOLD = 0.5  # its own default


def main(folder: Path, out: str) -> None:
    """Learn, link and write."""
    random.seed(1)
    import_module("numpy").random.seed(1)
    lists = [
        read(folder / f"{name}.csv")
        for name in ("left", "right")
        if (folder / f"{name}.csv").exists()
    ]
    fields = describe("soc_sec_id" in next(iter(lists[0].values())))
    linker = (dedupe.RecordLink if len(lists) == 2 else dedupe.Dedupe)(fields, num_cores=2)
    linker.prepare_training(*lists, sample_size=5_000)
    answer(linker)
    linker.train()
    if len(lists) == 2:
        found = linker.join(*lists, threshold=THRESHOLD, constraint="one-to-one")
        rows = [(a, b, float(chance)) for (a, b), chance in found]
    else:
        rows = [
            (a, b, 0.99)
            for members, _ in linker.partition(*lists, threshold=THRESHOLD)
            for a, b in combinations(members, 2)
        ]
    with Path(out).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("left", "right", "weight"))
        writer.writerows((a, b, bits(chance)) for a, b, chance in rows)


def read(path: Path) -> dict[str, dict[str, str | None]]:
    """Read one list by record id; blanks are None."""
    with path.open(newline="") as file:
        return {
            row["rec_id"]: {name: value or None for name, value in row.items()}
            for row in csv.DictReader(file)
        }


def describe(numbered: bool) -> list[Any]:
    """Return the fields compared."""
    names = ("given_name", "surname", "suburb", "address_1", "address_2", "date_of_birth")
    numbers = ("postcode", "street_number", *(["soc_sec_id"] if numbered else []))
    return [
        *(variables.String(name, has_missing=True) for name in names),
        *(variables.ShortString(name, has_missing=True) for name in numbers),
    ]


def answer(linker: Any) -> None:
    """Answer the pairs that dedupe is least sure of."""
    for _ in range(LABELS):
        pair = linker.uncertain_pairs()[0]
        same = len({one["rec_id"].split("-")[1] for one in pair}) == 1
        kind, other = ("match", "distinct") if same else ("distinct", "match")
        linker.mark_pairs({kind: [pair], other: []})


def bits(chance: float) -> float:
    """Return a probability as bits."""
    chance = min(max(chance, 1e-9), 1 - 1e-9)
    return log2(chance / (1 - chance))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
