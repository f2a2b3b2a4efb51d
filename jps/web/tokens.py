"""One's own tokens: what programs and notebooks work with in one's name."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security.utils import verify_password

from jps.access.models import ApiToken
from jps.access.rules import Can
from jps.access.tokens import create_api_token, list_api_tokens, revoke_api_token
from jps.db import db
from jps.errors import InvalidData
from jps.http import Door, actor, now, requires, saves, told
from jps.text import N_

bp = Blueprint("tokens", __name__, url_prefix="/account/tokens")

PERIODS = (7, 30, 90, 180, 366)  # days to choose from
DAYS = 90  # that a token works unless somebody says otherwise
_LONGEST = 256  # characters of a password that are looked at

WRONG = N_("Kata sandi tidak cocok.")


@bp.get("/")
@requires(Door.SIGNED_IN)
def index() -> ResponseReturnValue:
    """List one's tokens, with a form for a new one."""
    return _page({})


@bp.post("/")
@requires(Can.USE_ANALYSIS)
@saves
def create() -> ResponseReturnValue:
    """Make a token and show it once; the password is asked, for a token outlives the session."""
    typed = request.form
    name, days = typed.get("name", ""), typed.get("days", "")
    try:
        _check_password(typed.get("password", ""))
        made = create_api_token(
            db.session(),
            actor(),
            name=name,
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
            by=actor().username,
            at=now(),
        )
    except InvalidData as error:
        problems = {field: told(texts[0], {}) for field, texts in error.problems.items()}
        return _page(problems), error.status
    return render_template("data/token.html", token=made)


@bp.post("/<prefix>/revoke")
@requires(Door.SIGNED_IN)
@saves
def revoke(prefix: str) -> ResponseReturnValue:
    """End a token at once."""
    revoke_api_token(db.session(), actor(), prefix[:16], by=actor().username, at=now())
    flash(gettext("Token dicabut. Program yang memakainya ditolak mulai sekarang."), "success")
    return redirect(url_for(".index"), 303)


def token_state(token: ApiToken, at: datetime) -> str:
    """Return whether a token works: active, over or revoked."""
    if token.revoked_at is not None:
        return "revoked"
    return "over" if token.expires_at <= at else "active"


def _check_password(typed: str) -> None:
    if not verify_password(typed[:_LONGEST], actor().password):
        raise InvalidData(WRONG, {"password": [WRONG]})


def _page(problems: dict[str, str]) -> str:
    tokens = list_api_tokens(db.session(), actor())
    return render_template(
        "data/tokens.html",
        tokens=[(token, token_state(token, now())) for token in tokens],
        typed=request.form,
        periods=PERIODS,
        days=DAYS,
        problems=problems,
    )
