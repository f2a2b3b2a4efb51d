"""Files of polygons made into boundaries, and the files that are refused."""

from dataclasses import replace
from pathlib import Path

import geopandas
import pytest
import shapely
from shapely import box

from jps.areas.boundaries import Options, Prepared, prepare_boundaries
from jps.areas.names import Agreement
from jps.areas.plane import as_array
from jps.areas.register import Register
from jps.areas.rules import CodeSystem, Level
from jps.errors import InvalidData, InvalidFile
from tests.areas.conftest import MakeRows, Rows, WriteGeoJson

KEMENDAGRI = Options(CodeSystem.KEMENDAGRI)
BPS = Options(CodeSystem.BPS)
REAL = {Level.KABKOTA: 6, Level.KECAMATAN: 77, Level.DESA: 729}


def assert_fits(prepared: Prepared) -> None:
    """Every level is valid and fits together."""
    for level in prepared.levels:
        polygons = as_array(list(level.geometries.values()))
        assert shapely.is_valid(polygons).all()
        assert shapely.coverage_is_valid(polygons)


@pytest.mark.parametrize("level", REAL)
def test_the_real_boundaries_import_cleanly(
    shared_data: Path, register: Register, level: Level
) -> None:
    prepared = prepare_boundaries(shared_data / f"gorontalo_{level}.geojson", register, KEMENDAGRI)
    report = prepared.report
    assert report.findings == 0, report.as_dict()
    assert not report.renamed
    assert not report.repaired
    assert [made.level for made in prepared.levels][-1] is Level.PROVINSI
    assert len(prepared.levels[0].geometries) == REAL[level]
    assert [made.dissolved for made in prepared.levels] == [False] + [True] * level.depth
    assert_fits(prepared)


def test_a_real_file_with_bps_codes_is_refused_and_accepted_for_what_it_is(
    shared_data: Path, register: Register, tmp_path: Path
) -> None:
    frame = geopandas.read_file(shared_data / "gorontalo_desa.geojson")
    parents = [register.areas[code].bps_code for code in frame["kode_kec"]]
    serials = frame.groupby("kode_kec").cumcount() + 1
    frame["kode"] = [f"{bps}{serial:03}" for bps, serial in zip(parents, serials, strict=True)]
    path = tmp_path / "bps.gpkg"
    frame[["kode", "nama", "geometry"]].to_file(path)
    with pytest.raises(InvalidFile, match="berisi kode BPS, bukan Kemendagri"):
        prepare_boundaries(path, register, KEMENDAGRI)
    prepared = prepare_boundaries(path, register, BPS)
    assert prepared.report.findings == 0
    assert len(prepared.levels[0].geometries) == 729


@pytest.mark.parametrize("level", [Level.KABKOTA, Level.KECAMATAN])
def test_bps_codes_lead_to_the_same_areas(
    features: MakeRows, register: Register, write: WriteGeoJson, level: Level
) -> None:
    rows = [
        ({"bps": register.areas[str(row["kode"])].bps_code, "wilayah": row["nama"]}, shape)
        for row, shape in features(level)
    ]
    prepared = prepare_boundaries(write(rows), register, BPS)
    assert prepared.report.code_column == "bps"
    assert prepared.report.name_column == "wilayah"
    assert not prepared.report.surplus
    assert not prepared.report.renamed
    assert prepared.levels[0].geometries.keys() == {str(r["kode"]) for r, _ in features(level)}


def disguised(features: MakeRows, register: Register, level: Level) -> Rows:
    """Rows whose kabupaten part is BPS's, written with Kemendagri's dots: 75.01 is Boalemo."""
    rows: Rows = []
    for row, shape in features(level):
        code = str(row["kode"])
        bps = register.areas[code[:5]].bps_code or ""
        rows.append(({"kode": f"{bps[:2]}.{bps[2:]}{code[5:]}", "nama": row["nama"]}, shape))
    return rows


@pytest.mark.parametrize("level", REAL)
def test_bps_codes_in_disguise_are_caught_by_names(
    features: MakeRows, register: Register, write: WriteGeoJson, level: Level
) -> None:
    path = write(disguised(features, register, level))
    with pytest.raises(InvalidData, match="kode BPS, bukan Kemendagri") as refused:
        prepare_boundaries(path, register, KEMENDAGRI)
    assert refused.value.problems


@pytest.mark.parametrize("level", REAL)
def test_bps_codes_in_disguise_are_caught_by_place_without_names(
    features: MakeRows, register: Register, write: WriteGeoJson, level: Level
) -> None:
    rows = [({"kode": r["kode"]}, s) for r, s in disguised(features, register, level)]
    with pytest.raises(InvalidData, match="Letak"):
        prepare_boundaries(write(rows), register, KEMENDAGRI)


def test_kemendagri_codes_given_as_bps_are_refused(
    features: MakeRows, register: Register, write: WriteGeoJson
) -> None:
    with pytest.raises(InvalidData, match="kode Kemendagri, bukan BPS"):
        prepare_boundaries(write(features(Level.KABKOTA)), register, BPS)
    for level in (Level.KECAMATAN, Level.DESA):
        with pytest.raises(InvalidFile, match="berisi kode Kemendagri, bukan BPS"):
            prepare_boundaries(write(features(level)), register, BPS)


def test_one_kabupaten_with_the_others_code_is_refused(
    features: MakeRows, register: Register, write: WriteGeoJson
) -> None:
    (_, shape), *_ = features(Level.KABKOTA)
    path = write([({"kode": "75.02", "nama": "Kabupaten Gorontalo"}, shape)])
    with pytest.raises(InvalidData, match="kode BPS"):
        prepare_boundaries(path, register, replace(KEMENDAGRI, partial=True))


def test_another_province_is_refused(
    features: MakeRows, register: Register, write: WriteGeoJson
) -> None:
    rows: Rows = [
        ({"kode": str(row["kode"]).replace("75.", "73.", 1), "nama": row["nama"]}, shape)
        for row, shape in features(Level.KECAMATAN)
    ]
    with pytest.raises(InvalidFile, match="provinsi lain"):
        prepare_boundaries(write(rows), register, KEMENDAGRI)


def test_columns_may_be_named(features: MakeRows, register: Register, write: WriteGeoJson) -> None:
    rows: Rows = [
        ({"a": r["kode"], "b": r["nama"], "c": "75.01"}, s) for r, s in features(Level.KABKOTA)
    ]
    named = replace(KEMENDAGRI, code_column="A", name_column="b")
    report = prepare_boundaries(write(rows), register, named).report
    assert (report.code_column, report.name_column) == ("a", "b")
    with pytest.raises(InvalidFile, match=r"Kolom x tidak ada di berkas; yang ada: a, b, c"):
        prepare_boundaries(write(rows), register, replace(KEMENDAGRI, code_column="x"))


def test_a_file_without_codes_lists_its_columns(
    features: MakeRows, register: Register, write: WriteGeoJson
) -> None:
    rows: Rows = [({"nama": row["nama"], "no": 1}, shape) for row, shape in features(Level.DESA)]
    with pytest.raises(InvalidFile, match=r"nama, no.*--code-column"):
        prepare_boundaries(write(rows), register, KEMENDAGRI)


def test_what_is_missing_and_too_much_is_told(
    features: MakeRows, register: Register, write: WriteGeoJson
) -> None:
    rows = features(Level.KECAMATAN)
    first, second, third = rows[0][0], rows[1][0], rows[2][0]
    rows[0] = ({"kode": "75.01.99", "nama": "Baru"}, rows[0][1])
    rows[1] = (second, None)
    rows[2] = ({"kode": third["kode"], "nama": "Bukan Ini"}, rows[2][1])
    rows[3] = ({"kode": rows[3][0]["kode"], "nama": "TIBAVA"}, rows[3][1])
    report = prepare_boundaries(write(rows), register, KEMENDAGRI).report
    assert [(s.value, s.name) for s in report.surplus] == [("75.01.99", "Baru")]
    assert [s.value for s in report.without_polygon] == [second["kode"]]
    assert [m.code for m in report.levels[0].missing] == [first["kode"], second["kode"]]
    assert [(n.code, n.agreement) for n in report.renamed] == [
        (third["kode"], Agreement.DIFFERENT),
        ("75.01.04", Agreement.SPELLING),
    ]
    assert report.findings >= 5


def test_an_incomplete_file_needs_consent(
    features: MakeRows, register: Register, write: WriteGeoJson
) -> None:
    rows = [row for row in features(Level.DESA) if str(row[0]["kode"]).startswith("75.71")]
    with pytest.raises(InvalidData, match="hanya memuat 50 dari 729"):
        prepare_boundaries(write(rows), register, KEMENDAGRI)
    prepared = prepare_boundaries(write(rows), register, replace(KEMENDAGRI, partial=True))
    assert [len(level.geometries) for level in prepared.levels] == [50, 9, 1, 1]
    assert len(prepared.report.levels[0].missing) == 679


def test_islands_of_one_area_may_be_rows_of_their_own(
    features: MakeRows, register: Register, write: WriteGeoJson
) -> None:
    rows = features(Level.KABKOTA)
    properties, shape = rows.pop(0)
    assert shape is not None
    west, south, east, north = shapely.bounds(shape)
    middle = (west + east) / 2
    for side in (box(west, south, middle, north), box(middle, south, east, north)):
        rows.append((properties, shapely.intersection(shape, side)))
    report = prepare_boundaries(write(rows), register, KEMENDAGRI).report
    assert report.merged == (properties["kode"],)
    assert report.levels[0].areas == 6


def test_a_code_twice_for_the_same_land_or_another_name_is_refused(
    features: MakeRows, register: Register, write: WriteGeoJson
) -> None:
    rows = features(Level.KECAMATAN)
    with pytest.raises(InvalidData, match="lebih dari satu kali") as same:
        prepare_boundaries(write([*rows, rows[5]]), register, KEMENDAGRI)
    assert list(same.value.problems) == [rows[5][0]["kode"]]
    other: Rows = [*rows, ({"kode": rows[5][0]["kode"], "nama": "Pinogu"}, rows[6][1])]
    with pytest.raises(InvalidData, match="lebih dari satu kali"):
        prepare_boundaries(write(other), register, KEMENDAGRI)


def test_broken_polygons_are_repaired_and_overlaps_told(
    features: MakeRows, register: Register, write: WriteGeoJson
) -> None:
    rows = features(Level.KECAMATAN)
    codes = [str(row["kode"]) for row, _ in rows]
    lemito, limboto = codes.index("75.04.02"), codes.index("75.01.01")
    grown = shapely.buffer(rows[lemito][1], 0.02)
    rows[lemito] = (rows[lemito][0], grown)
    west, south, *_ = shapely.bounds(rows[limboto][1])
    bow = shapely.Polygon(
        [(west, south), (west - 1e-4, south - 1e-4), (west, south - 1e-4), (west - 1e-4, south)]
    )
    rows[limboto] = (
        rows[limboto][0],
        shapely.GeometryCollection([*shapely.get_parts(rows[limboto][1]), bow]),
    )
    prepared = prepare_boundaries(write(rows), register, KEMENDAGRI)
    report = prepared.report
    assert report.repaired == ("75.01.01",)
    assert {o.code for o in report.levels[0].overlaps} | {
        o.other for o in report.levels[0].overlaps
    } > {"75.04.02"}
    assert report.levels[0].cleaned
    assert_fits(prepared)


def test_wrong_sizes_are_told(features: MakeRows, register: Register, write: WriteGeoJson) -> None:
    wrong = Register.of(
        replace(area, km2=area.km2 * 2) if area.code == "75.05" and area.km2 else area
        for area in register.areas.values()
    )
    report = prepare_boundaries(write(features(Level.KABKOTA)), wrong, KEMENDAGRI).report
    assert [size.code for size in report.levels[0].sizes] == ["75.05"]


def test_one_level_may_be_taken_from_a_mixed_file(
    features: MakeRows, register: Register, write: WriteGeoJson
) -> None:
    path = write(features(Level.KABKOTA) + features(Level.KECAMATAN))
    both = prepare_boundaries(path, register, KEMENDAGRI)
    assert [made.dissolved for made in both.levels] == [False, False, True]
    one = prepare_boundaries(path, register, replace(KEMENDAGRI, level=Level.KABKOTA))
    assert [len(made.geometries) for made in one.levels] == [6, 1]
    with pytest.raises(InvalidData, match="Desa/kelurahan"):
        prepare_boundaries(path, register, replace(KEMENDAGRI, level=Level.DESA))


def test_the_report_is_plain_json(
    features: MakeRows, register: Register, write: WriteGeoJson
) -> None:
    rows = features(Level.KABKOTA)
    rows[0] = ({"kode": rows[0][0]["kode"], "nama": "Gorontallo"}, rows[0][1])
    plain = prepare_boundaries(write(rows), register, KEMENDAGRI).report.as_dict()
    assert plain["findings"] == 0
    assert plain["renamed"][0]["agreement"] == "spelling"
    assert plain["levels"][0]["level"] == "kabkota"
