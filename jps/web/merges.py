"""Merge two households or two members after a preview, see what was merged, take it back."""

import uuid
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.db import db, scope_of
from jps.errors import InvalidData, JpsError, NotFound
from jps.households.models import Merge
from jps.households.queries import get_household
from jps.http import actor, error_text, now, requires, saves
from jps.identity.duplicates import double_matcher
from jps.identity.matchers import current_matcher
from jps.identity.merge_preview import preview
from jps.identity.merge_queries import find_households, list_merges, touches
from jps.identity.merging import (
    Merger,
    find_people,
    head_of,
    merge_households,
    merge_members,
    merges_of,
    unmerge,
)
from jps.identity.services import find_member
from jps.text import N_
from jps.web.identity_page import compare_members
from jps.web.merge_effects import MERGE_EFFECTS, look_again
from jps.web.merge_page import acts_of, differing, kept_people, person_choices, shown_effects
from jps.web.places import village_name

bp = Blueprint("merges", __name__, url_prefix="/identity/merges")


@bp.get("/")
@requires(Can.SEE_LINKS)
def index() -> ResponseReturnValue:
    """List what was merged, and what was taken back, newest first."""
    page = list_merges(
        db.session(), scope_of(db.session()), page=request.args.get("page", 1, type=int)
    )
    acts = acts_of(db.session(), page.rows)
    return render_template("identity/merges.html", page=page, acts=acts)


@bp.get("/<uuid:act_id>")
@requires(Can.SEE_LINKS)
def show(act_id: uuid.UUID) -> ResponseReturnValue:
    """Show one merge with everybody in it."""
    merges = merges_of(db.session(), act_id)
    if not touches(merges, scope_of(db.session())):
        raise NotFound()
    head = head_of(merges)
    others = [one for one in merges if one is not head]
    return render_template(
        "identity/merge.html",
        act=acts_of(db.session(), [head])[0],
        people=acts_of(db.session(), others),
        reader=_merger(),
    )


@bp.post("/<uuid:act_id>/undo")
@requires(Can.MERGE_RECORDS)
@saves
def take_back(act_id: uuid.UUID) -> ResponseReturnValue:
    """Take a merge back."""
    parted = [household for one in merges_of(db.session(), act_id) for household in _homes(one)]
    unmerge(db.session(), act_id, by=_merger(), at=now())
    look_again(db.session(), parted)
    flash(gettext("Penggabungan dibatalkan; kedua data berlaku lagi seperti semula."), "success")
    return redirect(url_for(".show", act_id=act_id), 303)


@bp.get("/households/<uuid:kept>/<uuid:other>")
@requires(Can.MERGE_RECORDS)
def preview_households(kept: uuid.UUID, other: uuid.UUID) -> ResponseReturnValue:
    """Show what merging household `other` into `kept` will do."""
    return _household_page(kept, other)


@bp.post("/households/<uuid:kept>/<uuid:other>")
@requires(Can.MERGE_RECORDS)
@saves
def save_households(kept: uuid.UUID, other: uuid.UUID) -> ResponseReturnValue:
    """Merge household `other` into `kept`, people as chosen; or show the choice anew."""
    try:
        people = _sent_people()
        if request.form.get("act") == "look":
            return _household_page(kept, other, people=people)
        act = merge_households(
            db.session(),
            kept,
            other,
            people,
            effects=MERGE_EFFECTS,
            reason=request.form.get("reason", ""),
            by=_merger(),
            at=now(),
        )
    except InvalidData as error:
        return _household_page(kept, other, problem=_said(error)), error.status
    look_again(db.session(), (kept, other))
    flash(gettext("Digabungkan. Kedua data tetap tersimpan dan dapat dipisahkan lagi."), "success")
    return redirect(url_for(".show", act_id=act), 303)


@bp.get("/members/<uuid:kept>/<uuid:other>")
@requires(Can.MERGE_RECORDS)
def preview_members(kept: uuid.UUID, other: uuid.UUID) -> ResponseReturnValue:
    """Show what merging member `other` into `kept` will do."""
    return _member_page(kept, other)


@bp.post("/members/<uuid:kept>/<uuid:other>")
@requires(Can.MERGE_RECORDS)
@saves
def save_members(kept: uuid.UUID, other: uuid.UUID) -> ResponseReturnValue:
    """Merge member `other` into `kept`."""
    reason = request.form.get("reason", "")
    try:
        act = merge_members(db.session(), kept, other, reason=reason, by=_merger(), at=now())
    except InvalidData as error:
        return _member_page(kept, other, problem=_said(error)), error.status
    joined = [home for one in merges_of(db.session(), act) for home in _homes(one)]
    look_again(db.session(), joined)
    flash(gettext("Digabungkan. Kedua data tetap tersimpan dan dapat dipisahkan lagi."), "success")
    return redirect(url_for(".show", act_id=act), 303)


def _homes(merge: Merge) -> tuple[uuid.UUID, uuid.UUID]:
    return merge.household_id, merge.kept_household_id


def _merger() -> Merger:
    return Merger(actor().username, scope_of(db.session()))


def _said(error: JpsError) -> str:
    if isinstance(error, InvalidData) and error.problems:
        return gettext(next(iter(error.problems.values()))[0])
    return error_text(error)


def _sent_people() -> dict[uuid.UUID, uuid.UUID]:
    """Return whom of the kept household each member of the other was said to be."""
    found = {}
    for name, value in request.form.items():
        if name.startswith("person.") and value:
            try:
                found[uuid.UUID(name.removeprefix("person."))] = uuid.UUID(value)
            except ValueError:
                raise InvalidData(N_("Pasangan anggota tidak benar.")) from None
    return found


def _household_page(
    kept: uuid.UUID,
    other: uuid.UUID,
    *,
    people: Mapping[uuid.UUID, uuid.UUID] | None = None,
    problem: str = "",
) -> str:
    session = db.session()
    if kept == other:
        raise NotFound()
    scope, found = scope_of(session), find_households(session, (kept, other))
    if len(found) < 2 or not any(scope.covers(one.area_code) for one in found.values()):
        raise NotFound()
    if not all(scope.covers(one.area_code) for one in found.values()):
        return render_template("identity/merge_outside.html")
    one, two = (get_household(session, household_id) for household_id in (kept, other))
    matcher = current_matcher(session)
    try:
        shown = preview(session, one, two, matcher, effects=MERGE_EFFECTS, people=people)
    except KeyError:  # a page of before somebody left
        raise NotFound() from None
    return render_template(
        "identity/merge_households.html",
        shown=shown,
        kept=one,
        other=two,
        people=person_choices(shown),
        options=kept_people(shown),
        differences=differing(shown.differences),
        effects=shown_effects(shown.effects),
        places=[village_name(session, household.area_code) for household in (one, two)],
        problem=problem,
    )


def _member_page(kept: uuid.UUID, other: uuid.UUID, *, problem: str = "") -> str:
    session = db.session()
    one, two = find_people(session, (kept, other))
    scope = scope_of(session)
    if not (scope.covers(one.area_code) or scope.covers(two.area_code)):
        raise NotFound()
    if not (scope.covers(one.area_code) and scope.covers(two.area_code)):
        return render_template("identity/merge_outside.html")
    matcher, _ = double_matcher(session, current_matcher(session))
    return render_template(
        "identity/merge_members.html",
        kept=find_member(session, one.id),
        other=find_member(session, two.id),
        pair=compare_members(session, one, two, matcher),
        places=[village_name(session, member.area_code) for member in (one, two)],
        problem=problem,
    )
