"""Which figures are hidden because few households stand behind them. Pure.

The figures of an area that are hidden together have cells: disjoint counts of households, such as
reached and not reached. An area with a cell below the minimum is hidden, and all that lies in it.
So that nobody gets it back by subtracting its shown neighbours from the shown total, the smallest
of them are hidden with it until of every cell none or at least the minimum is missing from the
total. Of the parts of a neighbour hidden for that reason the smallest are hidden again, so that the
shown ones do not add up to it. Why this is enough: docs/adr/0023-hidden-figures-stay-hidden.md.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import TypeAlias

from jps.areas.rules import parent_of

Cells: TypeAlias = tuple[int, ...]


class Hidden(StrEnum):
    """Why the figures of an area are hidden."""

    FEW = "few"
    COMPLEMENT = "complement"
    INSIDE = "inside"
    RARE = "rare"  # no programme is told at this level


EVERYTHING = ""  # stands for all areas together
_NOTHING: Mapping[str, Hidden] = {}


def hide(
    households: Mapping[str, int], *, minimum: int, also: Mapping[str, Hidden] = _NOTHING
) -> dict[str, Hidden]:
    """Return the hidden areas and why, where the households are the only cell."""
    return hide_cells({code: (n,) for code, n in households.items()}, minimum=minimum, also=also)


def hide_cells(
    cells: Mapping[str, Cells],
    *,
    minimum: int,
    also: Mapping[str, Hidden] = _NOTHING,
    rather: Collection[str] = (),
) -> dict[str, Hidden]:
    """Return the hidden areas and why.

    `cells` holds every area at all levels; those of one level have the same cells. An area whose
    parent is not among them hangs under `EVERYTHING`, which is judged like an area. Areas `also`
    are hidden whatever their cells, also none. Other areas without anybody have nothing to hide.
    Areas `rather` cover a small one before others do.
    """
    families = _children(cells)
    hidden: dict[str, Hidden] = {}
    top = families.get(EVERYTHING, [])
    if _small(_sum(cells[code] for code in top), minimum):
        hidden[EVERYTHING] = Hidden.FEW
    waiting = [EVERYTHING]
    while waiting:
        parent = waiting.pop()
        children = families.get(parent, [])
        counted = {code: cells[code] for code in children if any(cells[code]) or code in also}
        why = hidden.get(parent)
        if why in (Hidden.FEW, Hidden.INSIDE):
            hidden |= dict.fromkeys(counted, Hidden.INSIDE)
        else:
            always = why is Hidden.COMPLEMENT
            hidden |= _hide_among(counted, minimum, also, rather, always=always)
        waiting += children
    return hidden


def still(
    hidden: Mapping[str, Hidden],
    was: Mapping[str, Cells],
    now: Mapping[str, Cells],
    minimum: int,
) -> dict[str, Hidden]:
    """Return of what was hidden the areas in which not every cell has changed by the minimum.

    A cell that has not would give away, of then, what the area covered. Nobody is no cell.
    """
    return {
        code: why
        for code, why in hidden.items()
        if code in was
        and code in now
        and any(abs(a - b) < minimum for a, b in zip(was[code], now[code], strict=True) if a or b)
    }


def _children(codes: Mapping[str, Cells]) -> dict[str, list[str]]:
    families: dict[str, list[str]] = {}
    for code in sorted(codes):
        parent = parent_of(code) or EVERYTHING
        families.setdefault(parent if parent in codes else EVERYTHING, []).append(code)
    return families


def _hide_among(
    cells: Mapping[str, Cells],
    minimum: int,
    also: Mapping[str, Hidden],
    rather: Collection[str],
    *,
    always: bool,
) -> dict[str, Hidden]:
    """Hide small areas and enough others that of each cell none or at least `minimum` is missing.

    With `always` at least `minimum` is missing of each cell even where no area is small.
    """
    hidden = {code: why for code, why in also.items() if code in cells}
    hidden |= {code: Hidden.FEW for code, counts in cells.items() if _small(counts, minimum)}
    total = _sum(cells.values())
    missing = _sum([tuple(0 for _ in total), *(cells[code] for code in hidden)])
    for code in sorted(cells, key=lambda code: (code not in rather, sum(cells[code]), code)):
        lacking = [
            place
            for place, whole in enumerate(total)
            if whole and missing[place] < minimum and (missing[place] or always)
        ]
        if not lacking:
            break
        if code not in hidden and any(cells[code][place] for place in lacking):
            hidden[code] = Hidden.COMPLEMENT
            missing = _sum([missing, cells[code]])
    return hidden


def _small(counts: Cells, minimum: int) -> bool:
    return any(0 < count < minimum for count in counts)


def _sum(rows: Iterable[Cells]) -> Cells:
    return tuple(map(sum, zip(*rows, strict=True)))
