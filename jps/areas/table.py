"""The CSV of areas and of population: read whole, every row checked, nothing guessed.

Columns of an area file (`data/areas/gorontalo.csv` is one): code and name are required; level,
type, parent, bps_code, km2, km2_source, lat, lon, population, population_as_of, population_source,
valid_from, valid_to, successor, aliases (`|` between) and source may be left out or empty.
Columns of a population file: code, as_of, population, source; male and female may be left out.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date

from jps.areas.cells import BadCell, Cells, RowProblem, read_rows
from jps.areas.rules import Level, bps_code, dotted, level_of, parent_of
from jps.text import N_

AREA_COLUMNS = ("code", "name")
POPULATION_COLUMNS = ("code", "as_of", "population", "source")
LATITUDES = (-11.5, 6.5)  # degrees; Indonesia
LONGITUDES = (94.5, 141.5)  # degrees; Indonesia
LARGEST = 500_000  # km2; above every province
NAME_LENGTH = 120  # characters


@dataclass(frozen=True)
class PopulationRow:
    """The persons of an area on a day according to a source."""

    code: str
    as_of: date
    persons: int
    source: str
    male: int | None = None
    female: int | None = None


@dataclass(frozen=True)
class AreaRow:
    """One area as a file gives it; unknown is None or empty."""

    code: str
    level: Level
    name: str
    type: str
    parent: str | None
    bps_code: str | None
    km2: float | None
    km2_source: str
    lat: float | None
    lon: float | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    aliases: str
    source: str
    population: PopulationRow | None


def read_areas(
    content: bytes, *, known: Container[str] = ()
) -> tuple[list[AreaRow], list[RowProblem]]:
    """Return the areas of a CSV, upper levels first, and what is wrong with its rows.

    `known` are codes that exist already: a parent must be one of them or in the file. Raises
    InvalidFile when it is no CSV with the required columns.
    """
    rows, problems = read_rows(content, AREA_COLUMNS, _area)
    first: dict[str, int] = {}
    for number, row in rows:
        if first.setdefault(row.code, number) != number:
            problems.append(_twice(number, row.code, first[row.code]))
    for number, row in rows:
        if row.parent and row.parent not in first and row.parent not in known:
            message = N_("Wilayah induk {parent} tidak ada.")
            problems.append(RowProblem(number, "parent", message, {"parent": row.parent}))
    areas = sorted((row for _, row in rows), key=lambda row: (row.level.depth, row.code))
    return areas, sorted(problems, key=lambda problem: problem.row)


def read_population(
    content: bytes, *, known: Container[str]
) -> tuple[list[PopulationRow], list[RowProblem]]:
    """Return the dated population figures of a CSV and what is wrong with its rows.

    Raises InvalidFile when it is no CSV with the required columns.
    """
    rows, problems = read_rows(content, POPULATION_COLUMNS, _population)
    first: dict[tuple[str, date, str], int] = {}
    for number, row in rows:
        if row.code not in known:
            message = N_("Wilayah {code} tidak ada.")
            problems.append(RowProblem(number, "code", message, {"code": row.code}))
        if first.setdefault(key := (row.code, row.as_of, row.source), number) != number:
            problems.append(_twice(number, row.code, first[key]))
    return [row for _, row in rows], sorted(problems, key=lambda problem: problem.row)


def _twice(number: int, code: str, first: int) -> RowProblem:
    message = N_("Kode {code} sudah ada di baris {row}.")
    return RowProblem(number, "code", message, {"code": code, "row": first})


def _area(cells: Cells) -> AreaRow:
    code = cells.code("code")
    level = _level(cells, code)
    return AreaRow(
        code=code,
        level=level,
        name=_name(cells),
        type=cells.text("type") or str(level),
        parent=_parent(cells, code),
        bps_code=_bps(cells),
        km2=cells.number("km2", 0, LARGEST),
        km2_source=cells.text("km2_source"),
        lat=cells.number("lat", *LATITUDES),
        lon=cells.number("lon", *LONGITUDES),
        valid_from=cells.date("valid_from"),
        valid_to=cells.date("valid_to"),
        successor=cells.code("successor") if cells.text("successor") else None,
        aliases="|".join(filter(None, map(str.strip, cells.text("aliases").split("|")))),
        source=cells.text("source"),
        population=_area_population(cells, code),
    )


def _level(cells: Cells, code: str) -> Level:
    level, given = level_of(code), cells.text("level")
    if given and given.lower() != level:
        message = N_("{code} adalah kode {level}, bukan {given}.")
        raise BadCell("level", message, code=code, level=str(level), given=given[:40])
    return level


def _parent(cells: Cells, code: str) -> str | None:
    parent, given = parent_of(code), cells.text("parent")
    if given and dotted(given) != parent:
        message = N_("Induk {code} seharusnya {parent}, bukan {given}.")
        raise BadCell("parent", message, code=code, parent=parent or "-", given=given[:40])
    return parent


def _name(cells: Cells) -> str:
    name = cells.needed("name")
    if len(name) > NAME_LENGTH:
        raise BadCell("name", N_("Nama lebih dari {limit} karakter."), limit=NAME_LENGTH)
    return name


def _bps(cells: Cells) -> str | None:
    given = cells.text("bps_code")
    code = bps_code(given)
    if given and code is None:
        message = N_("{value} bukan kode BPS (2, 4, 7, atau 10 angka).")
        raise BadCell("bps_code", message, value=given[:40])
    return code


def _area_population(cells: Cells, code: str) -> PopulationRow | None:
    persons = cells.count("population")
    if persons is None:
        return None
    as_of = cells.date("population_as_of")
    if as_of is None:
        raise BadCell("population_as_of", N_("Jumlah penduduk harus disertai tanggalnya."))
    return PopulationRow(code, as_of, persons, cells.needed("population_source"))


def _population(cells: Cells) -> PopulationRow:
    code, as_of, persons = cells.code("code"), cells.date("as_of"), cells.count("population")
    if as_of is None or persons is None:
        cells.needed("as_of")
        raise BadCell("population", N_("Kolom {column} kosong."), column="population")
    male, female = cells.count("male"), cells.count("female")
    if male is not None and female is not None and male + female != persons:
        message = N_("Jumlah laki-laki dan perempuan tidak sama dengan {persons}.")
        raise BadCell("population", message, persons=persons)
    return PopulationRow(code, as_of, persons, cells.needed("source"), male, female)
