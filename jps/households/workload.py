"""How far the work is, by area and enumerator: counts per state, and what was sent day by day.

The counts come from one pass over `ix_household_progress`, which holds all that they need; merged
households are few and are taken off by a second look. Nothing reads the wide rows of `household`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from jps.areas.rules import Level, ancestor
from jps.db import within
from jps.deadlines.rules import Phase, Stage, Window, window_for
from jps.households.models import Household, Merge
from jps.households.rules import IN_FORCE, PAST_OPERATOR, Merged, State

# Which households still wait for a stage.
WAITING: Mapping[Stage, tuple[State, ...]] = {
    Stage.COLLECTION: (State.DRAFT,),
    Stage.VERIFICATION: (State.SUBMITTED, State.RETURNED),
    Stage.MEETING: (State.VERIFIED,),
    Stage.CONFIRMATION: (State.AGREED, State.CONFIRMED),
}


@dataclass
class Workload:
    """Counts of an area or a person; those of parts add up."""

    counts: Counter[State] = field(default_factory=Counter)
    persons: int = 0  # in households whose size is known
    sized: int = 0  # households whose size is known
    last: datetime | None = None  # when anything last changed
    late: Counter[Stage] = field(default_factory=Counter)  # waiting after the deadline

    def add(self, other: "Workload") -> None:
        """Take other counts into these."""
        self.counts.update(other.counts)
        self.persons += other.persons
        self.sized += other.sized
        self.last = max(filter(None, (self.last, other.last)), default=None)
        self.late.update(other.late)

    @property
    def sent(self) -> int:
        """Households that were ever sent and are in force."""
        return sum(self.counts[state] for state in IN_FORCE)

    @property
    def verified(self) -> int:
        """Households that an operator verified, wherever they went from there."""
        return sum(self.counts[state] for state in PAST_OPERATOR)

    @property
    def decided(self) -> int:
        """Households that the meeting decided about."""
        return self.verified - self.counts[State.VERIFIED]

    @property
    def overdue(self) -> int:
        """Households that wait although their stage is closed."""
        return self.late.total()

    def expected(self, population: int | None, mean_size: float | None) -> int | None:
        """Return the estimate of households: population over the mean size of the recorded ones,
        where there are none over `mean_size`."""
        size = self.persons / self.sized if self.persons else mean_size
        return None if population is None or not size else round(population / size)


def village_workloads(session: Session, *, area: str = "") -> dict[str, Workload]:
    """Return the workload of every village with households, archived and merged ones left out."""
    found: dict[str, Workload] = {}
    for merged in (False, True):
        query = select(
            Household.area_code,
            Household.state,
            func.count(),
            func.sum(Household.household_size),
            func.count(Household.household_size),
            func.max(Household.changed_at),
        ).group_by(Household.area_code, Household.state)
        if area:
            query = query.where(within(Household.area_code, [area]))
        if merged:
            query = query.join(Merge, _is_merged())
        for code, state, number, persons, sized, last in session.execute(query):
            _take(
                found.setdefault(code, Workload()),
                state,
                number,
                persons,
                sized,
                last,
                merged=merged,
            )
    return found


def person_workloads(session: Session, *, area: str) -> dict[tuple[str, str], Workload]:
    """Return the workload by village and the name of who entered, within `area`."""
    found: dict[tuple[str, str], Workload] = {}
    for merged in (False, True):
        query = (
            select(
                Household.area_code,
                Household.entered_by,
                Household.state,
                func.count(),
                func.sum(Household.household_size),
                func.count(Household.household_size),
                func.max(Household.changed_at),
            )
            .where(within(Household.area_code, [area]))
            .group_by(Household.area_code, Household.state, Household.entered_by)
        )
        if merged:
            query = query.join(Merge, _is_merged())
        for code, by, state, number, persons, sized, last in session.execute(query):
            load = found.setdefault((code, by), Workload())
            _take(load, state, number, persons, sized, last, merged=merged)
    return found


def mark_late(loads: Mapping[str, Workload], windows: list[Window], *, at: datetime) -> None:
    """Note in the workloads of villages what waits although its stage is closed."""
    for code, load in loads.items():
        for stage, states in WAITING.items():
            window = window_for(windows, stage, code)
            waiting = sum(load.counts[state] for state in states)
            if waiting and window is not None and window.phase(at) is Phase.CLOSED:
                load.late[stage] = waiting


def rolled_up(loads: Mapping[str, Workload], level: Level) -> dict[str, Workload]:
    """Return the workloads of the areas of `level` from those of their villages."""
    found: dict[str, Workload] = {}
    for code, load in loads.items():
        found.setdefault(ancestor(code, level), Workload()).add(load)
    return found


def sent_between(session: Session, bounds: Sequence[datetime], *, area: str) -> list[int]:
    """Return how many households were last sent between each of `bounds` and the next, those that
    were archived or merged since included.

    Each is a range of one index: 14 days of a province took 10 ms where grouping by the day, which
    SQLite reads out of every time anew, took 1.2 s.
    """
    counts = []
    for start, end in pairwise(bounds):
        query = select(func.count()).where(Household.edited_at >= start, Household.edited_at < end)
        if area:
            query = query.where(within(Household.area_code, [area]))
        counts.append(query.scalar_subquery())
    return [int(number) for number in session.execute(select(*counts)).one()]


def _is_merged() -> ColumnElement[bool]:
    return and_(Merge.record_id == Household.id, Merge.kind == Merged.HOUSEHOLD, Merge.active)


def _take(
    load: Workload,
    state: State,
    number: int,
    persons: int | None,
    sized: int,
    last: datetime,
    *,
    merged: bool,
) -> None:
    """Count, or take off what is merged into another household."""
    if state == State.ARCHIVED:
        return
    sign = -1 if merged else 1
    load.counts[State(state)] += sign * number
    load.persons += sign * (persons or 0)
    load.sized += sign * sized
    if not merged:
        load.last = max(filter(None, (load.last, last)), default=None)
