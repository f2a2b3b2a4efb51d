"""Ask for a change of a verified household: choose what happened, fill in a short form, send it."""

import uuid
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.changes.checking import NOT_SETTLED, NotSettled
from jps.changes.rules import KIND_HINTS, KIND_NAMES, Kind
from jps.changes.services import Proposal, propose
from jps.db import db
from jps.errors import InvalidData, NotFound
from jps.households.attachments import store_attachment
from jps.households.models import Household
from jps.households.queries import gate, get_household
from jps.households.rules import State, is_settled
from jps.http import now, requires, saves, settings, today
from jps.web.change_evidence import Paper, sent_papers
from jps.web.change_fields import Typing, page_of, read_typing
from jps.web.codebook import form_in_force
from jps.web.drafts import author
from jps.web.places import village_name

bp = Blueprint("change_forms", __name__, url_prefix="/households")

ICONS: dict[Kind, str] = {
    Kind.BIRTH: "plus",
    Kind.DEATH: "bin",
    Kind.MOVED_IN: "plus",
    Kind.MOVED_OUT: "right",
    Kind.MOVE: "right",
    Kind.SPLIT: "home",
    Kind.JOIN: "home",
    Kind.HEAD: "check",
    Kind.KK: "check",
    Kind.ADDRESS: "pin",
    Kind.CORRECTION: "check",
}


@bp.get("/<uuid:household_id>/changes/new")
@requires(Can.PROPOSE_CHANGES)
def choose(household_id: uuid.UUID) -> ResponseReturnValue:
    """Ask what happened."""
    household = _settled(household_id)
    return render_template(
        "changes/kinds.html",
        household=household,
        village=village_name(db.session(), household.area_code),
        kinds=KIND_NAMES,
        hints=KIND_HINTS,
        icons=ICONS,
    )


@bp.get("/<uuid:household_id>/changes/new/<kind>")
@requires(Can.PROPOSE_CHANGES)
def fill(household_id: uuid.UUID, kind: str) -> ResponseReturnValue:
    """Show the form of one kind of change."""
    household = _settled(household_id)
    typing = read_typing(_kind(kind), household, request.args, form_in_force())
    return _page(household, typing)


@bp.post("/<uuid:household_id>/changes/new/<kind>")
@requires(Can.PROPOSE_CHANGES)
@saves
def send(household_id: uuid.UUID, kind: str) -> ResponseReturnValue:
    """Send the request, or show the form again with what was found or is still wrong."""
    household = _settled(household_id)
    typing = read_typing(_kind(kind), household, request.form, form_in_force())
    if typing.go != "send":
        return _page(household, typing)
    try:
        papers = sent_papers(request.files.getlist("evidence"))
        sent = _proposal(typing, papers)
        made = propose(
            db.session(),
            household.id,
            sent,
            gate(db.session(), form_in_force(), today=today()),
            by=author(),
            at=now(),
            today=today(),
        )
        _keep(household, papers)
    except InvalidData as error:
        db.session.rollback()
        return _page(_settled(household_id), typing, error), error.status
    flash(gettext("Permohonan terkirim. Orang lain akan memeriksanya."), "success")
    return redirect(url_for("changes.show", request_id=made.id), 303)


def _proposal(typing: Typing, papers: list[Paper]) -> Proposal:
    posted = request.form
    try:
        day = date.fromisoformat(posted.get("effective_on", ""))
    except ValueError:
        message = gettext("Isi tanggal kejadian.")
        raise InvalidData(message, {"effective_on": [message]}) from None
    return Proposal(
        typing.kind,
        typing.payload(),
        day,
        posted.get("reason", ""),
        posted.get("document_number", ""),
        [paper.name for paper in papers],
        id=typing.id,
    )


def _keep(household: Household, papers: list[Paper]) -> None:
    for paper in papers:
        store_attachment(
            db.session(),
            settings().home,
            household_id=household.id,
            name=paper.name,
            content=paper.content,
            media_type=paper.media_type,
            by=author().username,
            at=now(),
        )


def _page(household: Household, typing: Typing, error: InvalidData | None = None) -> str:
    return render_template(
        "changes/form.html",
        household=household,
        typing=typing,
        Kind=Kind,
        name=KIND_NAMES[typing.kind],
        hint=KIND_HINTS[typing.kind],
        **page_of(db.session(), household, typing, error),
    )


def _settled(household_id: uuid.UUID) -> Household:
    household = get_household(db.session(), household_id)
    if not is_settled(State(household.state)):
        raise NotSettled(NOT_SETTLED)
    return household


def _kind(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        raise NotFound() from None
