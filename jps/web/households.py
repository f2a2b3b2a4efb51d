"""Households: the list with search, one household with everything about it, and its steps."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.assessment.acceptance import follow_up
from jps.audit.services import Event, record
from jps.db import db
from jps.errors import InvalidData, NotFound
from jps.households.queries import get_household
from jps.households.rules import Action
from jps.households.saving import require_editable
from jps.households.workflow import Given, take_step
from jps.http import actor, error_text, is_fragment, now, reads, requires, saves
from jps.identity.services import reveal_member
from jps.web.batches import acts_for_reader
from jps.web.drafts import EDITING, author
from jps.web.household_history import history_of
from jps.web.household_list import Asked, cascade, find, read_asked
from jps.web.household_page import page_of

bp = Blueprint("households", __name__, url_prefix="/households")

REMEMBERED = 20  # households opened for editing that a session remembers
LATEST = 5  # rows of the history on the household's page


@bp.get("/")
@requires(Can.SEE_HOUSEHOLDS)
def index() -> ResponseReturnValue:
    """List households by area and state."""
    return _list(read_asked(request.args))


@bp.post("/search")
@requires(Can.SEE_HOUSEHOLDS)
@reads
def search() -> ResponseReturnValue:
    """Search by name, address or number; what was typed never stands in an address."""
    asked = read_asked(request.form)
    if not asked.text and not is_fragment():
        page = url_for(".index", area=asked.area or None, state=asked.state or None)
        return redirect(page, 303)
    return _list(asked)


def _list(asked: Asked) -> str:
    problem = ""
    try:
        page, counts = find(db.session(), asked)
    except InvalidData as error:
        problem = error_text(error)
        page, counts = find(db.session(), Asked(area=asked.area, state=asked.state))
    template = "households/_results.html" if is_fragment() else "households/index.html"
    return render_template(
        template,
        asked=asked,
        page=page,
        counts=counts,
        problem=problem,
        acts=acts_for_reader(),
        cascade=cascade(db.session(), actor().scope, asked.area),
        villages=names_at(db.session(), Level.DESA),
        districts=names_at(db.session(), Level.KECAMATAN),
    )


@bp.get("/<uuid:household_id>")
@requires(Can.SEE_HOUSEHOLDS)
def show(household_id: uuid.UUID) -> ResponseReturnValue:
    """Show one household."""
    household = get_household(db.session(), household_id)
    return render_template(
        "households/show.html",
        **page_of(db.session(), household),
        history=history_of(db.session(), household)[:LATEST],
    )


@bp.get("/<uuid:household_id>/history")
@requires(Can.SEE_HOUSEHOLDS)
def history(household_id: uuid.UUID) -> ResponseReturnValue:
    """Show everything that happened to a household, field by field."""
    household = get_household(db.session(), household_id)
    events = history_of(db.session(), household)
    return render_template("households/history.html", household=household, history=events)


@bp.post("/<uuid:household_id>/edit")
@requires(Can.ENTER_HOUSEHOLDS)
@saves
def edit(household_id: uuid.UUID) -> ResponseReturnValue:
    """Open the form of a household; recorded, because it shows numbers in full."""
    household = get_household(db.session(), household_id)
    require_editable(household)
    event = Event("household-form-opened", "household", str(household.id), household.area_code)
    record(db.session(), event, by=actor().username, at=now())
    opened = [str(household.id), *session.get(EDITING, [])]
    session[EDITING] = list(dict.fromkeys(opened))[:REMEMBERED]
    return redirect(url_for("entry.resume", household_id=household.id), 303)


@bp.post("/<uuid:household_id>/verify")
@requires(Can.VERIFY_HOUSEHOLDS)
@saves
def verify(household_id: uuid.UUID) -> ResponseReturnValue:
    """Confirm what somebody else entered."""
    return _step(household_id, Action.VERIFY, gettext("Rumah tangga ini sudah diverifikasi."))


@bp.post("/<uuid:household_id>/confirm")
@requires(Can.CONFIRM_HOUSEHOLDS)
@saves
def confirm(household_id: uuid.UUID) -> ResponseReturnValue:
    """Verify for the kabupaten what the meeting agreed to."""
    return _step(household_id, Action.CONFIRM, gettext("Terverifikasi oleh kabupaten."))


@bp.post("/<uuid:household_id>/finalise")
@requires(Can.FINALISE_HOUSEHOLDS)
@saves
def finalise(household_id: uuid.UUID) -> ResponseReturnValue:
    """Make final under the number of a letter."""
    return _step(household_id, Action.FINALISE, gettext("Disahkan. Data ini final."))


@bp.post("/<uuid:household_id>/withdraw")
@requires(Can.SEE_HOUSEHOLDS)
@saves
def withdraw(household_id: uuid.UUID) -> ResponseReturnValue:
    """Take back one's own last step."""
    return _step(household_id, Action.WITHDRAW, gettext("Langkah terakhir Anda diurungkan."))


@bp.post("/<uuid:household_id>/archive")
@requires(Can.ARCHIVE_HOUSEHOLDS)
@saves
def archive(household_id: uuid.UUID) -> ResponseReturnValue:
    """Take out of lists and figures with a reason."""
    return _step(household_id, Action.ARCHIVE, gettext("Diarsipkan. Dapat dipulihkan kapan saja."))


@bp.post("/<uuid:household_id>/restore")
@requires(Can.ARCHIVE_HOUSEHOLDS)
@saves
def restore(household_id: uuid.UUID) -> ResponseReturnValue:
    """Bring back from the archive."""
    return _step(household_id, Action.RESTORE, gettext("Dipulihkan dari arsip."))


def _step(household_id: uuid.UUID, action: Action, done: str) -> ResponseReturnValue:
    take_step(
        db.session(),
        action,
        household_id,
        Given(request.form.get("reason", ""), request.form.get("letter", "")),
        version=request.form.get("version", -1, type=int),
        by=author(),
        at=now(),
    )
    follow_up(db.session(), household_id, at=now())
    flash(done, "success")
    return redirect(url_for(".show", household_id=household_id), 303)


@bp.post("/<uuid:household_id>/members/<uuid:member_id>/numbers")
@requires(Can.REVEAL_NIK)
@saves
def reveal(household_id: uuid.UUID, member_id: uuid.UUID) -> ResponseReturnValue:
    """Show NIK and KK of a member in full, once, for a reason that is recorded."""
    household = get_household(db.session(), household_id)
    member = next((m for m in household.members if m.id == member_id), None)
    if member is None:
        raise NotFound()
    reason = request.form.get("reason", "")
    nik, kk = reveal_member(db.session(), member, reason, by=actor().username, at=now())
    template = "households/_numbers.html" if is_fragment() else "households/numbers.html"
    return render_template(template, household=household, member=member, nik=nik, kk=kk)
