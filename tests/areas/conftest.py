"""The official areas, and boundary files made of their schematic drawing."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import geopandas
import pytest
import shapely
from sqlalchemy.orm import Session

from jps.areas.levels import Boundaries, nested
from jps.areas.register import KnownArea, Register
from jps.areas.rules import Level
from jps.areas.schematic import draw, lowest_sites
from jps.areas.services import load_areas
from jps.areas.table import AreaRow, read_areas
from jps.config import DATA
from tests.conftest import NOW

GORONTALO = DATA / "areas" / "gorontalo.csv"

Rows: TypeAlias = list[tuple[dict[str, object], shapely.Geometry | None]]
MakeRows: TypeAlias = Callable[[Level], Rows]
WriteGeoJson: TypeAlias = Callable[..., Path]


@pytest.fixture(scope="session")
def rows() -> list[AreaRow]:
    """The 813 areas of Gorontalo."""
    found, problems = read_areas(GORONTALO.read_bytes())
    assert not problems
    return found


@pytest.fixture(scope="session")
def register(rows: list[AreaRow]) -> Register:
    """The register of Gorontalo."""
    return Register.of(
        KnownArea(
            code=row.code,
            level=row.level,
            names=(row.name, *filter(None, row.aliases.split("|"))),
            bps_code=row.bps_code,
            km2=row.km2,
            lat=row.lat,
            lon=row.lon,
        )
        for row in rows
    )


@pytest.fixture(scope="session")
def drawn(register: Register) -> dict[Level, Boundaries]:
    """The schematic boundaries of Gorontalo by level."""
    return {level.level: level for level in nested(draw(lowest_sites(register)))}


@pytest.fixture
def write(tmp_path: Path) -> WriteGeoJson:
    """Write a GeoJSON file: `write([({"kode": "75.01"}, polygon), ...])`."""

    def make(
        features: Sequence[tuple[Mapping[str, object], shapely.Geometry | None]],
        name: str = "batas.geojson",
    ) -> Path:
        collection = {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": dict(properties),
                    "geometry": json.loads(shapely.to_geojson(shape)) if shape else None,
                }
                for properties, shape in features
            ],
        }
        path = tmp_path / name
        path.write_text(json.dumps(collection))
        return path

    return make


@pytest.fixture
def features(drawn: dict[Level, Boundaries], register: Register) -> MakeRows:
    """Return the drawing of a level as rows of a file with `kode` and `nama`."""

    def make(level: Level) -> Rows:
        return [
            ({"kode": code, "nama": register.areas[code].name}, shape)
            for code, shape in drawn[level].geometries.items()
        ]

    return make


@pytest.fixture
def frame(drawn: dict[Level, Boundaries], register: Register) -> geopandas.GeoDataFrame:
    """The drawn kecamatan as a frame in WGS84."""
    shapes = drawn[Level.KECAMATAN].geometries
    return geopandas.GeoDataFrame(
        {"kode": list(shapes), "nama": [register.areas[code].name for code in shapes]},
        geometry=list(shapes.values()),
        crs="EPSG:4326",
    )


@pytest.fixture
def gorontalo(session: Session) -> Session:
    """A session of an office that has loaded the areas of Gorontalo."""
    load_areas(session, GORONTALO.read_bytes(), by="tests", at=NOW)
    session.commit()
    return session


@pytest.fixture
def kota(session: Session) -> Session:
    """A session of an office that knows Kota Gorontalo alone: 1 + 1 + 9 + 50 areas."""
    header, *lines = GORONTALO.read_text().splitlines()
    own = [line for line in lines if line.startswith(("75,", "75.71"))]
    load_areas(session, "\n".join([header, *own]).encode(), by="tests", at=NOW)
    session.commit()
    return session


@pytest.fixture
def kota_features(features: MakeRows) -> MakeRows:
    """Return the drawing of Kota Gorontalo as rows of a file with `kode` and `nama`."""

    def make(level: Level) -> Rows:
        return [row for row in features(level) if str(row[0]["kode"]).startswith("75.71")]

    return make
