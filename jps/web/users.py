"""Accounts in the browser."""

import secrets
import uuid
from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import hash_password

from jps.access.models import User
from jps.access.rules import ROLE_NAMES, Can, Role, account_problems, password_problem
from jps.access.services import (
    UsernameTaken,
    change_user,
    create_user,
    get_user,
    list_users,
    reset_password,
    set_active,
)
from jps.db import db
from jps.errors import InvalidData, JpsError
from jps.http import actor, error_text, now, requires, saves
from jps.text import N_, one_line
from jps.web.area_choice import area_labels, known_areas, suggest_areas

bp = Blueprint("users", __name__, url_prefix="/users")

Problems = dict[str, list[str]]


@dataclass(frozen=True)
class AccountForm:
    """What stands in the form of an account."""

    username: str = ""
    full_name: str = ""
    password: str = field(default="", repr=False)
    role: str = ""
    areas: tuple[str, ...] = ()


@bp.get("/")
@requires(Can.MANAGE_USERS)
def index() -> ResponseReturnValue:
    """List all accounts."""
    users = list_users(db.session())
    labels = area_labels(db.session(), {code for user in users for code in user.scope.codes})
    return render_template("users/index.html", users=users, labels=labels)


@bp.get("/areas")
@requires(Can.MANAGE_USERS)
def areas() -> ResponseReturnValue:
    """Answer with areas whose name or code is like `q`, to choose from."""
    asked = request.args.get("q", "").strip()[:60]
    found = suggest_areas(db.session(), asked)
    return render_template("users/_areas.html", found=found, asked=asked)


@bp.get("/new")
@requires(Can.MANAGE_USERS)
def new() -> ResponseReturnValue:
    """Show the form of a new account."""
    return _form_page(AccountForm(), {})


@bp.post("/")
@requires(Can.MANAGE_USERS)
@saves
def create() -> ResponseReturnValue:
    """Create an account; without a password a random one is made and shown once."""
    form = _read()
    password = form.password or secrets.token_urlsafe(9)

    try:
        user = create_user(
            db.session(),
            username=form.username,
            full_name=form.full_name,
            password=password,
            role=_checked(form, username=form.username, password=password),
            areas=form.areas,
            hash_password=hash_password,
            by=actor().username,
            at=now(),
        )
    except JpsError as error:
        return _form_page(form, _problems(error)), error.status
    if not form.password:
        return render_template("users/password.html", user=user, password=password, is_new=True)
    flash(gettext("Akun %(name)s dibuat.", name=user.username), "success")
    return redirect(url_for(".index"), 303)


@bp.get("/<uuid:user_id>")
@requires(Can.MANAGE_USERS)
def edit(user_id: uuid.UUID) -> ResponseReturnValue:
    """Show the form of an account that exists."""
    user = get_user(db.session(), user_id)
    form = AccountForm(
        username=user.username, full_name=user.full_name, role=user.role, areas=user.scope.codes
    )
    return _form_page(form, {}, user)


@bp.post("/<uuid:user_id>")
@requires(Can.MANAGE_USERS)
@saves
def change(user_id: uuid.UUID) -> ResponseReturnValue:
    """Change name, role and areas of an account."""
    user, form = get_user(db.session(), user_id), _read()

    try:
        change_user(
            db.session(),
            user,
            full_name=form.full_name,
            role=_checked(form, username=user.username),
            areas=form.areas,
            by=actor().username,
            at=now(),
        )
    except JpsError as error:
        return _form_page(form, _problems(error), user), error.status
    flash(gettext("Akun %(name)s diubah.", name=user.username), "success")
    return redirect(url_for(".index"), 303)


@bp.post("/<uuid:user_id>/active")
@requires(Can.MANAGE_USERS)
@saves
def activate(user_id: uuid.UUID) -> ResponseReturnValue:
    """Switch an account on or off; off ends its sessions at once."""
    active = request.form.get("active") == "1"
    user = get_user(db.session(), user_id)
    set_active(db.session(), user, active=active, by=actor().username, at=now())
    text = N_("Akun %(name)s diaktifkan.") if active else N_("Akun %(name)s dinonaktifkan.")
    flash(gettext(text, name=user.username), "success")
    return redirect(url_for(".index"), 303)


@bp.post("/<uuid:user_id>/password")
@requires(Can.MANAGE_USERS)
@saves
def new_password(user_id: uuid.UUID) -> ResponseReturnValue:
    """Give an account a random password and show it once."""
    user = get_user(db.session(), user_id)
    password = reset_password(
        db.session(), user, hash_password=hash_password, by=actor().username, at=now()
    )
    return render_template("users/password.html", user=user, password=password, is_new=False)


def _read() -> AccountForm:
    typed = request.form
    return AccountForm(
        username=typed.get("username", ""),
        full_name=typed.get("full_name", ""),
        password=typed.get("password", ""),
        role=typed.get("role", ""),
        areas=tuple(dict.fromkeys(typed.getlist("areas"))),
    )


def _checked(form: AccountForm, *, username: str, password: str | None = None) -> Role:
    """Return the role; InvalidData with everything that is wrong with the form, not only with it.

    The services check what is theirs again: commands use them too.
    """
    problems = account_problems(username.strip().lower(), one_line(form.full_name), form.areas)
    if password is not None and (weak := password_problem(password, username)) is not None:
        problems["password"] = [weak]
    if form.role not in set(Role):
        problems["role"] = [N_("Pilih peran.")]
    if set(form.areas) - known_areas(db.session(), form.areas):
        problems["areas"] = [N_("Ada wilayah yang tidak dikenal. Pilih dari daftar.")]
    if problems:
        raise InvalidData(N_("Periksa isian yang ditandai."), problems)
    return Role(form.role)


def _problems(error: JpsError) -> Problems:
    if isinstance(error, InvalidData):
        return {path: [gettext(m) for m in ms] for path, ms in error.problems.items()}
    return {"username" if isinstance(error, UsernameTaken) else "role": [error_text(error)]}


def _form_page(form: AccountForm, problems: Problems, user: User | None = None) -> str:
    return render_template(
        "users/form.html",
        form=form,
        user=user,
        problems=problems,
        roles=ROLE_NAMES,
        labels=area_labels(db.session(), form.areas),
        found=suggest_areas(db.session(), ""),
        asked="",
    )
