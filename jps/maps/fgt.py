"""Poverty rate, gap and squared gap of an area (Foster, Greer, Thorbecke 1984). Pure.

By households' persons, from what a trained model says of each: the chance to consume less than the
line, and the means of the gap below it and of its square. The square's own square is not stored; it
is at most the square, so that the interval of P2 is on the careful side.
"""

from typing import TypeAlias

from jps.welfare.estimates import Estimate, Sums, estimate

Fgt: TypeAlias = tuple[Sums, Sums, Sums]  # over w p0, w p1, w p2, w being persons

NO_FGT: Fgt = (Sums(), Sums(), Sums())
KEYS = ("fgt0", "fgt1", "fgt2")


def add_fgt(one: Fgt, other: Fgt) -> Fgt:
    """Return the sums of two groups of households together."""
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def fgt_estimates(sums: Fgt) -> dict[str, Estimate | None]:
    """Return the three measures by key, None without households."""
    rate, gap, square = sums
    return {
        "fgt0": estimate(rate),
        "fgt1": estimate(gap, square.wwp),
        "fgt2": estimate(square, square.wwp),
    }


def fgt_figures(sums: Fgt) -> dict[str, float | None]:
    """Return the measures with their intervals and the households behind them."""
    found: dict[str, float | None] = {"modelled": sums[0].n or None}
    for key, one in fgt_estimates(sums).items():
        found[key] = one.rate if one else None
        found[f"{key}_low"] = one.low if one else None
        found[f"{key}_high"] = one.high if one else None
    return found
