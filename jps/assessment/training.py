"""A file of a consumption survey, read for training: questions by their names, one row a household.

Besides the questions it has consumption per head and month in rupiah, and where it can the weight,
the area, the sampling unit and the stratum of each household.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jps.areas.rules import dotted, is_code
from jps.errors import InvalidData, InvalidFile
from jps.tables.cells import plain
from jps.tables.files import Columns, Source, by_columns, open_source
from jps.text import N_
from jps.welfare.pmt import Kind, as_number
from jps.welfare.pmt_judging import Survey
from jps.welfare.pmt_training import to_the_end

PIECE = 10_000  # rows between two signs of progress

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


@dataclass(frozen=True)
class Opened:
    """A survey file that was looked through: it has what training needs at least."""

    source: Source
    headers: Headers
    kinds: Mapping[str, Kind]


def open_training(
    path: Path,
    known: Mapping[str, Kind],
    *,
    headers: Headers | None = None,
    only: Sequence[str] = (),
) -> Opened:
    """Look through a CSV, Excel or Parquet file; `only` narrows the questions.

    Raises `InvalidFile` for a file that is no such table, `InvalidData` without questions.
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
    wanted = set(only) or source.columns.keys()
    kinds = {name: kind for name, kind in known.items() if name in wanted}
    if not kinds:
        raise InvalidData(NO_QUESTIONS)
    return Opened(source, named, kinds)


def read_training(
    path: Path,
    known: Mapping[str, Kind],
    *,
    headers: Headers | None = None,
    only: Sequence[str] = (),
) -> TrainingFile:
    """Look through a file and read it at once; raises as `open_training`."""
    return to_the_end(read_in_pieces(open_training(path, known, headers=headers, only=only)))


def read_in_pieces(opened: Opened) -> Generator[int, None, TrainingFile]:
    """Read a survey, yielding now and then how many rows were read; return it.

    Raises `InvalidData` for what is in it.
    """
    source, named, kinds = opened.source, opened.headers, opened.kinds
    defaults = {named.weight: "1"}
    names = [name for name in (*kinds, *vars(named).values()) if name in source.columns]
    places = [(source.columns[name], name) for name in names]
    columns: dict[str, list[str]] = {name: [] for name in names}
    same: dict[str, str] = {}  # the same answer is kept once
    rows = 0
    for row in source.rows():
        cells = [plain(cell) for cell in row.cells or ()]
        if not any(cells):
            continue
        for place, name in places:
            text = cells[place] if place < len(cells) else ""
            columns[name].append(same.setdefault(text, text))
        rows += 1
        if rows % PIECE == 0:
            yield rows
    if not rows:
        raise InvalidFile(NO_ROWS)

    def column(name: str) -> list[str]:
        return columns.get(name) or [defaults.get(name, "")] * rows

    survey = Survey(
        answers={name: columns[name] for name in kinds},
        consumption=_numbers(column(named.consumption)),
        weights=_numbers(column(named.weight)),
        areas=_areas(column(named.area), named.area),
        units=[unit or f"row {n}" for n, unit in enumerate(column(named.unit))],
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
