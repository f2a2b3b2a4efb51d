"""Tugas saya: where an enumerator's day begins, and where a household begins."""

import uuid
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.areas.models import Area
from jps.areas.queries import areas_at
from jps.areas.rules import Level, is_code
from jps.db import db
from jps.households.documents import Document
from jps.households.progress import VillageProgress, progress_by_village
from jps.households.queries import Filters, Row, list_households, state_counts
from jps.households.rules import State
from jps.households.saving import OutsideScope, find_household
from jps.households.services import open_draft
from jps.http import actor, now, requires, saves
from jps.text import N_
from jps.web.area_choice import area_labels
from jps.web.codebook import form_in_force
from jps.web.drafts import author, defaults, open_draft_of
from jps.web.places import FEW, choices_of_village, full_name
from jps.web.screens import store

bp = Blueprint("work", __name__)

LATEST = 10  # sent households that are listed
OPEN = 100  # drafts and returned households that are listed


@dataclass(frozen=True, slots=True)
class Village:
    """One of the person's villages with how far it is."""

    area: Area
    progress: VillageProgress


@bp.get("/work")
@requires(Can.ENTER_HOUSEHOLDS)
def index() -> ResponseReturnValue:
    """Show what was returned, the drafts, what was sent, and the person's villages."""
    counts = state_counts(db.session(), Filters(entered_by=actor().username))
    returned, drafts = _mine(State.RETURNED, OPEN), _mine(State.DRAFT, OPEN)
    sent = _mine(State.SUBMITTED, LATEST)
    codes = {row.area_code for row in (*returned, *drafts, *sent)}
    return render_template(
        "entry/work.html",
        returned=returned,
        drafts=drafts,
        sent=sent,
        counts=counts,
        sent_count=VillageProgress("", counts).sent,
        villages=villages(),
        labels=area_labels(db.session(), codes),
        State=State,
    )


@bp.get("/entry/new")
@requires(Can.ENTER_HOUSEHOLDS)
def choose() -> ResponseReturnValue:
    """Ask for the village of a new household."""
    return _picker(url_for(".begin"), household_id=uuid.uuid4())


@bp.post("/entry/new")
@requires(Can.ENTER_HOUSEHOLDS)
@saves
def begin() -> ResponseReturnValue:
    """Begin a household; sending the same page twice begins it once."""
    village = _own_village()
    try:
        household_id = uuid.UUID(request.form.get("id", ""))
    except ValueError:
        household_id = uuid.uuid4()
    if find_household(db.session(), household_id) is None:
        document = {**_household_defaults(), "area_code": village.code}
        open_draft(db.session(), document, household_id=household_id, by=author(), at=now())
    return redirect(url_for("entry.section", household_id=household_id, name=_first_section()), 303)


@bp.get("/entry/<uuid:household_id>/village")
@requires(Can.ENTER_HOUSEHOLDS)
def choose_again(household_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for another village of a household."""
    draft = open_draft_of(db.session(), household_id)
    return _picker(url_for(".move", household_id=household_id), household_id=draft.household.id)


@bp.post("/entry/<uuid:household_id>/village")
@requires(Can.ENTER_HOUSEHOLDS)
@saves
def move(household_id: uuid.UUID) -> ResponseReturnValue:
    """Put a household into another of the person's villages."""
    draft = open_draft_of(db.session(), household_id)
    store(draft, {**draft.document, "area_code": _own_village().code})
    flash(gettext("Desa diganti."), "success")
    return redirect(url_for("entry.section", household_id=household_id, name=_first_section()), 303)


def villages() -> list[Village]:
    """Return the person's villages; when they are many, only those with households."""
    progress = progress_by_village(db.session())
    scope = actor().scope
    areas = areas_at(db.session(), Level.DESA, inside=None if scope.whole else scope.codes)
    return [
        Village(area, progress.get(area.code, VillageProgress(area.code)))
        for area in areas
        if len(areas) <= FEW or area.code in progress
    ]


def _mine(state: State, size: int) -> tuple[Row, ...]:
    filters = Filters(states=(state,), entered_by=actor().username)
    return list_households(db.session(), filters, size=size).rows


def _picker(action: str, *, household_id: uuid.UUID) -> str:
    scope, inside = actor().scope, request.args.get("in", "")
    level, groups = choices_of_village(db.session(), scope, inside)
    return render_template(
        "entry/village.html",
        action=action,
        household_id=household_id,
        groups=groups,
        picks_village=level == Level.DESA,
        full_name=full_name,
        progress=progress_by_village(db.session()),
    )


def _own_village() -> Area:
    """Return the village that was chosen; `OutsideScope` when it is not the person's."""
    code = request.form.get("area_code", "")
    known = db.session().get(Area, code) if is_code(code) else None
    area = known if known is not None and known.level == Level.DESA else None
    if area is None or not actor().scope.covers(code):
        raise OutsideScope(N_("Pilih salah satu desa di wilayah Anda."))
    return area


def _household_defaults() -> Document:
    form = form_in_force()
    return defaults([question for question in form if not question.in_roster])


def _first_section() -> str:
    return form_in_force().sections[0].name
