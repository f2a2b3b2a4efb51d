"""`/api/v1/households`: list, search, read, create and replace households."""

import uuid
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify
from werkzeug.exceptions import BadRequest

from jps.access.rules import Can
from jps.api import etags
from jps.api.answers import (
    author,
    household_answer,
    location,
    page_answer,
    read_form,
    rows_json,
)
from jps.api.masking import masked_change, unmasked
from jps.api.resources import resource
from jps.api.schemas import (
    ChangeList,
    ChangesQuery,
    DocumentAnswer,
    HouseholdAnswer,
    HouseholdList,
    ListQuery,
    ProblemAnswer,
    ReasonBody,
    SearchBody,
)
from jps.api.signing import document_body
from jps.assessment.acceptance import follow_up
from jps.db import db
from jps.households import workflow
from jps.households.queries import (
    Cursor,
    Filters,
    field_history,
    get_household,
    list_after,
    list_households,
)
from jps.households.rules import State
from jps.households.services import (
    Outcome,
    current_document,
    register_household,
    update_household,
)
from jps.http import now, reads, requires, saves

blp = resource(
    "api-households",
    "/api/v1/households",
    "Households with families and members, as collected",
)

OVERLAP = timedelta(minutes=5)  # longer than any save takes to be committed
DOCUMENT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/HouseholdDocument"}}
        },
    }
}
IF_MATCH = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "ETag of the version that was read",
            "schema": {"type": "string"},
        }
    ]
}


@blp.route("", methods=["GET"])
@requires(Can.SEE_HOUSEHOLDS)
@blp.response(HTTPStatus.OK, HouseholdList)
@blp.arguments(ListQuery, location="query")
def index(query: dict[str, Any]) -> Response:
    """List the households of one's areas, what changed last first."""
    page = list_households(
        db.session(), _filters(query), page=query["page"], size=query["page_size"]
    )
    return page_answer(page)


@blp.route("/search", methods=["POST"])
@requires(Can.SEE_HOUSEHOLDS)
@reads
@blp.response(HTTPStatus.OK, HouseholdList)
@blp.arguments(SearchBody)
def search(body: dict[str, Any]) -> Response:
    """Search by name, address, KK number or the last digits of a NIK; nothing typed is in a URL."""
    page = list_households(db.session(), _filters(body), page=body["page"], size=body["page_size"])
    return page_answer(page)


@blp.route("/changes", methods=["GET"])
@requires(Can.SEE_HOUSEHOLDS)
@blp.response(HTTPStatus.OK, ChangeList)
@blp.arguments(ChangesQuery, location="query")
def changes(query: dict[str, Any]) -> Response:
    """Read all households in the order of their last change, to follow them.

    Ask on with `next` until it is null; begin the next reading with `resume`, which lies a little
    back because saves under way show late. A household may come twice: `version` tells.
    """
    after = _read_cursor(query["after"]) if query.get("after") else None
    rows = list_after(db.session(), Filters(with_merged=True), after=after, size=query["page_size"])
    last = rows[-1] if len(rows) == query["page_size"] else None
    place = None if last is None else _write_cursor(Cursor(last.changed_at, last.id))
    resume = _write_cursor(Cursor(now() - OVERLAP, uuid.UUID(int=0)))
    return jsonify({"items": rows_json(rows), "next": place, "resume": resume})


@blp.route("", methods=["POST"])
@requires(Can.ENTER_HOUSEHOLDS)
@blp.doc(**DOCUMENT)
@blp.response(HTTPStatus.CREATED, HouseholdAnswer)
@blp.alt_response(HTTPStatus.CONFLICT, schema=ProblemAnswer)
@blp.alt_response(HTTPStatus.UNPROCESSABLE_ENTITY, schema=ProblemAnswer)
@saves
def create() -> Response:
    """Store a whole household. The same `id` and content again is 200: nothing doubles."""
    form = read_form(document_body())
    done = register_household(db.session(), form, by=author(), at=now())
    follow_up(db.session(), done.household.id, at=now())
    created = done.outcome is Outcome.CREATED
    status = HTTPStatus.CREATED if created else HTTPStatus.OK
    return household_answer(done.household, status, headers=location(done.household))


@blp.route("/<uuid:household_id>", methods=["GET"])
@requires(Can.SEE_HOUSEHOLDS)
@blp.response(HTTPStatus.OK, HouseholdAnswer)
@blp.alt_response(HTTPStatus.NOT_FOUND, schema=ProblemAnswer)
def show(household_id: uuid.UUID) -> Response:
    """Read one household; NIK and KK numbers are masked. With `If-None-Match` 304 if unchanged."""
    return household_answer(get_household(db.session(), household_id))


@blp.route("/<uuid:household_id>", methods=["PUT"])
@requires(Can.ENTER_HOUSEHOLDS)
@blp.doc(**DOCUMENT, **IF_MATCH)
@blp.response(HTTPStatus.OK, HouseholdAnswer)
@blp.alt_response(HTTPStatus.PRECONDITION_FAILED, schema=ProblemAnswer)
@blp.alt_response(HTTPStatus.PRECONDITION_REQUIRED, schema=ProblemAnswer)
@blp.alt_response(HTTPStatus.UNPROCESSABLE_ENTITY, schema=ProblemAnswer)
@saves
def replace(household_id: uuid.UUID) -> Response:
    """Replace a household's document. A masked number of a member (by `id`) stays as it is.

    Based on an old version it changes nothing and answers 412, but what was sent is kept as the
    conflict that the answer names.
    """
    version = etags.base_version()
    household = get_household(db.session(), household_id)
    stored = current_document(db.session(), household)
    document = unmasked(document_body(), stored) | {"id": str(household_id)}
    form = read_form(document)
    done = update_household(
        db.session(), household_id, form, version=version, by=author(), at=now()
    )
    follow_up(db.session(), household_id, at=now())
    return household_answer(done.household)


@blp.route("/<uuid:household_id>/history", methods=["GET"])
@requires(Can.SEE_HOUSEHOLDS)
@blp.response(HTTPStatus.OK)
def history(household_id: uuid.UUID) -> Response:
    """Read every change of every field, newest first: who, when, from where; numbers masked."""
    household = get_household(db.session(), household_id)
    items = [
        {
            "at": found.at.isoformat(),
            "by": found.by,
            "source": found.source,
            "version": found.version,
            "action": found.action,
            "reason": found.reason,
            **masked_change(found.change),
        }
        for found in field_history(db.session(), household)
    ]
    return jsonify({"items": items})


@blp.route("/<uuid:household_id>/reveal", methods=["POST"])
@requires(Can.REVEAL_NIK)
@blp.response(HTTPStatus.OK, DocumentAnswer)
@blp.arguments(ReasonBody)
@saves
def reveal(body: dict[str, Any], household_id: uuid.UUID) -> Response:
    """Read full NIK and KK numbers, saying why; this is recorded."""
    document = workflow.reveal_numbers(
        db.session(), household_id, body["reason"], by=author(), at=now()
    )
    return jsonify({"document": document})


def _filters(asked: dict[str, Any]) -> Filters:
    return Filters(
        area=asked.get("area", ""),
        states=tuple(State(state) for state in asked.get("state", ())),
        entered_by=asked.get("entered_by", ""),
        text=asked.get("text", ""),
        with_conflicts=asked.get("with_conflicts", False),
    )


def _write_cursor(cursor: Cursor) -> str:
    micros = round(cursor.changed_at.timestamp() * 1_000_000)
    return f"{micros:x}-{cursor.id.hex}"


def _read_cursor(text: str) -> Cursor:
    micros, _, key = text.partition("-")
    try:
        seconds, rest = divmod(int(micros, 16), 1_000_000)
        at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
        return Cursor(at, uuid.UUID(hex=key))
    except (ValueError, OverflowError, OSError):
        raise BadRequest from None
