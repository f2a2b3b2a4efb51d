"""Who counts: the one rule for lists, figures, exports and the API.

A household counts while it is in force and not merged into another one, a person while they live
in a household in force and are not merged into somebody else. A merge whose kept record left or was
archived rests: what was merged into it counts again. `Merge.active` says all that, and is kept true
by `renew_merges`, which every save and every step of a household calls.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from jps.db import chunks, everywhere
from jps.households.models import Household, Member, Merge
from jps.households.rules import IN_FORCE, Merged

PRESENT = ("1", "5")  # codes of `presence` that the questionnaire counts into a household's size
_AT_ONCE = 5_000  # ids in one statement


def merged_away(kind: Merged) -> Select[uuid.UUID]:
    """Return the ids of the records of a kind that count as another one."""
    return select(Merge.record_id).where(Merge.kind == kind, Merge.active)


def household_counts() -> ColumnElement[bool]:
    """Return the condition that a household is not merged into another one."""
    return Household.id.not_in(merged_away(Merged.HOUSEHOLD))


def member_counts() -> ColumnElement[bool]:
    """Return the condition that a member is not merged into another one."""
    return Member.id.not_in(merged_away(Merged.MEMBER))


def kept_household() -> ScalarSelect[uuid.UUID]:
    """Return, beside each household, the one that it counts as; None for one of its own."""
    mine = select(Merge.kept_id).where(Merge.record_id == Household.id, Merge.active)
    return mine.correlate(Household).scalar_subquery()


def renew_merges(session: Session, household_ids: Iterable[uuid.UUID]) -> None:
    """Let merges into the records of these households rest or hold, by what they now are."""
    ids = list(household_ids)
    for piece in chunks(ids, _AT_ONCE):
        mine = select(Merge).where(Merge.kept_household_id.in_(piece), Merge.undone_at.is_(None))
        merges = session.scalars(mine).all()
        there = _in_force(session, merges)
        for merge in merges:
            if merge.active != (merge.kept_id in there):
                merge.active = merge.kept_id in there
    session.flush()


def _in_force(session: Session, merges: Sequence[Merge]) -> set[uuid.UUID]:
    """Return which kept records are in force."""
    kept = [merge.kept_id for merge in merges]
    households = select(Household.id).where(Household.id.in_(kept), Household.state.in_(IN_FORCE))
    members = (
        select(Member.id)
        .join(Household, Household.id == Member.household_id)
        .where(Member.id.in_(kept), Member.valid_to.is_(None), Household.state.in_(IN_FORCE))
    )
    with everywhere(session):
        return {*session.scalars(households), *session.scalars(members)}


def person_corrections(session: Session) -> dict[uuid.UUID, int]:
    """Return by how many people the counted size of a household differs from its recorded one.

    People merged into somebody else are taken off; people of a merged household who are nobody
    else live in the household it counts as. Of households of the session's areas.
    """
    found: Counter[uuid.UUID] = Counter()
    away = merged_away(Merged.HOUSEHOLD)
    doubled = (
        select(Member.household_id, func.count())
        .join(Merge, and_(Merge.record_id == Member.id, Merge.kind == Merged.MEMBER, Merge.active))
        .where(*_lives_there(), Member.household_id.not_in(away))
        .group_by(Member.household_id)
    )
    for household_id, people in session.execute(doubled):
        found[household_id] -= people
    roots = surviving(session)
    added = (
        select(Member.household_id, func.count())
        .where(*_lives_there(), member_counts(), Member.household_id.in_(away))
        .group_by(Member.household_id)
    )
    with everywhere(session):
        for household_id, people in session.execute(added):
            found[roots[household_id]] += people
    return {household_id: people for household_id, people in found.items() if people}


def _lives_there() -> tuple[ColumnElement[bool], ...]:
    return Member.valid_to.is_(None), Member.presence.in_(PRESENT)


def surviving(session: Session) -> dict[uuid.UUID, uuid.UUID]:
    """Return of every record that counts as another one which one that is in the end."""
    query = select(Merge.record_id, Merge.kept_id).where(Merge.active)
    links = {row.record_id: row.kept_id for row in session.execute(query)}
    found = {}
    for record in links:
        kept = links[record]
        while kept in links:
            kept = links[kept]
        found[record] = kept
    return found


def merges_in_force(session: Session, record_ids: Sequence[uuid.UUID]) -> Sequence[Merge]:
    """Return the merges of these records and into them that are not undone, oldest first."""
    either = or_(Merge.record_id.in_(record_ids), Merge.kept_id.in_(record_ids))
    query = select(Merge).where(either, Merge.undone_at.is_(None))
    return session.scalars(query.order_by(Merge.at, Merge.id)).all()


def kept_of(session: Session, record_id: uuid.UUID) -> uuid.UUID | None:
    """Return which record a record counts as; None when it counts itself."""
    query = select(Merge.kept_id).where(Merge.record_id == record_id, Merge.active)
    return session.scalars(query).one_or_none()
