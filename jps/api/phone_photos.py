"""`/api/v1/phone/photos`: the pictures that answer questions, each once."""

import uuid
from http import HTTPStatus

from flask import Response, jsonify, request

from jps.access.rules import Can
from jps.api.phone_turns import begin_writing
from jps.api.resources import resource
from jps.db import db
from jps.households.attachments import MAX_BYTES, store_attachment
from jps.http import actor, now, reads, requires, saves, settings

blp = resource("api-phone-photos", "/api/v1/phone/photos", "Photos from an enumerator's phone")

BODY = {
    "requestBody": {
        "required": True,
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@blp.route("/<uuid:household_id>/<name>", methods=["PUT"])
@requires(Can.ENTER_HOUSEHOLDS)
@reads  # until `begin_writing`
@blp.doc(**BODY)
@blp.response(HTTPStatus.CREATED)
@blp.alt_response(HTTPStatus.CONFLICT)
@blp.alt_response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
@blp.alt_response(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
@saves
def put(household_id: uuid.UUID, name: str) -> tuple[Response, HTTPStatus]:
    """Keep a photo of a household under the name that its answers give it.

    200 when the same is there already, 409 when another one is; 404 until the household was sent.
    """
    request.max_content_length = MAX_BYTES + 1  # one more tells "too large" in our own words
    content, kind, by = request.get_data(cache=False), request.mimetype, actor().username
    begin_writing()
    done = store_attachment(
        db.session(),
        settings().home,
        household_id=household_id,
        name=name,
        content=content,
        media_type=kind,
        by=by,
        at=now(),
    )
    body = {"name": name, "sha256": done.attachment.sha256, "size": done.attachment.size}
    return jsonify(body), HTTPStatus.CREATED if done.is_new else HTTPStatus.OK
