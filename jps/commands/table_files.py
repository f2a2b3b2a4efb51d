"""Tables as files, of whatever make: CSV, Parquet and Excel to columns of text, and back."""

import codecs
import csv
import io
import os
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from jps.errors import InvalidFile
from jps.text import N_

SUFFIXES = (".csv", ".parquet", ".xlsx")
_DELIMITERS = ",;\t|"
_SHEET_ROWS = 1_048_575  # of Excel, without the header


def read_table(path: Path) -> pa.Table:
    """Return the table in a file, every column as text, blanks as "". Raises InvalidFile, OSError.

    Parquet and Excel are known by their first bytes, all else is CSV whose encoding (UTF-8, UTF-16,
    Windows-1252) and delimiter (comma, semicolon, tab, bar) are found out.
    """
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(b"PAR1"):
        table = _read_parquet(path)
    elif head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        table = _read_excel(path)
    else:
        table = _read_csv(path)
    names = [name.strip() for name in table.column_names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidFile(
            N_("{file}: kolom {column} ada lebih dari sekali."), file=path.name, column=twice[0]
        )
    return table.rename_columns(names)


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table by the suffix of `path`, whole or not at all. Raises InvalidFile, OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    fresh = Path(name)
    try:
        _WRITERS[path.suffix.lower()](fresh, table)
        fresh.chmod(0o666 & ~_umask())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _read_parquet(path: Path) -> pa.Table:
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as problem:
        raise InvalidFile(
            N_("{file} bukan berkas Parquet yang dapat dibaca."), file=path.name
        ) from problem
    return pa.table(
        [_text(table.column(place)) for place in range(table.num_columns)],
        names=table.column_names,
    )


def _text(column: "pa.ChunkedArray[Any]") -> "pa.ChunkedArray[Any]":
    """Return a column as text; whole numbers without ".0", lists and the like one by one."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        texts = [_cell(value) for value in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])
    try:
        return column.cast(pa.string()).fill_null(pa.scalar(""))
    except pa.ArrowException:
        texts = ["" if value is None else str(value) for value in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])


def _read_excel(path: Path) -> pa.Table:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError) as problem:
        raise InvalidFile(
            N_("Buku kerja Excel ini rusak atau berkata sandi, jadi tidak dapat dibuka.")
        ) from problem
    filled = [row for row in rows if any(cell not in ("", None) for cell in row)]
    if not filled:
        raise InvalidFile(N_("Berkas kosong."))
    header = [_cell(cell) for cell in filled[0]]
    columns = list(zip(*filled[1:], strict=True)) or [()] * len(header)
    named = [place for place, name in enumerate(header) if name.strip()]
    return pa.table(
        [pa.array([_cell(cell) for cell in columns[place]], pa.string()) for place in named],
        names=[header[place] for place in named],
    )


def _cell(value: object) -> str:
    """Return a cell as text; a whole number without ".0", a date as YYYY-MM-DD."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _read_csv(path: Path) -> pa.Table:
    text = _decoded(path)
    line = next((one for one in io.StringIO(text) if one.strip()), "")
    if not line:
        raise InvalidFile(N_("Berkas kosong."))
    delimiter = max(_DELIMITERS, key=line.count)
    names = next(csv.reader(io.StringIO(text.lstrip("\r\n")), delimiter=delimiter))
    ragged: list[int] = []

    def surplus(row: pcsv.InvalidRow) -> Literal["skip", "error"]:
        ragged.append(row.number or 0)
        return "skip"

    try:
        table = pcsv.read_csv(
            io.BytesIO(text.encode()),
            read_options=pcsv.ReadOptions(use_threads=False),
            parse_options=pcsv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=surplus
            ),
            convert_options=pcsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowException, csv.Error) as problem:
        raise InvalidFile(
            N_("{file} bukan CSV yang dapat dibaca: periksa tanda kutipnya."), file=path.name
        ) from problem
    if ragged:
        raise InvalidFile(
            N_("{file}, baris {row}: jumlah kolomnya tidak sama dengan judul kolom."),
            file=path.name,
            row=ragged[0],
        )
    return table


def _decoded(path: Path) -> str:
    """Return the text of a file in UTF-8, UTF-16 or Windows-1252, without a byte order mark."""
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    if b"\0" in content[:4096]:  # every other byte of Latin letters is zero in UTF-16
        odd, even = content[1:4096:2].count(0), content[:4096:2].count(0)
        return content.decode("utf-16-le" if odd > even else "utf-16-be", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _write_csv(path: Path, table: pa.Table) -> None:
    pcsv.write_csv(table, path, pcsv.WriteOptions(quoting_style="needed"))


def _write_excel(path: Path, table: pa.Table) -> None:
    import xlsxwriter

    if table.num_rows > _SHEET_ROWS:
        raise InvalidFile(N_("Terlalu banyak baris untuk Excel; simpan sebagai CSV atau Parquet."))
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((table.column_names, *_rows(table))):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, place, value)
                elif isinstance(value, float):
                    sheet.write_number(number, place, value)


def _rows(table: pa.Table) -> "Sequence[tuple[object, ...]]":
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


_WRITERS = {
    ".csv": _write_csv,
    ".parquet": lambda path, table: pq.write_table(table, path),
    ".xlsx": _write_excel,
}
