"""What else is known of recipients on the day of matching: the decile, and whether they qualify."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.assessment.models import Decile
from jps.db import chunks, everywhere
from jps.programmes.models import Decree, ProgrammeTerms
from jps.targeting.judging import judge_households

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
    """Return what holds for these households by the terms of the decree's programme on a day.

    Whom the exclusion of the terms names is not eligible; else the decile and the eligibility of
    the terms decide. What cannot be judged is not known.
    """
    ids = sorted(set(household_ids), key=str)
    terms = _terms(session, decree.programme_id, on)
    deciles = deciles_of(session, ids, on=on)
    judged = [
        {one: _within(deciles.get(one), terms.most_deciles) for one in ids}
        if terms is not None and terms.most_deciles is not None
        else None,
        judge_households(session, ids, terms.eligibility, on=on)
        if terms is not None and terms.eligibility
        else None,
        {
            one: None if out is None else not out
            for one, out in judge_households(session, ids, terms.exclusion, on=on).items()
        }
        if terms is not None and terms.exclusion
        else None,
    ]
    asked = [one for one in judged if one is not None]
    return {one: Fact(deciles.get(one), _all(part.get(one) for part in asked)) for one in ids}


def _all(parts: Iterable[bool | None]) -> bool | None:
    """Return the parts joined by "and" (Kleene); None without any."""
    told = list(parts)
    if any(one is False for one in told):
        return False
    return None if not told or any(one is None for one in told) else True


def _within(decile: int | None, most: int | None) -> bool | None:
    """Whether a decile is low enough; None for a household that nobody ranked."""
    return None if most is None or not decile else decile <= most


def _terms(session: Session, programme_id: int, on: date) -> ProgrammeTerms | None:
    query = (
        select(ProgrammeTerms)
        .where(ProgrammeTerms.programme_id == programme_id, ProgrammeTerms.valid_from <= on)
        .order_by(ProgrammeTerms.valid_from.desc())
    )
    return session.scalars(query.limit(1)).first()


def deciles_of(
    session: Session, household_ids: Iterable[uuid.UUID], *, on: date
) -> Mapping[uuid.UUID, int]:
    """Return the newest decile up to a day of each household's poorest family.

    0: known to a source and not ranked. Households that no source knows are left out.
    """
    one = Decile
    families: dict[uuid.UUID, tuple[uuid.UUID, int]] = {}
    with everywhere(session):
        for piece in chunks(list(household_ids), _AT_ONCE):
            query = (
                select(one.family_id, one.household_id, one.decile)
                .where(one.household_id.in_(piece), one.period <= on)
                .order_by(one.period, one.id)
            )
            for family, household, decile in session.execute(query):
                families[family] = household, decile or NOT_RANKED
    found: dict[uuid.UUID, int] = {}
    for household, decile in families.values():
        ranked = [value for value in (decile, found.get(household, NOT_RANKED)) if value]
        found[household] = min(ranked, default=NOT_RANKED)
    return found
