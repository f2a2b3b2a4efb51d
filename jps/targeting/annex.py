"""A list as the annex of a decree: A4 landscape, drawn line by line, so that thousands of rows take
a moment and the same content gives the same bytes. Knows no database: texts come ready to print.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = landscape(A4)
MARGIN = 36.0
PLAIN, BOLD = "Helvetica", "Helvetica-Bold"
SIZE, LEADING, PAD = 8.5, 10.5, 3.0
MOST_LINES = 3  # of a cell; longer texts end with dots
_FOOT = MARGIN + 18
_GREY = 0.45


@dataclass(frozen=True)
class Column:
    """A column: its heading, its share of the width, numbers to the right."""

    heading: str
    share: float
    number: bool = False


@dataclass(frozen=True)
class Annex:
    """What is printed. `facts` stand above the table, `closing` below it; `page` is a template of
    {page} and {pages}; `draft` is printed large across pages that are not final."""

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    foot: str
    page: str
    closing: Sequence[str] = field(default_factory=tuple)
    draft: str = ""


@dataclass(frozen=True)
class _Row:
    """A row with its cells cut into lines."""

    cells: tuple[tuple[str, ...], ...]

    @property
    def height(self) -> float:
        return max(len(cell) for cell in self.cells) * LEADING + 2 * PAD


def annex_pdf(annex: Annex) -> bytes:
    """Return the annex as PDF."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1)
    canvas.setTitle(plain(annex.title))
    canvas.setAuthor("JPS")
    widths = [column.share * (WIDTH - 2 * MARGIN) for column in annex.columns]
    head = _row([column.heading for column in annex.columns], widths, BOLD)
    facts = [
        (plain(name), line)
        for name, text in annex.facts
        for line in wrapped(text, WIDTH - 2 * MARGIN - 130, PLAIN, SIZE, most=8)
    ]
    top = _top_of_table(len(facts))
    rows = [_row(row, widths, PLAIN) for row in annex.rows]
    need = (len(annex.closing) + 1) * LEADING * 1.4 if annex.closing else 0.0
    pages = list(_paged(rows, top, head.height, need))
    for number, part in enumerate(pages, start=1):
        y = top if number == 1 else HEIGHT - MARGIN
        if number == 1:
            _draw_head(canvas, annex, facts)
        if annex.draft:
            _draw_draft(canvas, annex.draft)
        y = _draw_table(canvas, annex, head, part, widths, y)
        if number == len(pages) and annex.closing:
            _draw_closing(canvas, annex.closing, y)
        _draw_foot(canvas, annex, number, len(pages))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def plain(text: str) -> str:
    """Return text in the letters of the standard fonts; others become a question mark."""
    return text.encode("cp1252", "replace").decode("cp1252")


def wrapped(
    text: str, width: float, font: str, size: float, *, most: int = MOST_LINES
) -> tuple[str, ...]:
    """Return text cut into lines that fit; what does not fit into `most` ends with dots."""
    text = plain(text)
    if stringWidth(text, font, size) <= width:
        return (text,)
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if stringWidth(longer, font, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = _fitting(word, width, font, size)
    lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], _fitting(lines[most - 1] + " ...", width, font, size)]
    return tuple(lines)


def _fitting(word: str, width: float, font: str, size: float) -> str:
    """Return a word, cut where it is wider than its column."""
    if stringWidth(word, font, size) <= width:
        return word
    while word and stringWidth(word + "...", font, size) > width:
        word = word[:-1]
    return word.rstrip() + "..."


def _row(cells: Sequence[str], widths: Sequence[float], font: str) -> _Row:
    return _Row(
        tuple(
            wrapped(cell, width - 2 * PAD, font, SIZE)
            for cell, width in zip(cells, widths, strict=True)
        )
    )


def _top_of_table(facts: int) -> float:
    return HEIGHT - MARGIN - 44 - facts * LEADING - 8


def _paged(
    rows: Sequence[_Row], top: float, head: float, closing: float
) -> Iterator[Sequence[_Row]]:
    """Yield the rows of each page; the last leaves room for what closes the annex."""
    start, room = 0, top - head - _FOOT
    while True:
        used, end = 0.0, start
        while end < len(rows) and (used + rows[end].height <= room or end == start):
            used += rows[end].height
            end += 1
        yield rows[start:end]
        if end == len(rows):
            if used + closing > room:
                yield ()
            return
        start, room = end, HEIGHT - MARGIN - head - _FOOT


def _draw_head(canvas: Canvas, annex: Annex, facts: Sequence[tuple[str, str]]) -> None:
    canvas.setFont(BOLD, 14)
    canvas.drawString(
        MARGIN, HEIGHT - MARGIN - 12, _fitting(plain(annex.title), WIDTH - 72, BOLD, 14)
    )
    canvas.setFont(PLAIN, 10)
    canvas.drawString(MARGIN, HEIGHT - MARGIN - 27, plain(annex.subtitle))
    y, last = HEIGHT - MARGIN - 46, ""
    for name, line in facts:
        if name != last:
            canvas.setFont(BOLD, SIZE)
            canvas.drawString(MARGIN, y, name)
            last = name
        canvas.setFont(PLAIN, SIZE)
        canvas.drawString(MARGIN + 130, y, line)
        y -= LEADING


def _draw_table(
    canvas: Canvas,
    annex: Annex,
    head: _Row,
    rows: Sequence[_Row],
    widths: Sequence[float],
    y: float,
) -> float:
    if not rows and annex.rows:
        return y
    canvas.setFillGray(0.92)
    canvas.rect(MARGIN, y - head.height, sum(widths), head.height, stroke=0, fill=1)
    canvas.setFillGray(0)
    for row, font in ((head, BOLD), *((row, PLAIN) for row in rows)):
        canvas.setFont(font, SIZE)
        x = MARGIN
        for cell, width, column in zip(row.cells, widths, annex.columns, strict=True):
            for place, line in enumerate(cell):
                at = y - PAD - SIZE - place * LEADING + 1
                if column.number:
                    canvas.drawRightString(x + width - PAD, at, line)
                else:
                    canvas.drawString(x + PAD, at, line)
            x += width
        y -= row.height
        canvas.setStrokeGray(0.75)
        canvas.setLineWidth(0.4)
        canvas.line(MARGIN, y, MARGIN + sum(widths), y)
    return y


def _draw_closing(canvas: Canvas, closing: Sequence[str], y: float) -> None:
    canvas.setFont(PLAIN, 9)
    for text in closing:
        y -= LEADING * 1.4
        canvas.drawString(WIDTH * 0.62, y, plain(text))


def _draw_draft(canvas: Canvas, text: str) -> None:
    canvas.saveState()
    canvas.setFillGray(0.9)
    canvas.setFont(BOLD, 90)
    canvas.translate(WIDTH / 2, HEIGHT / 2)
    canvas.rotate(25)
    canvas.drawCentredString(0, -30, plain(text))
    canvas.restoreState()


def _draw_foot(canvas: Canvas, annex: Annex, page: int, pages: int) -> None:
    canvas.setFillGray(_GREY)
    canvas.setFont(PLAIN, 7.5)
    canvas.drawString(MARGIN, MARGIN, plain(annex.foot))
    canvas.drawRightString(WIDTH - MARGIN, MARGIN, plain(annex.page.format(page=page, pages=pages)))
    canvas.setFillGray(0)
