"""`/api/v1/conflicts`: late saves, what differs, and which side is taken."""

import uuid
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify

from jps.access.rules import Can
from jps.api import etags
from jps.api.answers import author, household_answer
from jps.api.households import IF_MATCH
from jps.api.masking import masked_change
from jps.api.resources import resource
from jps.api.schemas import HouseholdAnswer, ResolutionBody
from jps.db import db
from jps.households.models import HouseholdConflict
from jps.households.queries import conflict_differences, conflicts, get_conflict
from jps.households.services import resolve_conflict
from jps.http import now, requires, saves

blp = resource(
    "api-conflicts",
    "/api/v1/conflicts",
    "Saves that came too late; both versions are kept until somebody chooses",
)


def _summary(conflict: HouseholdConflict) -> dict[str, Any]:
    return {
        "id": str(conflict.id),
        "household_id": str(conflict.household_id),
        "base_version": conflict.base_version,
        "found_version": conflict.found_version,
        "version": conflict.household.version,
        "refused_by": conflict.refused_by,
        "refused_at": conflict.refused_at.isoformat(),
        "resolved_by": conflict.resolved_by,
    }


@blp.route("", methods=["GET"])
@requires(Can.ENTER_HOUSEHOLDS)
@blp.response(HTTPStatus.OK)
def index() -> Response:
    """List the open conflicts of one's areas, oldest first."""
    return jsonify({"items": [_summary(found) for found in conflicts(db.session())]})


@blp.route("/<uuid:conflict_id>", methods=["GET"])
@requires(Can.ENTER_HOUSEHOLDS)
@blp.response(HTTPStatus.OK)
def show(conflict_id: uuid.UUID) -> Response:
    """Read what differs: `old` is stored now, `new` was refused; numbers masked."""
    conflict = get_conflict(db.session(), conflict_id)
    differences = conflict_differences(db.session(), conflict)
    body = _summary(conflict) | {"differences": [masked_change(found) for found in differences]}
    return etags.tag(jsonify(body), conflict.household.version)


@blp.route("/<uuid:conflict_id>/resolution", methods=["POST"])
@requires(Can.ENTER_HOUSEHOLDS)
@blp.doc(**IF_MATCH)
@blp.response(HTTPStatus.OK, HouseholdAnswer)
@blp.arguments(ResolutionBody)
@saves
def resolve(body: dict[str, Any], conflict_id: uuid.UUID) -> Response:
    """Choose "stored" or "refused" per key; what is taken stands in the draft, to be submitted."""
    household = resolve_conflict(
        db.session(),
        conflict_id,
        body["choices"],
        version=etags.base_version(),
        by=author(),
        at=now(),
    )
    return household_answer(household)
