"""What hangs on a household: how many programmes it receives, for whoever decides about it."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import chunks, everywhere, reading
from jps.identity.cases import set_programmes
from jps.programmes.findings import Looked, Renewed, find_anew, look_at
from jps.programmes.models import Decree, Recipient
from jps.programmes.receiving import receiving

_AT_ONCE = 1_000


def programmes_of(
    session: Session, household_ids: Iterable[uuid.UUID], on: date
) -> dict[uuid.UUID, set[int]]:
    """Return the programmes (ids) of aid that each of these households receives on a day."""
    found: dict[uuid.UUID, set[int]] = defaultdict(set)
    query = receiving(on).with_only_columns(Recipient.household_id, Decree.programme_id)
    with everywhere(session):
        for piece in chunks(sorted(set(household_ids), key=str), _AT_ONCE):
            for row in session.execute(query.where(Recipient.household_id.in_(piece))):
                found[row.household_id].add(row.programme_id)
    return found


def renew_stakes(session: Session, decree_id: uuid.UUID, *, today: date) -> None:
    """Count anew the programmes of the households whom a decree names."""
    mine = select(Recipient.household_id).where(
        Recipient.decree_id == decree_id, Recipient.household_id.is_not(None)
    )
    with everywhere(session):
        homes = [one for one in session.scalars(mine.distinct()) if one is not None]
    known = programmes_of(session, homes, today)
    set_programmes(session, {one: len(known[one]) for one in homes})


def look_aside(session: Session, decree_id: uuid.UUID, today: date) -> Looked:
    """Return what is wrong about a decree, read while others write; ends the transaction."""
    with reading():
        looked = look_at(session, decree_id, today)
        session.rollback()
    return looked


def follow_decree(
    session: Session,
    decree_id: uuid.UUID,
    *,
    at: datetime,
    today: date,
    looked: Looked | None = None,
) -> Renewed:
    """Follow up a decree that was matched, came into force or was withdrawn: findings, stakes."""
    renewed = find_anew(session, decree_id, at=at, today=today, looked=looked)
    renew_stakes(session, decree_id, today=today)
    return renewed
