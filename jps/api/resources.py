"""What every resource of the API shares: how it reads bodies, guards cookies, answers refusals."""

from http import HTTPStatus

from flask import Response, request
from flask_smorest import Blueprint

from jps.answers import error_text, problem
from jps.api import signing
from jps.api.answers import invalid_answer
from jps.db import db
from jps.households.saving import ChangedSince, StaleHousehold
from jps.households.schemas import InvalidHousehold


def resource(name: str, url_prefix: str, description: str) -> Blueprint:
    """Return the blueprint of a resource under `url_prefix`."""
    blueprint = Blueprint(name, __name__, url_prefix=url_prefix, description=description)
    blueprint.before_request(signing.limit_body)
    blueprint.before_request(signing.guard_forgery)
    blueprint.before_request(signing.read_body)
    blueprint.register_error_handler(InvalidHousehold, invalid_answer)
    blueprint.register_error_handler(StaleHousehold, _answer_stale)
    blueprint.register_error_handler(ChangedSince, _answer_changed)
    return blueprint


def _answer_stale(error: StaleHousehold) -> Response:
    """Keep the refused document and say under which conflict."""
    db.session.commit()
    return problem(
        _stale_status(),
        error.code,
        error_text(error),
        conflict=str(error.conflict_id),
        current_version=error.found_version,
    )


def _answer_changed(error: ChangedSince) -> Response:
    db.session.rollback()
    return problem(_stale_status(), error.code, error_text(error))


def _stale_status() -> HTTPStatus:
    return HTTPStatus.PRECONDITION_FAILED if request.if_match else HTTPStatus.CONFLICT
