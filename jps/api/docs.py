"""`/api/openapi.json` and `/api/docs`: the interface described, readable without internet."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template
from flask_smorest import Api

from jps.api.answers import questionnaire
from jps.http import Door, requires
from jps.questionnaire import Form, Question

bp = Blueprint("api_docs", __name__, url_prefix="/api")

PREFIX = "api-"  # of the resources' names
API = "jps_api"  # key of the Api in `app.extensions`
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "flask users token USERNAME"},
    "session": {"type": "apiKey", "in": "cookie", "name": "jps"},
}
ABOUT = """
Sign in with a personal token (`Authorization: Bearer jps_...`) or with the session of the browser,
whose unsafe requests also carry `X-CSRFToken`. You see and change your own areas only.

Codes are text, times ISO 8601 in UTC, `version` counts saves and is the `ETag`: send it back as
`If-Match` (428 when missing, 412 when somebody saved in between; what you sent is then kept as a
conflict). NIK and KK numbers are masked; a mask sent back means "unchanged". Errors are
`application/problem+json` with a stable `code`; `errors` says what is wrong where.
"""
_JSON_TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "select_multiple": {"type": "array", "items": {"type": "string"}},
}


@bp.get("/openapi.json")
@requires(Door.OPEN)
def openapi() -> Response:
    """Answer with the description of all resources (OpenAPI 3.1)."""
    api: Api = current_app.extensions[API]
    body = _with_plain_tags(api.spec.to_dict())
    body["info"]["description"] = ABOUT
    components = body.setdefault("components", {})
    components.setdefault("schemas", {})["HouseholdDocument"] = document_schema(questionnaire())
    components["securitySchemes"] = SECURITY
    body["security"] = [{"token": []}, {"session": []}]
    return jsonify(body)


@bp.get("/docs")
@requires(Door.OPEN)
def docs() -> str:
    """Show the description as a page on which requests can be tried."""
    return render_template("api/docs.html")


def _with_plain_tags(spec: dict[str, Any]) -> dict[str, Any]:
    """Name the tags without the prefix that tells resources from pages."""
    for tag in spec["tags"]:
        tag["name"] = tag["name"].removeprefix(PREFIX)
    for operations in spec["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict) and "tags" in operation:
                operation["tags"] = [tag.removeprefix(PREFIX) for tag in operation["tags"]]
    return spec


def document_schema(form: Form) -> dict[str, Any]:
    """Return the JSON Schema of a household's document as the questionnaire describes it."""
    properties: dict[str, Any] = {"id": {"type": "string", "format": "uuid"}}
    members: dict[str, Any] = {"id": {"type": "string", "format": "uuid"}}
    for question in form:
        if not question.is_calculated:
            target = members if question.in_roster else properties
            target[question.name] = _property(question)
    properties["members"] = {
        "type": "array",
        "items": {"type": "object", "properties": members, "additionalProperties": False},
    }
    return {
        "type": "object",
        "description": f"Questionnaire {form.version}",
        "properties": properties,
        "required": [q.name for q in form if q.required and not q.in_roster and not q.relevant],
        "additionalProperties": False,
    }


def _property(question: Question) -> dict[str, Any]:
    codes = [choice.code for choice in question.choices]
    labels = "; ".join(f"{choice.code} {choice.label('en')}" for choice in question.choices)
    found = {**_JSON_TYPES.get(question.type, {"type": "string"})}
    found["description"] = question.label("en") + (f" ({labels})" if labels else "")
    if codes and found["type"] == "array":
        found["items"] = {"type": "string", "enum": codes}
    elif codes:
        found["enum"] = codes
    return found
