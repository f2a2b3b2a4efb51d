"""What else is known of recipients on the day of matching: the decile, and whether they qualify."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.assessment.models import Decile
from jps.db import chunks, everywhere
from jps.programmes.models import Decree, ProgrammeTerms

_AT_ONCE = 2_000  # ids in one statement
NOT_RANKED = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """What holds for one household: `decile` 0 is known and not ranked, None unknown."""

    decile: int | None = None
    eligible: bool | None = None


def facts_of(
    session: Session, decree: Decree, household_ids: Iterable[uuid.UUID], *, on: date
) -> dict[uuid.UUID, Fact]:
    """Return what holds for these households by the terms of the decree's programme on a day."""
    ids = sorted(set(household_ids), key=str)
    most = _most_deciles(session, decree.programme_id, on)
    deciles = deciles_of(session, ids, on=on)
    return {one: Fact(deciles.get(one), _within(deciles.get(one), most)) for one in ids}


def _within(decile: int | None, most: int | None) -> bool | None:
    """Whether a decile is low enough; None where nobody can tell or the programme does not ask."""
    if most is None or not decile:
        return None
    return decile <= most


def _most_deciles(session: Session, programme_id: int, on: date) -> int | None:
    query = (
        select(ProgrammeTerms.most_deciles)
        .where(ProgrammeTerms.programme_id == programme_id, ProgrammeTerms.valid_from <= on)
        .order_by(ProgrammeTerms.valid_from.desc())
    )
    return session.scalars(query.limit(1)).first()


def deciles_of(
    session: Session, household_ids: Iterable[uuid.UUID], *, on: date
) -> Mapping[uuid.UUID, int]:
    """Return the lowest decile of each household's families in the newest period up to a day.

    0: known to the source and not ranked. Households that no source knows are left out.
    """
    one, found = Decile, dict[uuid.UUID, int]()
    newest = select(func.max(one.period)).where(one.period <= on)
    with everywhere(session):
        period = session.scalar(newest)
        for piece in chunks(list(household_ids), _AT_ONCE):
            query = (
                select(one.family_id, one.household_id, one.decile)
                .where(one.household_id.in_(piece), one.period == period)
                .order_by(one.id)
            )
            families = {row.family_id: row for row in session.execute(query)}
            for row in families.values():
                decile = row.decile or NOT_RANKED
                before = found.get(row.household_id, NOT_RANKED)
                ranked = [value for value in (decile, before) if value != NOT_RANKED]
                found[row.household_id] = min(ranked, default=NOT_RANKED)
    return found
