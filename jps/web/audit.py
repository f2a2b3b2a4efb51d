"""The record of what happened, in the browser."""

import uuid

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from jps.access.models import User
from jps.access.rules import Can
from jps.access.services import list_users
from jps.audit.queries import Wanted, find_events
from jps.audit.services import verify_chain
from jps.db import db
from jps.http import requires
from jps.web.area_choice import area_labels
from jps.web.audit_names import ACTIONS, ACTORS, FIELDS, SUBJECTS, VALUES
from jps.web.days import day_after, midnight

bp = Blueprint("audit", __name__, url_prefix="/audit")

PAGE = 100  # events
MOST_DIGITS = 18  # of an event's number: 64 bits


@bp.get("/")
@requires(Can.SEE_AUDIT)
def index() -> ResponseReturnValue:
    """Show events, newest first, filtered; `before` is the number to go on from."""
    asked = {name: request.args.get(name, "") for name in ("action", "who", "from", "to", "of")}
    users = list_users(db.session())
    events = find_events(
        db.session(), _wanted(asked, {str(user.id): user for user in users}), limit=PAGE
    )
    return render_template(
        "audit/index.html",
        events=events,
        actions=ACTIONS,
        subjects=SUBJECTS,
        fields=FIELDS,
        values=VALUES,
        users=users,
        actors=ACTORS,
        asked=asked,
        older=events[-1].seq if len(events) == PAGE else None,
        labels=area_labels(db.session(), {event.area_code for event in events if event.area_code}),
    )


@bp.get("/check")
@requires(Can.SEE_AUDIT)
def check() -> ResponseReturnValue:
    """Recompute the chain and say whether it is whole."""
    return render_template("audit/_check.html", check=verify_chain(db.session()))


def _wanted(asked: dict[str, str], users: dict[str, User]) -> Wanted:
    """Return the filter; what cannot be read counts as not given. Names stay out of addresses."""
    who = asked["who"]
    return Wanted(
        action=asked["action"] if asked["action"] in ACTIONS else "",
        actor=users[who].username if who in users else who if who in ACTORS else "",
        subject_id=_subject(asked["of"]),
        since=midnight(asked["from"]),
        until=day_after(asked["to"]),
        before=request.args.get("before", type=_number),
    )


def _subject(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""


def _number(text: str) -> int:
    """Return the number of an event; ValueError for one that no database could compare."""
    if len(text) > MOST_DIGITS:
        raise ValueError(text)
    return int(text)
