"""From a file that somebody brought to the tables in it: which, with which headers, how to read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jps.errors import InvalidFile
from jps.intake.rules import MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED
from jps.layouts import ColumnBook, Layout, find_header
from jps.layouts.headers import header_key
from jps.tables.cells import plain
from jps.tables.files import Columns, FileFormat, Header, Source, open_sources
from jps.text import N_

ONE_COLUMN = N_(
    "Hanya satu kolom yang terbaca. Pakai koma, titik koma, tab, atau garis tegak sebagai pemisah, "
    "atau unggah sebagai Excel (xlsx)."
)
TWICE = N_("Judul kolom {column} ada lebih dari sekali. Ganti atau hapus salah satunya.")
TOO_WIDE = N_("Berkas ini mempunyai {columns} kolom; paling banyak {limit}.")
TOO_LONG = N_("Berkas ini mempunyai {rows} baris; paling banyak {limit}. Bagi menjadi beberapa.")

NUMBERED = "Kolom {n}"  # what a column without heading is called

# What stands in no heading: a number of somebody, a day, an amount; but a year does.
_DATA = re.compile(r"\d{8,}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|(?!(?:19|20)\d\d$)\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Found:
    """The tables of a file, in order."""

    sources: tuple[Source, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return self.sources[0].digest

    @property
    def format(self) -> FileFormat:
        """What the file is."""
        return self.sources[0].format

    @property
    def headers(self) -> dict[str, tuple[str, ...]]:
        """The headers by table."""
        return {one.sheet: one.headers for one in self.sources}


def open_list(path: Path, known: Sequence[Layout]) -> Found:
    """Look through the file at `path` and find its tables.

    Of a workbook, an archive or nested JSON, the tables that a layout can tell apart by household;
    else the first.
    Raises InvalidFile, with what to do about it.
    """
    books = [ColumnBook(layout) for layout in known]
    find = _finder(lambda header: any(book.knows(header) for book in books))
    sources = list(open_sources(path, find, max_bytes=MAX_UNPACKED))
    grouped = [one for one in sources if _has_group(one.headers, known)]
    found = Found(tuple(grouped or sources[:1]))
    if (rows := sum(one.total for one in found.sources)) > MAX_ROWS:
        raise InvalidFile(TOO_LONG, rows=rows, limit=MAX_ROWS)
    return found


def _has_group(headers: Sequence[str], known: Sequence[Layout]) -> bool:
    """Whether a table tells households apart, or is joined to one that does by a server's key."""
    names = {header_key(header) for header in headers}
    for layout in known:
        if any(header_key(key) in names for pair in layout.keys for key in pair):
            return True
        targets = ColumnBook(layout).place(headers)[0]
        if any(all(name in targets for name in group) for group in layout.group):
            return True
    return False


def _finder(knows: Callable[[str], bool]) -> Callable[[Sequence[tuple[str, ...]]], Header]:
    def find(rows: Sequence[tuple[str, ...]]) -> Header:
        found = find_header(rows, knows)
        if found is not None and sum(map(knows, filter(None, found.headers))) > 1:
            return Header(found.rows, found.headers, _columns(found.headers))
        return _first_header(rows)

    return find


def _first_header(rows: Sequence[tuple[str, ...]]) -> Header:
    """Return the first row with two names or more. Where it looks like data it stays with the
    data, and the columns are numbered: a wrong guess loses no row, and the page asks."""
    if not any(any(row) for row in rows):
        raise InvalidFile(N_("Berkas kosong."))
    for count, row in enumerate(rows, start=1):
        if sum(map(bool, row)) > 1:
            if _is_data(row, rows[count:]):
                numbers = numbered(max(map(len, rows)))
                return Header(count - 1, numbers, _columns(numbers))
            return Header(count, row, _columns(row))
    raise InvalidFile(ONE_COLUMN)


def _is_data(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a first row is of the kind of those below: a number or day where they have one."""
    return any(
        _DATA.fullmatch(text)
        and (not below or any(place < len(one) and _DATA.fullmatch(one[place]) for one in below))
        for place, text in enumerate(row)
    )


def numbered(count: int) -> tuple[str, ...]:
    """Return the names of `count` columns that have no headings."""
    return tuple(NUMBERED.format(n=number) for number in range(1, count + 1))


def is_numbered(headers: Sequence[str]) -> bool:
    """Whether these are no headings of the file's own."""
    return tuple(headers) == numbered(len(headers))


def reread(path: Path, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return how to read `table` when its first row is what it was not taken for: data instead of
    headings, or headings instead of data. Raises InvalidFile when those cannot be headings."""
    if not is_numbered(table["headers"]):
        names = list(numbered(len(table["headers"])))
        rows = {"start": table["start"] - 1, "total": table["total"] + 1}
        return {**table, "headers": names, **rows}
    first = next(iter(reopened(path, dict(table)).rows()), None)
    names = [plain(cell) for cell in (first and first.cells) or ()]
    _columns(names)
    return {
        **table,
        "headers": names,
        "start": table["start"] + 1,
        "total": max(0, table["total"] - 1),
    }


def _columns(headers: Sequence[str]) -> Columns:
    named = [header for header in headers if header]
    if len(headers) > MAX_COLUMNS:
        raise InvalidFile(TOO_WIDE, columns=len(headers), limit=MAX_COLUMNS)
    for header in named:
        if named.count(header) > 1:
            raise InvalidFile(TWICE, column=header[:60])
    return {header: place for place, header in enumerate(headers) if header}


def described(source: Source) -> dict[str, Any]:
    """Return how a table is read, as plain JSON; `reopened` makes the source of it."""
    return {
        "format": str(source.format),
        "digest": source.digest,
        "headers": list(source.headers),
        "start": source.start,
        "total": source.total,
        "encoding": source.encoding,
        "delimiter": source.delimiter,
        "sheet": source.sheet,
    }


def reopened(path: Path, found: dict[str, Any]) -> Source:
    """Return the table that `described` told, without looking through the file again."""
    headers = tuple(found["headers"])
    return Source(
        path,
        FileFormat(found["format"]),
        found["digest"],
        headers,
        {header: place for place, header in enumerate(headers) if header},
        found["start"],
        found["total"],
        found["encoding"],
        found["delimiter"],
        found["sheet"],
    )
