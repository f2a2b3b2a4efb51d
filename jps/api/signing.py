"""How programs sign in: a personal token in the header, or the session cookie of the browser.

A token is proof by itself. A cookie travels with every request of the browser, also with one that
another site made, so unsafe requests with a cookie need the forgery token (`X-CSRFToken`) too.
"""

import uuid
from http import HTTPStatus

from flask import Flask, Request, abort, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest

from jps.access.models import ApiToken, User
from jps.access.tokens import find_api_token, needs_note
from jps.db import db, set_reading
from jps.http import now

MAX_BODY = 16 * 2**20  # bytes of one request; a household is a few kilobytes
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def init_app(app: Flask) -> None:
    """Let `Authorization: Bearer` sign in, in place of Flask-Security's own header tokens."""
    app.extensions["security"].login_manager.request_loader(_load)


def guard_forgery() -> None:
    """Demand the forgery token of unsafe requests that were not signed in by a token."""
    by_token = g.get("token_used", False)
    if request.method in _UNSAFE and not by_token and current_app.config["WTF_CSRF_ENABLED"]:
        csrf: CSRFProtect = current_app.extensions["csrf"]
        csrf.protect()


def limit_body() -> None:
    """Bound what may be sent; before anything reads of it."""
    request.max_content_length = MAX_BODY


def read_body() -> None:
    """Read a JSON body once; what cannot be read is answered with 400."""
    if not request.is_json:
        return
    try:
        request.get_json()
    except RecursionError:
        raise BadRequest from None


def _load(asked: Request) -> User | None:
    scheme, _, text = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not asked.path.startswith("/api/"):
        return None
    token = find_api_token(db.session(), text.strip(), at=now())
    if token is None:
        return None
    if needs_note(token, at=now()):
        _note_use(token.id, reads=asked.method not in _UNSAFE)
    g.token_used, g.token_name = True, token.name
    return token.user


def _note_use(token_id: uuid.UUID, *, reads: bool) -> None:
    """Write down that a token was used, in a transaction of its own that begins as a writer."""
    db.session.rollback()
    set_reading(False)
    token = db.session.get(ApiToken, token_id)
    if token is not None:
        token.last_used_at = now()
    db.session.commit()
    set_reading(reads)


def document_body() -> dict[str, object]:
    """Return the request's JSON object; 400 or 415 when there is none."""
    body = request.get_json()
    if not isinstance(body, dict):
        abort(HTTPStatus.BAD_REQUEST)
    return body
