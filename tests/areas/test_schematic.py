"""Schematic boundaries."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from jps.areas.levels import Boundaries, nested
from jps.areas.plane import as_array, plane_of
from jps.areas.register import KnownArea, Register
from jps.areas.rules import Level, ancestor
from jps.areas.schematic import Site, draw, lowest_sites

_POLYGON = 3

sites = st.lists(
    st.builds(
        Site,
        code=st.integers(1001, 9999).map(lambda serial: f"75.01.01.{serial}"),
        lat=st.floats(0.3, 1.1).map(lambda value: round(value, 4)),
        lon=st.floats(121.0, 123.6).map(lambda value: round(value, 4)),
        km2=st.one_of(st.none(), st.floats(0.1, 400)),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda site: site.code,
)


@settings(max_examples=25, deadline=None)
@given(sites)
def test_any_areas_come_out_whole_and_apart(found: list[Site]) -> None:
    cells = draw(found)
    polygons = as_array([cells[code] for code in sorted(cells)])
    assert sorted(cells) == sorted(site.code for site in found)
    assert (shapely.get_type_id(polygons) == _POLYGON).all()
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)


def test_the_drawing_depends_on_the_areas_alone(register: Register) -> None:
    found = [site for site in lowest_sites(register) if site.code.startswith("75.71")]
    once, again = draw(found), draw(found[::-1])
    assert once.keys() == again.keys()
    assert all(shapely.equals_exact(once[code], again[code]) for code in once)


def test_gorontalo_looks_like_gorontalo(drawn: dict[Level, Boundaries], register: Register) -> None:
    desa = drawn[Level.DESA]
    polygons = as_array(list(desa.geometries.values()))
    official = np.array([register.areas[code].km2 for code in desa.geometries], dtype=float)
    ratio = np.array(list(desa.km2.values())) / official
    assert len(polygons) == 729
    assert (shapely.get_type_id(polygons) == _POLYGON).all()
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)
    assert np.median(ratio) == pytest.approx(1.0, abs=0.05)
    assert np.percentile(ratio, [5, 95]) == pytest.approx([1.0, 1.0], abs=0.6)
    assert ratio.min() > 0.5
    points = [
        shapely.Point(area.lon, area.lat)
        for area in (register.areas[code] for code in desa.geometries)
        if area.lon is not None and area.lat is not None
    ]
    assert shapely.contains(polygons, as_array(points)).mean() > 0.95


def test_inside_the_outline_there_is_no_gap(drawn: dict[Level, Boundaries]) -> None:
    province = drawn[Level.PROVINSI].geometries["75"]
    rings = shapely.get_num_interior_rings(shapely.get_parts(province))
    assert rings.sum() == 0


def test_levels_are_nested_exactly(drawn: dict[Level, Boundaries]) -> None:
    desa = drawn[Level.DESA].geometries
    for level in (Level.KECAMATAN, Level.KABKOTA, Level.PROVINSI):
        upper = drawn[level]
        assert upper.geometries.keys() == {ancestor(code, level) for code in desa}
        assert shapely.coverage_is_valid(as_array(list(upper.geometries.values())))
        assert sum(upper.km2.values()) == pytest.approx(sum(drawn[Level.DESA].km2.values()))


def test_no_areas_give_no_drawing() -> None:
    assert draw([]) == {}


def test_areas_with_the_same_point_are_drawn_side_by_side() -> None:
    found = [Site(f"75.01.01.{2001 + i}", 0.6, 122.9, 4.0) for i in range(5)]
    polygons = as_array(list(draw(found).values()))
    km2 = plane_of(polygons).km2(polygons)
    assert shapely.coverage_is_valid(polygons)
    assert (km2 > 0.2).all()
    assert np.median(km2) > 2


def test_the_lowest_level_with_points_is_drawn() -> None:
    known = [
        KnownArea("73", Level.PROVINSI, ("Contoh",)),
        KnownArea("73.01", Level.KABKOTA, ("Satu",), lat=-3.0, lon=120.0, km2=900),
        KnownArea("73.01.01", Level.KECAMATAN, ("A",), lat=-3.1, lon=120.0, km2=400),
        KnownArea("73.01.02", Level.KECAMATAN, ("B",), lat=-2.9, lon=120.1, km2=500),
        KnownArea("73.01.02.2001", Level.DESA, ("Tanpa titik",)),
        KnownArea("73.02", Level.KABKOTA, ("Dua",), lat=-3.0, lon=120.4, km2=700),
    ]
    found = lowest_sites(Register.of(known))
    assert [site.code for site in found] == ["73.01.01", "73.01.02", "73.02"]
    levels = nested(draw(found))
    assert [(level.level, sorted(level.geometries)) for level in levels] == [
        (Level.KECAMATAN, ["73.01.01", "73.01.02"]),
        (Level.KABKOTA, ["73.01", "73.02"]),
        (Level.PROVINSI, ["73"]),
    ]
    assert levels[1].km2["73.02"] == pytest.approx(700, rel=0.3)
