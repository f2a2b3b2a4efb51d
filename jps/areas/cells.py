"""CSV of unknown make, read into typed rows; what is wrong is told by row and column."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from jps.areas.rules import dotted
from jps.errors import InvalidFile
from jps.text import N_, one_line

MAX_BYTES = 64 * 1024 * 1024  # all 83,000 villages of Indonesia are about 9 MB

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in one cell. `row` counts as a spreadsheet does: the header is row 1."""

    row: int
    column: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.params)


class BadCell(Exception):
    """A cell that cannot be what its column says."""

    def __init__(self, at: str, message: str, **params: object) -> None:
        super().__init__(message)
        self.at, self.message, self.params = at, message, params


class Cells:
    """One row by column name, read by type. A missing column reads as empty."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, column: str) -> str:
        """Return the text, empty when there is none."""
        return self._values.get(column, "")

    def needed(self, column: str) -> str:
        """Return the text; BadCell when there is none."""
        if not self.text(column):
            raise BadCell(column, N_("Kolom {column} kosong."), column=column)
        return self.text(column)

    def code(self, column: str) -> str:
        """Return a dotted Kemendagri code."""
        code = dotted(self.needed(column))
        if code is None:
            raise BadCell(
                column,
                N_("{value} bukan kode wilayah Kemendagri (contoh: 75.01.01.2001)."),
                value=self.text(column)[:40],
            )
        return code

    def number(self, column: str, low: float, high: float) -> float | None:
        """Return a number between `low` and `high`, None when empty. A decimal comma is read."""
        text = self.text(column)
        if not text:
            return None
        try:
            value = float(text if "." in text else text.replace(",", "."))
        except ValueError:
            raise BadCell(column, N_("{value} bukan angka."), value=text[:40]) from None
        if not low <= value <= high:  # NaN fails too
            raise BadCell(
                column,
                N_("{value} di luar {low} sampai {high}."),
                value=text[:40],
                low=low,
                high=high,
            )
        return value

    def count(self, column: str) -> int | None:
        """Return a whole number that is not negative, None when empty."""
        value = self.number(column, 0, 400_000_000)
        if value is not None and value != int(value):
            raise BadCell(column, N_("{value} bukan bilangan bulat."), value=self.text(column)[:40])
        return None if value is None else int(value)

    def date(self, column: str) -> date | None:
        """Return an ISO date, None when empty."""
        text = self.text(column)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise BadCell(
                column, N_("{value} bukan tanggal (contoh: 2024-12-31)."), value=text[:40]
            ) from None


def read_rows(
    content: bytes, required: tuple[str, ...], build: Callable[[Cells], _Value]
) -> tuple[list[tuple[int, _Value]], list[RowProblem]]:
    """Return what `build` makes of each row, with the row's number, and the rows that failed.

    UTF-8 (with or without mark) or Windows-1252, comma or semicolon. Raises InvalidFile when the
    content is no CSV, has none of the rows or lacks a `required` column.
    """
    rows: list[tuple[int, _Value]] = []
    problems: list[RowProblem] = []
    for number, cells in _split(content, required):
        try:
            rows.append((number, build(Cells(cells))))
        except BadCell as bad:
            problems.append(RowProblem(number, bad.at, bad.message, bad.params))
    if not rows and not problems:
        raise InvalidFile(N_("Berkas tidak berisi satu baris pun."))
    return rows, problems


def _split(content: bytes, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    if len(content) > MAX_BYTES:
        raise InvalidFile(N_("Berkas terlalu besar: paling besar {mb} MB."), mb=MAX_BYTES // 2**20)
    text = _decode(content)
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    # Strict, or a quote that nobody closes would swallow the rows behind it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [one_line(cell).lower() for cell in next(reader, [])]
        if missing := [column for column in required if column not in columns]:
            raise InvalidFile(N_("Kolom {columns} tidak ada."), columns=", ".join(missing))
        for cells in reader:
            if any(cell.strip() for cell in cells[len(columns) :]):
                raise InvalidFile(
                    N_(
                        "Baris {row} berisi lebih banyak kolom daripada judulnya. Apit isian yang "
                        "memuat {delimiter} dengan tanda kutip."
                    ),
                    row=reader.line_num,
                    delimiter=delimiter,
                )
            if any(cell.strip() for cell in cells):
                padded = cells + [""] * (len(columns) - len(cells))
                yield reader.line_num, dict(zip(columns, map(one_line, padded), strict=False))
    except csv.Error as error:
        raise InvalidFile(
            N_("Baris {row} tidak dapat dibaca sebagai CSV."), row=reader.line_num
        ) from error


def _decode(content: bytes) -> str:
    if b"\0" in content[:4096]:
        raise InvalidFile(N_("Berkas ini bukan CSV. Simpan lembar kerja sebagai CSV (UTF-8)."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
