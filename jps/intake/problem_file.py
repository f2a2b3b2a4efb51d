"""The rows that could not be taken, as given, with what is wrong: a file to correct.

Brought again it is known by its last column and taken as a part of the list.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from jps.db import chunks
from jps.errors import InvalidFile
from jps.intake.models import IntakeBatch, IntakeProblem, IntakeRecord, IntakeRow
from jps.intake.rules import Fate
from jps.intake.staging import MARK, read_cells
from jps.tables.cells import plain
from jps.text import N_, csv_safe

MAX_ROWS = 100_000  # in one file to correct
TOO_MANY = N_("Terlalu banyak baris bermasalah untuk satu berkas. Perbaiki daftarnya di sumbernya.")

Tell = Callable[[IntakeProblem], str]  # a problem in the reader's language

_IN_LIST = 500


def is_correction(headers: Iterable[str]) -> bool:
    """Whether a file with these headers is one of ours that somebody corrected."""
    return MARK in headers


def problem_tables(session: Session, batch: IntakeBatch, tell: Tell) -> dict[str, list[list[str]]]:
    """Return header and rows of each table: every row of every refused household.

    Each ends with what is wrong in it, as `tell` says it.
    """
    notes = _notes(session, batch, tell)
    wanted = _rows_wanted(session, batch) | set(notes)
    if len(wanted) > MAX_ROWS:
        raise InvalidFile(TOO_MANY)
    found: dict[str, list[list[str]]] = {}
    for place, table in enumerate(batch.tables):
        headers = [header for header in table["headers"] if header != MARK]
        keep = [n for n, header in enumerate(table["headers"]) if header != MARK]
        rows = [[*headers, MARK]]
        numbers = sorted(number for one, number in wanted if one == place)
        for number, cells in _cells(session, batch, place, numbers):
            texts = [plain(cells[n]) if n < len(cells) else "" for n in keep]
            rows.append([*texts, " | ".join(notes.get((place, number), ()))])
        if len(rows) > 1:
            found[table["sheet"]] = rows
    return found


def _rows_wanted(session: Session, batch: IntakeBatch) -> set[tuple[int, int]]:
    one = IntakeRecord
    query = select(one.rows).where(one.batch_id == batch.id, one.fate == Fate.REFUSED)
    return {(place, number) for rows in session.scalars(query) for place, number in rows}


def _notes(session: Session, batch: IntakeBatch, tell: Tell) -> dict[tuple[int, int], list[str]]:
    """Return what is wrong by table and row, of refused households and of rows of nobody."""
    one, record = IntakeProblem, IntakeRecord
    refused = select(record.place).where(record.batch_id == batch.id, record.fate == Fate.REFUSED)
    query = select(one).where(
        one.batch_id == batch.id,
        one.level == "error",
        or_(one.record.is_(None), one.record.in_(refused)),
    )
    notes: dict[tuple[int, int], list[str]] = {}
    for found in session.scalars(query.order_by(one.id).limit(4 * MAX_ROWS)):
        if found.number:
            text = tell(found)
            column = f"{found.column}: " if found.column else ""
            help_text = f" ({found.suggestion})" if found.suggestion else ""
            notes.setdefault((found.place, found.number), []).append(column + text + help_text)
    return notes


def _cells(
    session: Session, batch: IntakeBatch, place: int, numbers: Sequence[int]
) -> Iterator[tuple[int, Sequence[Any]]]:
    one = IntakeRow
    for part in chunks(numbers, _IN_LIST):
        query = (
            select(one.number, one.cells)
            .where(one.batch_id == batch.id, one.place == place, one.number.in_(part))
            .order_by(one.number)
        )
        for number, text in session.execute(query):
            yield number, read_cells(text) or ()


def as_csv(tables: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """Return the first table as CSV that a spreadsheet does not run."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for rows in list(tables.values())[:1]:
        writer.writerows([csv_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_excel(tables: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """Return the tables as sheets, every cell as text: no formula runs, no number loses digits."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "num_format": "@", "bg_color": "#E7F2F1"})
        marked = book.add_format({"num_format": "@", "font_color": "#B00020", "text_wrap": True})
        for number, (name, rows) in enumerate(tables.items()):
            sheet = book.add_worksheet(name[:31] or f"Daftar{number + 1 if number else ''}")
            last = len(rows[0]) - 1
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(0, last - 1), 18, text)
            sheet.set_column(last, last, 70, marked)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    style = bold if row == 0 else marked if column == last else text
                    sheet.write_string(row, column, cell, style)
    return out.getvalue()
