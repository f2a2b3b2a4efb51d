"""What the household tests share: storing the example household and looking at it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.households import queries, services
from jps.households.forms import HouseholdForm
from jps.households.models import Household, Member
from jps.households.services import Author
from tests.households.conftest import ANI, AT
from tests.households_examples import household_document

Read = Callable[[dict[str, Any]], HouseholdForm]


def registered(session: Session, read: Read, by: Author = ANI, **overrides: Any) -> Household:
    """Store the example household."""
    form = read(household_document(**overrides))
    return services.register_household(session, form, by=by, at=AT).household


def stored_document(session: Session, household: Household) -> dict[str, Any]:
    """Return the accepted document as it lies in the tables."""
    return services.current_document(session, household)


def count(session: Session, table: type[Any]) -> int:
    """Return how many rows a table has."""
    return session.scalar(select(func.count()).select_from(table)) or 0


def members_of(session: Session, household: Household) -> list[Member]:
    """Return the people in a household, read afresh."""
    session.expire_all()
    return queries.get_household(session, household.id).members
