"""Geometry for maps: one compact GeoJSON file per level, made once and kept under its version."""

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

DECIMALS = 5  # of a degree: 1 m
# Metres; corners whose triangle is smaller than this squared are left out. A screen shows a whole
# province with about 200 m a pixel and a kabupaten with 50 m.
DETAIL = {Level.PROVINSI: 150, Level.KABKOTA: 120, Level.KECAMATAN: 80, Level.DESA: 100}
_FORMAT = "2"  # raised when the content of the files changes for the same boundaries


@dataclass(frozen=True)
class GeometryFile:
    """A GeoJSON file of one level with `code` and `name` per area, also gzipped beside it.

    `version` changes with every change of the content: the file may be cached for ever.
    """

    level: Level
    path: Path
    gzipped: Path
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
    gzipped = path.with_suffix(".geojson.gz")
    if not (path.is_file() and gzipped.is_file()):
        content = _content(geometries(session, boundary_set), names, level)
        folder.mkdir(parents=True, exist_ok=True)
        _write(gzipped, gzip.compress(content, mtime=0))
        _write(path, content)
    return GeometryFile(
        level=level,
        path=path,
        gzipped=gzipped,
        version=version,
        schematic=boundary_set.schematic,
        source=boundary_set.source,
        licence=boundary_set.licence,
    )


def _version(boundary_set: BoundarySet, names: Mapping[str, str]) -> str:
    level = Level(boundary_set.level)
    made_of = [_FORMAT, boundary_set.version, DETAIL[level], DECIMALS, sorted(names.items())]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:16]


def _content(
    polygons: Mapping[str, shapely.Geometry], names: Mapping[str, str], level: Level
) -> bytes:
    """Return the GeoJSON (RFC 7946) of polygons by code, as small as it gets."""
    codes = sorted(polygons)
    thin = simplify(
        as_array([polygons[code] for code in codes]), metres=DETAIL[level], decimals=DECIMALS
    )
    features = ",".join(
        _feature(code, names.get(code, code), shape)
        for code, shape in zip(codes, shapely.orient_polygons(thin), strict=True)
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
