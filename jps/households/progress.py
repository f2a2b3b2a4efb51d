"""How far the work in each village is."""

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.households.counting import household_counts
from jps.households.models import Household
from jps.households.rules import PAST_OPERATOR, State


@dataclass(frozen=True, slots=True)
class VillageProgress:
    """How many households of a village stand in each state; archived, merged ones do not count."""

    area_code: str
    counts: dict[State, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All households."""
        return sum(self.counts.values())

    @property
    def sent(self) -> int:
        """Households that are out of the enumerator's hands."""
        return self.counts.get(State.SUBMITTED, 0) + self.past_operator

    @property
    def past_operator(self) -> int:
        """Households that an operator verified, wherever they went from there."""
        return sum(self.counts.get(state, 0) for state in PAST_OPERATOR)


def progress_by_village(session: Session, *, entered_by: str = "") -> dict[str, VillageProgress]:
    """Return the progress of every village with households, by code; of one person if asked."""
    query = (
        select(Household.area_code, Household.state, func.count())
        .where(Household.state != State.ARCHIVED, household_counts())
        .group_by(Household.area_code, Household.state)
        .order_by(Household.area_code)
    )
    if entered_by:
        query = query.where(Household.entered_by == entered_by)
    found: dict[str, VillageProgress] = {}
    for code, state, count in session.execute(query):
        village = found.setdefault(code, VillageProgress(code))
        village.counts[State(state)] = count
    return found
