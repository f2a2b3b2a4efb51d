"""Remarks at the fields of a returned household: which answer is doubted, and what became of it.

A remark is open until the household is sent again, and is then kept with the answer given.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import chunks, everywhere
from jps.errors import InvalidData
from jps.households.documents import MAX_NAME, roster_of
from jps.households.models import Household, Remark
from jps.text import N_, one_line

MAX_REMARK = 300  # characters
MAX_REMARKS = 100  # of one return
_AT_ONCE = 5_000  # ids in one statement


@dataclass(frozen=True, slots=True)
class Pointer:
    """A question of the household, or of the member `member`, and what is to be put right there."""

    field: str
    text: str
    member: uuid.UUID | None = None


def add_remarks(
    session: Session,
    household: Household,
    document: Mapping[str, Any],
    pointers: Sequence[Pointer],
    *,
    by: str,
    at: datetime,
) -> list[Remark]:
    """Write remarks at the questions of a household whose accepted answers are `document`.

    Raises `InvalidData` when a text is missing or a member is not of this household.
    """
    people = {str(entry.get("id")): entry for entry in roster_of(document)}
    found = []
    if len(pointers) > MAX_REMARKS:
        raise InvalidData(N_("Terlalu banyak catatan: paling banyak 100 sekaligus."))
    for pointer in pointers:
        text = one_line(pointer.text)
        if not text or len(text) > MAX_REMARK:
            message = N_("Tuliskan catatannya, paling banyak 300 karakter.")
            raise InvalidData(message, {"remarks": [message]})
        about = document if pointer.member is None else people.get(str(pointer.member))
        if about is None or not 0 < len(pointer.field) <= MAX_NAME:
            message = N_("Catatan ini menunjuk pertanyaan atau anggota yang tidak ada.")
            raise InvalidData(message, {"remarks": [message]})
        found.append(
            Remark(
                id=uuid.uuid4(),
                household_id=household.id,
                area_code=household.area_code,
                member_id=pointer.member,
                field=pointer.field,
                text=text,
                by=by,
                at=at,
                before=about.get(pointer.field),
            )
        )
    session.add_all(found)
    session.flush()
    return found


def open_remarks(
    session: Session, household_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[Remark]]:
    """Return the open remarks of these households, oldest first; none for most of them."""
    found: dict[uuid.UUID, list[Remark]] = {}
    for piece in chunks(list(household_ids), _AT_ONCE):
        query = select(Remark).where(Remark.household_id.in_(piece), Remark.closed_at.is_(None))
        for remark in session.scalars(query.order_by(Remark.at, Remark.id)):
            found.setdefault(remark.household_id, []).append(remark)
    return found


def remarks_of(session: Session, household_id: uuid.UUID) -> Sequence[Remark]:
    """Return all remarks of a household, open and closed, newest first."""
    query = select(Remark).where(Remark.household_id == household_id)
    with everywhere(session):  # a household that moved brings along what was said where it was
        return session.scalars(query.order_by(Remark.at.desc(), Remark.id)).all()


def answer_remarks(
    session: Session,
    household_id: uuid.UUID,
    document: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
) -> None:
    """Close the open remarks of a household that was sent again, with the answers it has now."""
    people = {str(entry.get("id")): entry for entry in roster_of(document)}
    for remark in open_remarks(session, [household_id]).get(household_id, ()):
        about = document if remark.member_id is None else people.get(str(remark.member_id), {})
        remark.closed_by, remark.closed_at = by, at
        remark.answered, remark.after = True, about.get(remark.field)
    session.flush()


def withdraw_remarks(session: Session, household_id: uuid.UUID, *, by: str, at: datetime) -> None:
    """Close the open remarks of a household whose return was taken back."""
    for remark in open_remarks(session, [household_id]).get(household_id, ()):
        remark.closed_by, remark.closed_at = by, at
    session.flush()
