"""The geometry that maps load."""

import gzip
import json
from pathlib import Path

import numpy as np
import shapely
from sqlalchemy.orm import Session

from jps.areas.boundaries import Options
from jps.areas.geometry import GeometryFile, geometry_file
from jps.areas.in_force import draw_schematic, import_boundaries
from jps.areas.models import Area
from jps.areas.plane import as_array
from jps.areas.rules import CodeSystem, Level
from jps.areas.screen import on_screen
from tests.conftest import NOW

AREAS = dict(zip(Level, [1, 6, 77, 729], strict=True))
LIMITS = {Level.PROVINSI: 20, Level.KABKOTA: 50, Level.KECAMATAN: 100, Level.DESA: 200}  # KB, gzip


def made(session: Session, level: Level, folder: Path) -> GeometryFile:
    """The geometry of a level, which must be there."""
    file = geometry_file(session, level, folder=folder)
    assert file is not None
    return file


def assert_fit_for_maps(file: GeometryFile, areas: int) -> None:
    """Small, valid, rounded, whole."""
    text = file.path.read_bytes()
    assert len(file.screen.read_bytes()) < LIMITS[file.level] * 1000
    features = json.loads(text)["features"]
    assert len(features) == areas
    assert all(set(feature["properties"]) == {"code", "name"} for feature in features)
    shapes = as_array([shapely.from_geojson(json.dumps(f["geometry"])) for f in features])
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert all(len(str(x).partition(".")[2]) <= 5 for x in shapely.get_coordinates(shapes)[:, 0])
    drawn = json.loads(gzip.decompress(file.screen.read_bytes()))
    assert drawn["codes"] == [feature["id"] for feature in features]
    for rings, shape in zip(drawn["rings"], shapes, strict=True):
        corners = np.vstack([np.cumsum(np.reshape(ring, (-1, 2)), axis=0) for ring in rings])
        box = (*corners.min(axis=0), *corners.max(axis=0))
        west, south, east, north = shapely.bounds(shape)
        ends = on_screen(np.array([[west, north], [east, south]])).ravel()
        assert np.abs(np.subtract(box, ends)).max() <= 0.5


def test_drawn_geometry_is_compact_and_whole(gorontalo: Session, tmp_path: Path) -> None:
    draw_schematic(gorontalo, by="tests", at=NOW)
    for level, areas in AREAS.items():
        file = made(gorontalo, level, tmp_path / "maps")
        assert file.schematic
        assert "bukan batas sebenarnya" in file.source
        assert_fit_for_maps(file, areas)


def test_real_geometry_is_compact_and_whole(
    gorontalo: Session, tmp_path: Path, shared_data: Path
) -> None:
    import_boundaries(
        gorontalo,
        shared_data / "gorontalo_desa.geojson",
        Options(CodeSystem.KEMENDAGRI),
        source="contoh",
        licence="MIT",
        by="tests",
        at=NOW,
    )
    for level, areas in AREAS.items():
        file = made(gorontalo, level, tmp_path)
        assert (file.schematic, file.source, file.licence) == (False, "contoh", "MIT")
        assert_fit_for_maps(file, areas)


def test_the_file_is_made_once_and_anew_when_its_content_changes(
    kota: Session, tmp_path: Path
) -> None:
    draw_schematic(kota, by="tests", at=NOW)
    first = made(kota, Level.KABKOTA, tmp_path)
    stamp = first.path.stat().st_mtime_ns
    assert made(kota, Level.KABKOTA, tmp_path) == first
    assert first.path.stat().st_mtime_ns == stamp
    first.screen.unlink()
    assert made(kota, Level.KABKOTA, tmp_path).screen.is_file()
    kota.get_one(Area, "75.71").name = 'Gorontalo "Utara" </script>'
    kota.flush()
    renamed = made(kota, Level.KABKOTA, tmp_path)
    assert renamed.version != first.version
    names = [f["properties"]["name"] for f in json.loads(renamed.path.read_text())["features"]]
    assert 'Gorontalo "Utara" </script>' in names


def test_without_boundaries_there_is_no_file(kota: Session, tmp_path: Path) -> None:
    assert geometry_file(kota, Level.DESA, folder=tmp_path) is None
    assert not list(tmp_path.glob("*.geojson"))
