"""`/api/v1/changes`: ask for changes of verified households, decide about them, take them back."""

import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, url_for

from jps.access.rules import Can
from jps.api.answers import author, the_gate
from jps.api.change_schemas import (
    ApprovalBody,
    ProposalBody,
    RequestAnswer,
    RequestList,
    RequestQuery,
)
from jps.api.masking import NUMBERS, masked_change
from jps.api.resources import resource
from jps.api.schemas import ProblemAnswer, ReasonBody
from jps.changes import services
from jps.changes.checking import Looked, look
from jps.changes.models import ChangeRequest
from jps.changes.queries import get_request, list_requests, written_by
from jps.changes.rules import Kind, RequestState
from jps.db import db
from jps.errors import JpsError
from jps.households.attachments import get_attachment
from jps.households.documents import Change, changes_between
from jps.http import actor, error_text, now, requires, saves, today
from jps.text import mask_nik

blp = resource("api-changes", "/api/v1/changes", "Changes of households after verification")


@blp.route("", methods=["GET"])
@requires(Can.PROPOSE_CHANGES)
@blp.response(HTTPStatus.OK, RequestList)
@blp.arguments(RequestQuery, location="query")
def index(query: dict[str, Any]) -> Response:
    """List requests of one's areas; those that wait the oldest first, others the newest."""
    state = RequestState(query["state"]) if query.get("state") else None
    page = list_requests(db.session(), actor().scope, state=state, page=query["page"])
    items = [_row(one) for one in page.rows]
    body = {"items": items, "total": page.total, "page": page.number, "pages": page.last}
    return jsonify(RequestList().dump(body))


@blp.route("", methods=["POST"])
@requires(Can.PROPOSE_CHANGES)
@blp.response(HTTPStatus.CREATED, RequestAnswer)
@blp.alt_response(HTTPStatus.UNPROCESSABLE_ENTITY, schema=ProblemAnswer)
@blp.arguments(ProposalBody)
@saves
def create(body: dict[str, Any]) -> Response:
    """Ask for a change. The same id with the same content again answers with the same request."""
    for name in body["evidence"]:
        get_attachment(db.session(), body["household_id"], name)  # or NotFound
    proposal = services.Proposal(
        Kind(body["kind"]),
        body["asked"],
        body["effective_on"],
        body["reason"],
        body["document_number"],
        body["evidence"],
        id=body.get("id") or uuid.uuid4(),
    )
    made = services.propose(
        db.session(),
        body["household_id"],
        proposal,
        the_gate(),
        by=author(),
        at=now(),
        today=today(),
    )
    answer = _answer(made)
    answer.status_code = HTTPStatus.CREATED
    answer.headers["Location"] = url_for("api-changes.show", request_id=made.id)
    return answer


@blp.route("/<uuid:request_id>", methods=["GET"])
@requires(Can.PROPOSE_CHANGES)
@blp.response(HTTPStatus.OK, RequestAnswer)
def show(request_id: uuid.UUID) -> Response:
    """Read a request with what it changes, field by field; numbers are masked.

    Of households outside one's areas nothing is told.
    """
    return _answer(_request(request_id))


@blp.route("/<uuid:request_id>/approval", methods=["POST"])
@requires(Can.APPROVE_CHANGES)
@blp.response(HTTPStatus.OK, RequestAnswer)
@blp.alt_response(HTTPStatus.CONFLICT, schema=ProblemAnswer)
@blp.arguments(ApprovalBody)
@saves
def approve(body: dict[str, Any], request_id: uuid.UUID) -> Response:
    """Apply a request that somebody else proposed.

    `versions` are those of the answer that was looked at; 409 when a household changed since.
    """
    found = _request(request_id)
    services.approve(
        db.session(),
        found,
        the_gate(),
        seen=body["versions"],
        household=body.get("household"),
        people=body["people"],
        by=author(),
        at=now(),
        today=today(),
    )
    return _answer(found)


@blp.route("/<uuid:request_id>/refusal", methods=["POST"])
@requires(Can.APPROVE_CHANGES)
@blp.response(HTTPStatus.OK, RequestAnswer)
@blp.arguments(ReasonBody)
@saves
def refuse(body: dict[str, Any], request_id: uuid.UUID) -> Response:
    """Refuse a request, saying why."""
    found = _request(request_id)
    return _answer(services.refuse(db.session(), found, body["reason"], by=author(), at=now()))


@blp.route("/<uuid:request_id>/withdrawal", methods=["POST"])
@requires(Can.PROPOSE_CHANGES)
@blp.response(HTTPStatus.OK, RequestAnswer)
@saves
def withdraw(request_id: uuid.UUID) -> Response:
    """Take one's own request back before anybody decided."""
    return _answer(services.withdraw(db.session(), _request(request_id), by=author(), at=now()))


@blp.route("/<uuid:request_id>/undoing", methods=["POST"])
@requires(Can.APPROVE_CHANGES)
@blp.response(HTTPStatus.OK, RequestAnswer)
@blp.alt_response(HTTPStatus.CONFLICT, schema=ProblemAnswer)
@blp.arguments(ReasonBody)
@saves
def undo(body: dict[str, Any], request_id: uuid.UUID) -> Response:
    """Restore what was there before an approved request; 409 when something rests on it since."""
    found = _request(request_id)
    services.undo(db.session(), found, body["reason"], by=author(), at=now())
    return _answer(found)


def _request(request_id: uuid.UUID) -> ChangeRequest:
    return get_request(db.session(), request_id, actor().scope)


def _row(one: ChangeRequest) -> dict[str, Any]:
    row = {name: getattr(one, name, None) for name in RequestAnswer().fields if name != "changes"}
    return row | {"asked": _masked(one.asked), "versions": dict(one.versions)}


def _answer(one: ChangeRequest) -> Response:
    body = _row(one)
    if one.state == RequestState.PROPOSED:
        body |= _preview(one)
    else:
        body["changes"] = _written(one)
    return jsonify(RequestAnswer().dump(body))


def _preview(one: ChangeRequest) -> dict[str, Any]:
    """Return what it would change now and on which versions, or what stands against it."""
    try:
        looked = look(db.session(), one, the_gate(), today=today())
    except JpsError as error:
        return {"changes": [], "problem": error_text(error)}
    return {"changes": _changes(looked), "versions": looked.versions, "problem": ""}


def _changes(looked: Looked) -> list[dict[str, Any]]:
    found = []
    for key, after in looked.plan.documents.items():
        if not actor().scope.covers(looked.area_after(key)):
            continue
        form = looked.forms.get(key)
        new = form.document() if form is not None else after
        old = looked.documents.get(key, {})
        found += [
            {"household": key, **masked_change(change)} for change in changes_between(key, old, new)
        ]
    return found


def _written(one: ChangeRequest) -> list[dict[str, Any]]:
    found = []
    for row in written_by(db.session(), one):
        if not actor().scope.covers(row.area_code):
            continue
        key = str(row.household_id)
        changes = [Change(**change) for change in row.changes]
        if row.document is not None:
            changes = changes_between(key, {}, row.document)
        found += [{"household": key, **masked_change(change)} for change in changes]
    return found


def _masked(value: Any) -> Any:
    """Return a payload with every NIK and KK number masked, wherever it stands."""
    if isinstance(value, Mapping):
        return {
            key: mask_nik(inner) if key in NUMBERS and isinstance(inner, str) else _masked(inner)
            for key, inner in value.items()
        }
    return [_masked(inner) for inner in value] if isinstance(value, list) else value
