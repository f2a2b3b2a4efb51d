"""Who lived where and when: stays in households, from the rows of people and of earlier stays."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from jps.changes.models import Stay
from jps.db import everywhere
from jps.households.models import Member


@dataclass(frozen=True, slots=True, order=True)
class Lived:
    """A person in a household from `valid_from` until before `valid_to` (None: still).

    `end` says how it ended (`rules.END_NAMES`), empty when nobody said.
    """

    valid_from: date
    member_id: uuid.UUID
    household_id: uuid.UUID
    valid_to: date | None = None
    end: str = ""
    request_id: uuid.UUID | None = None

    def covers(self, day: date) -> bool:
        """Whether the person lived there on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def stays_in(session: Session, household_id: uuid.UUID) -> list[Lived]:
    """Return who lives or lived in a household, earliest first."""
    return _lived(session, Member.household_id == household_id, Stay.household_id == household_id)


def stays_of(session: Session, member_ids: Iterable[uuid.UUID]) -> list[Lived]:
    """Return where these people live and lived, earliest first."""
    ids = list(member_ids)
    return _lived(session, Member.id.in_(ids), Stay.member_id.in_(ids))


def _lived(session: Session, now: ColumnElement[bool], before: ColumnElement[bool]) -> list[Lived]:
    with everywhere(session):
        earlier = session.scalars(select(Stay).where(before, Stay.active)).all()
        rows: Sequence[Member] = session.scalars(select(Member).where(now)).all()
    found = {
        (one.member_id, one.household_id, one.valid_from): Lived(
            one.valid_from, one.member_id, one.household_id, one.valid_to, one.end, one.request_id
        )
        for one in earlier
    }
    for row in rows:
        if row.valid_to is not None and row.valid_to <= row.valid_from:
            continue  # was there on no day
        key = (row.id, row.household_id, row.valid_from)
        if key not in found or row.valid_to is None:
            found[key] = Lived(row.valid_from, row.id, row.household_id, row.valid_to)
    return sorted(found.values(), key=lambda one: (one.valid_from, str(one.member_id)))
