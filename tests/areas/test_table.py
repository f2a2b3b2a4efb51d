"""The CSV of areas and of population."""

from pathlib import Path

import pytest

from jps.areas.cells import RowProblem
from jps.areas.rules import Level, parent_of
from jps.areas.table import AreaRow, read_areas, read_population
from jps.config import DATA
from jps.errors import InvalidFile


def problems_of(text: str) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in read_areas(text.encode())[1]]


def test_the_shipped_areas_are_complete(rows: list[AreaRow]) -> None:
    levels = [row.level for row in rows]
    assert [levels.count(level) for level in Level] == [1, 6, 77, 729]
    assert sum(row.type == "kelurahan" for row in rows) == 72
    codes = {row.code for row in rows}
    assert all(row.parent == parent_of(row.code) for row in rows)
    assert all(row.parent in codes for row in rows if row.level is not Level.PROVINSI)
    assert all(row.km2 and row.source for row in rows)


def test_the_shipped_figures_agree_with_each_other(rows: list[AreaRow]) -> None:
    people = {row.code: row.population.persons for row in rows if row.population}
    assert sum(people[code] for code in people if code != "75") == people["75"] == 1_250_960
    regencies = [row.km2 or 0 for row in rows if row.level is Level.KABKOTA]
    assert sum(regencies) == pytest.approx(12_024.982)
    for regency in (row for row in rows if row.level is Level.KABKOTA):
        villages = [
            r.km2 or 0 for r in rows if r.level is Level.DESA and r.code.startswith(regency.code)
        ]
        assert sum(villages) == pytest.approx(regency.km2, rel=0.005)


def test_the_swapped_codes_are_as_published(rows: list[AreaRow]) -> None:
    bps = {row.code: row.bps_code for row in rows if row.level is Level.KABKOTA}
    assert bps == {
        "75.01": "7502",
        "75.02": "7501",
        "75.03": "7504",
        "75.04": "7503",
        "75.05": "7505",
        "75.71": "7571",
    }


def test_the_shipped_population_by_sex_adds_up(rows: list[AreaRow]) -> None:
    file = Path(DATA / "areas" / "gorontalo_population.csv")
    figures, problems = read_population(file.read_bytes(), known={row.code for row in rows})
    assert not problems
    assert {figure.code: figure.persons for figure in figures} == {
        row.code: row.population.persons for row in rows if row.population
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("code,name\n75,A\n75,B\n", [(3, "code")]),
        ("code,name\n75.3.01,A\n", [(2, "code")]),
        ("code,name\n,A\n", [(2, "code")]),
        ("code,name\n75,\n", [(2, "name")]),
        (f"code,name\n75,{'A' * 121}\n", [(2, "name")]),
        ("code,name\n75.01,A\n", [(2, "parent")]),
        ("code,name,parent\n75,A,\n75.01,B,76\n", [(3, "parent")]),
        ("code,name,level\n75,A,desa\n", [(2, "level")]),
        ("code,name,lat\n75,A,95\n", [(2, "lat")]),
        ("code,name,lat\n75,A,nan\n", [(2, "lat")]),
        ("code,name,km2\n75,A,-1\n", [(2, "km2")]),
        ("code,name,km2\n75,A,luas\n", [(2, "km2")]),
        ("code,name,bps_code\n75,A,750\n", [(2, "bps_code")]),
        ("code,name,valid_from\n75,A,22/12/2000\n", [(2, "valid_from")]),
        ("code,name,population\n75,A,10\n", [(2, "population_as_of")]),
        ("code,name,population,population_as_of\n75,A,10,2024-12-31\n", [(2, "population_source")]),
        ("code,name,population\n75,A,1.5\n", [(2, "population")]),
        ("code,name,successor\n75,A,x\n", [(2, "successor")]),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column(
    text: str, expected: list[tuple[int, str]]
) -> None:
    assert problems_of(text) == expected


def test_other_makes_of_csv_are_read() -> None:
    text = "CODE;Name;km2\r\n75;Gorontalo;12024,982\r\n7501;Boalemo é;\r\n"
    for encoded in (text.encode("utf-8-sig"), text.encode("cp1252")):
        areas, problems = read_areas(encoded)
        assert not problems
        assert [(area.code, area.km2) for area in areas] == [("75", 12024.982), ("75.01", None)]
        assert areas[1].name == "Boalemo é"


def test_a_parent_may_be_known_already() -> None:
    areas, problems = read_areas(b"code,name\n75.01.01,Limboto\n", known={"75.01"})
    assert (len(areas), problems) == (1, [])


@pytest.mark.parametrize(
    "content",
    [b"", b"code,name\n", b"kode,nama\n75,A\n", b"PK\x03\x04\x00\x00", b"\n\n\n"],
)
def test_what_is_no_such_file_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidFile):
        read_areas(content)


def test_a_cell_of_five_megabytes_is_a_problem_of_its_row() -> None:
    with pytest.raises(InvalidFile, match="Baris"):
        read_areas(b"code,name\n75," + b"A" * 5_000_000 + b"\n")


def test_population_rows_are_checked() -> None:
    text = (
        "code,as_of,population,male,female,source\n"
        "75,2024-12-31,10,4,6,x\n"
        "75,2024-12-31,10,4,6,x\n"
        "76,2024-12-31,10,,,x\n"
        "75,,10,,,x\n"
        "75,2024-12-31,,,,x\n"
        "75,2024-12-31,10,4,4,x\n"
        "75,2023-12-31,10,,,\n"
    )
    figures, problems = read_population(text.encode(), known={"75"})
    assert [(p.row, p.column) for p in problems] == [
        (3, "code"),
        (4, "code"),
        (5, "as_of"),
        (6, "population"),
        (7, "population"),
        (8, "source"),
    ]
    assert figures[0].male == 4


def test_a_problem_reads_as_a_sentence() -> None:
    problem = RowProblem(3, "code", "Kode {code} sudah ada di baris {row}.", {"code": 75, "row": 2})
    assert str(problem) == "Kode 75 sudah ada di baris 2."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'code,name\n75,"Gorontalo\n75.01,Limboto\n', "Baris 3 tidak dapat dibaca"),
        (b"code,name,km2\n75,Gorontalo,12025,15\n", "Baris 2 berisi lebih banyak kolom"),
    ],
)
def test_rows_that_would_be_lost_are_named(content: bytes, words: str) -> None:
    with pytest.raises(InvalidFile, match=words):
        read_areas(content)
