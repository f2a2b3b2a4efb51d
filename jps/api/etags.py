"""Versions as ETags: `"7"` is version 7. Weak tags count too: nginx weakens them when it zips."""

from flask import Response, request
from werkzeug.exceptions import PreconditionFailed, PreconditionRequired


def tag(response: Response, version: int) -> Response:
    """Say which version the answer shows; a reader that has it already gets 304."""
    response.set_etag(str(version))
    return response


def is_known(version: int) -> bool:
    """Whether the reader has this version already (`If-None-Match`)."""
    return request.if_none_match.contains_weak(str(version))


def base_version() -> int:
    """Return the version that the request was based on (`If-Match`).

    Raises 428 when it does not say and 412 when it names no version: `*` would overwrite anything.
    """
    tags = request.if_match.as_set(include_weak=True)
    if not tags:
        raise PreconditionRequired
    versions = [text for text in tags if text.isascii() and text.isdigit() and len(text) < 10]
    if len(versions) != 1:
        raise PreconditionFailed
    return int(versions[0])


def is_creation() -> bool:
    """Whether the request is to make something new (`If-None-Match: *`)."""
    return request.if_none_match.star_tag
