"""What went wrong, told to a phone: always OpenRosa XML, never a page, never a redirect."""

import logging
from http import HTTPStatus

from flask import Response, g
from flask_babel import gettext
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from jps.answers import error_text
from jps.db import db
from jps.errors import JpsError
from jps.http import Door, requires
from jps.openrosa import answers
from jps.openrosa.doors import NoEntry, bp, no_entry
from jps.text import N_

log = logging.getLogger(__name__)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MESSAGES = {
    400: N_("Kiriman ini tidak dapat dibaca. Tidak ada yang disimpan."),
    404: N_("Alamat ini tidak ada di server. Pindai ulang kode QR."),
    405: N_("Alamat ini tidak dapat dipakai dengan cara itu."),
    413: N_("Kiriman ini terlalu besar. Tidak ada yang disimpan."),
}


@bp.route("/", defaults={"rest": ""}, methods=METHODS)
@bp.route("/<path:rest>", methods=METHODS)
@requires(Door.OPEN)
def nowhere(rest: str) -> Response:
    """Answer whatever else is asked below this address."""
    if rest.rpartition("/")[2] in {"submission", "formList"}:
        raise MethodNotAllowed
    raise NotFound


@bp.errorhandler(JpsError)
def refuse(error: JpsError) -> Response:
    """Say what is wrong in the phone's language."""
    db.session.rollback()
    if isinstance(error, NoEntry):
        return no_entry()
    return answers.message(HTTPStatus(error.status), error_text(error))


@bp.errorhandler(HTTPException)
def refuse_request(error: HTTPException) -> Response:
    """Say what is wrong with the request itself."""
    db.session.rollback()
    status = 413 if isinstance(error, RequestEntityTooLarge) else error.code or 500
    text = gettext(_MESSAGES.get(status, N_("Permintaan ini tidak dapat dilayani.")))
    return answers.message(HTTPStatus(status), text)


@bp.errorhandler(DBAPIError)
@bp.errorhandler(OSError)
def ask_again(error: Exception) -> Response:
    """Say that the server cannot store now: the phone keeps everything and tries again."""
    log.error("not stored", exc_info=error, extra={"request": g.get("request_id", "")})
    db.session.rollback()
    text = gettext("Server sedang sibuk atau penuh. Kiriman tetap ada di HP; coba lagi nanti.")
    return answers.message(HTTPStatus.SERVICE_UNAVAILABLE, text)


@bp.errorhandler(Exception)
def fail(error: Exception) -> Response:
    """Say that the program failed: the phone keeps everything."""
    log.error("unexpected", exc_info=error, extra={"request": g.get("request_id", "")})
    db.session.rollback()
    text = gettext("Terjadi kesalahan pada server. Kiriman tetap ada di HP; coba lagi nanti.")
    return answers.message(HTTPStatus.INTERNAL_SERVER_ERROR, text)
