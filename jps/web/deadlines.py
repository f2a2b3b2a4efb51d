"""Deadlines: set, extend, end them, and see which villages are late."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.areas.queries import areas_at
from jps.areas.rules import Level, ancestor, is_code
from jps.db import db
from jps.deadlines.rules import STAGE_NAMES, Phase, Stage
from jps.deadlines.services import Term, deadlines, end_deadline, set_deadline
from jps.errors import InvalidData
from jps.http import actor, now, requires, saves, settings
from jps.web.accounts import full_names
from jps.web.area_choice import area_labels
from jps.web.places import full_name

bp = Blueprint("deadlines", __name__, url_prefix="/deadlines")


@bp.get("/")
@requires(Can.SET_DEADLINES)
def index() -> ResponseReturnValue:
    """Show the deadlines in force with the form that sets one."""
    return _page({}, {})


@bp.post("/")
@requires(Can.SET_DEADLINES)
@saves
def save() -> ResponseReturnValue:
    """Set or extend a deadline; the one before stays in the history."""
    stage, area = request.form.get("stage", ""), request.form.get("area_code", "")
    problems: dict[str, list[str]] = {}
    if stage not in set(Stage):
        problems["stage"] = [gettext("Pilih tahapnya.")]
    if not is_code(area):
        problems["area_code"] = [gettext("Pilih wilayahnya.")]
    if problems:
        return _page(request.form, problems), InvalidData.status
    try:
        set_deadline(
            db.session(),
            Stage(stage),
            area,
            read_term(request.form),
            reason=request.form.get("reason", ""),
            by=actor().username,
            scope=actor().scope,
            at=now(),
        )
    except InvalidData as error:
        db.session.rollback()
        problems = {name: [gettext(text) for text in m] for name, m in error.problems.items()}
        return _page(request.form, problems), error.status
    flash(gettext("Batas waktu tersimpan dan langsung berlaku."), "success")
    return redirect(url_for(".index"), 303)


@bp.post("/<uuid:deadline_id>/end")
@requires(Can.SET_DEADLINES)
@saves
def end(deadline_id: uuid.UUID) -> ResponseReturnValue:
    """Take a deadline away."""
    scope = actor().scope
    end_deadline(db.session(), deadline_id, by=actor().username, scope=scope, at=now())
    flash(gettext("Batas waktu dicabut."), "success")
    return redirect(url_for(".index"), 303)


def read_term(posted: Mapping[str, str]) -> Term:
    """Return the days that were typed with the instants they mean: the last day counts whole."""
    opens, closes = _day(posted.get("opens_on", "")), _day(posted.get("closes_on", ""))
    return Term(
        opens,
        closes,
        None if opens is None else _midnight(opens),
        None if closes is None else _midnight(closes + timedelta(days=1)),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings().timezone))


def _page(typed: Mapping[str, str], problems: Mapping[str, list[str]]) -> str:
    session, scope = db.session(), actor().scope
    rows = [row for row in deadlines(session, only_in_force=False) if scope.covers(row.area_code)]
    kabupaten = [area for area in areas_at(session, Level.KABKOTA) if scope.covers(area.code)]
    chosen = typed.get("area_code") or request.args.get("area_code", "")
    inside = request.args.get("in", "") or ancestor(chosen, Level.KABKOTA)
    within = [area.code for area in kabupaten if area.code == inside or len(kabupaten) == 1]
    return render_template(
        "deadlines/index.html",
        rows=[row for row in rows if row.ended_at is None],
        before=[row for row in rows if row.ended_at is not None],
        labels=area_labels(session, {row.area_code for row in rows}),
        names=full_names(session, [name for row in rows for name in (row.set_by, row.ended_by)]),
        stages=STAGE_NAMES,
        Phase=Phase,
        at=now(),
        typed={**request.args, **typed},
        problems=problems,
        kabupaten=kabupaten,
        districts=areas_at(session, Level.KECAMATAN, inside=within) if within else [],
        villages=areas_at(session, Level.DESA, inside=within) if within else [],
        full_name=full_name,
    )
