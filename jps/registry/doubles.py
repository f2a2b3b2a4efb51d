"""Rows of one snapshot that are about one NIK: the same person twice, or several persons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

_PIECE = 5_000  # ids in one statement


@dataclass(frozen=True)
class Doubles:
    """Persons (id -> row in the file) given twice, and persons who share a NIK with others."""

    same: Mapping[int, int]
    shared: Mapping[int, int]

    @staticmethod
    def pieces(ids: Mapping[int, int]) -> Iterator[Sequence[int]]:
        """Yield the ids in lists short enough for one statement."""
        whole = list(ids)
        for start in range(0, len(whole), _PIECE):
            yield whole[start : start + _PIECE]


def find_doubles(people: pa.Table) -> Doubles:
    """Look for NIKs that stand more than once in columns id, row, nik, name, birth_date.

    Of rows that agree in NIK, name and birth date the one with the lowest id stays; the others are
    `same`. Only rows whose NIK stands again are looked at one by one.
    """
    niks = np.asarray(people.column("nik").cast(pa.int64()))
    order = np.argsort(niks, kind="stable")
    equal = niks[order][1:] == niks[order][:-1]
    again = np.zeros(len(order), bool)
    again[1:] |= equal
    again[:-1] |= equal
    few = people.select(["id", "row", "nik", "name", "birth_date"]).take(np.sort(order[again]))
    same: dict[int, int] = {}
    known: dict[str, dict[tuple[str, str], tuple[int, int]]] = {}
    for one in sorted(few.to_pylist(), key=lambda one: one["id"]):
        mine = known.setdefault(one["nik"], {})
        first = mine.setdefault((one["name"], one["birth_date"]), (one["id"], one["row"]))
        if first[0] != one["id"]:
            same[one["id"]] = one["row"]
    several = (people.values() for people in known.values() if len(people) > 1)
    return Doubles(same, dict(sorted(one for people in several for one in people)))
