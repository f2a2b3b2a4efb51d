"""Is this letter genuine? For anybody with the code on it; tells no more than the paper's reader
needs: kind, number, date, village and initials."""

from http import HTTPStatus

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_babel import gettext

from jps.access.throttle import WINDOW, Throttle, digest_of
from jps.cases.letter_rules import KIND_NAMES, clean_code, shown_code, validity
from jps.cases.letters import find_by_code
from jps.db import db
from jps.errors import NotFound
from jps.http import Door, error_text, now, requires, today
from jps.programmes.rules import LetterKind
from jps.text import N_
from jps.web.places import village_name

TOO_OFTEN = N_(
    "Terlalu banyak kode yang tidak dikenal diperiksa dari jaringan ini. Tunggu satu menit, "
    "cocokkan kode dengan surat, lalu periksa lagi."
)

bp = Blueprint("letter_check", __name__, url_prefix="/check")


@bp.get("/")
@requires(Door.OPEN)
def ask() -> ResponseReturnValue:
    """Ask for the code, or go on to it."""
    code = clean_code(request.args.get("code", "")[:100])
    if code:
        return redirect(url_for(".show", code=code), 303)
    return render_template("letters/check.html", letter=None, problem="", code="")


@bp.get("/<code>")
@requires(Door.OPEN)
def show(code: str) -> ResponseReturnValue:
    """Say what the letter with this code is worth."""
    throttle = Throttle.of(current_app.extensions, "letters")
    address, digest = request.remote_addr or "", digest_of(clean_code(code))
    if throttle.is_resting(address, digest, at=now()):
        answer = _nothing(gettext(TOO_OFTEN), code, HTTPStatus.TOO_MANY_REQUESTS)
        answer.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
        return answer
    try:
        letter = find_by_code(db.session(), code)
    except NotFound as error:
        throttle.note_wrong(address, digest, at=now())
        return _nothing(error_text(error), code, HTTPStatus.NOT_FOUND)
    throttle.note_right(digest)
    page = render_template(
        "letters/check.html",
        letter=letter,
        problem="",
        code=shown_code(letter.check),
        kind=KIND_NAMES[LetterKind(letter.kind)],
        worth=validity(letter.valid_to, revoked=letter.revoked_at is not None, today=today()),
        village=village_name(db.session(), letter.area_code),
    )
    answer = make_response(page)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _nothing(problem: str, code: str, status: HTTPStatus) -> Response:
    page = render_template("letters/check.html", letter=None, problem=problem, code=code[:40])
    return make_response(page, status)
