"""The field form: one section or one member per page, every change saved as it is made."""

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.db import db
from jps.households.documents import ROSTER
from jps.http import requires, saves
from jps.web.drafts import Draft, defaults, household_screen, member_screen, open_draft_of
from jps.web.people import family_notes, people_of
from jps.web.remarks import open_at
from jps.web.screens import page_of, save, screen_page, store
from jps.web.steps import steps_of

VISIT_RESULT = "visit_result"  # the question that decides whether members are asked for

bp = Blueprint("entry", __name__, url_prefix="/entry")


@bp.get("/<uuid:household_id>")
@requires(Can.ENTER_HOUSEHOLDS)
def resume(household_id: uuid.UUID) -> ResponseReturnValue:
    """Go to where the work is: remarks of an operator, what is not complete, else the review."""
    draft = open_draft_of(db.session(), household_id)
    if draft.household.draft is None:  # nothing was put right yet
        told = open_at(db.session(), draft.household, draft.form, draft.document)
        if told:
            return redirect(url_for("review.show", household_id=household_id))
    todo = (step for step in steps_of(draft) if step.applies and step.tone != "good")
    step = next((step for step in todo if step.missing or step.errors), None)
    return redirect(step.url if step else url_for("review.show", household_id=household_id))


@bp.get("/<uuid:household_id>/<name>")
@requires(Can.ENTER_HOUSEHOLDS)
def section(household_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Show a section of the household."""
    draft = open_draft_of(db.session(), household_id)
    return screen_page(draft, household_screen(draft.form, name))


@bp.post("/<uuid:household_id>/<name>")
@requires(Can.ENTER_HOUSEHOLDS)
@saves
def save_section(household_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Save a section of the household."""
    draft = open_draft_of(db.session(), household_id)
    return save(draft, household_screen(draft.form, name))


@bp.get("/<uuid:household_id>/members")
@requires(Can.ENTER_HOUSEHOLDS)
def members(household_id: uuid.UUID) -> ResponseReturnValue:
    """List the members."""
    draft = open_draft_of(db.session(), household_id)
    return render_template(
        "entry/members.html",
        draft=draft,
        page=page_of(draft, ROSTER),
        people=people_of(draft),
        family=family_notes(draft),
        visit_answered=bool(draft.document.get(VISIT_RESULT)),
        visit_url=_url_of(draft, VISIT_RESULT),
    )


def _url_of(draft: Draft, question: str) -> str:
    """Return the address of the section that asks `question`."""
    sections = (s for s in draft.form.sections if any(q.name == question for q in s.questions))
    return url_for(".section", household_id=draft.household.id, name=next(sections).name)


@bp.post("/<uuid:household_id>/members")
@requires(Can.ENTER_HOUSEHOLDS)
@saves
def add_member(household_id: uuid.UUID) -> ResponseReturnValue:
    """Begin a new member; on the card (KK) of the first one until something else is typed."""
    draft = open_draft_of(db.session(), household_id)
    member = uuid.uuid4()
    entry = {"id": str(member), **defaults(draft.form.roster.questions)}
    known = (other.get("kk") for other in draft.members)
    if card := next(filter(None, known), None):
        entry["kk"] = card
    document = {**draft.document, ROSTER: [*draft.members, entry]}
    store(draft, document)
    return redirect(url_for(".member", household_id=household_id, member_id=member), 303)


@bp.get("/<uuid:household_id>/members/<uuid:member_id>")
@requires(Can.ENTER_HOUSEHOLDS)
def member(household_id: uuid.UUID, member_id: uuid.UUID) -> ResponseReturnValue:
    """Show one member."""
    draft = open_draft_of(db.session(), household_id)
    return screen_page(draft, member_screen(draft.form, member_id))


@bp.post("/<uuid:household_id>/members/<uuid:member_id>")
@requires(Can.ENTER_HOUSEHOLDS)
@saves
def save_member(household_id: uuid.UUID, member_id: uuid.UUID) -> ResponseReturnValue:
    """Save one member."""
    draft = open_draft_of(db.session(), household_id)
    return save(draft, member_screen(draft.form, member_id))


@bp.get("/<uuid:household_id>/members/<uuid:member_id>/remove")
@requires(Can.ENTER_HOUSEHOLDS)
def ask_removal(household_id: uuid.UUID, member_id: uuid.UUID) -> ResponseReturnValue:
    """Ask once before a member is taken out."""
    draft = open_draft_of(db.session(), household_id)
    entry = member_screen(draft.form, member_id).stored(draft.document)
    return render_template(
        "entry/remove.html", draft=draft, entry=entry, page=page_of(draft, ROSTER)
    )


@bp.post("/<uuid:household_id>/members/<uuid:member_id>/remove")
@requires(Can.ENTER_HOUSEHOLDS)
@saves
def remove_member(household_id: uuid.UUID, member_id: uuid.UUID) -> ResponseReturnValue:
    """Take a member out of the draft."""
    draft = open_draft_of(db.session(), household_id)
    member_screen(draft.form, member_id).stored(draft.document)
    roster = [entry for entry in draft.members if entry.get("id") != str(member_id)]
    store(draft, {**draft.document, ROSTER: roster})
    flash(gettext("Anggota dikeluarkan dari isian ini."), "success")
    return redirect(url_for(".members", household_id=household_id), 303)
