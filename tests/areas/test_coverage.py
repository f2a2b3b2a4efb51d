"""Polygons that fit together."""

import numpy as np
import pytest
import shapely
from shapely import box

from jps.areas.coverage import clean, dissolve, polygons_only, simplify
from jps.areas.levels import Boundaries
from jps.areas.plane import as_array, plane_of
from jps.areas.rules import Level

KM = 1 / 111.0  # degrees, near enough on the equator


def square(x: float, y: float, width: float = 1, height: float = 1) -> shapely.Geometry:
    """A rectangle in kilometres from 122.5 E, 0.6 N."""
    return box(122.5 + x * KM, 0.6 + y * KM, 122.5 + (x + width) * KM, 0.6 + (y + height) * KM)


def test_what_fits_is_left_alone() -> None:
    pair = as_array([square(0, 0), square(1, 0)])
    cleaned = clean(["a", "b"], pair)
    assert not cleaned.changed
    assert cleaned.geometries is pair


def test_land_claimed_twice_is_found_and_given_to_one() -> None:
    pair = as_array([square(0, 0), square(0.8, 0, 1.2)])
    cleaned = clean(["a", "b"], pair)
    assert [(o.code, o.other, round(o.km2, 1)) for o in cleaned.overlaps] == [("a", "b", 0.2)]
    assert shapely.coverage_is_valid(cleaned.geometries)
    assert shapely.area(shapely.union_all(cleaned.geometries)) == pytest.approx(
        shapely.area(shapely.union_all(pair)), rel=1e-5
    )


def test_slivers_are_closed_and_lakes_stay() -> None:
    sliver = as_array(
        [
            square(0, 0, 1, 3),
            square(1.03, 0, 1, 1),
            square(1.03, 2, 1, 1),
            square(1, 1, 1.03, 1),
            square(1, 0, 0.03, 0.2),
            square(1, 2.8, 0.03, 0.2),
        ]
    )
    cleaned = clean(list("abcdef"), sliver)
    assert cleaned.changed
    assert cleaned.gaps >= 1
    assert cleaned.gaps_km2 == pytest.approx(0.048, abs=0.005)
    lake = as_array(
        [square(0, 0, 3, 1), square(0, 2, 3, 1), square(0, 1, 1, 1), square(2, 1, 1, 1)]
    )
    kept = clean(list("abcd"), lake)
    assert (kept.gaps, kept.gaps_km2) == (0, 0)
    assert shapely.get_num_interior_rings(shapely.union_all(kept.geometries)) == 1


def test_only_polygons_are_kept() -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)])
    repaired = polygons_only(bow)
    assert repaired is not None
    assert shapely.is_valid(repaired)
    assert shapely.area(repaired) == pytest.approx(0.5)
    mixed = shapely.GeometryCollection([shapely.Point(0, 0), box(0, 0, 1, 1)])
    assert polygons_only(mixed) == box(0, 0, 1, 1)
    spike = shapely.from_wkt("POLYGON Z ((0 0 5, 1 0 5, 1 1 5, 0 1 5, 0 0 5))")
    flat = polygons_only(spike)
    assert flat is not None
    assert not shapely.has_z(flat)
    for empty in (
        None,
        shapely.Polygon(),
        shapely.Point(1, 1),
        shapely.LineString([(0, 0), (1, 1)]),
    ):
        assert polygons_only(empty) is None


def test_dissolving_drops_inner_edges_only() -> None:
    below = {"75.01.01": square(0, 0), "75.01.02": square(1, 0), "75.02.01": square(2, 0)}
    above = dissolve(below, Level.KABKOTA)
    assert sorted(above) == ["75.01", "75.02"]
    assert shapely.equals(above["75.01"], square(0, 0, 2))
    assert shapely.equals_exact(above["75.02"], below["75.02.01"], normalize=True)


def test_simplified_edges_are_still_shared(drawn: dict[Level, Boundaries]) -> None:
    before = as_array(list(drawn[Level.KECAMATAN].geometries.values()))
    after = simplify(before, metres=150, decimals=5)
    assert shapely.get_num_coordinates(after).sum() < shapely.get_num_coordinates(before).sum() / 2
    assert shapely.is_valid(after).all()
    assert shapely.coverage_is_valid(after)
    plane = plane_of(before)
    assert plane.km2(after).sum() == pytest.approx(plane.km2(before).sum(), rel=0.01)
    coordinates = shapely.get_coordinates(after)
    assert np.array_equal(coordinates, np.round(coordinates, 5))


def test_the_plane_measures_true_areas() -> None:
    one = as_array([box(122.5, 0.5, 122.51, 0.51)])
    # One hundredth of a degree each way: 1.11319 km by 1.10574 km on WGS84 at this latitude.
    assert plane_of(one).km2(one)[0] == pytest.approx(1.11319 * 1.10574, rel=1e-3)
