"""Drawings as shapes: the same one becomes SVG on a page and vectors in a PDF. Pure.

Lengths are points, from the upper left corner, downwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

INK = "#1c2b2a"
QUIET = "#52645f"
RULE = "#d5dedd"


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str = RULE
    width: float = 0.6


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    fill: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words; `anchor` says which end of them stands at x: start, middle, end."""

    x: float
    y: float
    text: str
    size: float = 7
    anchor: str = "start"
    fill: str = INK
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled area of closed rings; inner ones are holes."""

    rings: Sequence[Sequence[tuple[float, float]]]
    fill: str
    title: str = ""


Part: TypeAlias = Rect | Line | Dot | Text | Shape


@dataclass(frozen=True)
class Drawing:
    """Parts on a sheet, the later ones on top; `label` tells what it shows to who cannot see it."""

    width: float
    height: float
    parts: tuple[Part, ...]
    label: str = ""


def svg(drawing: Drawing) -> str:
    """Return a drawing as an SVG element, safe to put into a page."""
    size = f"0 0 {_n(drawing.width)} {_n(drawing.height)}"
    parts = "".join(map(_svg, drawing.parts))
    label = escape(drawing.label)
    return f'<svg class="drawing" viewBox="{size}" role="img" aria-label="{label}">{parts}</svg>'


def _svg(part: Part) -> str:
    match part:
        case Rect():
            stroke = f' stroke="{part.stroke}" stroke-width="0.4"' if part.stroke else ""
            place = f'x="{_n(part.x)}" y="{_n(part.y)}"'
            size = f'width="{_n(part.width)}" height="{_n(part.height)}"'
            return f'<rect {place} {size} fill="{part.fill}"{stroke}/>'
        case Line():
            ends = f'x1="{_n(part.x1)}" y1="{_n(part.y1)}" x2="{_n(part.x2)}" y2="{_n(part.y2)}"'
            return f'<line {ends} stroke="{part.stroke}" stroke-width="{_n(part.width)}"/>'
        case Dot():
            place = f'cx="{_n(part.x)}" cy="{_n(part.y)}" r="{_n(part.radius)}"'
            return f'<circle {place} fill="{part.fill}"/>'
        case Text():
            bold = ' font-weight="600"' if part.bold else ""
            place = f'x="{_n(part.x)}" y="{_n(part.y)}" font-size="{_n(part.size)}"'
            look = f'text-anchor="{part.anchor}" fill="{part.fill}"{bold}'
            return f"<text {place} {look}>{escape(part.text)}</text>"
        case Shape():
            rings = " ".join(
                "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in ring) + "Z" for ring in part.rings
            )
            title = f"<title>{escape(part.title)}</title>" if part.title else ""
            look = f'fill="{part.fill}" fill-rule="evenodd" stroke="#ffffff" stroke-width="0.4"'
            return f'<path d="{rings}" {look}>{title}</path>'


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
