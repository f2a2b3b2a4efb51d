"""Sign in, sign out, change one's password."""

import secrets
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security.utils import hash_password, login_user, logout_user, verify_password

from jps.access.models import User
from jps.access.services import (
    change_password,
    find_user,
    is_resting,
    note_sign_in,
    note_wrong_password,
)
from jps.db import db
from jps.errors import InvalidData
from jps.http import Door, actor, now, own_path, requires, saves, settings
from jps.text import N_
from jps.web.home import account_page

bp = Blueprint("session", __name__)

LONGEST = 256  # characters of a name or password that are looked at


@bp.get("/login")
@requires(Door.OPEN)
def sign_in() -> ResponseReturnValue:
    """Show the form."""
    return render_template("sign_in.html", username="", problem=None, next=_next())


@bp.post("/login")
@requires(Door.OPEN)
def enter() -> ResponseReturnValue:
    """Begin a session when name and password fit an active account that does not rest."""
    username = request.form.get("username", "")[:LONGEST]
    password = request.form.get("password", "")[:LONGEST]
    if is_resting(db.session(), username, at=now()):
        return _refuse(username, N_("Terlalu banyak kata sandi salah. Coba lagi nanti."))
    user = find_user(db.session(), username)
    if not _fits(user, password) or user is None:
        _note_wrong(username)
        return _refuse(username, N_("Nama pengguna atau kata sandi tidak cocok."))
    session.clear()  # nothing of an earlier visitor of this device goes on
    session.permanent = True
    _open_session(user)
    note_sign_in(db.session(), user, at=now())
    db.session.commit()
    return redirect(_next(), 303)


@bp.post("/logout")
@requires(Door.SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    session.clear()
    return redirect(url_for(".sign_in"), 303)


@bp.post("/account/password")
@requires(Door.SIGNED_IN)
@saves
def password() -> ResponseReturnValue:
    """Change one's own password; all other sessions end."""
    user = actor()
    if not verify_password(request.form.get("old", "")[:LONGEST], user.password):
        return account_page({"old": [gettext("Kata sandi lama tidak cocok.")]}), 422
    new = request.form.get("new", "")
    try:
        change_password(db.session(), user, new, hash_password=hash_password, at=now())
    except InvalidData as error:
        return account_page(
            {path: [gettext(m) for m in ms] for path, ms in error.problems.items()}
        ), 422
    _open_session(user)
    flash(gettext("Kata sandi diganti. Sesi di perangkat lain telah berakhir."), "success")
    return redirect(url_for("home.account"), 303)


def _open_session(user: User) -> None:
    login_user(cast(Any, user))  # ours has a UUID and one role; Flask-Security reads neither


def _fits(user: User | None, typed: str) -> bool:
    # An unknown name costs one hash too, so that the time of the answer tells nothing.
    stored = user.password if user is not None else _decoy()
    return bool(verify_password(typed, stored)) and user is not None and user.active


def _note_wrong(username: str) -> None:
    note_wrong_password(
        db.session(),
        username,
        at=now(),
        allowed=settings().sign_in_attempts,
        rest=timedelta(minutes=settings().lock_minutes),
    )
    db.session.commit()


def _refuse(username: str, problem: str) -> ResponseReturnValue:
    page = render_template("sign_in.html", username=username, problem=problem, next=_next())
    return page, 401


def _next() -> str:
    """Return the page to go to afterwards; only one of ours."""
    return own_path(request.values.get("next", "/"))


@lru_cache(maxsize=1)
def _decoy() -> str:
    return str(hash_password(secrets.token_hex(16)))
