"""Stored households as records for a file, a piece at a time, so that memory stays bounded."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from jps.areas.queries import names_at
from jps.areas.rules import Level, ancestor
from jps.db import within
from jps.exports.orders import AREAS, NUMBERS, STATE, Order
from jps.households.counting import household_counts
from jps.households.models import Household, Member
from jps.households.rows import document_of
from jps.households.rules import STATE_NAMES, State
from jps.layouts import HOUSEHOLD_KEY, MEMBER_KEY, VERSION
from jps.text import mask_nik

PIECE = 200  # households read and written at a time: about 3 MB

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Exported:
    """One household and its members: answers by question, keys, state and names of its areas."""

    household: Record
    members: tuple[Record, ...]


def count_households(session: Session, order: Order) -> int:
    """Return how many households an order is about."""
    query = select(func.count()).select_from(Household).where(*_conditions(order))
    return session.scalar(query) or 0


def count_members(session: Session, order: Order) -> int:
    """Return how many people live in those households."""
    mine = select(Household.id).where(*_conditions(order))
    people = select(func.count()).select_from(Member).where(Member.valid_to.is_(None))
    return session.scalar(people.where(Member.household_id.in_(mine))) or 0


def read_pieces(session: Session, order: Order) -> Iterator[list[Exported]]:
    """Yield the households of an order by their key, `PIECE` at a time.

    Each piece is a query of its own: a commit between two is allowed, and a household that changes
    meanwhile comes once, as it is when its piece is read.
    """
    levels = (Level.KABKOTA, Level.KECAMATAN, Level.DESA)
    names = {level: names_at(session, level) for level in levels}
    last: uuid.UUID | None = None
    while True:
        after = () if last is None else (Household.id > last,)
        query = (
            select(Household)
            .where(*_conditions(order), *after)
            .options(selectinload(Household.members))
            .order_by(Household.id)
            .limit(PIECE)
            .execution_options(populate_existing=True)
        )
        found = session.scalars(query).all()
        if not found:
            return
        last = found[-1].id
        yield [_exported(one, names, order) for one in found]


def _exported(
    household: Household, names: Mapping[Level, Mapping[str, str]], order: Order
) -> Exported:
    people = household.members
    document = document_of(household, people)
    entries = document.pop("members", [])
    areas = zip(AREAS, names.items(), strict=True)
    record = {
        **document,
        **household.calculated,
        HOUSEHOLD_KEY: str(household.id),
        VERSION: household.questionnaire_version or "",
        STATE: STATE_NAMES[State(household.state)],
        **{key: known.get(ancestor(household.area_code, at), "") for key, (at, known) in areas},
    }
    members = (
        {**entry, **person.calculated, MEMBER_KEY: str(person.id)}
        for entry, person in zip(entries, people, strict=True)
    )
    return Exported(record, tuple(_masked(member, order) for member in members))


def _masked(member: dict[str, Any], order: Order) -> Record:
    if order.full:
        return member
    return member | {name: mask_nik(member[name]) for name in NUMBERS if name in member}


def _conditions(order: Order) -> Sequence[ColumnElement[bool]]:
    conditions = [Household.state.in_(order.wanted_states), household_counts()]
    if order.area:
        conditions.append(within(Household.area_code, [order.area]))
    if order.scope:
        conditions.append(within(Household.area_code, order.scope))
    return conditions
