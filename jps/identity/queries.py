"""Reads: one member beside a registry person, what was decided, pairs of members."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from jps.db import AreaScope, everywhere, scope_of, within
from jps.errors import NotFound
from jps.households.counting import merged_away
from jps.households.models import Household, Member
from jps.households.rules import Merged
from jps.identity.models import Decision, Duplicate, Link, ReviewCase
from jps.identity.runs import last_run
from jps.identity.thresholds import thresholds_in_force
from jps.identity.versions import chosen_id
from jps.registry.models import RegistryPerson
from jps.registry.queries import current_snapshot

_ID_END = 1 << 63  # the database knows no larger number
PAGE = 50  # pairs on one page


def links_are_stale(session: Session) -> bool:
    """Whether members wait for the registry, the thresholds or the model chosen meanwhile."""
    current = current_snapshot(session)
    if current is None:
        return False
    run, wanted = last_run(session), thresholds_in_force(session)
    if run is None:
        return True
    if chosen_id(session) not in {None, run.model_id}:
        return True
    return (run.snapshot_id, run.link, run.sure) != (current.id, wanted.link, wanted.sure)


def find_link(session: Session, member_id: uuid.UUID) -> Link | None:
    """Return the link of a member of the session's areas, None before the first matching."""
    return session.scalars(select(Link).where(Link.member_id == member_id)).one_or_none()


def find_case(session: Session, member_id: uuid.UUID) -> ReviewCase | None:
    """Return what a member of the session's areas waits for, None for nothing."""
    query = select(ReviewCase).where(ReviewCase.member_id == member_id)
    return session.scalars(query).one_or_none()


def holders_of(session: Session, person_id: int, *, without: uuid.UUID) -> Sequence[Member]:
    """Return the other members of any area who are linked to a registry person."""
    query = select(Member).join(Link, Link.member_id == Member.id)
    with everywhere(session):
        found = query.where(Link.person_id == person_id, Link.member_id != without)
        return session.scalars(found.order_by(Member.id)).all()


def find_person(session: Session, person_id: int) -> RegistryPerson:
    """Return a registry person of any area; NotFound when the snapshot is gone.

    What a reader may see of a person elsewhere is for the caller to decide.
    """
    found = None
    if 0 < person_id < _ID_END:
        with everywhere(session):
            query = select(RegistryPerson).where(RegistryPerson.id == person_id)
            found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def decisions_about(session: Session, member_id: uuid.UUID) -> Sequence[Decision]:
    """Return everything that was ever decided about a member, newest first."""
    query = select(Decision).where(
        or_(Decision.member_id == member_id, Decision.other_id == member_id)
    )
    return session.scalars(query.order_by(Decision.at.desc(), Decision.id)).all()


def find_decision(session: Session, decision_id: uuid.UUID) -> Decision:
    """Return a decision about a member of the session's areas; NotFound otherwise."""
    found = session.scalars(select(Decision).where(Decision.id == decision_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def pair_decisions(session: Session, pair: Duplicate) -> Sequence[Decision]:
    """Return what was ever decided about a pair of members, newest first."""
    query = select(Decision).where(
        Decision.member_id == pair.member_id, Decision.other_id == pair.other_id
    )
    with everywhere(session):
        return session.scalars(query.order_by(Decision.at.desc(), Decision.id)).all()


def household_of(session: Session, member: Member) -> tuple[Household, Sequence[Member]]:
    """Return the household of a member and everybody now in it, in roster order."""
    household = session.scalars(select(Household).where(Household.id == member.household_id)).one()
    query = select(Member).where(Member.household_id == household.id, Member.valid_to.is_(None))
    return household, session.scalars(query.order_by(Member.position)).all()


def links_of(session: Session, members: Sequence[Member]) -> dict[uuid.UUID, Link]:
    """Return the links of these members by member."""
    query = select(Link).where(Link.member_id.in_([member.id for member in members]))
    return {link.member_id: link for link in session.scalars(query)}


def duplicates_to_decide(
    session: Session, area: str = "", *, limit: int = PAGE
) -> tuple[Sequence[Duplicate], int]:
    """Return the pairs that nobody has decided, surest first, and how many there are.

    A pair counts for the areas of both its members.
    """
    away = merged_away(Merged.MEMBER)
    where = [Duplicate.verdict.is_(None), _touches(scope_of(session))]
    where += [Duplicate.member_id.not_in(away), Duplicate.other_id.not_in(away)]
    if area:
        where.append(_touches(AreaScope((area,))))
    with everywhere(session):
        total = session.scalars(select(func.count()).select_from(Duplicate).where(*where)).one()
        query = select(Duplicate).where(*where).order_by(Duplicate.weight.desc(), Duplicate.id)
        return session.scalars(query.limit(limit)).all(), total


def _touches(scope: AreaScope) -> ColumnElement[bool]:
    """Return the condition that one of a pair's members is of these areas."""
    if scope.whole:
        return true()
    one, other = Duplicate.area_code, Duplicate.other_area_code
    return or_(within(one, scope.codes), within(other, scope.codes))


def find_duplicate(session: Session, duplicate_id: uuid.UUID) -> Duplicate:
    """Return a pair of whom one is of the session's areas; NotFound otherwise."""
    mine = _touches(scope_of(session))
    with everywhere(session):
        query = select(Duplicate).where(Duplicate.id == duplicate_id, mine)
        found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found
