"""What the API says about a household: rows, whole households, findings; numbers masked."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, make_response, url_for
from flask_babel import get_locale, gettext

from jps.answers import error_text, problem
from jps.api import etags
from jps.api.masking import masked
from jps.api.schemas import HouseholdAnswer, HouseholdList, HouseholdRow
from jps.config import DATA
from jps.db import db
from jps.households.counting import kept_of
from jps.households.forms import HouseholdForm
from jps.households.models import Family, Household
from jps.households.queries import Page, gate, get_household
from jps.households.rows import document_of
from jps.households.rules import Source
from jps.households.schemas import HouseholdSchema, InvalidHousehold
from jps.households.services import Author
from jps.http import actor, today
from jps.questionnaire import Form, Problem, load_form
from jps.text import mask_nik


def author() -> Author:
    """Return the person who asks, as the author of what comes in through the API."""
    return Author(actor().username, actor().scope, Source.API)


def questionnaire() -> Form:
    """Return the questionnaire in force."""
    return load_form(DATA / "questionnaire")


def the_gate() -> HouseholdSchema:
    """Return the gate as it stands today."""
    return gate(db.session(), questionnaire(), today=today())


def read_form(document: Mapping[str, Any]) -> HouseholdForm:
    """Send a document through the gate; raises `InvalidHousehold`."""
    form = the_gate().load(dict(document))
    assert isinstance(form, HouseholdForm)
    return form


def page_answer(page: Page) -> Response:
    """Return one page of a list, its numbers in the body and in `X-Pagination`."""
    body = {"items": page.rows, "total": page.total, "page": page.number, "pages": page.last}
    answer = jsonify(HouseholdList().dump(body))
    numbers = {
        "total": page.total,
        "total_pages": page.last,
        "first_page": 1,
        "last_page": page.last,
        "page": page.number,
        "previous_page": page.number - 1 if page.number > 1 else None,
        "next_page": page.number + 1 if page.number < page.last else None,
    }
    answer.headers["X-Pagination"] = json.dumps(numbers)
    return answer


def rows_json(rows: Iterable[object]) -> Any:
    """Return list rows as JSON."""
    return HouseholdRow(many=True).dump(list(rows))


def household_answer(
    household: Household, status: HTTPStatus = HTTPStatus.OK, *, headers: Mapping[str, str] = {}
) -> Response:
    """Return a whole household with its version as ETag, or 304 when the reader has it."""
    if etags.is_known(household.version) and status == HTTPStatus.OK:
        return etags.tag(make_response("", HTTPStatus.NOT_MODIFIED), household.version)
    full = get_household(db.session(), household.id)
    answer = jsonify(HouseholdAnswer().dump(_whole(full)))
    answer.status_code = status
    answer.headers.update(headers)
    return etags.tag(answer, full.version)


def location(household: Household) -> dict[str, str]:
    """Return the header that says where a new household is."""
    return {"Location": url_for("api-households.show", household_id=household.id)}


def _whole(household: Household) -> dict[str, Any]:
    columns = {name: getattr(household, name, None) for name in HouseholdAnswer().fields}
    calculated = dict(household.calculated)
    if household.members:
        calculated["members"] = [
            {"id": str(member.id), **member.calculated} for member in household.members
        ]
    return columns | {
        "merged_into": kept_of(db.session(), household.id),
        "has_draft": household.draft_by is not None,
        "families": [_family(family) for family in household.families],
        "document": masked(document_of(household, household.members)),
        "calculated": calculated,
        "warnings": [finding(Problem(**warning)) for warning in household.warnings],
    }


def _family(family: Family) -> dict[str, Any]:
    return {
        "id": family.id,
        "kk": mask_nik(family.kk),
        "valid_from": family.valid_from,
        "members": [member.id for member in family.members],
    }


def finding(found: Problem) -> dict[str, Any]:
    """Return a finding of the questionnaire in the reader's language, without numbers."""
    return {
        "path": found.path,
        "level": found.level,
        "message": found.text(str(get_locale() or "id"), gettext),
        "suggested": None if found.question in {"nik", "kk"} else found.suggested,
    }


def invalid_answer(error: InvalidHousehold) -> Response:
    """Return 422 with every finding at its path, in the reader's language."""
    db.session.rollback()
    errors: dict[str, list[str]] = {}
    language = str(get_locale() or "id")
    for found in error.found:
        if found.level == "error":
            errors.setdefault(found.path or "_", []).append(found.text(language, gettext))
    findings = [finding(found) for found in error.found]
    return problem(error.status, error.code, error_text(error), errors, findings=findings)
