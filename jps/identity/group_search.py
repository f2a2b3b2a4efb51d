"""Which households and families are worth comparing, and what is known of them."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from jps.db import chunks
from jps.households.counting import household_counts
from jps.households.models import Family, Household, HouseholdWord, Member
from jps.households.rules import IN_FORCE
from jps.households.words import MAX_LENGTH
from jps.identity.group_rules import MOST_PER_KK, Place, sounds
from jps.identity.models import Duplicate
from jps.identity.rules import Verdict
from jps.matching.normalise import default_normaliser
from jps.questionnaire.nik import NumberState, number_state

_AT_ONCE = 5_000  # ids in one statement
_SAME_HEAD = 20  # households of one village whose heads have one name; more are not compared

Two = tuple[uuid.UUID, uuid.UUID]


class Person(NamedTuple):
    """One record of a person: member, household, family."""

    member: uuid.UUID
    household: uuid.UUID
    family: uuid.UUID


def shared_people(
    session: Session, only: Collection[uuid.UUID] | None
) -> list[tuple[Person, Person]]:
    """Return the pairs of members who are likely, or said to be, one person."""
    one, two = aliased(Member), aliased(Member)
    said = or_(Duplicate.verdict.is_(None), Duplicate.verdict != Verdict.DIFFERENT)
    query = (
        select(one.id, one.household_id, one.family_id, two.id, two.household_id, two.family_id)
        .select_from(Duplicate)
        .join(one, one.id == Duplicate.member_id)
        .join(two, two.id == Duplicate.other_id)
        .where(said, one.valid_to.is_(None), two.valid_to.is_(None))
    )
    if only is not None:
        mine = list(session.scalars(select(Member.id).where(Member.household_id.in_(only))))
        query = query.where(or_(Duplicate.member_id.in_(mine), Duplicate.other_id.in_(mine)))
    return [(Person(*row[:3]), Person(*row[3:])) for row in session.execute(query)]


def by_two(
    shared: Sequence[tuple[Person, Person]], column: int
) -> dict[Two, list[tuple[object, object]]]:
    """Return the pairs of people by the two households (1) or families (2) they are in."""
    found: dict[Two, list[tuple[object, object]]] = defaultdict(list)
    for one, two in shared:
        if one[column] == two[column]:
            continue
        if one[column] > two[column]:
            one, two = two, one
        found[one[column], two[column]].append((one.member, two.member))
    return found


def shared_cards(session: Session, only: Collection[uuid.UUID] | None) -> dict[Two, Two]:
    """Return families of two households with one KK number -> their households."""
    present = and_(Family.valid_to.is_(None), Family.kk != "")
    several = select(Family.kk).where(present)
    if only is not None:
        mine = select(Family.kk).where(present, Family.household_id.in_(only))
        several = several.where(Family.kk.in_(mine))
    homes = func.count(Family.household_id.distinct())
    several = several.group_by(Family.kk).having(homes.between(2, MOST_PER_KK))
    query = select(Family.kk, Family.id, Family.household_id).where(present, Family.kk.in_(several))
    by_kk: dict[str, list[Two]] = defaultdict(list)
    for kk, family, household in session.execute(query):
        if number_state(kk) is NumberState.VALID:
            by_kk[kk].append((family, household))
    return {
        (one[0], two[0]): (one[1], two[1])
        for group in by_kk.values()
        for one, two in combinations(sorted(group), 2)
        if one[1] != two[1] and (only is None or one[1] in only or two[1] in only)
    }


def household_twos(cards: dict[Two, Two]) -> set[Two]:
    """Return the households of families with one KK number, each two once."""
    return {(min(two), max(two)) for two in cards.values()}


def same_heads(session: Session, only: Collection[uuid.UUID] | None) -> set[Two]:
    """Return households of one village whose heads have one name."""
    normaliser = default_normaliser()
    query = select(Household.id, Household.area_code, Household.head_name).where(
        Household.head_name != "", Household.state.in_(IN_FORCE), household_counts()
    )
    if only is not None:
        query = query.where(or_(Household.id.in_(only), _namesakes(session, only)))
    groups: dict[tuple[str, tuple[str, ...]], list[uuid.UUID]] = defaultdict(list)
    for household, area, head in session.execute(query):
        groups[area, sounds(head, normaliser)].append(household)
    return {
        (one, two)
        for (_, words), group in groups.items()
        if len(words) > 1 and len(group) <= _SAME_HEAD
        for one, two in combinations(sorted(group), 2)
        if only is None or one in only or two in only
    }


def _namesakes(session: Session, only: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """Return the condition that a household shares village and a word of its head with one."""
    mine = session.execute(
        select(Household.area_code, Household.head_name).where(Household.id.in_(only))
    )
    found = []
    for area, head in mine:
        words = sounds(head, default_normaliser())
        if words:
            rarest = max(words, key=len)[:MAX_LENGTH]
            having = select(HouseholdWord.household_id).where(HouseholdWord.word == rarest)
            found.append(and_(Household.area_code == area, Household.id.in_(having)))
    return or_(false(), *found)


def places(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Place]:
    """Return where these households live, of those that are in force and count."""
    normaliser = default_normaliser()
    one = Household
    found = {}
    for piece in chunks(sorted(ids), _AT_ONCE):
        query = select(one.id, one.area_code, one.head_name, one.address, one.lat, one.lon)
        query = query.where(one.id.in_(piece), one.state.in_(IN_FORCE), household_counts())
        for household, area, head, address, lat, lon in session.execute(query):
            words = sounds(head, normaliser), sounds(address, normaliser)
            found[household] = Place(area, *words, lat, lon)
    return found


def sizes(
    session: Session, column: InstrumentedAttribute[uuid.UUID], ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, int]:
    """Return how many people live in each of these households or families."""
    found: dict[uuid.UUID, int] = {}
    for piece in chunks(sorted(ids), _AT_ONCE):
        query = select(column, func.count()).where(column.in_(piece), Member.valid_to.is_(None))
        found |= {row[0]: row[1] for row in session.execute(query.group_by(column))}
    return found


def numbers(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the KK numbers of these families that are real numbers."""
    found: dict[uuid.UUID, str] = {}
    for piece in chunks(sorted(ids), _AT_ONCE):
        query = select(Family.id, Family.kk).where(Family.id.in_(piece), Family.kk != "")
        found |= {row.id: row.kk for row in session.execute(query)}
    return {one: kk for one, kk in found.items() if number_state(kk) is NumberState.VALID}
