"""Files from outside: what can be read, and what is refused with which words."""

import json
import zipfile
from pathlib import Path

import geopandas
import pytest
import shapely
from shapely import box

from jps.areas import unpack
from jps.areas.geofile import RawLayer, read_layer
from jps.areas.plane import as_array
from jps.errors import InvalidFile
from tests.areas.conftest import WriteGeoJson

SQUARE = box(122.5, 0.5, 122.6, 0.6)


def test_every_format_gives_the_same_rows(frame: geopandas.GeoDataFrame, tmp_path: Path) -> None:
    frame.to_file(tmp_path / "a.geojson")
    frame.to_file(tmp_path / "a.gpkg", layer="kecamatan")
    frame.to_file(tmp_path / "a.shp")
    for name in ("a.geojson", "a.gpkg", "a.shp"):
        layer = read_layer(tmp_path / name)
        assert list(layer.columns["kode"]) == list(frame["kode"])
        assert layer.crs == "WGS 84"
        assert not layer.crs_assumed
        assert moved(layer, frame) < 1e-9


def moved(layer: RawLayer, frame: geopandas.GeoDataFrame) -> float:
    """How far, in degrees, an outline lies from where it was at most."""
    found, expected = as_array(list(layer.geometries)), as_array(list(frame.geometry))
    return float(shapely.hausdorff_distance(found, expected).max())


@pytest.mark.parametrize("crs", ["EPSG:32651", "EPSG:3857", "EPSG:23845"])
def test_other_projections_come_out_in_degrees(
    frame: geopandas.GeoDataFrame, tmp_path: Path, crs: str
) -> None:
    frame.to_crs(crs).to_file(tmp_path / "a.gpkg")
    layer = read_layer(tmp_path / "a.gpkg")
    assert moved(layer, frame) < 1e-4  # 10 m: EPSG:23845 has a datum of its own
    assert layer.crs != "WGS 84"


def test_a_zipped_shapefile_is_read_whatever_its_folders(
    frame: geopandas.GeoDataFrame, tmp_path: Path
) -> None:
    frame.to_file(tmp_path / "batas.shp")
    with zipfile.ZipFile(tmp_path / "kiriman.zip", "w") as archive:
        for part in tmp_path.glob("batas.*"):
            archive.write(part, f"Batas 2025/../dalam/{part.name.upper()}")
        archive.writestr("__MACOSX/._batas.shp", b"x")
        archive.writestr("BACA SAYA.txt", b"x")
    assert len(read_layer(tmp_path / "kiriman.zip")) == 77


def test_without_a_system_degrees_are_assumed_and_metres_refused(
    frame: geopandas.GeoDataFrame, tmp_path: Path
) -> None:
    frame.to_file(tmp_path / "derajat.shp")
    frame.to_crs("EPSG:32651").to_file(tmp_path / "meter.shp")
    for name in ("derajat.prj", "meter.prj"):
        (tmp_path / name).unlink()
    assert read_layer(tmp_path / "derajat.shp").crs_assumed
    with pytest.raises(InvalidFile, match="sistem koordinat"):
        read_layer(tmp_path / "meter.shp")


def test_swapped_axes_and_foreign_places_are_named(write: WriteGeoJson) -> None:
    with pytest.raises(InvalidFile, match="tertukar"):
        read_layer(write([({"kode": "75"}, box(0.5, 122.5, 0.6, 122.6))]))
    with pytest.raises(InvalidFile, match="luar Indonesia"):
        read_layer(write([({"kode": "75"}, box(4.8, 52.3, 4.9, 52.4))]))


def test_numbers_dates_and_gaps_become_text(write: WriteGeoJson) -> None:
    rows = [({"kode": 7501, "luas": 2.5, "ada": True}, SQUARE), ({"kode": 7502, "ada": None}, None)]
    layer = read_layer(write(rows))
    assert list(layer.columns["kode"]) == ["7501", "7502"]
    assert list(layer.columns["luas"]) == ["2.5", ""]
    assert layer.geometries[1] is None


def test_several_layers_need_a_choice(frame: geopandas.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    frame.to_file(path, layer="satu")
    frame.to_file(path, layer="dua")
    points = frame.set_geometry(frame.geometry.representative_point())
    points.to_file(path, layer="titik")
    with pytest.raises(InvalidFile, match=r"satu, dua"):
        read_layer(path)
    assert read_layer(path, layer="dua").name == "dua"
    with pytest.raises(InvalidFile, match="Lapisan tiga tidak ada"):
        read_layer(path, layer="tiga")
    with pytest.raises(InvalidFile, match="tidak berisi poligon"):
        read_layer(path, layer="titik")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "kosong"),
        (b"kode,nama\n75,Gorontalo\n", "bukan GeoJSON"),
        (b"%PDF-1.7", "bukan GeoJSON"),
        (b"{", "rusak"),
        (b'{"type": "FeatureCollection", "features": [{"type": "Feat', "rusak"),
        (b'{"apa": "saja"}', "rusak"),
        (b'{"type": "FeatureCollection", "features": []}', "tidak berisi"),
        (b"SQLite format 3\0" + b"\0" * 200, "rusak"),
        (b"PK\x03\x04" + b"\0" * 50, "Zip"),
        (b"\0\0\x27\x0a" + b"\0" * 96, "shx"),
    ],
)
def test_what_is_no_boundary_file_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "berkas.geojson"
    path.write_bytes(content)
    with pytest.raises(InvalidFile, match=words):
        read_layer(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"tidak-ada\.gpkg"):
        read_layer(tmp_path / "tidak-ada.gpkg")


def test_points_and_null_geometries_are_no_boundaries(write: WriteGeoJson) -> None:
    for shape in (shapely.Point(122.5, 0.5), None):
        with pytest.raises(InvalidFile, match="tidak berisi poligon"):
            read_layer(write([({"kode": "75"}, shape)]))


RING = "[122.5,0.5],[122.6,0.5],[122.6,0.6]"


@pytest.mark.parametrize(
    ("coordinates", "words"),
    [
        (f"[[{RING},[122.5,0.6]]]", "rusak atau terpotong"),  # a ring that does not close
        (f"[[[NaN,0.5],{RING},[122.5,0.5]]]", "rusak atau terpotong"),
        (f"[[{RING},[NaN,0.6],[122.5,0.5]]]", "rusak atau terpotong"),
        ("[]", "tidak berisi poligon"),
        ("[[]]", "tidak berisi poligon"),
    ],
)
def test_broken_and_empty_outlines_are_refused(
    tmp_path: Path, coordinates: str, words: str
) -> None:
    path = tmp_path / "berkas.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"kode":"75.01"},'
        f'"geometry":{{"type":"Polygon","coordinates":{coordinates}}}}}]}}'
    )
    with pytest.raises(InvalidFile, match=words):
        read_layer(path)


def test_a_file_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "berkas.gpkg"
    path.write_bytes(b"SQLite format 3\0" + bytes(4000))
    with pytest.raises(InvalidFile, match="rusak atau terpotong"):
        read_layer(path)


def test_a_zip_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bom.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * 3_000_000)
    monkeypatch.setattr(unpack, "MAX_BYTES", 1_000_000)
    with pytest.raises(InvalidFile, match="terlalu besar"):
        read_layer(path)
    monkeypatch.setattr(unpack, "MAX_BYTES", path.stat().st_size - 1)
    with pytest.raises(InvalidFile, match="terlalu besar"):
        read_layer(path)


def test_a_zip_must_hold_one_file_to_read(tmp_path: Path) -> None:
    path = tmp_path / "dua.zip"
    content = json.dumps({"type": "FeatureCollection", "features": []})
    for members in ([], ["a.geojson", "b.geojson"]):
        with zipfile.ZipFile(path, "w") as archive:
            for member in members:
                archive.writestr(member, content)
            archive.writestr("baca.txt", "x")
        with pytest.raises(InvalidFile, match="tepat satu"):
            read_layer(path)


def test_a_zip_with_a_hundred_thousand_names_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "banyak.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(unpack.MAX_MEMBERS + 1):
            archive.writestr(f"{number}.txt", b"")
    with pytest.raises(InvalidFile, match="terlalu besar"):
        read_layer(path)
