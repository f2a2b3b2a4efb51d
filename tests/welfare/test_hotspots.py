"""Hot spots: by hand, where they are known to be, and none in noise."""

from itertools import product

import numpy as np
import pytest

from jps.welfare.hotspots import Spot, benjamini_hochberg, local_spots

SIDE = 12
PLACES = list(product(range(SIDE), range(SIDE)))


def _code(row: int, column: int) -> str:
    return f"{row:02d}.{column:02d}"


def _around(row: int, column: int) -> frozenset[str]:
    near = ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1))
    return frozenset(_code(*place) for place in near if place in PLACES)


GRID = {_code(*place): _around(*place) for place in PLACES}


def _noise(seed: int) -> dict[str, float]:
    chance = np.random.default_rng(seed)
    return {code: float(chance.normal()) for code in GRID}


def test_three_in_a_row_by_hand() -> None:
    """x = 1, 2, 6: mean 3, m2 = 14/3; z = (x - 3) / sqrt(m2); I = z * mean of neighbours' z."""
    near = {"a": frozenset("b"), "b": frozenset("ac"), "c": frozenset("b")}
    found = local_spots({"a": 1.0, "b": 2.0, "c": 6.0}, near)
    m2 = 14 / 3
    assert found["a"].moran == pytest.approx((-2 * -1) / m2)
    assert found["b"].moran == pytest.approx((-1 * (-2 + 3) / 2) / m2)
    s = m2**0.5
    assert found["a"].z == pytest.approx((1 + 2 - 2 * 3) / (s * ((3 * 2 - 4) / 2) ** 0.5))


def test_a_known_cluster_is_found_and_little_else() -> None:
    values = _noise(1)
    hot = [_code(row, column) for row, column in PLACES if row < 4 and column < 4]
    for code in hot:
        values[code] += 6
    found = local_spots(values, GRID)
    inner = [_code(row, column) for row, column in PLACES if 0 < row < 3 and 0 < column < 3]
    assert all(found[code].spot is Spot.HIGH and found[code].hot for code in inner)
    far = [code for code in GRID if code[:2] >= "06" and code[3:] >= "06"]
    assert np.mean([found[code].spot is not Spot.NONE for code in far]) < 0.1


def test_noise_has_hardly_any_spot() -> None:
    found = [one for seed in range(5) for one in local_spots(_noise(seed), GRID).values()]
    calls = [one.spot is not Spot.NONE for one in found]
    assert np.mean(calls) < 0.01


def test_unit_and_origin_do_not_matter_and_a_sign_turns_hot_to_cold() -> None:
    values = _noise(2) | {_code(0, column): 5.0 for column in range(4)}
    plain = local_spots(values, GRID)
    scaled = local_spots({code: 3 * value + 40 for code, value in values.items()}, GRID)
    turned = local_spots({code: -value for code, value in values.items()}, GRID)
    for code, one in plain.items():
        assert scaled[code].moran == pytest.approx(one.moran)
        assert scaled[code].q == pytest.approx(one.q)
        assert turned[code].z == pytest.approx(-one.z)


def test_nothing_to_tell() -> None:
    assert local_spots({}, {}) == {}
    flat = local_spots(dict.fromkeys(GRID, 1.0), GRID)
    assert {one.spot for one in flat.values()} == {Spot.NONE}
    alone = local_spots({"a": 1.0, "b": 2.0, "c": 9.0}, {})
    assert {one.p for one in alone.values()} == {1.0}


def test_benjamini_hochberg_by_hand() -> None:
    """Of four: 0.01 * 4, 0.02 * 2, 0.03 * 4/3, 0.5: each no more than the next larger one's."""
    found = benjamini_hochberg([0.5, 0.01, 0.03, 0.02])
    assert found == pytest.approx([0.5, 0.04, 0.04, 0.04])
