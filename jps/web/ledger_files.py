"""The book of decisions as a file: CSV or Excel, every cell a text that no formula hides in."""

import csv
import io
from collections.abc import Iterable, Sequence

from jps.text import csv_safe


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return UTF-8 with a mark that makes Excel read it as such."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heading)
    writer.writerows([csv_safe(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(heading: Sequence[str], rows: Iterable[Sequence[str]], title: str) -> bytes:
    """Return a workbook of one sheet; all cells are text, so that numbers keep their digits."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        for column, text in enumerate(heading):
            sheet.write_string(0, column, text, bold)
        for place, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(place, column, text)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(heading) - 1, 22)
    return out.getvalue()
