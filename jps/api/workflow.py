"""Drafts and states of one household: `/api/v1/households/{id}/draft`, `/verification`, ..."""

import uuid
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify

from jps.access.rules import Can
from jps.api import etags
from jps.api.answers import author, household_answer, the_gate
from jps.api.households import DOCUMENT, IF_MATCH
from jps.api.masking import masked, unmasked
from jps.api.resources import resource
from jps.api.schemas import (
    DraftAnswer,
    HouseholdAnswer,
    LetterBody,
    ReasonBody,
    RemarkList,
    ReturnBody,
)
from jps.api.signing import document_body
from jps.assessment.acceptance import follow_up
from jps.db import db
from jps.errors import NotFound
from jps.households import workflow
from jps.households.models import Household
from jps.households.queries import get_household
from jps.households.remarks import Pointer, remarks_of
from jps.households.services import (
    current_document,
    discard_draft,
    open_draft,
    save_draft,
    submit_draft,
)
from jps.http import now, requires, saves
from jps.text import N_

blp = resource(
    "api-workflow",
    "/api/v1/households/<uuid:household_id>",
    "Drafts, submission, verification, return and archive of a household",
)


def _draft_answer(household: Household) -> Response:
    answer = jsonify(
        {
            "id": str(household.id),
            "version": household.version,
            "draft_by": household.draft_by,
            "document": masked(current_document(db.session(), household)),
        }
    )
    return etags.tag(answer, household.version)


def _followed(household: Household) -> Response:
    """Link and score a household that was accepted or moved, and answer with it."""
    follow_up(db.session(), household.id, at=now())
    return household_answer(household)


@blp.route("/draft", methods=["GET"])
@requires(Can.ENTER_HOUSEHOLDS)
@blp.response(HTTPStatus.OK, DraftAnswer)
def draft(household_id: uuid.UUID) -> Response:
    """Read what was typed and not sent yet, right or wrong; 404 when nothing waits."""
    household = get_household(db.session(), household_id)
    if household.draft is None:
        raise NotFound(N_("Tidak ada perubahan yang belum dikirim pada data ini."))
    return _draft_answer(household)


@blp.route("/draft", methods=["PUT"])
@requires(Can.ENTER_HOUSEHOLDS)
@blp.doc(**DOCUMENT, **IF_MATCH)
@blp.response(HTTPStatus.OK, DraftAnswer)
@saves
def put_draft(household_id: uuid.UUID) -> Response:
    """Keep a whole document as typed, right or wrong.

    With `If-None-Match: *` it begins a new household under this id, else `If-Match` names the
    version it is based on.
    """
    session, document = db.session(), document_body()
    if etags.is_creation():
        return _draft_answer(
            open_draft(session, document, household_id=household_id, by=author(), at=now())
        )
    version = etags.base_version()
    stored = current_document(session, get_household(session, household_id))
    document = unmasked(document, stored)
    return _draft_answer(
        save_draft(session, household_id, document, version=version, by=author(), at=now())
    )


@blp.route("/draft", methods=["DELETE"])
@requires(Can.ENTER_HOUSEHOLDS)
@blp.doc(**IF_MATCH)
@blp.response(HTTPStatus.OK, HouseholdAnswer)
@saves
def forget_draft(household_id: uuid.UUID) -> Response:
    """Forget the unsent changes of a household that was sent before."""
    version = etags.base_version()
    return household_answer(
        discard_draft(db.session(), household_id, version=version, by=author(), at=now())
    )


@blp.route("/submission", methods=["POST"])
@requires(Can.ENTER_HOUSEHOLDS)
@blp.doc(**IF_MATCH)
@blp.response(HTTPStatus.OK, HouseholdAnswer)
@saves
def submit(household_id: uuid.UUID) -> Response:
    """Send the draft through all checks; 422 says what must be put right, the draft stays."""
    version = etags.base_version()
    return _followed(
        submit_draft(db.session(), household_id, the_gate(), version=version, by=author(), at=now())
    )


@blp.route("/verification", methods=["POST"])
@requires(Can.VERIFY_HOUSEHOLDS)
@blp.doc(**IF_MATCH)
@blp.response(HTTPStatus.OK, HouseholdAnswer)
@saves
def verify(household_id: uuid.UUID) -> Response:
    """Confirm a submitted household that somebody else entered."""
    version = etags.base_version()
    return _followed(
        workflow.verify(db.session(), household_id, version=version, by=author(), at=now())
    )


@blp.route("/confirmation", methods=["POST"])
@requires(Can.CONFIRM_HOUSEHOLDS)
@blp.doc(**IF_MATCH)
@blp.response(HTTPStatus.OK, HouseholdAnswer)
@saves
def confirm(household_id: uuid.UUID) -> Response:
    """Verify for the kabupaten a household that the village meeting agreed to."""
    version = etags.base_version()
    return _followed(
        workflow.confirm(db.session(), household_id, version=version, by=author(), at=now())
    )


@blp.route("/finalisation", methods=["POST"])
@requires(Can.FINALISE_HOUSEHOLDS)
@blp.doc(**IF_MATCH)
@blp.response(HTTPStatus.OK, HouseholdAnswer)
@blp.arguments(LetterBody)
@saves
def finalise(body: dict[str, Any], household_id: uuid.UUID) -> Response:
    """Make a household final under the number of a letter; by somebody who took no step before."""
    version, letter = etags.base_version(), body["letter"]
    return _followed(
        workflow.finalise(
            db.session(), household_id, letter, version=version, by=author(), at=now()
        )
    )


@blp.route("/withdrawal", methods=["POST"])
@requires(Can.SEE_HOUSEHOLDS)
@blp.doc(**IF_MATCH)
@blp.response(HTTPStatus.OK, HouseholdAnswer)
@saves
def withdraw(household_id: uuid.UUID) -> Response:
    """Take back one's own last step: verified, returned, confirmed or final."""
    version = etags.base_version()
    return _followed(
        workflow.withdraw(db.session(), household_id, version=version, by=author(), at=now())
    )


@blp.route("/remarks", methods=["GET"])
@requires(Can.SEE_HOUSEHOLDS)
@blp.response(HTTPStatus.OK, RemarkList)
def remarks(household_id: uuid.UUID) -> Response:
    """Read what operators want put right, and earlier remarks with what became of them."""
    household = get_household(db.session(), household_id)
    found = remarks_of(db.session(), household.id)
    return jsonify(RemarkList().dump({"items": found}))


@blp.route("/return", methods=["POST"])
@requires(Can.VERIFY_HOUSEHOLDS)
@blp.doc(**IF_MATCH)
@blp.response(HTTPStatus.OK, HouseholdAnswer)
@blp.arguments(ReturnBody)
@saves
def send_back(body: dict[str, Any], household_id: uuid.UUID) -> Response:
    """Send a household back to be corrected, saying why, and at which answers."""
    version = etags.base_version()
    return _followed(
        workflow.return_household(
            db.session(),
            household_id,
            body["reason"],
            remarks=[Pointer(**remark) for remark in body["remarks"]],
            version=version,
            by=author(),
            at=now(),
        )
    )


@blp.route("/archive", methods=["POST"])
@requires(Can.ARCHIVE_HOUSEHOLDS)
@blp.doc(**IF_MATCH)
@blp.response(HTTPStatus.OK, HouseholdAnswer)
@blp.arguments(ReasonBody)
@saves
def archive(body: dict[str, Any], household_id: uuid.UUID) -> Response:
    """Take a household out of lists and figures, saying why. Nothing is deleted."""
    version, reason = etags.base_version(), body["reason"]
    return _followed(
        workflow.archive(db.session(), household_id, reason, version=version, by=author(), at=now())
    )


@blp.route("/restoration", methods=["POST"])
@requires(Can.ARCHIVE_HOUSEHOLDS)
@blp.doc(**IF_MATCH)
@blp.response(HTTPStatus.OK, HouseholdAnswer)
@saves
def restore(household_id: uuid.UUID) -> Response:
    """Bring an archived household back."""
    version = etags.base_version()
    return _followed(
        workflow.restore(db.session(), household_id, version=version, by=author(), at=now())
    )
