"""Members as records of `jps.matching`, and their keys."""

import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.bulk import write_rows
from jps.db import chunks
from jps.households.models import Household, Member
from jps.households.rules import IN_FORCE
from jps.identity.models import MemberKey
from jps.matching import Person, record_keys
from jps.registry.models import RegistryPerson
from jps.registry.queries import PersonRow
from jps.registry.queries import record_of as registry_record


def record_of(member: Member) -> Mapping[str, str]:
    """Return a member as a record of `jps.matching.COLUMNS`."""
    return {
        "id": str(member.id),
        "nik": member.nik,
        "kk": member.kk,
        "name": member.name,
        "birth_date": member.birth_date,
        "sex": member.sex,
        "mother": member.mother_name,
        "village": member.area_code,
    }


def member_person(member: Member) -> Person:
    """Return a member ready to compare."""
    return Person.read(record_of(member))


def registry_person(row: RegistryPerson | PersonRow) -> Person:
    """Return a registry person ready to compare."""
    return Person.read(registry_record(row))


def members_by_id(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Member]:
    """Return the present members of households in force, of the session's areas, by id."""
    query = (
        select(Member)
        .join(Household, Household.id == Member.household_id)
        .where(Member.id.in_(list(ids)), _PRESENT, _COUNTED)
    )
    return {member.id: member for member in session.scalars(query)}


def members_of(session: Session, household_ids: Iterable[uuid.UUID]) -> list[Member]:
    """Return the present members of these households that are in force, in roster order."""
    query = (
        select(Member)
        .join(Household, Household.id == Member.household_id)
        .where(Member.household_id.in_(list(household_ids)), _PRESENT, _COUNTED)
        .order_by(Member.household_id, Member.position)
    )
    return list(session.scalars(query))


def add_keys(session: Session, people: Iterable[tuple[uuid.UUID, Person]]) -> None:
    """Let the look-up find these members by what is now known of them."""
    for piece in chunks(list(people), _OWNERS_AT_ONCE):
        rows = {(key, owner) for owner, person in piece for key in record_keys(person).values()}
        mine = select(MemberKey.k, MemberKey.member_id).where(
            MemberKey.k.in_([key for key, _ in rows]),
            MemberKey.member_id.in_([owner for owner, _ in piece]),
        )
        there = {(key, owner) for key, owner in session.execute(mine)}
        write_rows(session, MemberKey, ("k", "member_id"), sorted(rows - there))


_OWNERS_AT_ONCE = 16  # whose keys are asked for: the database tries every key with every owner
_PRESENT = Member.valid_to.is_(None)
_COUNTED = Household.state.in_(IN_FORCE)
