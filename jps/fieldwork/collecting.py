"""From stored households to the facts of their interviews, a chunk at a time."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session

from jps.bulk import write_rows
from jps.fieldwork.facts import Facts, Interview, Somebody, facts_of
from jps.fieldwork.models import FieldFact
from jps.fieldwork.outlines import Outlines
from jps.households.models import Household, HouseholdHistory, Member
from jps.households.rules import IN_FORCE, TRANSITIONS, Action
from jps.questionnaire import Form

COLUMNS = tuple(column.key for column in FieldFact.__mapper__.columns)
_HOUSEHOLD = (
    Household.id, Household.version, Household.area_code, Household.entered_by,
    Household.entered_at, Household.interview_date, Household.household_size, Household.lat,
    Household.lon, Household.answers,
)  # fmt: skip
_MEMBER = (
    Member.household_id, Member.nik_state, Member.birth_date, Member.mother_name,
    Member.birth_place, Member.answers, Member.calculated,
)  # fmt: skip


def _stale(column: Any) -> Select[Any]:
    return (
        select(column)
        .select_from(Household)
        .outerjoin(FieldFact, FieldFact.household_id == Household.id)
        .where(
            Household.state.in_(IN_FORCE),
            Household.content_hash.is_not(None),
            or_(FieldFact.household_id.is_(None), FieldFact.version != Household.version),
        )
    )


def count_stale(session: Session) -> int:
    """Return how many interviews have no facts or old ones."""
    return session.scalar(_stale(func.count())) or 0


def stale_interviews(session: Session, *, after: uuid.UUID | None, limit: int) -> list[uuid.UUID]:
    """Return the next households whose facts are to be made, by id."""
    query = _stale(Household.id).order_by(Household.id).limit(limit)
    if after is not None:
        query = query.where(Household.id > after)
    return list(session.scalars(query))


def forget_facts(session: Session) -> None:
    """Make all facts anew: the outlines have changed."""
    session.execute(delete(FieldFact).execution_options(synchronize_session=False))


def collect(
    session: Session, ids: Sequence[uuid.UUID], form: Form, outlines: Outlines, *, zone: tzinfo
) -> None:
    """Make the facts of these households anew, and flush."""
    rows = session.execute(select(*_HOUSEHOLD).where(Household.id.in_(ids))).all()
    members = _members(session, ids)
    returned = _returned(session, ids)
    points = [None if row.lat is None else (row.lat, row.lon) for row in rows]
    metres = outlines.metres_outside([row.area_code for row in rows], points)
    session.execute(
        delete(FieldFact)
        .where(FieldFact.household_id.in_(ids))
        .execution_options(synchronize_session=False)
    )
    made = []
    for row, outside in zip(rows, metres, strict=True):
        interview = Interview(row.answers, row.entered_at, tuple(members[row.id]))
        facts = facts_of(form, interview, zone=zone)
        made.append(_row(row, facts, outside, returned=row.id in returned))
    write_rows(session, FieldFact, COLUMNS, ([one[name] for name in COLUMNS] for one in made))


def _members(session: Session, ids: Sequence[uuid.UUID]) -> defaultdict[uuid.UUID, list[Somebody]]:
    found: defaultdict[uuid.UUID, list[Somebody]] = defaultdict(list)
    query = select(*_MEMBER).where(Member.household_id.in_(ids), Member.valid_to.is_(None))
    for household, state, born, mother, place, answers, calculated in session.execute(query):
        age = str(calculated.get("age", ""))
        own = {**answers, "mother_name": mother, "birth_place": place}
        somebody = Somebody(state, born, int(age) if age.isdigit() else None, own)
        found[household].append(somebody)
    return found


def _returned(session: Session, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    query = select(HouseholdHistory.household_id).where(
        HouseholdHistory.household_id.in_(ids),
        HouseholdHistory.action == TRANSITIONS[Action.RETURN].event,
    )
    return set(session.scalars(query))


def _row(row: Any, facts: Facts, outside: float | None, *, returned: bool) -> dict[str, Any]:
    beyond = None if outside is None else max(0.0, outside - (facts.accuracy or 0.0))
    pairs = (facts.unknown, facts.blank, facts.niks, facts.births, facts.ages)
    return {
        "household_id": row.id,
        "area_code": row.area_code,
        "version": row.version,
        "entered_by": row.entered_by,
        "day": row.interview_date,
        "size": row.household_size,
        "complete": facts.complete,
        "minutes": facts.minutes,
        "night": facts.night,
        "spot": facts.spot,
        "accuracy": facts.accuracy,
        "outside": beyond,
        "pattern": facts.pattern,
        "counts": [number for pair in pairs for number in pair],
        "returned": returned,
        "flags": 0,
    }
