"""Answers to what went wrong: a page, a part of one, or problem+json; one place for all."""

import errno
import logging
from collections.abc import Mapping
from datetime import date
from http import HTTPStatus

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import (
    HTTPException,
    MethodNotAllowed,
    RequestEntityTooLarge,
    UnprocessableEntity,
)

from jps.db import db
from jps.errors import Conflict, InvalidData, JpsError
from jps.held import held_form
from jps.text import N_

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
_FULL = "disk is full"  # in what SQLite says of it
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
MAX_TYPED = 5_000  # characters of a reason that an error page gives back
_ANSWERED_ANEW = frozenset({403, 404, 409, 422, 503})


def init_app(app: Flask) -> None:
    """Let `app` answer errors by their meaning."""
    app.register_error_handler(JpsError, _answer_error)
    app.register_error_handler(StaleDataError, _answer_stale)
    app.register_error_handler(IntegrityError, _answer_twice)
    app.register_error_handler(DataError, _answer_unstorable)
    app.register_error_handler(OverflowError, _answer_unstorable)
    app.register_error_handler(OperationalError, _answer_database)
    app.register_error_handler(InterfaceError, _answer_database)
    app.register_error_handler(OSError, _answer_system)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


def is_api() -> bool:
    """Whether the answer goes to a program."""
    return request.path.startswith("/api/")


def is_fragment() -> bool:
    """Whether htmx or a script of ours asks for a part of a page."""
    return "HX-Request" in request.headers


def error_text(error: JpsError) -> str:
    """Return the message of `error` in the reader's language, filled in."""
    return told(error.message, error.params)


def told(message: str, params: Mapping[str, object]) -> str:
    """Return a template of a lower layer in the reader's language, filled in."""
    said = {key: _day(value) if isinstance(value, date) else value for key, value in params.items()}
    return str(gettext(message)).replace("%%", "%").format(**said)


def _day(value: date) -> str:
    """Return a day, or the office's day of a moment, as pages write it."""
    return str(format_date(value, "d MMM yyyy"))


def problem(
    status: int,
    code: str,
    detail: str,
    errors: Mapping[str, list[str]] | None = None,
    **more: object,
) -> Response:
    """Return an answer after RFC 9457 with our stable `code` and the request's number."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
        "instance": g.get("request_id", ""),
        **more,
    }
    if errors:
        body["errors"] = {path: list(messages) for path, messages in errors.items()}
    answer = jsonify(body)
    answer.status_code = status
    answer.mimetype = PROBLEM_JSON
    return answer


def _answer(
    status: int, code: str, detail: str, errors: Mapping[str, list[str]] | None = None
) -> ResponseReturnValue:
    db.session.rollback()
    if is_api():
        return problem(status, code, detail, errors)
    template = "fragments/error.html" if is_fragment() else "error.html"
    shown = {"status": status, "code": code, "detail": detail, "errors": errors or {}}
    if status in _ANSWERED_ANEW:  # the form is gone from the screen: what took thought is not
        shown["typed"] = request.form.get("reason", "")[:MAX_TYPED]
    try:
        return make_response(render_template(template, **shown), status)
    except SQLAlchemyError:  # every page names its reader, by the database that just failed
        bare = current_app.jinja_env.get_template("error_bare.html")
        return make_response(bare.render(**shown), status)


def _answer_error(error: JpsError) -> ResponseReturnValue:
    errors = None
    if isinstance(error, InvalidData):
        errors = {path: [gettext(m) for m in ms] for path, ms in error.problems.items()}
    if error.keeps:
        db.session.commit()
    return _answer(error.status, error.code, error_text(error), errors)


def _answer_stale(_error: StaleDataError) -> ResponseReturnValue:
    message = N_("Orang lain baru saja menyimpan data yang sama. Muat ulang, lalu coba lagi.")
    return _answer_error(Conflict(message))


def _answer_twice(_error: IntegrityError) -> ResponseReturnValue:
    message = N_("Data yang sama sudah ada. Tidak ada yang disimpan; muat ulang, lalu coba lagi.")
    return _answer_error(Conflict(message))


def _answer_database(error: DBAPIError) -> ResponseReturnValue:
    """Say that the database is busy or away: to try again is right, and nothing was saved."""
    if is_full(error):
        return _answer_full(error)
    log.error("database", exc_info=error, extra={"request": g.get("request_id", "")})
    message = gettext("Basis data sedang sibuk. Tidak ada yang disimpan; coba lagi sebentar.")
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "database-busy", message)


def is_full(error: BaseException | None) -> bool:
    """Whether a full disk is behind an error: SQLite then takes savepoints back by itself, and the
    error that comes out is that there is none to take back."""
    while error is not None:
        if _FULL in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _answer_system(error: OSError) -> ResponseReturnValue:
    """Tell a full disk, on which a file could not be kept, from what nobody expects."""
    return _answer_full(error) if error.errno in _NO_SPACE else _answer_unexpected(error)


def _answer_full(error: Exception) -> ResponseReturnValue:
    log.error("disk full", exc_info=error, extra={"request": g.get("request_id", "")})
    message = gettext("Penyimpanan kantor penuh. Tidak ada yang disimpan; hubungi administrator.")
    return _answer(HTTPStatus.INSUFFICIENT_STORAGE, "disk-full", message)


_HTTP_MESSAGES = {
    400: N_("Permintaan ini tidak dapat dibaca. Tidak ada yang berubah."),
    403: N_("Anda tidak berwenang melakukan ini."),
    404: N_("Halaman ini tidak ada."),
    405: N_("Halaman ini tidak dapat dipakai dengan cara itu."),
    412: N_("Data sudah berubah sejak Anda membacanya. Baca ulang, lalu kirim lagi."),
    413: N_("Kiriman ini terlalu besar. Tidak ada yang disimpan."),
    415: N_("Kirim isi sebagai JSON, dengan Content-Type: application/json."),
    422: N_("Ada isian yang tidak dapat diterima. Tidak ada yang disimpan."),
    428: N_("Sertakan If-Match dengan ETag versi yang Anda baca."),
    429: N_("Terlalu banyak permintaan. Tunggu sebentar, lalu coba lagi."),
}


def _answer_http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    if isinstance(error, CSRFError):
        return _answer_forgery()
    if isinstance(error, RequestEntityTooLarge):
        status = 413
    code = HTTPStatus(status).phrase.lower().replace(" ", "-")
    message = gettext(_HTTP_MESSAGES.get(status, N_("Permintaan ini tidak dapat dilayani.")))
    data = getattr(error, "data", None)
    errors = None
    if isinstance(error, UnprocessableEntity) and isinstance(data, dict):
        errors = _flat(data.get("messages", {}))
    answer = make_response(_answer(status, code, message, errors))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(error.valid_methods)
    return answer


def _answer_forgery() -> ResponseReturnValue:
    """Answer a form without its token, mostly one that was open for longer than the session."""
    if is_api():
        text = gettext("Sertakan token, atau kode halaman ini dalam X-CSRFToken.")
        return _answer(HTTPStatus.BAD_REQUEST, "csrf", text)
    text = gettext("Halaman ini sudah kedaluwarsa. Muat ulang; isian Anda belum terkirim.")
    if request.endpoint == "session.enter":  # the sign-in page of this morning: a fresh one helps
        flash(gettext("Halaman masuk sudah kedaluwarsa. Silakan masuk lagi."), "warning")
        return redirect(url_for("session.sign_in"), HTTPStatus.SEE_OTHER)
    again = gettext("Halaman ini dibuka sebelum Anda masuk lagi, jadi isiannya belum terkirim.")
    held = None if is_fragment() else held_form(again, HTTPStatus.BAD_REQUEST)
    return held or _answer(HTTPStatus.BAD_REQUEST, "csrf", text)


def _flat(messages: object, path: str = "") -> dict[str, list[str]]:
    """Return marshmallow's nested messages as path -> messages."""
    if isinstance(messages, Mapping):
        flat: dict[str, list[str]] = {}
        for key, value in messages.items():
            inner = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}" if path else key
            if key in {"json", "query", "_schema"}:
                inner = path
            flat |= _flat(value, str(inner))
        return flat
    texts = messages if isinstance(messages, list) else [messages]
    return {path or "_": [gettext(str(text)) for text in texts]}


def _answer_unstorable(error: Exception) -> ResponseReturnValue:
    """Say that what was sent holds what no database takes: a NUL, a number beyond all bounds."""
    db.session.rollback()
    log.warning(
        "unstorable", extra={"request": g.get("request_id", ""), "error": type(error).__name__}
    )
    message = gettext(
        "Isian memuat angka atau karakter yang tidak dapat disimpan. Tidak ada yang berubah."
    )
    return _answer(422, "invalid-data", message)


def _answer_unexpected(error: Exception) -> ResponseReturnValue:
    log.error("unexpected", exc_info=error, extra={"request": g.get("request_id", "")})
    message = gettext("Terjadi kesalahan pada sistem. Data yang sudah tersimpan tetap utuh.")
    return _answer(500, "unexpected", message)
