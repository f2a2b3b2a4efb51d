"""Letters as PDF: the same letter is the same bytes, on any machine and day."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import reportlab
import segno
from reportlab.lib.colors import black
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from jps.cases.letter_rules import shown_code

# Bitstream Vera comes with reportlab; it is embedded, so that a letter looks alike everywhere.
FONTS = {"JpsVera": "Vera.ttf", "JpsVera-Bold": "VeraBd.ttf"}
_PLAIN, _BOLD = FONTS
QR = 30 * mm


@cache
def _known() -> frozenset[int]:
    """Make the fonts known to reportlab, once, and return the characters that they have."""
    folder = Path(str(reportlab.__file__)).parent / "fonts"
    fonts = [TTFont(name, str(folder / file)) for name, file in FONTS.items()]
    for font in fonts:
        pdfmetrics.registerFont(font)
    return frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in fonts))


_TEXT = ParagraphStyle("text", fontName=_PLAIN, fontSize=10, leading=14.5, alignment=TA_JUSTIFY)
_CELL = ParagraphStyle("cell", fontName=_PLAIN, fontSize=10, leading=13.5)
_SMALL = ParagraphStyle("small", fontName=_PLAIN, fontSize=8, leading=11)
_SIGN = ParagraphStyle("sign", parent=_CELL, alignment=TA_CENTER)
_HEAD = ParagraphStyle("head", parent=_CELL, fontName=_BOLD, fontSize=11, alignment=TA_CENTER)
_TITLE = ParagraphStyle("title", parent=_HEAD, fontSize=13, leading=17)
_NUMBER = ParagraphStyle("number", parent=_CELL, alignment=TA_CENTER)
_ASIDE = ParagraphStyle("aside", parent=_CELL, fontName=_BOLD, fontSize=10.5, spaceBefore=4)


def letter_pdf(facts: Mapping[str, Any], check: str) -> bytes:
    """Return the letter with these facts and this check code as PDF (A4)."""
    _known()
    out = BytesIO()
    paper = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=22 * mm,
        rightMargin=22 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        invariant=1,
        title=f"{facts['title']} {facts['number']}",
        author="JPS",
        lang="id",
    )
    paper.build([*_top(facts), *_body(facts), Spacer(1, 8 * mm), _bottom(facts, check)])
    return out.getvalue()


def _top(facts: Mapping[str, Any]) -> list[Flowable]:
    head: list[Flowable] = [_words(line, _HEAD) for line in facts["head"]]
    return [
        *head,
        Spacer(1, 2 * mm),
        HRFlowable(width="100%", thickness=1.4, color=black),
        Spacer(1, 6 * mm),
        _words(facts["title"].upper(), _TITLE),
        _words(f"Nomor: {facts['number']}", _NUMBER),
        Spacer(1, 6 * mm),
    ]


def _body(facts: Mapping[str, Any]) -> list[Flowable]:
    found: list[Flowable] = []
    for kind, content in facts["blocks"]:
        if kind == "t":
            found.append(_table(content))
        else:
            found.append(_words(content, _ASIDE if kind == "h" else _TEXT))
        found.append(Spacer(1, 3 * mm))
    return found


def _table(rows: list[list[str]]) -> Table:
    cells = [
        [_words(name, _CELL), _words(":", _CELL), _words(value, _CELL)] for name, value in rows
    ]
    table = Table(cells, colWidths=[42 * mm, 4 * mm, 118 * mm], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
                ("TOPPADDING", (0, 0), (-1, -1), 1),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
            ]
        )
    )
    return table


def _bottom(facts: Mapping[str, Any], check: str) -> KeepTogether:
    told = (
        "Keaslian surat ini dapat diperiksa dengan memindai kode di atas, atau di"
        f" {facts['address'].rpartition('/')[0]} dengan kode {shown_code(check)}."
    )
    place = facts["head"][-1].title() if facts["head"] else ""
    signed = [
        _words(f"{place}, {facts['day']}", _SIGN),
        _words(facts["signer_title"], _SIGN),
        Spacer(1, 20 * mm),
        _words(facts["signer"], ParagraphStyle("name", parent=_SIGN, fontName=_BOLD)),
    ]
    table = Table([[[QrCode(facts["address"])], signed]], colWidths=[72 * mm, 92 * mm])
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return KeepTogether([table, Spacer(1, 3 * mm), _words(told, _SMALL)])


class QrCode(Flowable):
    """The QR code of an address, `QR` wide."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.width = self.height = QR
        self.rows = [list(row) for row in segno.make(address, error="m").matrix_iter(border=2)]

    def draw(self) -> None:
        """Draw the dark cells on the paper."""
        cell, canvas = QR / len(self.rows), self.canv
        canvas.setFillColor(black)
        for down, row in enumerate(self.rows):
            for across, dark in enumerate(row):
                if dark:
                    left, foot = across * cell, QR - (down + 1) * cell
                    canvas.rect(left, foot, cell, cell, stroke=0, fill=1)


def _words(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_printable(text)).replace("\n", "<br/>"), style)


def _printable(text: str) -> str:
    """Return `text` with what the font does not have as the letter below its marks, or `?`."""
    known = _known()
    return "".join(
        letter if ord(letter) in known or letter == "\n" else _plain(letter, known)
        for letter in text
    )


def _plain(letter: str, known: frozenset[int]) -> str:
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if ord(base) in known else "?"
