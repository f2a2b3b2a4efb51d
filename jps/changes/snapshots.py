"""Rows of a household as they are, kept as JSON, and put back exactly."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Date, Uuid, inspect, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from jps.db import Base, UtcDateTime
from jps.households.models import Family, Household, Member

Row = dict[str, Any]
Snapshot = dict[str, Any]
# What a draft, a version or a clock say is not put back.
_HOUSEHOLD_SKIPS = frozenset({"id", "version", "draft", "draft_by", "changed_at", "words"})


def snapshot_of(session: Session, household: Household, others: Sequence[uuid.UUID]) -> Snapshot:
    """Return a household's rows: its own, its families' and people's, and those of `others`.

    `others` are people who are about to live there, wherever they are now.
    """
    here = or_(Member.household_id == household.id, Member.id.in_(others))
    families = select(Family).where(Family.household_id == household.id)
    return {
        "household": _dump(household, _HOUSEHOLD_SKIPS),
        "families": [_dump(row) for row in session.scalars(families)],
        "members": [_dump(row) for row in session.scalars(select(Member).where(here))],
    }


def put_back(
    session: Session, households: Mapping[uuid.UUID, Household], snapshots: Sequence[Snapshot]
) -> list[Member]:
    """Bring the rows of these households back to the snapshots; return everybody concerned.

    People and families who came with what is taken back stay as rows that were there on no day.
    """
    known = {(kind, row["id"]): row for one in snapshots for kind in _KINDS for row in one[kind]}
    _put_back(session, Family, "families", known, households)
    people = _put_back(session, Member, "members", known, households)
    for one in snapshots:
        _restore(households[uuid.UUID(one["household"]["id"])], one["household"])
    return people


_KINDS = ("families", "members")
_Dated = TypeVar("_Dated", Family, Member)


def _put_back(
    session: Session,
    table: type[_Dated],
    kind: str,
    known: Mapping[tuple[str, str], Row],
    households: Iterable[uuid.UUID],
) -> list[_Dated]:
    ids = [uuid.UUID(key) for of, key in known if of == kind]
    mine = or_(table.household_id.in_(list(households)), table.id.in_(ids))
    rows = list(session.scalars(select(table).where(mine)))
    for row in rows:
        before = known.get((kind, str(row.id)))
        if before is None:
            row.valid_to = row.valid_from
        else:
            _restore(row, before)
    return rows


def _dump(row: Base, skips: frozenset[str] = frozenset()) -> Row:
    names = inspect(type(row)).columns.keys()
    return {name: _json(getattr(row, name)) for name in names if name not in skips - {"id"}}


def _json(value: object) -> object:
    if isinstance(value, uuid.UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value  # datetime is a date


def _restore(row: Base, before: Row) -> None:
    columns = inspect(type(row)).columns
    for name, value in before.items():
        if name != "id":
            setattr(row, name, _value(columns[name].type, value))


def _value(kind: TypeEngine[Any], value: object) -> object:
    if isinstance(value, str):
        for known, read in _READERS.items():
            if isinstance(kind, known):
                return read(value)
    return value


_READERS: Mapping[type[TypeEngine[Any]], Callable[[str], object]] = {
    UtcDateTime: datetime.fromisoformat,
    Date: date.fromisoformat,
    Uuid: uuid.UUID,
}
