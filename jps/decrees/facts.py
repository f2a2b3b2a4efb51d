"""What else is known of recipients on the day of matching: the decile, and whether they qualify."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from jps.assessment.deciles import current_deciles
from jps.db import everywhere
from jps.programmes.models import Decree
from jps.programmes.queries import terms_on
from jps.targeting.judging import judge_households

NOT_RANKED = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """What holds for one household: `decile` 0 is known and not ranked, None unknown."""

    decile: int | None = None
    eligible: bool | None = None


def facts_of(
    session: Session, decree: Decree, household_ids: Iterable[uuid.UUID], *, on: date
) -> dict[uuid.UUID, Fact]:
    """Return what holds for these households on a day, by the terms of the decree's programme.

    The terms are those of that day, or of the nearest day of the decree's period: a decree of next
    year is judged by what will hold then, an old one by what held until it ended.
    Whom the exclusion of the terms names is not eligible; else the decile and the eligibility of
    the terms decide. What cannot be judged is not known.
    """
    ids = sorted(set(household_ids), key=str)
    terms = terms_on(session, decree.programme_id, _judged_by(decree, on))
    with everywhere(session):
        ranked = current_deciles(session, on, households=ids)
    deciles = {one: decile or NOT_RANKED for one, decile in ranked.items()}
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


def _judged_by(decree: Decree, on: date) -> date:
    """Return the day whose terms a decree is judged by: `on`, or the nearest day of its period."""
    day = max(on, decree.period_from)
    return day if decree.period_to is None else min(day, decree.period_to)
