"""An appeal as its page shows it: whom it is about, what was found, who may decide."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Can
from jps.cases.appeal_rules import OPEN, STATE_NAMES, outcome_lines
from jps.cases.appeals import refusal, visit_rows
from jps.cases.finding_queries import given_to
from jps.errors import InvalidData
from jps.households.models import Household
from jps.http import actor, error_text, today
from jps.programmes.case_models import Appeal, Letter
from jps.programmes.case_rules import (
    APPEAL_KIND_NAMES,
    APPEAL_REASON_NAMES,
    PRESENCE_NAMES,
    STRIKE_REASON_NAMES,
    VISIT_NAMES,
)
from jps.programmes.models import Programme
from jps.programmes.rules import AppealKind, LetterKind
from jps.web.accounts import full_names
from jps.web.case_forms import clock_of, typed, usual_signatory
from jps.web.finding_page import Side, side_of, visit_text
from jps.web.places import village_name


@dataclass(frozen=True, slots=True)
class About:
    """Whom an appeal is about, as the reader may see them."""

    name: str
    programme: str
    side: Side | None
    household_id: UUID | None


def about_of(session: Session, appeal: Appeal) -> About:
    """Return whom an appeal is about."""
    if appeal.recipient_id is not None:
        given = given_to(session, [appeal.recipient_id])[appeal.recipient_id]
        side = side_of(given)
        return About(side.name, given.programme.name, side, appeal.household_id)
    home = session.scalars(select(Household).where(Household.id == appeal.household_id))
    found = home.one_or_none()
    programme = session.get(Programme, appeal.programme_id) if appeal.programme_id else None
    name = (found.head_name or found.address) if found else gettext("di wilayah lain")
    return About(name, programme.name if programme else "", None, appeal.household_id)


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit in words."""

    text: str
    note: str
    by: str
    has_photo: bool


def page_of(session: Session, appeal: Appeal, error: InvalidData | None) -> dict[str, Any]:
    """Return everything that the page of an appeal shows."""
    me = actor()
    rows = visit_rows(appeal)
    visits = [Seen(visit_text(v), v.get("note", ""), v["by"], "photo" in v) for v in rows]
    letters = select(Letter).where(Letter.appeal_id == appeal.id).order_by(Letter.made_at)
    is_contest = appeal.kind == AppealKind.CONTEST
    problem = refusal(session, appeal, me.username) if appeal.state in OPEN else None
    people = [appeal.received_by, appeal.decided_by, *(v.by for v in visits)]
    village = village_name(session, appeal.area_code)
    return {
        "appeal": appeal,
        "about": about_of(session, appeal),
        "kind": APPEAL_KIND_NAMES[AppealKind(appeal.kind)],
        "reason": APPEAL_REASON_NAMES[appeal.reason],
        "states": STATE_NAMES,
        "village": village,
        "open": appeal.state in OPEN,
        "clock": clock_of(appeal.due_on, running=appeal.state in OPEN),
        # Who contests stays hidden from everybody but those who decide.
        "appellant": appeal.appellant if not is_contest or me.can(Can.DECIDE_APPEALS) else "",
        "hides": is_contest and not me.can(Can.DECIDE_APPEALS),
        "is_contest": is_contest,
        "visits": visits,
        "refusal": gettext(problem) if problem else "",
        "may_decide": me.can(Can.DECIDE_APPEALS) and appeal.state in OPEN and problem is None,
        "outcome": [
            gettext(one.text).format(**one.params) for one in outcome_lines(appeal.outcome)
        ],
        "letters": session.scalars(letters).all(),
        "strike_reasons": STRIKE_REASON_NAMES,
        "visit_names": VISIT_NAMES,
        "presence_names": PRESENCE_NAMES,
        "usual": usual_signatory(session, appeal.area_code, LetterKind.DECISION),
        "office": gettext("Kantor %(village)s", village=village.partition(",")[0]),
        "from_on": (today() + timedelta(days=30)).isoformat(),
        "today": today(),
        "names": full_names(session, people),
        "trouble": error_text(error) if error is not None else "",
        "problems": error.problems if error is not None else {},
        "typed": typed(),
    }
