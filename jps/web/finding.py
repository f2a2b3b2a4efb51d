"""One finding: looking, visiting, deciding, taking a step back."""

import uuid
from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.audit.services import Event, record
from jps.cases.finding_queries import WORKING, given_to
from jps.cases.finding_steps import (
    check_on_ground,
    get_finding,
    record_visit,
    steps_of,
    strike_of_finding,
    take_step,
    undo_step,
)
from jps.db import db
from jps.errors import InvalidData, NotAllowed, NotFound
from jps.filestore import path_of
from jps.http import actor, error_text, now, requires, saves, settings
from jps.programmes.case_models import Finding
from jps.programmes.case_rules import (
    LEADS_TO,
    PRESENCE_NAMES,
    STRIKE_REASON_NAMES,
    VISIT_NAMES,
    Action,
    next_state,
)
from jps.programmes.rules import (
    FINDING_NAMES,
    FINDING_STATE_NAMES,
    UNIT_NAMES,
    FindingKind,
    FindingState,
)
from jps.web.accounts import full_names
from jps.web.case_forms import (
    clock_of,
    helpers,
    read_day,
    read_visit,
    sent_photo,
    source_text,
    typed,
)
from jps.web.finding_page import compared, received_by, side_of, told_steps
from jps.web.places import village_name

bp = Blueprint("finding", __name__, url_prefix="/findings")


@bp.get("/<uuid:finding_id>")
@requires(Can.SEE_PROGRAMMES)
def show(finding_id: uuid.UUID) -> ResponseReturnValue:
    """Show one finding."""
    return _page(get_finding(db.session(), finding_id))


@bp.post("/<uuid:finding_id>/check")
@requires(Can.RECEIVE_APPEALS)
@saves
def check(finding_id: uuid.UUID) -> ResponseReturnValue:
    """Send somebody to look."""
    values = request.form
    person = next((u for u in helpers(db.session()) if u.username == values.get("to")), None)

    def do() -> None:
        check_on_ground(
            db.session(),
            finding_id,
            owner=(person or actor()).username,
            due_on=read_day(values, "due_on"),
            note=values.get("note", ""),
            by=actor().username,
            at=now(),
        )

    return _done(finding_id, do, gettext("Dicatat: akan dicek di lapangan."))


@bp.post("/<uuid:finding_id>/visit")
@requires(Can.RECEIVE_APPEALS)
@saves
def visit(finding_id: uuid.UUID) -> ResponseReturnValue:
    """Keep what was found at a visit, with a photo where there is one."""

    def do() -> None:
        found = read_visit(request.form)
        record_visit(
            db.session(),
            finding_id,
            found,
            note=request.form.get("note", ""),
            photo=sent_photo(request.files.get("photo")),
            by=actor().username,
            at=now(),
        )

    return _done(finding_id, do, gettext("Kunjungan tersimpan."))


@bp.post("/<uuid:finding_id>/confirm")
@requires(Can.DECIDE_FINDINGS)
@saves
def confirm(finding_id: uuid.UUID) -> ResponseReturnValue:
    """Say that it is so."""
    return _take(finding_id, Action.CONFIRM, gettext("Terbukti. Coret atau ganti penerimanya."))


@bp.post("/<uuid:finding_id>/dismiss")
@requires(Can.DECIDE_FINDINGS)
@saves
def dismiss(finding_id: uuid.UUID) -> ResponseReturnValue:
    """Say that it is not so, or allowed."""
    return _take(finding_id, Action.DISMISS, gettext("Tidak terbukti. Penerima tetap tercantum."))


@bp.post("/<uuid:finding_id>/reopen")
@requires(Can.DECIDE_FINDINGS)
@saves
def reopen(finding_id: uuid.UUID) -> ResponseReturnValue:
    """Open a decided finding again."""
    return _take(finding_id, Action.REOPEN, gettext("Dibuka lagi."))


@bp.post("/<uuid:finding_id>/undo")
@requires(Can.RECEIVE_APPEALS)
@saves
def undo(finding_id: uuid.UUID) -> ResponseReturnValue:
    """Take the last step back."""
    all_of = actor().can(Can.DECIDE_FINDINGS)
    undo_step(db.session(), finding_id, by=actor().username, may_all=all_of, at=now())
    flash(gettext("Langkah terakhir diurungkan."), "success")
    return redirect(url_for(".show", finding_id=finding_id), 303)


@bp.post("/<uuid:finding_id>/photos/<int:step_id>")
@requires(Can.RECEIVE_APPEALS)
@saves
def photo(finding_id: uuid.UUID, step_id: int) -> ResponseReturnValue:
    """Show the picture of a visit; who looked is recorded."""
    finding = get_finding(db.session(), finding_id)
    step = next((one for one in steps_of(db.session(), finding_id) if one.id == step_id), None)
    if step is None or step.photo_sha256 is None or step.photo_type is None:
        raise NotFound()
    answer = kept_file(step.photo_sha256, step.photo_type)
    event = Event("attachment-revealed", "finding", str(finding.id), finding.area_code)
    record(db.session(), event, by=actor().username, at=now())
    return answer


def kept_file(sha256: str, media_type: str) -> Response:
    """Answer with a file of the office that no browser may keep or take for something else."""
    path = path_of(settings().home, sha256)
    if not path.is_file():
        raise NotFound()
    answer = Response(path.read_bytes(), mimetype=media_type)
    how = "inline" if media_type.startswith("image/") else "attachment"
    ending = media_type.rpartition("/")[2]
    answer.headers["Content-Disposition"] = f"{how}; filename=bukti.{ending}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; img-src 'self'; sandbox"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _take(finding_id: uuid.UUID, action: Action, done: str) -> ResponseReturnValue:
    note = request.form.get("note", "")

    def do() -> None:
        take_step(db.session(), finding_id, action, note, by=actor().username, at=now())

    return _done(finding_id, do, done)


def _done(finding_id: uuid.UUID, do: Callable[[], None], told: str) -> ResponseReturnValue:
    """Do a step and go back to the finding; what was typed wrongly stays on the page."""
    try:
        do()
    except InvalidData as error:
        db.session.rollback()
        return _page(get_finding(db.session(), finding_id), error), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(told, "success")
    return redirect(url_for(".show", finding_id=finding_id), 303)


def _page(finding: Finding, error: InvalidData | None = None) -> str:
    if not actor().can(Can.SEE_HOUSEHOLDS):
        raise NotAllowed()
    session = db.session()
    given = given_to(session, [finding.recipient_id, finding.other_id])
    ids = [one for one in (finding.recipient_id, finding.other_id) if one in given]
    sides = [side_of(given[one]) for one in ids]
    steps = steps_of(session, finding.id)
    state = FindingState(finding.state)
    return render_template(
        "findings/show.html",
        finding=finding,
        kind=FINDING_NAMES[FindingKind(finding.kind)],
        level=UNIT_NAMES[finding.level],
        state_names=FINDING_STATE_NAMES,
        source=source_text(finding.source),
        village=village_name(session, finding.area_code),
        sides=sides,
        rows=compared(sides),
        receives=received_by(session, finding.household_id) if finding.household_id else [],
        steps=told_steps(steps),
        strike=strike_of_finding(session, finding.id),
        strike_reasons=STRIKE_REASON_NAMES,
        leads_to=LEADS_TO[FindingKind(finding.kind)],
        clock=clock_of(finding.due_on, running=state in WORKING),
        possible={str(one) for one in Action if one is not Action.UNDO and next_state(one, state)},
        people=helpers(session),
        visit_names=VISIT_NAMES,
        presence_names=PRESENCE_NAMES,
        names=full_names(session, [finding.owner, *(step.by for step in steps)]),
        trouble=error_text(error) if error is not None else "",
        problems=error.problems if error is not None else {},
        typed=typed(),
    )
