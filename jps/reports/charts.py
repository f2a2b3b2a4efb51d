"""Charts and the small map of a report, as drawings. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely

from jps.maps.indicators import GREY
from jps.reports.drawing import QUIET, RULE, Dot, Drawing, Line, Part, Rect, Shape, Text

DONE, REST, MARK = "#0b7a55", "#cc4c02", "#0b5d5b"
NAMES = 108.0  # points for the names of rows
LETTERS = 24  # of a name that fit there
Say = Callable[[float], str]


@dataclass(frozen=True)
class Interval:
    """A share with its interval; None where it is hidden or unknown, with the reason."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Split:
    """A number in two parts; None where it is hidden or unknown."""

    name: str
    done: float | None
    rest: float | None
    why: str = ""


@dataclass(frozen=True)
class Month:
    """What happened in a month."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Plot:
    """One area of a map: its outline in degrees, and its value (None: hidden or unknown)."""

    name: str
    shape: shapely.Geometry
    value: float | None
    hidden: bool = False


@dataclass(frozen=True)
class Legend:
    """Words of a map's legend."""

    title: str
    classes: Sequence[str]  # as many as colours
    hidden: str
    nothing: str
    notes: Sequence[str] = ()


def intervals(rows: Sequence[Interval], width: float, label: str, say: Say) -> Drawing:
    """Return shares as dots with their intervals, one row each."""
    most = max((row.high or row.value or 0 for row in rows), default=0) or 1.0
    step = _step(most)
    top = math.ceil(most / step) * step
    room, bottom = width - NAMES - 40, 14.0 * len(rows) + 4
    parts: list[Part] = []
    for tick in range(round(top / step) + 1):
        x = NAMES + room * tick * step / top
        parts.append(Line(x, 0, x, bottom))
        parts.append(Text(x, bottom + 9, say(tick * step), 6, "middle", QUIET))
    for place, row in enumerate(rows):
        y = 14.0 * place + 9
        parts.append(Text(0, y + 2.5, short(row.name)))
        if row.value is None:
            parts.append(Text(NAMES + 3, y + 2.5, row.why or "–", 6, fill=QUIET))
            continue
        x = NAMES + room * row.value / top
        if row.low is not None and row.high is not None:
            ends = NAMES + room * row.low / top, NAMES + room * row.high / top
            parts.append(Line(ends[0], y, ends[1], y, MARK, 1.6))
        parts.append(Dot(x, y, 2.6, MARK))
        parts.append(Text(width, y + 2.5, say(row.value), anchor="end"))
    return Drawing(width, bottom + 12, tuple(parts), label)


def splits(
    rows: Sequence[Split], width: float, label: str, words: tuple[str, str], say: Say
) -> Drawing:
    """Return numbers as bars in two parts, with a legend above."""
    most = max(((row.done or 0) + (row.rest or 0) for row in rows), default=0) or 1.0
    room = width - NAMES - 40
    parts: list[Part] = [
        Rect(NAMES, 1, 7, 7, DONE),
        Text(NAMES + 10, 7.5, words[0]),
        Rect(NAMES + 110, 1, 7, 7, REST),
        Text(NAMES + 120, 7.5, words[1]),
    ]
    for place, row in enumerate(rows):
        y = 14.0 * place + 16
        parts.append(Text(0, y + 7, short(row.name)))
        if row.done is None or row.rest is None:
            parts.append(Text(NAMES + 3, y + 7, row.why or "–", 6, fill=QUIET))
            continue
        first, second = room * row.done / most, room * row.rest / most
        parts.append(Rect(NAMES, y, first, 9, DONE))
        parts.append(Rect(NAMES + first, y, second, 9, REST))
        parts.append(Text(width, y + 7, say(row.done + row.rest), anchor="end"))
    return Drawing(width, 14.0 * len(rows) + 18, tuple(parts), label)


def months(
    rows: Sequence[Month], width: float, label: str, say: Say, *, place: int, empty: str = "–"
) -> Drawing:
    """Return one value of every month as columns, the largest and the last written on.

    `empty` stands where there is nothing in any month.
    """
    values = [row.values[place] for row in rows]
    most = max(values, default=0) or 1
    each = width / max(1, len(rows))
    parts: list[Part] = [Line(0, 58, width, 58, QUIET)]
    for number, (row, value) in enumerate(zip(rows, values, strict=True)):
        x, height = each * number, 44.0 * value / most
        parts.append(Rect(x + each * 0.15, 58 - height, each * 0.7, height, MARK))
        parts.append(Text(x + each / 2, 67, row.name, 6, "middle", QUIET))
        if value and (value == most or number == len(rows) - 1):
            parts.append(Text(x + each / 2, 55 - height, say(value), 6.5, "middle"))
    if not any(values):
        parts.append(Text(width / 2, 40, empty, 8, "middle", QUIET))
    return Drawing(width, 70, tuple(parts), label)


def columns(values: Sequence[tuple[str, int]], width: float, label: str, say: Say) -> Drawing:
    """Return named numbers as columns, each written on."""
    rows = [Month(name, (value,)) for name, value in values]
    found = months(rows, width, label, say, place=0)
    each, most = width / max(1, len(rows)), max((value for _, value in values), default=0) or 1
    texts = tuple(
        Text(each * (number + 0.5), 55 - 44.0 * value / most, say(value), 6.5, "middle")
        for number, (_, value) in enumerate(values)
    )
    kept = tuple(part for part in found.parts if not (isinstance(part, Text) and part.y < 60))
    return Drawing(found.width, found.height, kept + texts, label)


def area_map(
    plots: Sequence[Plot],
    colours: Sequence[str],
    limits: Sequence[float],
    legend: Legend,
    *,
    width: float,
    most_height: float,
    label: str,
) -> Drawing:
    """Return areas filled by class, with a legend on the right and notes below."""
    room = width - 120
    fit = _fit([plot.shape for plot in plots], room, most_height)
    parts: list[Part] = []
    for plot in plots:
        fill = _colour(plot, colours, limits)
        rings = [fit.ring(ring) for ring in _rings(plot.shape, fit.finest)]
        parts.append(Shape(rings, fill, plot.name))
    parts += _legend(legend, colours, room + 14)
    height = max(fit.height, 14.0 * (len(colours) + 3) + 8)
    for place, note in enumerate(legend.notes):
        parts.append(Text(0, height + 10 + 9 * place, note, 6.5, fill=QUIET))
    return Drawing(width, height + 9 * len(legend.notes) + 8, tuple(parts), label)


def _legend(legend: Legend, colours: Sequence[str], x: float) -> list[Part]:
    parts: list[Part] = [Text(x, 8, legend.title, 7, bold=True)]
    rows = [*zip(colours, legend.classes, strict=True), (GREY, legend.hidden)]
    rows.append(("#ffffff", legend.nothing))
    for place, (colour, text) in enumerate(rows):
        y = 14.0 * place + 14
        parts.append(Rect(x, y, 12, 9, colour, RULE))
        parts.append(Text(x + 16, y + 7, text, 6.5))
    return parts


def _colour(plot: Plot, colours: Sequence[str], limits: Sequence[float]) -> str:
    if plot.value is None:
        return GREY if plot.hidden else "#ffffff"
    value = plot.value
    return colours[sum(value >= limit for limit in limits)]


@dataclass(frozen=True)
class _Fit:
    """From degrees to points: longitudes shortened as at the middle latitude."""

    west: float
    north: float
    across: float  # points of a degree of longitude
    down: float  # and of latitude
    height: float

    @property
    def finest(self) -> float:
        """Degrees that are a third of a point."""
        return 0.33 / self.down

    def ring(self, ring: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [((x - self.west) * self.across, (self.north - y) * self.down) for x, y in ring]


def _fit(shapes: Sequence[shapely.Geometry], width: float, most_height: float) -> _Fit:
    if not shapes:
        return _Fit(0, 0, 1, 1, 0)
    west, south, east, north = (float(side) for side in shapely.total_bounds(list(shapes)))
    shorter = math.cos(math.radians((south + north) / 2))
    wide, tall = max(1e-9, (east - west) * shorter), max(1e-9, north - south)
    scale = min(width / wide, most_height / tall)
    return _Fit(west, north, scale * shorter, scale, tall * scale)


def _rings(shape: shapely.Geometry, finest: float) -> list[list[tuple[float, float]]]:
    """Return the outlines of an area, without what is too fine to be seen."""
    plain = shapely.simplify(shape, finest)
    found = []
    for polygon in shapely.get_parts(plain):
        if not isinstance(polygon, shapely.Polygon) or polygon.is_empty:
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            found.append([(float(x), float(y)) for x, y in ring.coords[:-1]])
    return found


def short(name: str) -> str:
    """Return a name as it fits beside a chart."""
    return name if len(name) <= LETTERS else name[: LETTERS - 1] + "…"


def _step(most: float) -> float:
    """Return a round distance between four to eight ticks."""
    rough = most / 5
    power: float = 10 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)


def class_words(limits: Sequence[float], say: Callable[[float], str]) -> list[str]:
    """Return what each class is called: below the first limit, between two, from the last on."""
    inner = [f"{say(low)} – {say(high)}" for low, high in pairwise(limits)]
    return [f"< {say(limits[0])}", *inner, f"≥ {say(limits[-1])}"]
