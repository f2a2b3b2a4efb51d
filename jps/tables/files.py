"""Files as rows, whatever made them: CSV of any kind, alone or in a ZIP, Excel, Parquet, JSON.

Every format is read in pieces, from any row on, so that a file larger than the memory can be read
and an interrupted import goes on. (Excel's own limit of 1,048,576 rows bounds its sheets; calamine
keeps one sheet in memory, about 1 kB per row of ten columns. JSON is read as a whole.)
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice, starmap
from pathlib import Path
from typing import IO, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from jps.errors import InvalidFile
from jps.tables.cells import plain
from jps.tables.delimiters import likely_delimiters, read_records
from jps.tables.records import read_tables
from jps.tables.scanning import Scan, scan, scan_file
from jps.text import N_

_HEADER_ROWS = 20  # a title may stand above the header
_BATCH = 5_000  # rows of Parquet turned into Python at once
UNREADABLE = N_(
    "Tidak satu baris pun dapat dibaca. Baris {row} tidak utuh: tanda kutipnya tidak ditutup, atau "
    "satu selnya lebih panjang dari {most} huruf. Perbaiki baris itu, lalu unggah lagi."
)
_MAX_SHEET = 4 << 30  # bytes of an unpacked workbook; more is no honest list of persons

Columns: TypeAlias = dict[str, int]  # name -> place of its column
FindColumns: TypeAlias = Callable[[Sequence[str]], Columns]  # raises InvalidFile: no header


class Header(NamedTuple):
    """Where a header stands: `rows` is how many rows end with it; the columns that are wanted."""

    rows: int
    headers: tuple[str, ...]
    columns: Columns


FindHeader: TypeAlias = Callable[[Sequence[tuple[str, ...]]], Header]  # of the first rows


class FileFormat(StrEnum):
    """What a file is."""

    CSV = "csv"
    EXCEL = "excel"
    PARQUET = "parquet"
    JSON = "json"


class Row(NamedTuple):
    """One record. `number` is its line or row; `cells` is None when it cannot be read."""

    number: int
    cells: Sequence[object] | None


@dataclass(frozen=True)
class Source:
    """A file that was looked through: how to read it, where its columns are, how long it is.

    `start` counts the rows up to the header; `total` the rows after it (an estimate for CSV).
    `sheet` is the sheet of a workbook, the CSV file in a ZIP, or the repeat of nested JSON.
    """

    path: Path
    format: FileFormat
    digest: str
    headers: tuple[str, ...]
    columns: Columns
    start: int
    total: int
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""

    def rows(self, skip: int = 0) -> Iterator[Row]:
        """Yield the rows after the header, the first `skip` left out; empty rows too."""
        return islice(_rows(self), self.start + skip, None)


def open_source(path: Path, find: FindHeader) -> Source:
    """Look through the file at `path` and find its columns: of a workbook the first such sheet.

    `find` gets the headers and returns which columns are wanted. Raises InvalidFile when there is
    no such table, with what to do about it.
    """
    return next(iter(open_sources(path, find)))


def open_sources(path: Path, find: FindHeader, *, max_bytes: int = _MAX_SHEET) -> Iterator[Source]:
    """Yield every table of the file whose headers `find` takes: sheets, files of a ZIP, repeats.

    `max_bytes` is what a workbook or ZIP may unpack to. Raises InvalidFile as `open_source` does.
    """
    scan = scan_file(path)
    if not scan.head.strip():
        raise InvalidFile(N_("Berkas kosong."))
    if scan.head.startswith(b"PAR1"):
        yield _open_parquet(path, scan, find)
    elif scan.head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        opened = _open_archive if _is_archive(path) else _open_excel
        yield from opened(path, scan, find, max_bytes)
    elif scan.encoding and scan.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        yield from _open_json(path, scan, find)
    else:
        yield _open_csv(path, scan, find)


def _open_csv(path: Path, scan: Scan, find: FindHeader, inside: str = "") -> Source:
    if not scan.encoding:
        raise InvalidFile(N_("Berkas ini bukan CSV, Excel (xlsx), Parquet atau JSON."))
    if scan.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise InvalidFile(
            N_("Berkas ini halaman web (HTML), bukan tabel. Simpan ulang sebagai xlsx atau CSV.")
        )
    bare = Source(path, FileFormat.CSV, scan.digest, (), {}, 0, 0, scan.encoding, sheet=inside)
    failure: InvalidFile | None = None
    for delimiter in likely_delimiters(_first_lines(bare)):
        draft = replace(bare, delimiter=delimiter)
        try:
            start, headers, columns = _find_header(_rows(draft), find)
        except InvalidFile as error:
            failure = failure or error
            continue
        total = max(0, scan.lines + 1 - start)
        return replace(draft, headers=headers, columns=columns, start=start, total=total)
    raise failure or InvalidFile(N_("Berkas kosong."))


@contextmanager
def _text(source: Source) -> Iterator[IO[str]]:
    """Open the text of a CSV file, or of one in a ZIP."""
    if not source.sheet:
        with source.path.open(encoding=source.encoding, errors="replace", newline="") as stream:
            yield stream
        return
    with zipfile.ZipFile(source.path) as packed, packed.open(source.sheet) as raw:
        yield io.TextIOWrapper(raw, source.encoding, errors="replace", newline="")


def _first_lines(source: Source) -> list[str]:
    with _text(source) as stream:
        return [stream.readline(100_000) for _ in range(_HEADER_ROWS)]


def _open_excel(path: Path, scan: Scan, find: FindHeader, max_bytes: int) -> Iterator[Source]:
    book = _workbook(path, max_bytes)
    failure: InvalidFile | None = None
    found = 0
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        try:
            start, headers, columns = _find_header(_sheet_rows(sheet), find)
        except InvalidFile as error:
            failure = failure or error
            continue
        total = (sheet.end or (0, 0))[0] + 1 - start
        found += 1
        yield Source(
            path, FileFormat.EXCEL, scan.digest, headers, columns, start, total, sheet=name
        )
    if not found:
        raise failure or InvalidFile(N_("Berkas kosong."))


def _workbook(path: Path, max_bytes: int = _MAX_SHEET) -> CalamineWorkbook:
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as packed:
        if sum(item.file_size for item in packed.infolist()) > max_bytes:
            raise InvalidFile(N_("Buku kerja ini terlalu besar. Simpan sebagai CSV (UTF-8)."))
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise InvalidFile(
            N_("Buku kerja Excel ini rusak atau berkata sandi, jadi tidak dapat dibuka.")
        ) from error


def _is_archive(path: Path) -> bool:
    """Whether a file is a ZIP of files, and no workbook."""
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        return not any(name.startswith(("xl/", "[Content_Types]", "content.xml")) for name in names)
    return False


def _open_archive(path: Path, scan: Scan, find: FindHeader, max_bytes: int) -> Iterator[Source]:
    """Yield the CSV files of an export as ZIP (ODK Central); its photos are left alone."""
    with zipfile.ZipFile(path) as packed:
        tables = [one for one in packed.infolist() if _is_table(one.filename)]
        if not tables:
            raise InvalidFile(N_("Berkas ZIP ini tidak berisi berkas CSV."))
        if sum(one.file_size for one in tables) > max_bytes:
            raise InvalidFile(N_("Berkas ZIP ini terlalu besar. Unggah berkas CSV satu per satu."))
        try:
            scans = [(one.filename, _scan_inside(packed, one)) for one in tables]
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
            raise InvalidFile(N_("Berkas ZIP ini rusak atau berkata sandi.")) from error
    failure: InvalidFile | None = None
    found = 0
    for name, inner in scans:
        try:
            table = _open_csv(path, inner, find, name)
        except InvalidFile as error:
            failure = failure or error
            continue
        found += 1
        yield replace(table, digest=scan.digest)
    if not found:
        raise failure or InvalidFile(N_("Berkas kosong."))


def _is_table(name: str) -> bool:
    return name.lower().endswith(".csv") and not name.startswith("__MACOSX/")


def _scan_inside(packed: zipfile.ZipFile, item: zipfile.ZipInfo) -> Scan:
    with packed.open(item) as stream:
        return scan(stream)


def _open_json(path: Path, scan: Scan, find: FindHeader) -> Iterator[Source]:
    failure: InvalidFile | None = None
    found = 0
    for name, (headers, records) in read_tables(path, scan.encoding).items():
        try:
            columns = find([headers]).columns
        except InvalidFile as error:
            failure = failure or error
            continue
        found += 1
        bare = Source(path, FileFormat.JSON, scan.digest, headers, columns, 0, len(records))
        yield replace(bare, encoding=scan.encoding, sheet=name)
    if not found:
        raise failure or InvalidFile(N_("Berkas kosong."))


def _open_parquet(path: Path, scan: Scan, find: FindHeader) -> Source:
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowException as error:
        raise InvalidFile(N_("Berkas Parquet ini rusak, jadi tidak dapat dibuka.")) from error
    headers = tuple(file.schema_arrow.names)
    columns = find([headers]).columns
    total = file.metadata.num_rows
    if not total:
        raise InvalidFile(N_("Berkas tidak berisi satu baris pun."))
    return Source(path, FileFormat.PARQUET, scan.digest, headers, columns, 0, total)


def by_columns(find: FindColumns) -> FindHeader:
    """Return what takes the first row whose columns `find` takes.

    When there is none, the error speaks of the first row that holds anything.
    """

    def search(rows: Sequence[tuple[str, ...]]) -> Header:
        failure: InvalidFile | None = None
        for count, headers in enumerate(rows, start=1):
            if not any(headers):
                continue
            try:
                return Header(count, headers, find(headers))
            except InvalidFile as error:
                failure = failure or error
        raise failure or InvalidFile(N_("Berkas kosong."))

    return search


def _find_header(rows: Iterator[Row], find: FindHeader) -> Header:
    """Return the header among the first rows of a table that holds anything below it."""
    begun = list(islice(rows, _HEADER_ROWS))
    first = [tuple(map(plain, row.cells or ())) for row in begun]
    header = find(first)
    if any(any(cells) for cells in first[header.rows :]):
        return header
    broken = [row.number for row in begun if row.cells is None]
    for row in rows:
        if any(map(_holds, row.cells or ())):
            return header
        broken += [row.number] if row.cells is None and not broken else []
    if broken:
        raise InvalidFile(UNREADABLE, row=broken[0], most=csv.field_size_limit())
    raise InvalidFile(N_("Berkas tidak berisi satu baris pun."))


def _holds(cell: object) -> bool:
    return cell not in ("", None)


def _rows(source: Source) -> Iterator[Row]:
    if source.format is FileFormat.CSV:
        return _csv_rows(source)
    if source.format is FileFormat.JSON:
        return _json_rows(source)
    if source.format is FileFormat.EXCEL:
        return _sheet_rows(_workbook(source.path).get_sheet_by_name(source.sheet))
    return _parquet_rows(source)


def _csv_rows(source: Source) -> Iterator[Row]:
    with _text(source) as stream:
        yield from starmap(Row, read_records(stream, source.delimiter))


def _sheet_rows(sheet: CalamineSheet) -> Iterator[Row]:
    """Yield the rows of a sheet from its first row on, used or not."""
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield Row(number, cells)


def _parquet_rows(source: Source) -> Iterator[Row]:
    names = [source.headers[place] for place in source.columns.values()]
    width, number = len(source.headers), 1
    for batch in pq.ParquetFile(source.path).iter_batches(_BATCH, columns=names):
        values: list[Sequence[object]] = [()] * width
        for name in names:
            values[source.headers.index(name)] = batch.column(name).to_pylist()
        empty = [""] * batch.num_rows
        for cells in zip(*(column or empty for column in values), strict=True):
            number += 1
            yield Row(number, cells)


def _json_rows(source: Source) -> Iterator[Row]:
    headers, records = read_tables(source.path, source.encoding)[source.sheet]
    for number, record in enumerate(records, start=1):
        yield Row(number, [record.get(header) for header in headers])
