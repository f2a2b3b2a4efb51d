"""Files of any make are read, and what is no table of persons is refused with the reason."""

import datetime
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from jps.errors import InvalidData, InvalidFile
from jps.registry.columns import FileMapping
from jps.registry.files import FileFormat, Source, open_source
from jps.registry.services import take_file
from tests.registries import FAMILY, HASAN, HEADER, csv_bytes, strangers

TODAY = datetime.date(2026, 11, 23)
EXCEL_DAY_0 = datetime.date(1899, 12, 30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


def opened(path: Path, content: bytes) -> Source:
    path.write_bytes(content)
    return open_source(path, FileMapping())


def workbook(path: Path, rows: Sequence[Sequence[object]], *, first: int = 0) -> Path:
    """Write a workbook whose cells keep their types."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for number, row in enumerate(rows, start=first):
        for place, cell in enumerate(row):
            if isinstance(cell, datetime.date):
                sheet.write_number(number, place, (cell - EXCEL_DAY_0).days, day)
            elif isinstance(cell, int):
                sheet.write_number(number, place, cell)
            else:
                sheet.write_string(number, place, str(cell))
    book.close()
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "~", "^"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_csv_of_any_delimiter_and_encoding(path: Path, delimiter: str, encoding: str) -> None:
    rows = [(*HASAN[:2], "ANDRÉ CONTOH, S.PD", *HASAN[3:])]
    source = opened(path, csv_bytes(rows, delimiter=delimiter, encoding=encoding))
    assert (source.format, source.delimiter) == (FileFormat.CSV, delimiter)
    assert [row.cells for row in source.rows()] == [list(rows[0])]


def test_a_title_may_stand_above_the_header(path: Path) -> None:
    source = opened(path, b"DATA PENDUDUK; SEMESTER I; 2026\n\n" + csv_bytes(delimiter=";"))
    numbers = [row.number for row in source.rows()]
    assert (source.headers, numbers) == (HEADER, [4, 5, 6])


def test_reading_goes_on_where_it_stopped(path: Path) -> None:
    source = opened(path, csv_bytes(strangers(50)))
    rows = list(source.rows())
    assert list(source.rows(skip=30)) == rows[30:]


def test_parquet(path: Path) -> None:
    columns = zip(*FAMILY, strict=True)
    table: dict[str, list[object]] = {
        name: list(cells) for name, cells in zip(HEADER, columns, strict=True)
    }
    table["NIK"] = [int(row[0]) for row in FAMILY]  # 64-bit integers keep all digits
    pq.write_table(pa.table(table), path)
    source = open_source(path, FileMapping())
    assert (source.format, source.total) == (FileFormat.PARQUET, 3)
    cells = [row.cells for row in source.rows(skip=1)]
    assert cells[0] is not None
    assert cells[0][0] == int(FAMILY[1][0])


def test_excel_with_dates_and_a_title(path: Path) -> None:
    rows: list[tuple[object, ...]] = [("Daftar penduduk",), HEADER]
    rows += [(*row[:4], datetime.date(1980, 5, 5), *row[5:]) for row in FAMILY]
    source = open_source(workbook(path, rows, first=2), FileMapping())
    assert (source.format, source.total) == (FileFormat.EXCEL, 3)
    row = next(iter(source.rows()))
    assert row.number == 5
    assert row.cells is not None
    assert row.cells[4] == datetime.date(1980, 5, 5)


def test_excel_numbers_are_refused_with_the_reason(path: Path, tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [HEADER, *((int(row[0]), *row[1:]) for row in FAMILY)]
    with pytest.raises(InvalidFile, match="15 angka"):
        take_file(workbook(path, rows), home=tmp_path, today=TODAY)
    assert not (tmp_path / "uploads").exists()


@pytest.mark.parametrize(
    "nik", [lambda n: f"75010105{n:04}0000", lambda n: f"7.50101E+{n % 2 + 15}"]
)
def test_numbers_that_excel_destroyed_before_saving_as_csv(
    path: Path, tmp_path: Path, nik: object
) -> None:
    assert callable(nik)
    path.write_bytes(csv_bytes([(nik(n), *HASAN[1:]) for n in range(40)]))
    with pytest.raises(InvalidFile, match="15 angka"):
        take_file(path, home=tmp_path, today=TODAY)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "kosong"),
        (b"\xef\xbb\xbf\r\n\r\n", "kosong"),
        (csv_bytes([]), "tidak berisi satu baris pun"),
        (csv_bytes([("", "")]), "tidak berisi satu baris pun"),
        (csv_bytes([("1", "2")], ("NOMOR", "NAMA")), "Kolom NIK tidak ada"),
        (csv_bytes([("1", "2", "3")], ("NIK", "NO_NIK", "NAMA")), "Dua kolom berisi nik"),
        (b"<html><table><tr><td>NIK</td></tr></table></html>", "HTML"),
        (b"\x00\x01\x02\x03" * 50, "bukan CSV"),
        (b"PAR1 and nothing", "Parquet ini rusak"),
        (b"PK\x03\x04 and nothing", "rusak atau berkata sandi"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "bukan CSV"),
    ],
)
def test_what_is_no_table_of_persons(path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        opened(path, content)
    assert reason in str(caught.value)


def test_five_megabytes_in_a_field_cost_one_row(path: Path) -> None:
    huge = (*HASAN[:8], "X" * 5_000_000, "AKTIF")
    rows = list(opened(path, csv_bytes([huge, *FAMILY])).rows())
    assert rows[0].cells is None
    assert [row.cells for row in rows[-3:]] == [list(row) for row in FAMILY]


def test_a_quote_without_end_is_told_and_the_rest_is_read(path: Path) -> None:
    broken = f'{HASAN[0]},{HASAN[1]},"HASAN,L\n'.encode()
    content = csv_bytes([]) + broken + csv_bytes(strangers(900)).partition(b"\n")[2] * 3
    rows = list(opened(path, content).rows())
    assert any(row.cells is None for row in rows)
    assert rows[-1].cells == list(strangers(900)[-1])


def test_a_date_to_come_is_refused(path: Path, tmp_path: Path) -> None:
    path.write_bytes(csv_bytes())
    with pytest.raises(InvalidData):
        take_file(path, home=tmp_path, today=TODAY, as_of=datetime.date(2027, 1, 1))
