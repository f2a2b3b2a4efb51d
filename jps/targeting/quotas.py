"""How many each area gets: whole numbers that add up, by declared rules. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction

from jps.text import N_


class Method(StrEnum):
    """By what a total is divided among areas."""

    EXPECTED_POOR = "expected-poor"
    HOUSEHOLDS = "households"
    BY_HAND = "by-hand"
    NONE = "none"


METHOD_NAMES: Mapping[Method, str] = {
    Method.EXPECTED_POOR: N_("Menurut perkiraan rumah tangga miskin"),
    Method.HOUSEHOLDS: N_("Menurut jumlah rumah tangga yang memenuhi syarat"),
    Method.BY_HAND: N_("Ditetapkan sendiri per wilayah"),
    Method.NONE: N_("Tanpa kuota wilayah: urutan se-wilayah"),
}


def largest_remainder(
    total: int, weights: Mapping[str, float], caps: Mapping[str, int]
) -> dict[str, int]:
    """Divide `total` by weight into whole numbers, nobody above their cap.

    Hamilton's method (largest remainders) with exact fractions, ties by code, so that the same
    weights always give the same seats. What an area cannot use goes to the others by their weights;
    the result adds up to the total, or to all caps together when those are less.
    """
    seats = dict.fromkeys(weights, 0)
    open_areas = {code: Fraction(weight) for code, weight in weights.items() if weight > 0}
    left = min(total, sum(caps.get(code, 0) for code in open_areas))
    while left > 0 and open_areas:
        given = _round(left, open_areas)
        left = 0
        for code, more in given.items():
            room = caps.get(code, 0) - seats[code]
            seats[code] += min(more, room)
            left += max(0, more - room)
        open_areas = {c: w for c, w in open_areas.items() if seats[c] < caps.get(c, 0)}
    return seats


def _round(total: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    whole = sum(weights.values())
    shares = {code: total * weight / whole for code, weight in weights.items()}
    seats = {code: int(share) for code, share in shares.items()}
    rest = total - sum(seats.values())
    by_remainder = sorted(shares, key=lambda code: (seats[code] - shares[code], code))
    for code in by_remainder[:rest]:
        seats[code] += 1
    return seats
