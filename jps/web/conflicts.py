"""Late saves: the version that came too late beside the stored one, to choose field by field."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.areas.queries import names_of
from jps.db import db
from jps.errors import NotFound
from jps.households.documents import Change, Side, roster_of
from jps.households.models import HouseholdConflict
from jps.households.queries import (
    conflict_differences,
    conflicts,
    count_conflicts,
    get_conflict,
)
from jps.households.services import resolve_conflict
from jps.http import now, requires, saves
from jps.questionnaire import Form
from jps.web.accounts import full_names
from jps.web.codebook import form_in_force
from jps.web.comparing import Difference, shown_answer
from jps.web.days import days_since
from jps.web.drafts import author
from jps.web.fields import language
from jps.web.household_history import SOURCE_NAMES

bp = Blueprint("conflicts", __name__, url_prefix="/households")

SIDES = ("stored", "refused")
SHOWN = 50  # conflicts on the page: the oldest, which is where work begins
NAMED = 3  # fields of a conflict that the list names


@dataclass(frozen=True, slots=True)
class Waiting:
    """A late save as the queue shows it."""

    conflict: HouseholdConflict
    village: str
    who: str
    source: str
    days: int
    fields: tuple[str, ...]
    more: int


@bp.get("/conflicts")
@requires(Can.VERIFY_HOUSEHOLDS)
def index() -> ResponseReturnValue:
    """List the late saves of one's areas that wait for a choice, oldest first."""
    found = conflicts(db.session(), limit=SHOWN)
    names = full_names(db.session(), {one.refused_by for one in found})
    villages = names_of(db.session(), {one.household.area_code for one in found})
    rows = [_waiting(one, names, villages) for one in found]
    total = count_conflicts(db.session())
    return render_template("households/conflicts.html", rows=rows, total=total)


def _waiting(
    conflict: HouseholdConflict, names: Mapping[str, str], villages: Mapping[str, str]
) -> Waiting:
    labels = list(dict.fromkeys(one.label for one in differences_of(conflict)))
    area = conflict.household.area_code
    return Waiting(
        conflict,
        villages.get(area, area),
        names.get(conflict.refused_by, conflict.refused_by),
        gettext(SOURCE_NAMES[conflict.source]),
        days_since(conflict.refused_at),
        tuple(labels[:NAMED]),
        max(0, len(labels) - NAMED),
    )


@bp.get("/<uuid:household_id>/conflicts/<uuid:conflict_id>")
@requires(Can.ENTER_HOUSEHOLDS)
def show(household_id: uuid.UUID, conflict_id: uuid.UUID) -> ResponseReturnValue:
    """Show both versions field by field."""
    conflict = _conflict(household_id, conflict_id)
    return render_template(
        "households/conflict.html",
        conflict=conflict,
        household=conflict.household,
        differences=differences_of(conflict),
        names=full_names(db.session(), [conflict.refused_by]),
    )


@bp.post("/<uuid:household_id>/conflicts/<uuid:conflict_id>")
@requires(Can.ENTER_HOUSEHOLDS)
@saves
def resolve(household_id: uuid.UUID, conflict_id: uuid.UUID) -> ResponseReturnValue:
    """Take what was chosen into the draft; fields without a choice stay as stored."""
    _conflict(household_id, conflict_id)
    chosen = {
        name.removeprefix("pick."): cast(Side, side)
        for name, side in request.form.items()
        if name.startswith("pick.") and side in SIDES
    }
    version = request.form.get("version", -1, type=int)
    resolve_conflict(db.session(), conflict_id, chosen, version=version, by=author(), at=now())
    taken = "refused" in chosen.values()
    text = gettext("Pilihan disimpan. Periksa formulirnya, lalu kirim lagi.") if taken else ""
    flash(text or gettext("Pilihan disimpan; data yang tersimpan tetap."), "success")
    return redirect(url_for("households.show", household_id=household_id), 303)


def _conflict(household_id: uuid.UUID, conflict_id: uuid.UUID) -> HouseholdConflict:
    conflict = get_conflict(db.session(), conflict_id)
    if conflict.household_id != household_id:
        raise NotFound()
    return conflict


def differences_of(conflict: HouseholdConflict) -> list[Difference]:
    """Return the fields that differ in words; the stored value first."""
    form = form_in_force()
    names = {str(e.get("id")): str(e.get("name", "")) for e in roster_of(conflict.document)}
    found = conflict_differences(db.session(), conflict)
    return [_difference(change, form, names) for change in found]


def _difference(change: Change, form: Form, names: dict[str, str]) -> Difference:
    question = form.plan.questions.get(change.field)
    label = question.label(language()) if question else change.field
    if change.entity == "member":
        label = f"{names.get(change.id) or gettext('Tanpa nama')} · {label}"
    if question is None:
        return Difference(change.key, label, str(change.old or ""), str(change.new or ""))
    old, new = shown_answer(question, change.old), shown_answer(question, change.new)
    return Difference(change.key, label, old, new)
