"""A report as a workbook: one sheet per table, numbers as numbers, the same bytes each time."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from jps.reports.report import Report
from jps.reports.tables import Cell, How, Speech
from jps.text import N_

if TYPE_CHECKING:
    import xlsxwriter

FORMATS = {How.COUNT: "#,##0", How.SHARE: "0.0%", How.MONEY: "#,##0", How.DECIMAL: "#,##0.0"}
HIDDEN = N_("disembunyikan")


def report_xlsx(report: Report, speech: Speech) -> bytes:
    """Return a report as a workbook."""
    import xlsxwriter

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": report.title, "created": datetime(2000, 1, 1, tzinfo=UTC)})
        _front(book, report, speech)
        formats = {how: book.add_format({"num_format": form}) for how, form in FORMATS.items()}
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for number, table in enumerate(report.tables, start=1):
            sheet = book.add_worksheet(_sheet_name(number, table.title))
            for column, text in enumerate(table.heading):
                sheet.write_string(0, column, text, bold)
            sheet.set_column(0, 0, 34)
            sheet.set_column(1, max(1, len(table.heading) - 1), 13)
            for place, row in enumerate(table.rows, start=1):
                for column, cell in enumerate(row):
                    _write(sheet, place, column, cell, formats, speech)
            sheet.freeze_panes(1, 1)
    return out.getvalue()


def _front(book: xlsxwriter.Workbook, report: Report, speech: Speech) -> None:
    sheet = book.add_worksheet(speech.say(N_("Ringkasan"))[:31])
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 3, 44)
    lines: list[tuple[str, ...]] = [(report.title,), *((text,) for text in report.sources), ()]
    lines += [(one.name, one.value, one.sure, one.unit) for one in report.key_figures]
    lines += [report.money, (), *((text,) for text in report.notes)]
    for place, line in enumerate(lines):
        for column, text in enumerate(line):
            sheet.write_string(place, column, text, bold if place == 0 else None)


def _write(
    sheet: xlsxwriter.Worksheet,
    place: int,
    column: int,
    cell: Cell,
    formats: dict[How, xlsxwriter.Format],
    speech: Speech,
) -> None:
    if cell.why is not None:
        sheet.write_string(place, column, speech.say(HIDDEN))
    elif isinstance(cell.value, str):
        sheet.write_string(place, column, cell.value)
    elif cell.value is not None:
        sheet.write_number(place, column, cell.value, formats.get(cell.how))


def _sheet_name(number: int, title: str) -> str:
    """Return a name that a workbook takes: short, without what it forbids, never twice."""
    plain = "".join(letter for letter in title if letter not in "[]:*?/\\")
    return f"{number} {plain}"[:31]
