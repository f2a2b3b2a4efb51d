"""Which households and families of our list may be one: found from people, KK numbers and places.

Pairs are derived and found anew by every matching and every save; what people decided stays. Who is
the same person is taken from `Duplicate`, so members are compared first.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from jps.bulk import write_rows
from jps.db import everywhere
from jps.households.models import Member
from jps.identity.group_models import GroupDecision, GroupPair
from jps.identity.group_rules import (
    LEAST,
    Evidence,
    Group,
    Shared,
    distinct,
    family_evidence,
    household_evidence,
    weight,
)
from jps.identity.group_search import (
    Person,
    Two,
    by_two,
    household_twos,
    numbers,
    places,
    same_heads,
    shared_cards,
    shared_people,
    sizes,
)
from jps.identity.rules import Verdict


@dataclass(frozen=True)
class FoundGroup:
    """Two households or families with what speaks for them; the first sorts before the other."""

    kind: Group
    first: uuid.UUID
    other: uuid.UUID
    households: Two
    areas: tuple[str, str]
    evidence: Evidence


def replace_groups(session: Session, *, at: datetime) -> int:
    """Find all pairs of households and families anew; return how many there are."""
    with everywhere(session):
        found = _find(session, None)
        session.execute(delete(GroupPair))
        _write(session, found, at=at)
    return len(found)


def renew_groups(session: Session, household_ids: Iterable[uuid.UUID], *, at: datetime) -> None:
    """Find the pairs of these households anew, after the doubles of their people."""
    ids = set(household_ids)
    one = GroupPair
    with everywhere(session):
        found = _find(session, ids)
        either = or_(one.first_household_id.in_(ids), one.other_household_id.in_(ids))
        session.execute(delete(one).where(either))
        _write(session, found, at=at)


def _find(session: Session, only: Collection[uuid.UUID] | None) -> list[FoundGroup]:
    """Return the pairs of which one household is among `only` (all for None)."""
    shared, cards = shared_people(session, only), shared_cards(session, only)
    people, same_cards = by_two(shared, 1), household_twos(cards)
    asked = {*people, *same_cards, *same_heads(session, only)}
    homes = places(session, {one for two in asked for one in two})
    asked = {two for two in asked if two[0] in homes and two[1] in homes}
    living = sizes(session, Member.household_id, {one for two in asked for one in two})
    found = []
    for two in sorted(asked):
        here, there = (homes[one] for one in two)
        both = Shared(distinct(people.get(two, ())), min(living.get(one, 0) for one in two))
        evidence = household_evidence(here, there, both, same_kk=two in same_cards)
        if weight(evidence) >= LEAST:
            areas = (here.area_code, there.area_code)
            found.append(FoundGroup(Group.HOUSEHOLD, *two, two, areas, evidence))
    return found + _families(session, shared, cards)


def _families(
    session: Session, shared: Sequence[tuple[Person, Person]], cards: dict[Two, Two]
) -> list[FoundGroup]:
    """Return families with one KK number in two households, or with one person under two."""
    people = by_two(shared, 2)
    own = {one.family: one.household for pair in shared for one in pair}
    kks = numbers(session, own)
    twos = {two: (own[two[0]], own[two[1]]) for two in people if _have_two_numbers(two, kks)}
    twos |= cards
    homes = places(session, {one for two in twos.values() for one in two})
    living = sizes(session, Member.family_id, {one for two in twos for one in two})
    found = []
    for two, households in sorted(twos.items()):
        if not homes.keys() >= set(households):
            continue
        here, there = (homes[one] for one in households)
        both = Shared(distinct(people.get(two, ())), min(living.get(one, 0) for one in two))
        evidence = family_evidence(here, there, both, same_kk=two in cards)
        areas = (here.area_code, there.area_code)
        found.append(FoundGroup(Group.FAMILY, *two, households, areas, evidence))
    return found


def _have_two_numbers(two: Two, kks: dict[uuid.UUID, str]) -> bool:
    one, other = (kks.get(family, "") for family in two)
    return bool(one and other and one != other)


def _write(session: Session, found: Sequence[FoundGroup], *, at: datetime) -> None:
    query = select(GroupDecision).where(GroupDecision.undone_at.is_(None))
    verdicts = {
        frozenset((one.first_id, one.other_id)): Verdict(one.verdict)
        for one in session.scalars(query.order_by(GroupDecision.at))
    }
    rows = [
        (
            uuid.uuid4(),
            one.kind,
            *one.areas,
            one.first,
            one.other,
            *one.households,
            weight(one.evidence),
            verdicts.get(frozenset((one.first, one.other))),
            at,
            one.evidence,
        )
        for one in found
    ]
    write_rows(session, GroupPair, _COLUMNS, rows)


_COLUMNS = (
    "id",
    "kind",
    "area_code",
    "other_area_code",
    "first_id",
    "other_id",
    "first_household_id",
    "other_household_id",
    "weight",
    "verdict",
    "found_at",
    "evidence",
)
