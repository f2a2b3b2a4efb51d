"""Small maps of scenarios beside each other: outlines as SVG, coloured by one measure."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely

from jps.areas.geometry import geometry_file
from jps.areas.rules import Level
from jps.db import db
from jps.http import settings
from jps.maps.indicators import GREY, PALETTES
from jps.targeting.outcomes import Outcome, Share
from jps.text import N_
from jps.web.formats import number, percent, rupiah

WIDTH = 300.0  # of a map, in its own units
_DETAIL = 0.8  # units; corners that matter less are left out
PALETTE = PALETTES["GnBu"]
PER_POOR = "per_poor"
# What tables and maps show -> name; shares of nobody are a dash.
MEASURES: Mapping[str, str] = {
    "coverage": N_("Cakupan orang miskin"),
    PER_POOR: N_("Terpilih per perkiraan miskin"),
    "exclusion_error": N_("Galat eksklusi"),
    "inclusion_error": N_("Galat inklusi (kebocoran)"),
    "selected": N_("Rumah tangga terpilih"),
    "cost": N_("Biaya"),
}
# Lower limits of the classes after the first; they do not follow the figures.
_SHARES = (0.1, 0.2, 0.35, 0.5, 0.65, 0.8)
_PER_POOR = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)


@dataclass(frozen=True)
class Shape:
    """One area of a map: its path, its colour, and what it says when pointed at."""

    path: str
    colour: str
    title: str


@dataclass(frozen=True)
class SmallMap:
    """A map of one scenario."""

    name: str
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Maps:
    """Maps beside each other with what they share."""

    box: str
    measure: str
    legend: tuple[tuple[str, str], ...]  # colour, limits in words
    maps: tuple[SmallMap, ...]
    source: str


def mapped_measure(measure: str) -> str:
    """Return what a map shows: counts and cost follow size, so they show how many per poor."""
    return measure if measure in MEASURES and measure not in {"selected", "cost"} else PER_POOR


def value_of(outcome: Outcome | None, measure: str) -> float | Share | None:
    """Return a measure of an outcome."""
    if outcome is None:
        return None
    if measure == PER_POOR:
        return outcome.selected / outcome.all_poor if outcome.all_poor > 1e-6 else None
    found: float | Share | None = getattr(outcome, measure)
    return found


def said(value: float | Share | None, measure: str) -> str:
    """Return a measure as people read it."""
    if isinstance(value, Share):
        return percent(value.value)
    if value is None or measure == PER_POOR:
        return number(value, 2)
    return rupiah(int(value)) if measure == "cost" else number(value)


def small_maps(
    level: Level,
    inside: str,
    scenarios: Iterable[tuple[str, Mapping[str, Outcome]]],
    measure: str,
    names: Mapping[str, str],
) -> Maps | None:
    """Return one map per scenario, None where there are no boundaries."""
    file = geometry_file(db.session(), level, folder=settings().folder("maps"))
    if file is None:
        return None
    box, paths = _outlines(file.path, file.version, inside)
    if not paths:
        return None
    shown = mapped_measure(measure)
    limits = _PER_POOR if shown == PER_POOR else _SHARES

    def shape(code: str, outcome: Outcome | None) -> Shape:
        value = value_of(outcome, shown)
        title = f"{names.get(code, code)}: {said(value, shown)}"
        return Shape(paths[code], _colour(value, limits), title)

    maps = tuple(
        SmallMap(name, tuple(shape(code, areas.get(code)) for code in paths))
        for name, areas in scenarios
    )
    source = file.source
    return Maps(box, shown, _legend(limits, shown), maps, source)


def _colour(value: float | Share | None, limits: tuple[float, ...]) -> str:
    plain = value.value if isinstance(value, Share) else value
    if plain is None:
        return GREY
    return PALETTE[sum(plain >= limit for limit in limits)]


def _legend(limits: tuple[float, ...], measure: str) -> tuple[tuple[str, str], ...]:
    def text(limit: float) -> str:
        return number(limit, 2) if measure == PER_POOR else percent(limit, 0)

    words = [f"< {text(limits[0])}"]
    words += [f"{text(a)}–{text(b)}" for a, b in pairwise(limits)]
    words.append(f"≥ {text(limits[-1])}")
    return tuple(zip(PALETTE, words, strict=True))


@lru_cache(maxsize=32)
def _outlines(path: Path, _version: str, inside: str) -> tuple[str, dict[str, str]]:
    """Return the view box and the SVG path of each area in `inside`."""
    features = json.loads(path.read_bytes())["features"]
    mine = [f for f in features if f"{f['id']}.".startswith(f"{inside}.")]
    if not mine:
        return "", {}
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in mine]
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / max((east - west) * squeeze, north - south, 1e-9)

    def place(points: Any) -> Any:
        points[:, 0] = (points[:, 0] - west) * squeeze * scale
        points[:, 1] = (north - points[:, 1]) * scale
        return points

    flat = shapely.transform(shapes, place)
    thin = shapely.coverage_simplify(flat, _DETAIL)
    width, height = (east - west) * squeeze * scale, (north - south) * scale
    paths = {f["id"]: _path(shape) for f, shape in zip(mine, thin, strict=True)}
    return f"-2 -2 {width + 4:.0f} {height + 4:.0f}", paths


def _path(shape: shapely.Geometry) -> str:
    rings = [
        ring
        for polygon in shapely.get_parts(shape)
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    parts = (
        " ".join(f"{x:.1f},{y:.1f}" for x, y in shapely.get_coordinates(ring).tolist())
        for ring in rings
    )
    return "".join(f"M{part}Z" for part in parts)
