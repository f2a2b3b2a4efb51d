"""Who a phone speaks for: the token in its address is looked at before anything else is read."""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import ParamSpec, cast

from flask import Blueprint, Response, current_app, g, request
from flask_babel import gettext
from sqlalchemy.exc import OperationalError

from jps.access.devices import MAX_DEVICE, find_device_token, needs_note, note_use
from jps.access.throttle import Throttle, digest_of
from jps.db import db, set_reading, set_scope, writers_turn
from jps.errors import JpsError
from jps.http import now
from jps.odk.services import Sender
from jps.openrosa import answers
from jps.text import N_

log = logging.getLogger(__name__)

P = ParamSpec("P")

bp = Blueprint("openrosa", __name__, url_prefix="/odk")
bp.after_request(answers.mark)


class NoEntry(JpsError):
    """A token that is not known, was revoked, or is over. Never 403 and never a redirect: Collect
    asks for a new address only on 401."""

    status, code = 401, "device-unknown"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "HP ini tidak (lagi) terhubung dengan JPS. Kiriman Anda tetap ada di HP; minta "
                "kode QR baru kepada operator."
            )
        )


class TooOften(JpsError):
    """Too many wrong tokens from one address."""

    status, code = 429, "too-many-requests"


def by_token(view: Callable[P, Response]) -> Callable[P, Response]:
    """Let phones with a token in force call the view (with `token`); it sees the token's areas."""

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
        _enter(str(kwargs["token"]))
        return view(*args, **kwargs)

    return wrapper


def sender() -> Sender:
    """Return for whom the phone of this request speaks; only behind `by_token`."""
    return cast(Sender, g.sender)


def begin_writing() -> None:
    """End the reading of the token: the transaction to come takes the lock of writers at once."""
    db.session.rollback()
    set_reading(False)
    set_scope(db.session(), sender().scope)


def _enter(text: str) -> None:
    """Look the token up, reading only: no phone waits for a writer before it is known."""
    set_reading(True)
    throttle = Throttle.of(current_app.extensions, "openrosa")
    address, digest = request.remote_addr or "", digest_of(text)
    if throttle.is_resting(address, digest, at=now()):
        raise TooOften(N_("Terlalu banyak percobaan dari jaringan ini. Tunggu satu menit."))
    device = request.args.get("deviceID", "")[:MAX_DEVICE]
    token = find_device_token(db.session(), text, at=now())
    if token is None or not token.scope.codes:
        throttle.note_wrong(address, digest, at=now())
        raise NoEntry()
    throttle.note_right(digest)
    g.sender = Sender(token.id, token.user.username, token.scope, device)
    g.user_id = str(token.user_id)
    if needs_note(token, device, at=now()):
        _note(device)
    set_scope(db.session(), sender().scope)


def _note(device: str) -> None:
    """Write down the use in a transaction of its own; a busy database is no reason to refuse."""
    try:
        with writers_turn(db.session()):
            begin_writing()
            note_use(db.session(), sender().token_id, device, at=now())
            db.session.commit()
    except OperationalError as error:
        log.warning("use not noted", extra={"error": type(error).__name__})
        db.session.rollback()
    set_reading(True)


def no_entry() -> Response:
    """Return the refusal of a token."""
    answer = answers.message(HTTPStatus.UNAUTHORIZED, gettext(NoEntry().message))
    answer.headers["WWW-Authenticate"] = 'DeviceToken realm="JPS"'
    return answer
