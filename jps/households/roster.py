"""Who is in a household: families and members brought to what a form says, dated, never deleted."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import chunks, everywhere
from jps.households.forms import HouseholdForm, MemberForm
from jps.households.models import Family, Household, Member
from jps.households.rows import family_row, member_columns
from jps.keys import new_key

_SLICE = 500  # values in one IN list; SQLite allows 32,766 parameters in a statement


def all_members(session: Session, household: Household) -> dict[uuid.UUID, Member]:
    """Return everybody who is or was in the household, in roster order."""
    found = session.scalars(
        select(Member).where(Member.household_id == household.id).order_by(Member.position)
    )
    return {member.id: member for member in found}


def store_roster(
    session: Session,
    household: Household,
    form: HouseholdForm,
    members: Mapping[uuid.UUID, Member],
    *,
    since: date,
) -> None:
    """Bring families and members to what `form` says; who is gone is dated, not deleted."""
    families = {
        family.kk: family
        for family in session.scalars(select(Family).where(Family.household_id == household.id))
    }
    for position, found in enumerate(form.families):
        family = families.get(found.kk)
        if family is None:
            row = family_row(household.id, form.area_code, found.kk, position=position, since=since)
            family = families[found.kk] = Family(**row)
            session.add(family)
        family.position, family.valid_to, family.area_code = position, None, form.area_code
        for place in found.places:
            _store_member(session, household, family, form.members[place], members, place, since)
    session.flush()
    numbers = {family.kk for family in form.families}
    kept = {member.id for member in form.members}
    _close([f for f in families.values() if f.kk not in numbers], form.area_code, since)
    _close([m for m in members.values() if m.id not in kept], form.area_code, since)


def _store_member(
    session: Session,
    household: Household,
    family: Family,
    member: MemberForm,
    known: Mapping[uuid.UUID, Member],
    place: int,
    since: date,
) -> None:
    row = known.get(member.id) if member.id is not None else None
    if row is None:
        row = Member(id=member.id, household_id=household.id, valid_from=since)
        session.add(row)
    values = {
        **member_columns(member, position=place),
        "family_id": family.id,
        "area_code": family.area_code,
        "valid_to": None,
    }
    for name, value in values.items():
        setattr(row, name, value)


def _close(rows: Iterable[Family | Member], area_code: str, since: date) -> None:
    for row in rows:
        row.area_code = area_code  # whoever may see the household may see who was in it
        if row.valid_to is None:
            row.valid_to = max(since, row.valid_from)


def with_own_ids(
    form: HouseholdForm, household: uuid.UUID, known: Collection[Member]
) -> HouseholdForm:
    """Return `form` with an id for everybody.

    Who came without one is looked for among the `known` members, by NIK, else by name and birth
    date, so that sending the same document twice does not make people twice.
    """
    taken = {member.id for member in form.members if member.id is not None}
    by_nik = {m.nik: m.id for m in known if m.nik}
    by_name = {(m.name.casefold(), m.birth_date): m.id for m in known}

    def id_of(member: MemberForm) -> uuid.UUID:
        if member.id is not None:
            return member.id
        found = by_nik.get(member.nik) if member.nik else None
        found = found or by_name.get((member.name.casefold(), member.birth_date))
        if found is None or found in taken:
            found = new_key()
        taken.add(found)
        return found

    return form.with_ids(household, (id_of(member) for member in form.members))


def ids_elsewhere(session: Session, forms: Iterable[HouseholdForm]) -> set[uuid.UUID]:
    """Return the member ids of `forms` that belong to another household, wherever it lies."""
    owners = {m.id: form.id for form in forms for m in form.members if m.id is not None}
    found: set[uuid.UUID] = set()
    with everywhere(session):
        for part in chunks(list(owners), _SLICE):
            query = select(Member.id, Member.household_id).where(Member.id.in_(part))
            found |= {
                row.id for row in session.execute(query) if row.household_id != owners[row.id]
            }
    return found
