"""Reads of back-checks: whose turn it is, how far they are, what they have shown."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.errors import NotFound
from jps.fieldwork.asking import compared
from jps.fieldwork.models import BackCheck, BackCheckItem
from jps.fieldwork.rules import Agreement, CheckState, Difference, Kind, agreement
from jps.households.models import Household


def get_item(session: Session, item_id: uuid.UUID) -> BackCheckItem:
    """Return an item of the session's areas, or raise `NotFound`."""
    found = session.scalars(select(BackCheckItem).where(BackCheckItem.id == item_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def get_back_check(session: Session, back_check_id: uuid.UUID) -> BackCheck:
    """Return a back-check, or raise `NotFound`."""
    found = session.get(BackCheck, back_check_id)
    if found is None:
        raise NotFound()
    return found


def own_items(session: Session, person: str) -> Sequence[tuple[BackCheckItem, Household]]:
    """Return the open items of a person with their households, by village and address."""
    query = (
        select(BackCheckItem, Household)
        .join(Household, Household.id == BackCheckItem.household_id)
        .where(BackCheckItem.assigned_to == person, BackCheckItem.state == CheckState.OPEN)
        .order_by(Household.area_code, Household.address, BackCheckItem.id)
    )
    return [(item, household) for item, household in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a back-check is, in the session's areas."""

    check: BackCheck
    states: Mapping[CheckState, int]
    unassigned: int

    @property
    def items(self) -> int:
        """All households drawn."""
        return sum(self.states.values())

    @property
    def open(self) -> int:
        """Those that nobody asked yet."""
        return self.states.get(CheckState.OPEN, 0)


def back_checks(session: Session) -> list[Progress]:
    """Return the back-checks that have households in the session's areas, newest first."""
    item = BackCheckItem
    rows = session.execute(
        select(item.back_check_id, item.state, item.assigned_to.is_(None), func.count()).group_by(
            item.back_check_id, item.state, item.assigned_to.is_(None)
        )
    ).all()
    states: defaultdict[uuid.UUID, Counter[CheckState]] = defaultdict(Counter)
    nobody: Counter[uuid.UUID] = Counter()
    for check, state, free, number in rows:
        states[check][CheckState(state)] += number
        nobody[check] += number if free and state == CheckState.OPEN else 0
    found = session.scalars(
        select(BackCheck).where(BackCheck.id.in_(list(states))).order_by(BackCheck.made_at.desc())
    )
    return [Progress(one, states[one.id], nobody[one.id]) for one in found]


@dataclass(frozen=True, slots=True)
class Results:
    """What askings have shown: by enumerator, by question, and how many were refused."""

    enumerators: Mapping[str, Agreement]
    questions: Mapping[str, Agreement]
    kinds: Mapping[Kind, int]


def results(session: Session, back_check_id: uuid.UUID | None = None) -> Results:
    """Return the agreement of all answered items in the session's areas, or of one back-check."""
    query = select(BackCheckItem).where(BackCheckItem.state == CheckState.DONE)
    if back_check_id is not None:
        query = query.where(BackCheckItem.back_check_id == back_check_id)
    people: defaultdict[str, list[Difference]] = defaultdict(list)
    questions: defaultdict[str, list[Difference]] = defaultdict(list)
    kinds: Counter[Kind] = Counter()
    for item in session.scalars(query):
        for one in compared(item):
            people[item.enumerator].append(one)
            questions[one.question].append(one)
            if one.kind is not None:
                kinds[one.kind] += 1
    return Results(
        {name: agreement(found) for name, found in sorted(people.items())},
        {name: agreement(found) for name, found in questions.items()},
        kinds,
    )


def count_items(session: Session, back_check_id: uuid.UUID) -> int:
    """Return how many households of a back-check lie in the session's areas."""
    query = select(func.count()).where(BackCheckItem.back_check_id == back_check_id)
    return session.scalar(query.select_from(BackCheckItem)) or 0


def items_of(
    session: Session, back_check_id: uuid.UUID, *, limit: int | None = None, skip: int = 0
) -> Sequence[tuple[BackCheckItem, Household]]:
    """Return items of a back-check with their households, by enumerator."""
    query = (
        select(BackCheckItem, Household)
        .join(Household, Household.id == BackCheckItem.household_id)
        .where(BackCheckItem.back_check_id == back_check_id)
        .order_by(BackCheckItem.enumerator, BackCheckItem.id)
        .limit(limit)
        .offset(skip)
    )
    return [(item, household) for item, household in session.execute(query)]
