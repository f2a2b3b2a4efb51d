"""Households are shared out over villages by population."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from jps.sample.places import SampleArea, Village, share_households, villages_of


def village(number: int, weight: float) -> Village:
    """Return a village of a weight."""
    return Village(f"75.01.01.2{number:03d}", "Desa", "Kecamatan", "Kabupaten", 0.5, 122.5, weight)


weights = st.lists(st.floats(1, 10_000), min_size=1, max_size=40)


@given(weights, st.integers(0, 300))
def test_all_households_are_shared_out(found: list[float], households: int) -> None:
    villages = [village(i, weight) for i, weight in enumerate(found)]
    shares = share_households(villages, households)
    assert sum(shares) == households
    assert len(shares) == len(villages)
    if households >= len(villages):
        assert min(shares) >= 1


def test_heavier_villages_get_more() -> None:
    shares = share_households([village(0, 100), village(1, 300)], 40)
    assert shares == [10, 30]


def test_few_households_reach_every_kabupaten(villages: list[Village]) -> None:
    shares = share_households(villages, 60)
    reached = Counter[str]()
    for one, share in zip(villages, shares, strict=True):
        reached[one.regency_code] += share
    assert set(reached) == {"75.01", "75.02", "75.03", "75.04", "75.05", "75.71"}
    assert abs(reached["75.01"] - 60 * 423_981 / 1_250_960) <= 1


def test_shares_follow_the_published_population(villages: list[Village]) -> None:
    shares = share_households(villages, 6000)
    city = sum(n for one, n in zip(villages, shares, strict=True) if one.regency_code == "75.71")
    assert abs(city / 6000 - 204_360 / 1_250_960) < 0.005


def test_population_of_the_nearest_level_is_used() -> None:
    areas = [
        SampleArea("75.01", "Kab", population=1000),
        SampleArea("75.01.01", "Kec"),
        SampleArea("75.01.01.1001", "Kelurahan"),
        SampleArea("75.01.01.2002", "Desa"),
        SampleArea("75.01.01.2003", "Besar", population=480),
    ]
    found = {one.code: one for one in villages_of(areas)}
    assert found["75.01.01.2003"].weight == 480
    assert found["75.01.01.1001"].weight == 320
    assert found["75.01.01.2002"].weight == 200
    assert found["75.01.01.1001"].is_urban
    assert found["75.01.01.2002"].district == "Kec"
    assert found["75.01.01.2002"].prefix == "750101"
