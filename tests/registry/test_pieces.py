"""Whole columns find in rows exactly what one row at a time finds."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from jps.areas.models import Area
from jps.areas.rules import Level
from jps.registry.checks import Problem, RowChecker
from jps.registry.columns import FileMapping, find_columns
from jps.registry.files import Row
from jps.registry.pieces import TOO_WIDE, PieceChecker
from jps.registry.places import AreaBook
from jps.registry.plainrows import PlainRows
from tests.registries import FATMA, HASAN, NURUL, changed
from tests.registries import HEADER as FULL

TODAY = date(2026, 11, 23)
AREAS = [
    Area(code="75", level=Level.PROVINSI, name="A", aliases=""),
    Area(code="75.01", level=Level.KABKOTA, name="RT", parent_code="75", aliases=""),
]
PARTS = ("DUSUN", "RT", "RW")
PLACES = (
    ("KODE_WILAYAH",),
    ("NO_PROP", "NO_KAB", "NO_KEC", "NO_KEL"),
    ("PROVINSI", "KABUPATEN", "KECAMATAN", "DESA"),
)
HEADER = (
    "NIK", "NO_KK", "NAMA_LGKP", "JENIS_KLMIN", "TGL_LHR", "TMPT_LHR", "NAMA_LGKP_IBU", "ALAMAT",
    "STATUS",
)  # fmt: skip
words = st.sampled_from(
    (
        "", "-", "null", " ", "A", "  B", "C ", "D  E", "RT 1", "rt 2", "3", "4.0", ".0", "75",
        "75.01", "7501", "75.99", "1", "01", "\u00e9", "a\tb", "X" * 61, "Y" * 121, "Z" * 299,
        "Z" * 301,
    )
)  # fmt: skip
numbers = st.sampled_from(
    (
        HASAN[0], HASAN[1], "", "0", "-", "1" * 16, "0" * 16, "1234567890123456",
        "0012345678901234", "7501 0105 0580 9001", "750101050580900", "7501010505809OO1", "7.5E+15",
    )
)  # fmt: skip
days = st.sampled_from(["1965-08-17", "", "31-02-1990", "1965", "2027-01-01", "17 Mei 1990"])
sexes = st.sampled_from(["L", "P", "", "laki-laki", "?", "1", "2"])
states = st.sampled_from(["AKTIF", "", "MENINGGAL", "ENTAH", "1", "12"])
odd = st.none() | st.floats(0, 1e16) | st.dates() | st.booleans() | st.integers(0, 99)


@st.composite
def files(draw: st.DrawFn) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Some rows of a file, with its header."""
    places = draw(st.sampled_from(PLACES))
    parts = PARTS if draw(st.booleans()) else ()
    header = (*HEADER, *places, *parts)
    text = words | st.text(max_size=5)
    cells = st.tuples(numbers, numbers, text, sexes, days, text, text, text, states)
    rows = [
        (*draw(cells), *(draw(words) for _ in (*places, *parts)))
        for _ in range(draw(st.integers(0, 4)))
    ]
    for row in range(len(rows)):
        if draw(st.integers(0, 5)) == 0:
            place = draw(st.integers(0, len(header) - 1))
            rows[row] = (*rows[row][:place], draw(odd), *rows[row][place + 1 :])
        elif draw(st.integers(0, 9)) == 0:
            rows[row] = draw(st.sampled_from([rows[row][:-1], (*rows[row], "x"), ()]))
    return header, rows


@given(files())
def test_columns_find_what_single_rows_find(
    file: tuple[tuple[str, ...], list[tuple[object, ...]]],
) -> None:
    header, rows = file
    columns = find_columns(header, FileMapping())
    checker = RowChecker(columns, AreaBook(AREAS), FileMapping(), latest=TODAY)
    numbered = [Row(number, cells) for number, cells in enumerate(rows, start=2)]
    piece = PieceChecker(checker, width=len(header)).check(numbered)
    people, problems, blank = [], [], 0
    for number, cells in enumerate(rows, start=2):
        if all(cell in ("", None) for cell in cells):
            blank += 1
        elif any(cell not in ("", None) for cell in cells[len(header) :]):
            problems.append((number, Problem("-", TOO_WIDE)))
        else:
            found = checker.check(cells)
            problems += [(number, problem) for problem in found.problems]
            people += [{"row": number} | found.person] if found.person else []
    assert piece.people.to_pylist() == people
    assert (piece.problems, piece.blank) == (problems, blank)
    assert piece.refused == len(rows) - blank - len(people)


def test_good_rows_are_taken_by_columns() -> None:
    columns = find_columns(FULL, FileMapping())
    checker = RowChecker(columns, AreaBook([]), FileMapping(), latest=TODAY)
    taken, good = PlainRows(checker).take([HASAN, FATMA, NURUL, changed(HASAN, NIK="1")])
    assert good.tolist() == [True, True, True, False]
    assert taken["name"].to_pylist()[:3] == [HASAN[2], FATMA[2], NURUL[2]]
