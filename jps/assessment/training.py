"""A file of a consumption survey, read for training: questions by their names, one row a household.

Besides the questions it has consumption per head and month in rupiah, and where it can the weight,
the area, the sampling unit and the stratum of each household.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jps.areas.rules import dotted, is_code
from jps.errors import InvalidData, InvalidFile
from jps.tables.cells import plain
from jps.tables.files import Columns, by_columns, open_source
from jps.text import N_
from jps.welfare.pmt import Kind, as_number
from jps.welfare.pmt_judging import Survey

MISSING = N_("Berkas ini tidak punya kolom {names}.")
UNKNOWN = N_("Kuesioner tidak menanyakan {names}.")
NO_AREA = N_("Kolom {name} harus berisi kode wilayah Kemendagri; periksa baris {row}.")
NO_ROWS = N_("Berkas ini tidak punya baris data.")
NO_QUESTIONS = N_("Tidak ada kolom yang bernama seperti pertanyaan kuesioner.")


@dataclass(frozen=True)
class Headers:
    """The names of the columns that are no questions; weight and the following may be missing."""

    consumption: str = "consumption_per_head"
    weight: str = "weight"
    area: str = "area_code"
    unit: str = "psu"
    stratum: str = "stratum"


@dataclass(frozen=True)
class TrainingFile:
    """What was read: the survey, the kinds of its questions, columns that were left aside."""

    survey: Survey
    kinds: Mapping[str, Kind]
    digest: str
    ignored: tuple[str, ...]


def read_training(
    path: Path,
    known: Mapping[str, Kind],
    *,
    headers: Headers | None = None,
    only: Sequence[str] = (),
) -> TrainingFile:
    """Read a CSV, Excel or Parquet file; `only` narrows the questions.

    Raises `InvalidFile` for a file that is no such table, `InvalidData` for what is in it.
    """
    named = headers or Headers()
    strange = [name for name in only if name not in known]
    if strange:
        raise InvalidData(UNKNOWN, names=", ".join(strange))

    def find(found: Sequence[str]) -> Columns:
        columns = {name: place for place, name in enumerate(found) if name}
        lacking = [name for name in (named.consumption, *only) if name not in columns]
        if lacking:
            raise InvalidFile(MISSING, names=", ".join(lacking))
        return columns

    source = open_source(path, by_columns(find))
    rows = [[plain(cell) for cell in row.cells] for row in source.rows() if row.cells]
    rows = [row for row in rows if any(row)]
    if not rows:
        raise InvalidFile(NO_ROWS)

    def column(name: str, default: str = "") -> list[str]:
        place = source.columns.get(name)
        if place is None:
            return [default] * len(rows)
        return [row[place] if place < len(row) else "" for row in rows]

    wanted = only or [name for name in known if name in source.columns]
    kinds = {name: kind for name, kind in known.items() if name in set(wanted)}
    if not kinds:
        raise InvalidData(NO_QUESTIONS)
    units = [unit or f"row {n}" for n, unit in enumerate(column(named.unit))]
    survey = Survey(
        answers={name: column(name) for name in kinds},
        consumption=_numbers(column(named.consumption)),
        weights=_numbers(column(named.weight, "1")),
        areas=_areas(column(named.area), named.area),
        units=units,
        strata=column(named.stratum),
    )
    used = {*kinds, *vars(named).values()}
    ignored = tuple(name for name in source.columns if name not in used)
    return TrainingFile(survey, kinds, source.digest, ignored)


def _numbers(texts: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the numbers, NaN for what is none: training says in which rows."""
    found = (as_number(text) if text else None for text in texts)
    return np.array([np.nan if one is None else one for one in found], dtype=np.float64)


def _areas(codes: Sequence[str], name: str) -> list[str]:
    found = []
    for row, text in enumerate(codes):
        code = dotted(text) if text else ""
        if code is None or (code and not is_code(code)):
            raise InvalidData(NO_AREA, name=name, row=row + 2)
        found.append(code)
    return found
