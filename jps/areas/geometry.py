"""Geometry for maps: per level one GeoJSON file and one for browsers, made once per version."""

import gzip
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import shapely
from sqlalchemy.orm import Session

from jps.areas.coverage import simplify
from jps.areas.models import BoundarySet
from jps.areas.plane import as_array
from jps.areas.queries import current_set, geometries, names_at
from jps.areas.rules import Level
from jps.areas.screen import screen_outlines

DECIMALS = 5  # of a degree: 1 m
# Metres; corners whose triangle is smaller than this squared are left out. A screen shows a whole
# province with about 200 m a pixel and a kabupaten with 50 m.
DETAIL = {Level.PROVINSI: 150, Level.KABKOTA: 120, Level.KECAMATAN: 80, Level.DESA: 100}
_FORMAT = "3"  # raised when the content of the files changes for the same boundaries


@dataclass(frozen=True)
class GeometryFile:
    """A GeoJSON file of one level with `code` and `name` per area; `screen` has the same outlines.

    `screen` is what `jps.areas.screen` makes, gzipped. `version` changes with every change of the
    content: both may be cached for ever.
    """

    level: Level
    path: Path
    screen: Path
    version: str
    schematic: bool
    source: str
    licence: str


def geometry_file(session: Session, level: Level, *, folder: Path) -> GeometryFile | None:
    """Return the geometry of `level` for maps, made in `folder` when it is not there yet.

    Corners are thinned for the screen with shared edges kept. None when the level has no
    boundaries.
    """
    boundary_set = current_set(session, level)
    if boundary_set is None:
        return None
    names = names_at(session, level)
    version = _version(boundary_set, names)
    path = folder / f"{level}-{version}.geojson"
    screen = path.with_suffix(".json.gz")
    if not (path.is_file() and screen.is_file()):
        thin = _thinned(geometries(session, boundary_set), level)
        folder.mkdir(parents=True, exist_ok=True)
        _write(screen, gzip.compress(screen_outlines(thin), mtime=0))
        _write(path, _content(thin, names))
    return GeometryFile(
        level=level,
        path=path,
        screen=screen,
        version=version,
        schematic=boundary_set.schematic,
        source=boundary_set.source,
        licence=boundary_set.licence,
    )


def _version(boundary_set: BoundarySet, names: Mapping[str, str]) -> str:
    level = Level(boundary_set.level)
    made_of = [_FORMAT, boundary_set.version, DETAIL[level], DECIMALS, sorted(names.items())]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:16]


def _thinned(polygons: Mapping[str, shapely.Geometry], level: Level) -> dict[str, shapely.Geometry]:
    codes = sorted(polygons)
    thin = simplify(
        as_array([polygons[code] for code in codes]), metres=DETAIL[level], decimals=DECIMALS
    )
    return dict(zip(codes, shapely.orient_polygons(thin), strict=True))


def _content(polygons: Mapping[str, shapely.Geometry], names: Mapping[str, str]) -> bytes:
    """Return the GeoJSON (RFC 7946) of polygons by code, as small as it gets."""
    features = ",".join(
        _feature(code, names.get(code, code), shape) for code, shape in polygons.items()
    )
    return f'{{"type":"FeatureCollection","features":[{features}]}}'.encode()


def _feature(code: str, name: str, shape: shapely.Geometry) -> str:
    head = {"type": "Feature", "id": code, "properties": {"code": code, "name": name}}
    start = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1]
    return f'{start},"geometry":{shapely.to_geojson(shape)}}}'


def _write(path: Path, content: bytes) -> None:
    """Write whole or not at all: another process may read or write the same file."""
    draft = path.with_suffix(f".{os.getpid()}.new")
    draft.write_bytes(content)
    draft.replace(path)
