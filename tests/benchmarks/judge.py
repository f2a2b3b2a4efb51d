"""How right links are, from the truth: F1 at a threshold and at the best one, by kind of record."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from jps.matching.columns import text_column, to_texts
from jps.matching.frequencies import Floats
from jps.matching.hashing import Ints
from tests.benchmarks.noise import DAMAGED, MISSING, USABLE

Flags = npt.NDArray[np.bool_]
SURE = 5.0  # bits from which nobody looks


@dataclass(frozen=True)
class Quality:
    """F1, precision, recall of links from a weight on."""

    f1: float
    precision: float
    recall: float

    @classmethod
    def of(cls, right: int, linked: int, known: int) -> "Quality":
        return cls(
            2 * right / max(linked + known, 1), right / max(linked, 1), right / max(known, 1)
        )


@dataclass(frozen=True)
class Judged:
    """Quality at the default threshold and at the best; per usability of the NIK at the default.

    `unusable` takes damaged and missing NIK together. `outsiders` are shares of the people not in
    the registry who were linked, at the default and at SURE; `recall_sure` the recall at SURE.
    """

    default: Quality
    best: Quality
    least: float
    by_nik: Mapping[str, Quality]
    outsiders: float
    outsiders_sure: float
    recall_sure: float


def judge(folder: Path, links: Path, *, least: float = 0.0, sure: float = SURE) -> Judged:
    """Compare a file of links with the truth in `folder`; `least` is the default threshold."""
    truth = pq.ParquetFile(folder / "truth.parquet").read()
    known = np.asarray(truth["known"].to_numpy(), bool)
    weight, right = _at_records(folder, links, truth)
    kinds = np.asarray(truth["nik"].to_pylist())
    best = _best(weight, right, int(known.sum()))
    chosen: dict[str, Flags] = {kind: kinds == kind for kind in (USABLE, DAMAGED, MISSING)}
    chosen["unusable"] = kinds != USABLE
    return Judged(
        default=_from(weight, right, known, least),
        best=_from(weight, right, known, best),
        least=best,
        by_nik={
            kind: _from(weight[rows], right[rows], known[rows], least)
            for kind, rows in chosen.items()
            if rows.any()
        },
        outsiders=_share(weight[~known] >= least),
        outsiders_sure=_share(weight[~known] >= sure),
        recall_sure=_from(weight, right, known, sure).recall,
    )


def _at_records(folder: Path, links: Path, truth: pa.Table) -> tuple[Floats, Flags]:
    """Return per survey record the weight of its link (-inf without) and whether it is right."""
    found = pq.ParquetFile(links).read()
    persons = pq.ParquetFile(folder / "registry_truth.parquet").read()
    at = _rows(found, "record")
    weight = np.full(len(truth), -np.inf)
    weight[at] = found["weight"].to_numpy()
    linked = np.full(len(truth), -1, np.int64)
    linked[at] = persons["person"].to_numpy()[_rows(found, "person")]
    return weight, linked == truth["person"].to_numpy()


def _rows(table: pa.Table, column: str) -> Ints:
    """Return the rows that ids like r17, s4 stand for."""
    return np.array([int(one[1:]) for one in to_texts(text_column(table, column))], np.int64)


def _from(weight: Floats, right: Flags, known: Flags, least: float) -> Quality:
    linked = weight >= least
    return Quality.of(int((right & linked).sum()), int(linked.sum()), int(known.sum()))


def _best(weight: Floats, right: Flags, known: int) -> float:
    order = np.argsort(-weight, kind="stable")
    order = order[np.isfinite(weight[order])]
    f1 = 2 * np.cumsum(right[order]) / (np.arange(1, len(order) + 1) + known)
    return float(weight[order][int(np.argmax(f1))]) if len(order) else 0.0


def _share(linked: Flags) -> float:
    return float(linked.mean()) if len(linked) else 0.0
