"""Change requests: the queue, one request with what it changes, and the decision about it."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.changes import services
from jps.changes.checking import InvalidChange, Looked, asked_of, is_undirected, look
from jps.changes.models import ChangeRequest
from jps.changes.queries import get_request, list_requests, request_counts
from jps.changes.rules import KIND_NAMES, REQUEST_STATE_NAMES, RequestState
from jps.db import db, everywhere
from jps.errors import InvalidData, JpsError, NotFound
from jps.households.attachments import get_attachment, reveal_attachment
from jps.households.queries import Filters, gate, list_households
from jps.http import actor, error_text, now, reads, requires, saves, today
from jps.web.accounts import full_names
from jps.web.change_fields import FOUND, SETTLED
from jps.web.change_page import may_of, moving_people, sides_of, since_proposed, written_sides
from jps.web.codebook import form_in_force
from jps.web.drafts import author
from jps.web.fields import language
from jps.web.photos import file_answer
from jps.web.places import village_name

bp = Blueprint("changes", __name__, url_prefix="/changes")


@bp.get("/")
@requires(Can.PROPOSE_CHANGES)
def index() -> ResponseReturnValue:
    """List the requests of the reader's areas; those that wait, the oldest first."""
    asked = request.args.get("state", RequestState.PROPOSED)
    state = RequestState(asked) if asked in set(RequestState) else None
    mine = actor().username if request.args.get("mine") else ""
    number = request.args.get("page", 1, type=int)
    session, scope = db.session(), actor().scope
    page = list_requests(session, scope, state=state, proposed_by=mine, page=number)
    return render_template(
        "changes/index.html",
        page=page,
        state=state,
        mine=bool(mine),
        counts=request_counts(session, scope),
        kinds=KIND_NAMES,
        states=REQUEST_STATE_NAMES,
        villages=names_at(session, Level.DESA),
        names=full_names(session, [row.proposed_by for row in page.rows]),
        scope=scope,
    )


@bp.get("/<uuid:request_id>")
@requires(Can.PROPOSE_CHANGES)
def show(request_id: uuid.UUID) -> ResponseReturnValue:
    """Show one request with what it changes."""
    return _page(_request(request_id))


@bp.post("/<uuid:request_id>/target")
@requires(Can.APPROVE_CHANGES)
@reads
def find_target(request_id: uuid.UUID) -> ResponseReturnValue:
    """Look for the household that people from another area go to."""
    return _page(_request(request_id))


@bp.post("/<uuid:request_id>/approve")
@requires(Can.APPROVE_CHANGES)
@saves
def approve(request_id: uuid.UUID) -> ResponseReturnValue:
    """Apply the request to its households."""
    found = _request(request_id)
    target, people = _directed()
    try:
        services.approve(
            db.session(),
            found,
            _gate(),
            seen=_seen(),
            household=target,
            people=people,
            by=author(),
            at=now(),
            today=today(),
        )
    except (InvalidData, services.ChangedMeanwhile) as error:
        db.session.rollback()
        return _page(_request(request_id), error), error.status
    flash(gettext("Disetujui. Data rumah tangga sudah diubah."), "success")
    return redirect(url_for(".show", request_id=request_id), 303)


@bp.post("/<uuid:request_id>/refuse")
@requires(Can.APPROVE_CHANGES)
@saves
def refuse(request_id: uuid.UUID) -> ResponseReturnValue:
    """Refuse the request, saying why."""
    reason = request.form.get("reason", "")
    services.refuse(db.session(), _request(request_id), reason, by=author(), at=now())
    flash(gettext("Ditolak. Pengusul melihat alasannya."), "success")
    return redirect(url_for(".show", request_id=request_id), 303)


@bp.post("/<uuid:request_id>/withdraw")
@requires(Can.PROPOSE_CHANGES)
@saves
def withdraw(request_id: uuid.UUID) -> ResponseReturnValue:
    """Take back one's own request."""
    services.withdraw(db.session(), _request(request_id), by=author(), at=now())
    flash(gettext("Permohonan ditarik kembali."), "success")
    return redirect(url_for(".show", request_id=request_id), 303)


@bp.post("/<uuid:request_id>/undo")
@requires(Can.APPROVE_CHANGES)
@saves
def undo(request_id: uuid.UUID) -> ResponseReturnValue:
    """Restore what was there before the request."""
    reason = request.form.get("reason", "")
    services.undo(db.session(), _request(request_id), reason, by=author(), at=now())
    flash(gettext("Dibatalkan. Data kembali persis seperti sebelumnya."), "success")
    return redirect(url_for(".show", request_id=request_id), 303)


@bp.post("/<uuid:request_id>/evidence/<name>")
@requires(Can.PROPOSE_CHANGES)
@saves
def evidence(request_id: uuid.UUID, name: str) -> ResponseReturnValue:
    """Show a photo or paper of the request; who looked is recorded."""
    found = _request(request_id)
    if name not in found.evidence:
        raise NotFound()
    with everywhere(db.session()):
        file = get_attachment(db.session(), found.household_id, name)
    answer = file_answer(file)
    reason = gettext("Memeriksa bukti permohonan")
    reveal_attachment(db.session(), file, reason, by=actor().username, at=now())
    return answer


def _request(request_id: uuid.UUID) -> ChangeRequest:
    return get_request(db.session(), request_id, actor().scope)


def _gate() -> Any:
    return gate(db.session(), form_in_force(), today=today())


def _seen() -> dict[str, int]:
    """Return the versions that the page showed."""
    return {
        name.removeprefix("seen."): int(value)
        for name, value in request.form.items()
        if name.startswith("seen.") and value.isascii() and value.isdigit() and len(value) < 10
    }


def _directed() -> tuple[uuid.UUID | None, dict[str, dict[str, str]]]:
    """Return the household chosen for people from elsewhere, and their place in it."""
    try:
        target = uuid.UUID(request.form.get("household", ""))
    except ValueError:
        return None, {}
    people = {
        name.removeprefix("relation."): {"relation": value}
        for name, value in request.form.items()
        if name.startswith("relation.") and value
    }
    return target, people


def _page(found: ChangeRequest, error: JpsError | None = None) -> str:
    session = db.session()
    looked, trouble = _look(found) if found.state == RequestState.PROPOSED else (None, "")
    undirected = looked is not None and is_undirected(found, asked_of(found))
    target, people = _directed()
    versions = looked.versions if looked is not None else {}
    text = request.form.get("find", "").strip()
    filters = Filters(states=SETTLED, text=text)
    rows = list_households(session, filters, size=FOUND).rows if text else ()
    if looked is not None:
        sides = sides_of(session, found, looked)
    else:
        sides = written_sides(session, found)
    relation = form_in_force().question("relation")
    return render_template(
        "changes/show.html",
        one=found,
        asked=asked_of(found),
        kind=KIND_NAMES[found.kind],
        states=REQUEST_STATE_NAMES,
        RequestState=RequestState,
        village=village_name(session, found.area_code),
        target_village=village_name(session, found.target_area_code or found.area_code),
        covers_home=actor().scope.covers(found.area_code),
        may=may_of(found),
        sides=sides,
        moving=moving_people(found, looked) if looked is not None else [],
        undirected=undirected,
        versions=versions,
        since=since_proposed(session, found) if looked is not None else [],
        found=rows,
        find=text,
        target=target,
        chosen=people,
        relations=[(choice.code, choice.label(language())) for choice in relation.choices],
        names=full_names(session, [found.proposed_by, found.decided_by, found.undone_by]),
        trouble=trouble or (_said(error) if error is not None else ""),
    )


def _look(found: ChangeRequest) -> tuple[Looked | None, str]:
    """Return the request tried on the data of now, or why it cannot be done any more."""
    asked = asked_of(found)
    target, people = _directed()
    if target is not None and is_undirected(found, asked):
        asked = services.directed(asked, target, people)
    try:
        return look(db.session(), found, _gate(), today=today(), asked=asked), ""
    except JpsError as error:
        return None, _said(error)


def _said(error: JpsError) -> str:
    if isinstance(error, InvalidChange):
        return " ".join(dict.fromkeys(one.problem.text(language(), gettext) for one in error.found))
    return error_text(error)
