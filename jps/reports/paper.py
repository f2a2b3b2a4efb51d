"""A report as PDF on A4: text that can be searched, charts and map as vectors, the same bytes
for the same figures.
"""

from collections.abc import Sequence
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import reportlab
from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
)
from reportlab.platypus import Table as PlainTable

from jps.reports.drawing import Dot, Drawing, Line, Part, Rect, Shape, Text
from jps.reports.report import Report
from jps.reports.tables import Speech, Table
from jps.text import N_

# Bitstream Vera comes with reportlab; it is embedded, so that a report looks alike everywhere.
FONTS = {"JpsVera": "Vera.ttf", "JpsVera-Bold": "VeraBd.ttf"}
_PLAIN, _BOLD = FONTS
MARGIN = 15 * mm
WIDTH = A4[0] - 2 * MARGIN
_SIZE = 6.2  # of tables
_HEAD = HexColor("#f2f6f5")
_RULE = HexColor("#d5dedd")
_TITLE = ParagraphStyle("title", fontName=_BOLD, fontSize=15, leading=19)
_ASIDE = ParagraphStyle("aside", fontName=_BOLD, fontSize=10.5, leading=14, spaceBefore=8)
_TEXT = ParagraphStyle("text", fontName=_PLAIN, fontSize=8, leading=11)
_SMALL = ParagraphStyle("small", fontName=_PLAIN, fontSize=7, leading=9.5)
_CELL = ParagraphStyle("cell", fontName=_BOLD, fontSize=_SIZE, leading=7.6)


@cache
def _use_fonts() -> None:
    """Make the fonts known to reportlab, once."""
    folder = Path(str(reportlab.__file__)).parent / "fonts"
    for name, file in FONTS.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily(_PLAIN, normal=_PLAIN, bold=_BOLD)


def report_pdf(report: Report, speech: Speech) -> bytes:
    """Return a report as PDF."""
    _use_fonts()
    out = BytesIO()
    paper = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=14 * mm,
        bottomMargin=14 * mm,
        invariant=1,
        title=report.title,
        author="JPS",
        lang="id",
    )

    def foot(canvas: Canvas, _: object) -> None:
        canvas.setFont(_PLAIN, 6.5)
        canvas.drawString(MARGIN, 8 * mm, f"JPS · {report.title} · {report.sources[0]}")
        canvas.drawRightString(A4[0] - MARGIN, 8 * mm, str(canvas.getPageNumber()))

    paper.build(_story(report, speech), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _story(report: Report, speech: Speech) -> list[Flowable]:
    found: list[Flowable] = [
        Paragraph(escape(report.title), _TITLE),
        Paragraph(escape(" · ".join(report.sources)), _TEXT),
        Spacer(1, 3 * mm),
        _key_table(report),
    ]
    for title, drawing in report.drawings:
        found.append(
            KeepTogether([Paragraph(escape(title), _ASIDE), Spacer(1, 2), Picture(drawing)])
        )
    for table in report.tables:
        for title, part in parts_of(table):
            found += [Paragraph(escape(title), _ASIDE), Spacer(1, 2), _table(part, speech)]
    found.append(Paragraph(escape(speech.say(N_("Cara membaca"))), _ASIDE))
    found += [Paragraph(escape(text), _SMALL) for text in report.notes]
    return found


def _key_table(report: Report) -> Flowable:
    """Return the key figures, two beside each other."""
    cells: list[list[Flowable | str]] = [
        [
            Paragraph(escape(one.name), _SMALL),
            Paragraph(
                f"<b>{escape(one.value)}</b> {escape(one.sure)}<br/>"
                f'<font size="6">{escape(one.unit)}</font>',
                _TEXT,
            ),
        ]
        for one in report.key_figures
    ]
    cells.append(
        [Paragraph(escape(report.money[0]), _SMALL), Paragraph(escape(report.money[1]), _TEXT)]
    )
    if len(cells) % 2:
        cells.append(["", ""])
    rows = [[*a, *b] for a, b in zip(cells[::2], cells[1::2], strict=True)]
    table = PlainTable(rows, colWidths=[WIDTH * share for share in (0.2, 0.3, 0.2, 0.3)])
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return table


MOST_COLUMNS = 13  # that stand side by side on a page


def parts_of(table: Table) -> list[tuple[str, Table]]:
    """Return a table in parts that fit on a page, each with the names of the rows."""
    wide = len(table.heading)
    if wide <= MOST_COLUMNS:
        return [(table.title, table)]
    found: list[tuple[str, Table]] = []
    for start in range(1, wide, MOST_COLUMNS - 1):
        places = (0, *range(start, min(wide, start + MOST_COLUMNS - 1)))
        rows = tuple(tuple(row[place] for place in places) for row in table.rows)
        heading = tuple(table.heading[place] for place in places)
        title = f"{table.title} ({len(found) + 1})"
        found.append((title, Table(table.title, heading, rows, has_total=table.has_total)))
    return found


def _whole_words(texts: Sequence[str], widths: Sequence[float]) -> ParagraphStyle:
    """Return the style of a heading in which no word is broken."""
    room = [
        (width - 4.5) / pdfmetrics.stringWidth(word, _BOLD, _SIZE)
        for text, width in zip(texts, widths, strict=True)
        for word in text.split()
    ]
    return ParagraphStyle("heading", parent=_CELL, fontSize=_SIZE * min(1.0, *room))


def _table(table: Table, speech: Speech) -> Flowable:
    count = len(table.heading)
    first = max(0.2, 0.5 - 0.06 * (count - 1))
    rest = (1 - first) / max(1, count - 1)
    widths = [WIDTH * first, *[WIDTH * rest] * (count - 1)]
    if count == 2:
        widths = [WIDTH * 0.5, WIDTH * 0.15]
    style_of_heading = _whole_words(table.heading, widths)
    heading = [Paragraph(escape(text), style_of_heading) for text in table.heading]
    rows = [
        [_fitting(speech.cell(row[0]), widths[0]), *(speech.cell(cell) for cell in row[1:])]
        for row in table.rows
    ]
    style: list[Any] = [
        ("FONT", (0, 1), (-1, -1), _PLAIN, _SIZE),
        ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
        ("ALIGN", (1, 1), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, _RULE),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
    ]
    if table.has_total:
        style.append(("FONT", (0, -1), (-1, -1), _BOLD, _SIZE))
    heights: list[float | None] = [None, *[9.6] * len(rows)]
    made = LongTable([heading, *rows], colWidths=widths, rowHeights=heights, repeatRows=1)
    made.hAlign = "LEFT"
    made.setStyle(style)
    return made


def _fitting(text: str, width: float) -> str:
    """Return a name cut to the width of its column."""
    while pdfmetrics.stringWidth(text, _PLAIN, _SIZE) > width - 4 and len(text) > 4:
        text = text[:-2] + "…"
    return text


class Picture(Flowable):
    """A drawing in a PDF, as vectors."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self.drawing = drawing
        self.width, self.height = drawing.width, drawing.height

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Say how large it is."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw it."""
        for part in self.drawing.parts:
            _draw(self.canv, part, self.height)


def _draw(canvas: Canvas, part: Part, height: float) -> None:
    match part:
        case Rect():
            canvas.setFillColor(HexColor(part.fill))
            canvas.setStrokeColor(HexColor(part.stroke or part.fill))
            canvas.setLineWidth(0.4)
            y = height - part.y - part.height
            canvas.rect(part.x, y, part.width, part.height, stroke=int(bool(part.stroke)), fill=1)
        case Line():
            canvas.setStrokeColor(HexColor(part.stroke))
            canvas.setLineWidth(part.width)
            canvas.line(part.x1, height - part.y1, part.x2, height - part.y2)
        case Dot():
            canvas.setFillColor(HexColor(part.fill))
            canvas.circle(part.x, height - part.y, part.radius, stroke=0, fill=1)
        case Text():
            canvas.setFillColor(HexColor(part.fill))
            canvas.setFont(_BOLD if part.bold else _PLAIN, part.size)
            write = {
                "start": canvas.drawString,
                "middle": canvas.drawCentredString,
                "end": canvas.drawRightString,
            }[part.anchor]
            write(part.x, height - part.y, part.text)
        case Shape():
            _shape(canvas, part, height)


def _shape(canvas: Canvas, part: Shape, height: float) -> None:
    path = canvas.beginPath()
    for ring in part.rings:
        (x, y), *others = ring
        path.moveTo(x, height - y)
        for x, y in others:
            path.lineTo(x, height - y)
        path.close()
    canvas.setFillColor(HexColor(part.fill))
    canvas.setStrokeColor(_RULE if part.fill == "#ffffff" else white)
    canvas.setLineWidth(0.4)
    canvas.drawPath(path, stroke=1, fill=1, fillMode=0)
