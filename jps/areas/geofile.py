"""Files of boundaries from outside: GeoJSON, GeoPackage, Shapefile, alone or in a zip.

A file is read into plain columns and polygons in degrees of WGS84. What cannot be read is refused
with what to do about it.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from jps.areas.plane import Geometries
from jps.areas.table import LATITUDES, LONGITUDES
from jps.areas.unpack import readable
from jps.errors import InvalidFile
from jps.text import N_, one_line

if TYPE_CHECKING:
    import geopandas

_POLYGONS = (
    shapely.GeometryType.POLYGON,
    shapely.GeometryType.MULTIPOLYGON,
    shapely.GeometryType.GEOMETRYCOLLECTION,
)
MAX_FEATURES = 200_000  # Indonesia has about 84,000 desa

BROKEN = N_("Berkas tidak dapat dibaca sebagai data geografis; mungkin rusak atau terpotong.")


@dataclass(frozen=True)
class RawLayer:
    """The features of a file: text `columns` and `geometries` (None where missing), row by row."""

    name: str
    columns: Mapping[str, Sequence[str]]
    geometries: Geometries
    crs: str
    crs_assumed: bool

    def __len__(self) -> int:
        return len(self.geometries)


def read_layer(path: Path, *, layer: str | None = None) -> RawLayer:
    """Return the polygons of `path` in degrees of WGS84 with their columns as text.

    Without a coordinate system degrees are assumed when the numbers allow it. Raises InvalidFile
    when the file is missing, too large, of another kind, broken, empty, has several polygon layers
    and `layer` names none, or lies outside Indonesia.
    """
    quietly = warnings.catch_warnings(action="ignore", category=RuntimeWarning)  # GDAL's own
    with readable(path) as file, quietly:
        frame, name = _read(file, layer)
    if len(frame) == 0:
        raise InvalidFile(N_("Berkas tidak berisi satu wilayah pun."))
    if len(frame) > MAX_FEATURES:
        raise InvalidFile(N_("Berkas berisi lebih dari {limit} wilayah."), limit=MAX_FEATURES)
    _require_polygons(frame)
    frame, crs, assumed = _in_degrees(frame)
    _require_indonesia(frame)
    columns = {
        str(column): [_as_text(value) for value in frame[column].tolist()]
        for column in frame.columns
        if column != frame.geometry.name
    }
    return RawLayer(name, columns, _outlines(frame), crs, assumed)


def _read(path: Path, layer: str | None) -> "tuple[geopandas.GeoDataFrame, str]":
    import geopandas

    try:
        layers = geopandas.list_layers(path)
        names = [str(name) for name in layers["name"]]
        name = layer or _only_layer(names, [str(kind) for kind in layers["geometry_type"]])
        if name not in names:
            raise InvalidFile(
                N_("Lapisan {layer} tidak ada; yang ada: {layers}."),
                layer=name,
                layers=", ".join(names),
            )
        frame = geopandas.read_file(path, layer=name)
    except (RuntimeError, ValueError, shapely.errors.ShapelyError) as error:
        raise InvalidFile(BROKEN) from error
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise InvalidFile(N_("Berkas tidak berisi poligon."))
    if not np.isfinite(shapely.get_coordinates(_outlines(frame))).all():
        raise InvalidFile(BROKEN)
    return frame, name


def _outlines(frame: "geopandas.GeoDataFrame") -> Geometries:
    return np.asarray(frame.geometry.array, dtype=object)


def _only_layer(names: list[str], kinds: list[str]) -> str:
    """Return the one layer that may hold polygons."""
    fitting = [
        name
        for name, kind in zip(names, kinds, strict=True)
        if "Polygon" in kind or kind in ("Unknown", "GeometryCollection")
    ]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise InvalidFile(N_("Berkas tidak berisi poligon."))
    raise InvalidFile(
        N_("Berkas berisi beberapa lapisan ({layers}); sebutkan satu dengan --layer."),
        layers=", ".join(fitting),
    )


def _require_polygons(frame: "geopandas.GeoDataFrame") -> None:
    polygons = shapely.get_type_id(_outlines(frame))
    drawn = ~shapely.is_empty(_outlines(frame))
    if not np.isin(polygons[drawn], _POLYGONS).any():
        raise InvalidFile(N_("Berkas tidak berisi poligon."))


def _in_degrees(frame: "geopandas.GeoDataFrame") -> "tuple[geopandas.GeoDataFrame, str, bool]":
    """Return the frame in WGS84, the name of its own system, and whether that was assumed."""
    crs = frame.crs
    if crs is not None and not crs.is_engineering:
        return frame.to_crs("EPSG:4326"), str(crs.name), False
    west, south, east, north = (float(bound) for bound in frame.total_bounds)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidFile(
            N_(
                "Berkas tidak menyebut sistem koordinatnya. Sertakan berkas .prj, atau simpan "
                "ulang dalam WGS84 (EPSG:4326)."
            )
        )
    return frame.set_crs("EPSG:4326", allow_override=True), "WGS 84", True


def _require_indonesia(frame: "geopandas.GeoDataFrame") -> None:
    west, south, east, north = (float(bound) for bound in frame.total_bounds)
    if _inside(west, east, LONGITUDES) and _inside(south, north, LATITUDES):
        return
    if _inside(south, north, LONGITUDES) and _inside(west, east, LATITUDES):
        raise InvalidFile(N_("Garis lintang dan garis bujur di berkas ini tertukar."))
    raise InvalidFile(
        N_("Batas di berkas ini berada di luar Indonesia; periksa sistem koordinatnya.")
    )


def _inside(low: float, high: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= low <= high <= limits[1]


def _as_text(value: object) -> str:
    """Return a cell as text; missing values of any kind are empty."""
    if value is None or value != value:  # NaN and NaT differ from themselves
        return ""
    return one_line(str(value))
