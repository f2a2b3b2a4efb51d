"""Forms about programmes: add one, state what holds from a day, put stated terms right."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.db import db
from jps.errors import InvalidData, NotFound
from jps.http import actor, error_text, now, requires, saves
from jps.programmes.given import ProgrammeFacts
from jps.programmes.models import Programme, ProgrammeTerms
from jps.programmes.queries import programme_of, terms_of_programme
from jps.programmes.rules import (
    FREQUENCY_NAMES,
    KIND_NAMES,
    UNIT_NAMES,
    ProgrammeKind,
    Unit,
)
from jps.programmes.services import (
    add_terms,
    change_programme,
    correct_terms,
    create_programme,
)
from jps.text import one_line
from jps.web.target_forms import area_options, newest_rules
from jps.web.terms_form import BAD_CHOICE, COLUMNS, MOST_ROWS, read_terms, shown_terms

bp = Blueprint("programme_forms", __name__, url_prefix="/programmes")

EMPTY_ROWS = {"components": 3, "packages": 2, "shares": 2}  # offered below what is there


@bp.get("/new")
@requires(Can.MANAGE_PROGRAMMES)
def new() -> ResponseReturnValue:
    """Show the form of a new programme."""
    return _programme_page(None, {"kind": "aid", "unit": "family"}, {})


@bp.post("/new")
@requires(Can.MANAGE_PROGRAMMES)
@saves
def create() -> ResponseReturnValue:
    """Add a programme, then go on to its terms."""
    try:
        made = create_programme(db.session(), _facts(), by=actor().username, at=now())
    except InvalidData as error:
        return _programme_page(None, request.form, _problems(error)), error.status
    flash(gettext("Program tersimpan. Isi ketentuannya."), "success")
    return redirect(url_for(".new_terms", code=made.code), 303)


@bp.get("/<code>/edit")
@requires(Can.MANAGE_PROGRAMMES)
def edit(code: str) -> ResponseReturnValue:
    """Show the form that changes what is said about a programme."""
    programme = programme_of(db.session(), code)
    return _programme_page(programme, {name: getattr(programme, name) for name in _FIELDS}, {})


@bp.post("/<code>/edit")
@requires(Can.MANAGE_PROGRAMMES)
@saves
def change(code: str) -> ResponseReturnValue:
    """Change what is said about a programme."""
    programme = programme_of(db.session(), code)
    try:
        change_programme(
            db.session(), programme, _facts(programme.code), by=actor().username, at=now()
        )
    except InvalidData as error:
        return _programme_page(programme, request.form, _problems(error)), error.status
    return redirect(url_for("programmes.show", code=code), 303)


@bp.get("/<code>/terms/new")
@requires(Can.MANAGE_PROGRAMMES)
def new_terms(code: str) -> ResponseReturnValue:
    """Show the form of new terms, filled with the latest ones: most of them stay."""
    programme = programme_of(db.session(), code)
    latest = next(iter(terms_of_programme(db.session(), programme.id)), None)
    typed = shown_terms(latest) if latest else {"frequency": "once"}
    return _terms_page(programme, None, typed | {"valid_from": "", "valid_to": ""}, {})


@bp.post("/<code>/terms/new")
@requires(Can.MANAGE_PROGRAMMES)
@saves
def add(code: str) -> ResponseReturnValue:
    """State what holds from a day; what held before ends then."""
    programme = programme_of(db.session(), code)
    try:
        add_terms(db.session(), programme, read_terms(request.form), by=actor().username, at=now())
    except InvalidData as error:
        return _terms_page(programme, None, _sent(), _problems(error), error), error.status
    flash(gettext("Ketentuan tersimpan."), "success")
    return redirect(url_for("programmes.show", code=code), 303)


@bp.get("/<code>/terms/<int:terms_id>")
@requires(Can.MANAGE_PROGRAMMES)
def correct(code: str, terms_id: int) -> ResponseReturnValue:
    """Show the form that puts terms right."""
    programme, terms = _one(code, terms_id)
    return _terms_page(programme, terms, shown_terms(terms), {})


@bp.post("/<code>/terms/<int:terms_id>")
@requires(Can.MANAGE_PROGRAMMES)
@saves
def put_right(code: str, terms_id: int) -> ResponseReturnValue:
    """Put terms right that were stated wrongly, or say that they were confirmed."""
    programme, terms = _one(code, terms_id)
    try:
        changed = correct_terms(
            db.session(), terms, read_terms(request.form), by=actor().username, at=now()
        )
    except InvalidData as error:
        return _terms_page(programme, terms, _sent(), _problems(error), error), error.status
    flash(gettext("Ketentuan diperbaiki.") if changed else gettext("Tidak ada yang berubah."))
    return redirect(url_for("programmes.show", code=code), 303)


_FIELDS = ("code", "name", "kind", "unit", "owner", "note")


def _one(code: str, terms_id: int) -> tuple[Programme, ProgrammeTerms]:
    programme = programme_of(db.session(), code)
    terms = db.session.get(ProgrammeTerms, terms_id) if terms_id < 2**31 else None
    if terms is None or terms.programme_id != programme.id:
        raise NotFound()
    return programme, terms


def _facts(code: str = "") -> ProgrammeFacts:
    """Return the programme that was typed. Raises InvalidData."""
    form = request.form
    problems = {}
    if form.get("kind") not in set(ProgrammeKind):
        problems["kind"] = [BAD_CHOICE]
    if form.get("unit") not in set(Unit):
        problems["unit"] = [BAD_CHOICE]
    if problems:
        raise InvalidData(BAD_CHOICE, problems)
    return ProgrammeFacts(
        code or one_line(form.get("code", "")).lower(),
        one_line(form.get("name", "")),
        ProgrammeKind(form["kind"]),
        Unit(form["unit"]),
        one_line(form.get("owner", "")),
        form.get("note", "").replace("\x00", "").strip()[:2_000],
    )


def _sent() -> dict[str, str]:
    return request.form.to_dict()


def _problems(error: InvalidData) -> dict[str, list[str]]:
    return {
        path: [
            gettext(text).format(**error.params) if error.params else gettext(text) for text in m
        ]
        for path, m in error.problems.items()
    }


def _programme_page(
    programme: Programme | None, typed: Mapping[str, Any], problems: Mapping[str, list[str]]
) -> str:
    return render_template(
        "programmes/form.html",
        programme=programme,
        typed=typed,
        problems=problems,
        kinds=KIND_NAMES,
        units=UNIT_NAMES,
    )


def _terms_page(
    programme: Programme,
    terms: ProgrammeTerms | None,
    typed: Mapping[str, Any],
    problems: Mapping[str, list[str]],
    error: InvalidData | None = None,
) -> str:
    used = {
        kind: max((n + 1 for n in range(MOST_ROWS) if _any(typed, kind, n)), default=0)
        for kind in COLUMNS
    }
    return render_template(
        "programmes/terms.html",
        programme=programme,
        terms=terms,
        typed=typed,
        problems=problems,
        told=error_text(error) if error else "",
        rows={kind: min(used[kind] + EMPTY_ROWS[kind], MOST_ROWS) for kind in COLUMNS},
        frequencies=FREQUENCY_NAMES,
        areas=[one for one in area_options() if len(one.code) <= 5],
        rules=newest_rules(),
    )


def _any(typed: Mapping[str, Any], kind: str, number: int) -> bool:
    return any(typed.get(f"{kind}-{number}-{column}") for column in COLUMNS[kind])
