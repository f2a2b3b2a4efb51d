"""How well matching found what the sample knows to be true."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_COLUMNS = ("member", "niks", "kinds")


@dataclass(frozen=True, slots=True)
class Known:
    """Of one member: NIKs of that person in the registry (none: not there), and what differs."""

    niks: frozenset[str]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Quality:
    """Links compared with the truth. `wrong` counts links to another person, `lost` people who are
    in the registry and were not found; `lost_by_kind` says what differed in those records."""

    right: int
    wrong: int
    lost: int
    lost_by_kind: Mapping[str, int]

    @property
    def precision(self) -> float:
        """Share of the links that are right; 1 when there is none."""
        made = self.right + self.wrong
        return self.right / made if made else 1.0

    @property
    def recall(self) -> float:
        """Share of the people in the registry who were found; 1 when there is none."""
        there = self.right + self.lost
        return self.right / there if there else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def measure(truth: Mapping[str, Known], found: Mapping[str, str]) -> Quality:
    """Compare `found` (member -> NIK of the linked registry person) with `truth` by member."""
    right = wrong = lost = 0
    by_kind: Counter[str] = Counter()
    for member, known in truth.items():
        nik = found.get(member)
        is_right = nik is not None and nik in known.niks
        right += is_right
        wrong += nik is not None and not is_right
        if known.niks and not is_right:
            lost += 1
            by_kind.update(known.kinds or ("none",))
    return Quality(right, wrong, lost, dict(by_kind.most_common()))


def write_truth(path: Path, rows: Iterable[tuple[str, Known]]) -> None:
    """Write the truth as CSV, apart from the database, for its owner alone."""
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for member, known in rows:
            writer.writerow([member, " ".join(sorted(known.niks)), " ".join(known.kinds)])


def read_truth(path: Path) -> dict[str, Known]:
    """Read what `write_truth` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["member"]: Known(frozenset(row["niks"].split()), tuple(row["kinds"].split()))
            for row in csv.DictReader(file)
        }
