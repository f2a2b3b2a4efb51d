"""The calibration picture: what the model says beside what came out, on a scale of odds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jps.identity.score_rules import Step
from jps.web.formats import percent

SIDE = 300  # of the plot, in units of the drawing
_MOST = 11.0  # bits at either end: one in two thousand
_TICKS = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)


@dataclass(frozen=True)
class Dot:
    """One step: its place, its interval, how large, what it says."""

    x: float
    y: float
    top: float
    bottom: float
    radius: float
    text: str


@dataclass(frozen=True)
class Drawing:
    """Dots and ticks in units of the drawing; (0, 0) is the upper left corner of the plot."""

    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, str], ...]
    side: int = SIDE


def drawing_of(steps: Sequence[Step]) -> Drawing | None:
    """Return the picture, None when there is nothing to show."""
    if not steps:
        return None
    dots = tuple(
        Dot(
            x=_place(one.said),
            y=SIDE - _place(one.seen),
            top=SIDE - _place(one.high),
            bottom=SIDE - _place(one.low),
            radius=round(3 + min(math.sqrt(one.pairs), 12) / 2, 1),
            text=f"{percent(one.said)} → {percent(one.seen)} ({one.pairs})",
        )
        for one in steps
    )
    return Drawing(dots, tuple((_place(tick), percent(tick, _digits(tick))) for tick in _TICKS))


def _digits(share: float) -> int:
    return 1 if share in {0.001, 0.999} else 0


def _place(share: float) -> float:
    """Return where a share stands from 0 to SIDE on a scale of odds."""
    if share <= 0 or share >= 1:
        return 0.0 if share <= 0 else float(SIDE)
    bits = max(-_MOST, min(_MOST, math.log2(share / (1 - share))))
    return round((bits + _MOST) / (2 * _MOST) * SIDE, 1)
