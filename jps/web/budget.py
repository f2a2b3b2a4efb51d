"""Lines of budgets by SIPD code: what there is for a year, how much of it was spent."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from jps.access.rules import Can
from jps.config import DATA
from jps.db import db
from jps.errors import InvalidData, NotFound
from jps.http import actor, error_text, now, requires, saves, today
from jps.programmes.files import read_codes
from jps.programmes.models import BudgetLine, Programme
from jps.programmes.queries import budget_lines
from jps.programmes.services import LineFacts, save_line
from jps.text import one_line
from jps.web.programmes import area_names
from jps.web.target_forms import area_options

bp = Blueprint("budget", __name__, url_prefix="/budget-lines")


@bp.get("/")
@requires(Can.SEE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """List the lines of the reader's areas, with the form for another."""
    return _page(None, {"year": str(today().year)}, {})


@bp.post("/")
@requires(Can.MANAGE_PROGRAMMES)
@saves
def create() -> ResponseReturnValue:
    """Add a line."""
    return _save(None)


@bp.get("/<int:line_id>")
@requires(Can.MANAGE_PROGRAMMES)
def edit(line_id: int) -> ResponseReturnValue:
    """Show the form filled with a line."""
    line = _line(line_id)
    names = ("code", "name", "owner", "year", "area_code", "programme_id", "ceiling", "realised")
    typed = {name: "" if (v := getattr(line, name)) is None else str(v) for name in names}
    return _page(line, typed, {})


@bp.post("/<int:line_id>")
@requires(Can.MANAGE_PROGRAMMES)
@saves
def change(line_id: int) -> ResponseReturnValue:
    """Change a line."""
    return _save(_line(line_id))


def _line(line_id: int) -> BudgetLine:
    found = db.session.scalars(select(BudgetLine).where(BudgetLine.id == min(line_id, 2**31 - 1)))
    line = found.first()
    if line is None:
        raise NotFound()
    return line


def _save(line: BudgetLine | None) -> ResponseReturnValue:
    try:
        facts = _facts()
        save_line(
            db.session(), facts, scope=actor().scope, by=actor().username, at=now(),
            line_id=line.id if line else None,
        )  # fmt: skip
    except InvalidData as error:
        problems = {path: [gettext(text) for text in m] for path, m in error.problems.items()}
        return _page(line, request.form, problems, error_text(error)), error.status
    flash(gettext("Pos anggaran tersimpan."), "success")
    return redirect(url_for(".index"), 303)


def _facts() -> LineFacts:
    """Return the line that was typed; -1 stands for what is no whole number, and is refused."""
    form = request.form
    return LineFacts(
        one_line(form.get("code", ""))[:60],
        one_line(form.get("name", "")),
        _whole(form.get("year", "")) or 0,
        form.get("area_code", "").replace("\x00", "")[:13],
        one_line(form.get("owner", ""))[:120],
        _whole(form.get("ceiling", "")),
        _whole(form.get("realised", "")),
        _whole(form.get("programme_id", "")),
    )


def _whole(text: str) -> int | None:
    text = one_line(text).removeprefix("Rp").replace(".", "").strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else -1


def _page(
    line: BudgetLine | None,
    typed: Mapping[str, Any],
    problems: Mapping[str, list[str]],
    told: str = "",
) -> str:
    session = db.session()
    lines = budget_lines(session)
    return render_template(
        "programmes/budget.html",
        line=line,
        lines=lines,
        areas=area_names({one.area_code for one in lines}),
        options=[(one.code, one.name) for one in area_options() if len(one.code) <= 5],
        programmes=session.scalars(select(Programme).order_by(Programme.name)).all(),
        codes=read_codes(DATA / "programmes"),
        typed=typed,
        problems=problems,
        told=told,
    )
