"""The first page of each role, the language switch, and the account page."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from jps.access.rules import Role
from jps.db import db
from jps.http import Door, actor, own_path, requires, settings
from jps.translations import LANGUAGES
from jps.web.area_choice import area_labels

bp = Blueprint("home", __name__)

YEAR = 31_536_000  # seconds

# Where each role begins its day; the endpoint must exist.
LANDING: dict[Role, str] = {
    Role.ENUMERATOR: "work.index",
    Role.OPERATOR: "identity.queue",
    Role.MANAGER: "maps.index",
    Role.ANALYST: "data.index",
    Role.ADMINISTRATOR: "users.index",
}


@bp.get("/")
@requires(Door.SIGNED_IN)
def index() -> ResponseReturnValue:
    """Send everybody to where their work is."""
    return redirect(url_for(LANDING[Role(actor().role)]))


@bp.get("/account")
@requires(Door.SIGNED_IN)
def account() -> ResponseReturnValue:
    """Show who is signed in, with which rights and where."""
    return account_page({})


@bp.post("/language")
@requires(Door.OPEN)
def language() -> ResponseReturnValue:
    """Keep the chosen language on this device and go back to the page."""
    chosen = request.form.get("language", "")
    answer = redirect(own_path(request.form.get("back", "/")), 303)
    if chosen in LANGUAGES:
        secure = settings().https
        answer.set_cookie("language", chosen, max_age=YEAR, samesite="Lax", secure=secure)
    return answer


def account_page(problems: Mapping[str, Sequence[str]]) -> str:
    """Return the account page, with what is wrong with a new password."""
    labels = area_labels(db.session(), actor().scope.codes)
    return render_template("account.html", user=actor(), labels=labels, problems=problems)
