"""Links counted in one reading: by kecamatan, state and step of weight."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, case, cast, func, select
from sqlalchemy.orm import Session

from jps.db import within
from jps.identity.models import Link
from jps.identity.preview_rules import Cell
from jps.identity.rules import LinkState
from jps.identity.thresholds import STEP

_ROUNDED = 0.5 - 1e-9  # taken off before rounding gives the whole number below, on any database


@dataclass
class AreaCount:
    """The links of one area: members by state, how many are linked, and what the model expects.

    `chance` sums the probabilities of all best candidates, `linked_chance` those of the linked; a
    link that people decided counts as certain.
    """

    members: int = 0
    linked: int = 0
    chance: float = 0.0
    linked_chance: float = 0.0
    states: dict[str, int] = field(default_factory=dict)

    def add(self, other: "AreaCount") -> None:
        """Add the counts of another area."""
        self.members += other.members
        self.linked += other.linked
        self.chance += other.chance
        self.linked_chance += other.linked_chance
        for state, number in other.states.items():
            self.states[state] = self.states.get(state, 0) + number

    @property
    def review(self) -> int:
        """Members whom somebody has to look at."""
        return self.states.get(LinkState.PERLU_DITINJAU, 0)

    @property
    def precision(self) -> float | None:
        """Share (0-1) of the links that the model expects to be right."""
        return min(self.linked_chance / self.linked, 1.0) if self.linked else None

    @property
    def recall(self) -> float | None:
        """Share (0-1) of the people found by some key that the model expects to be linked."""
        return min(self.linked_chance / self.chance, 1.0) if self.chance else None


@dataclass
class Tally:
    """The links of one area, as counts for tables and as cells for previews."""

    count: AreaCount = field(default_factory=AreaCount)
    cells: list[Cell] = field(default_factory=list)


def tally(session: Session, area: str = "") -> dict[str, Tally]:
    """Return the links of the reader's areas (and of `area`) by kecamatan."""
    code = func.substr(Link.area_code, 1, 8)
    linked = case((Link.person_id.is_not(None), 1), else_=0)
    decided = case((Link.decision_id.is_not(None), 1), else_=0)
    step = cast(func.round(Link.weight / STEP - _ROUNDED), Integer)
    keys = (code, Link.state, linked, decided, step)
    query = select(*keys, func.count(), func.sum(Link.probability)).group_by(*keys)
    if area:
        query = query.where(within(Link.area_code, [area]))
    found: dict[str, Tally] = {}
    for place, state, *row in session.execute(query):
        one = found.setdefault(place, Tally())
        cell = _cell(state, *row)
        one.cells.append(cell)
        one.count.add(_count(state, cell))
    return {place: found[place] for place in sorted(found)}


def _cell(state: str, linked: int, decided: int, step: int | None, members: int, p: float) -> Cell:
    return Cell(
        linked=bool(linked),
        decided=bool(decided),
        review=state == LinkState.PERLU_DITINJAU,
        weight=None if step is None else step * STEP,
        members=members,
        chance=float(p or 0.0),
    )


def _count(state: str, cell: Cell) -> AreaCount:
    return AreaCount(
        members=cell.members,
        linked=cell.members if cell.linked else 0,
        chance=cell.right,
        linked_chance=cell.right if cell.linked else 0.0,
        states={str(state): cell.members},
    )


def merged(cells: Iterable[Cell]) -> list[Cell]:
    """Return cells of one kind and weight as one."""
    found: dict[tuple[bool, bool, bool, float | None], list[float]] = {}
    for one in cells:
        sums = found.setdefault((one.linked, one.decided, one.review, one.weight), [0, 0.0])
        sums[0] += one.members
        sums[1] += one.chance
    return [
        Cell(*kind, members=int(members), chance=chance)
        for kind, (members, chance) in found.items()
    ]


def to_rows(cells: Iterable[Cell]) -> list[list[Any]]:
    """Return cells as plain JSON."""
    return [
        [int(one.linked), int(one.decided), int(one.review), one.weight, one.members, one.chance]
        for one in merged(cells)
    ]


def from_rows(rows: Iterable[Sequence[Any]]) -> list[Cell]:
    """Return what `to_rows` made."""
    return [
        Cell(bool(linked), bool(decided), bool(review), weight, members, chance)
        for linked, decided, review, weight, members, chance in rows
    ]


def by_area(tallies: Mapping[str, Tally], digits: int) -> dict[str, AreaCount]:
    """Return counts by the first `digits` of the code: 5 for kabupaten, 8 for kecamatan."""
    found: dict[str, AreaCount] = {}
    for place, one in tallies.items():
        found.setdefault(place[:digits], AreaCount()).add(one.count)
    return found


def added(counts: Iterable[AreaCount]) -> AreaCount:
    """Return the sum of counts."""
    total = AreaCount()
    for one in counts:
        total.add(one)
    return total
