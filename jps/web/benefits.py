"""Penyaluran: which decrees are delivered, their plan, and how far each area is."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from jps.access.rules import Can
from jps.areas.models import Area
from jps.areas.queries import path
from jps.areas.rules import Level, is_code, level_of
from jps.benefits.planning import PLAN, Preview, check_schedule, preview, start_plan
from jps.benefits.queries import (
    Progress,
    added,
    areas_progress,
    decree_lines,
    get_decree,
    instalments,
    may_see_whole,
    terms_on,
)
from jps.benefits.rules import Schedule, proposed
from jps.db import db
from jps.errors import InvalidData
from jps.http import actor, error_text, now, requires, saves
from jps.jobs.services import open_job
from jps.programmes.models import Decree, Programme
from jps.programmes.rules import DecreeState
from jps.web.places import full_name
from jps.web.wake import wake_worker

bp = Blueprint("benefits", __name__, url_prefix="/benefits")


@dataclass(frozen=True)
class Place:
    """An area with how far a delivery is there; a village is opened, others are gone into."""

    code: str
    name: str
    progress: Progress
    is_village: bool


@bp.get("/")
@requires(Can.SEE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """List the decrees with what is planned and delivered in the reader's areas."""
    lines = decree_lines(db.session())
    return render_template(
        "benefits/index.html",
        lines=lines,
        total=added(line.progress for line in lines),
        areas=area_names({line.decree.area_code for line in lines}),
    )


@bp.get("/<uuid:decree_id>")
@requires(Can.SEE_PROGRAMMES)
def show(decree_id: uuid.UUID) -> ResponseReturnValue:
    """Show a decree's deliveries, one of them by area."""
    return _page(get_decree(db.session(), decree_id))


@bp.post("/<uuid:decree_id>/plan")
@requires(Can.RECORD_BENEFITS)
@saves
def plan(decree_id: uuid.UUID) -> ResponseReturnValue:
    """Show what a plan would be, or queue it."""
    decree = get_decree(db.session(), decree_id)
    schedule = read_schedule(request.form)
    try:
        if request.form.get("go") != "plan":
            check_schedule(decree, schedule)
            return _page(decree, request.form, shown=preview(db.session(), decree, schedule))
        start_plan(db.session(), decree_id, schedule, by=actor().username, at=now())
    except InvalidData as error:
        return _page(decree, request.form, error=error), error.status
    wake_worker()
    return redirect(url_for(".show", decree_id=decree_id), 303)


def read_schedule(typed: Mapping[str, str]) -> Schedule:
    """Return the schedule of a form; what is no number is 0 and refused later."""
    try:
        first = date.fromisoformat(typed.get("first", ""))
    except ValueError:
        first = date.min
    return Schedule(first, _number(typed.get("months", "")), _number(typed.get("count", "")))


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def area_names(codes: set[str]) -> dict[str, str]:
    """Return the full names of areas by code."""
    found = db.session.scalars(select(Area).where(Area.code.in_(codes)))
    return {area.code: full_name(area) for area in found}


def _page(
    decree: Decree,
    typed: Mapping[str, str] | None = None,
    *,
    shown: Preview | None = None,
    error: InvalidData | None = None,
) -> str:
    session = db.session()
    times = instalments(session, decree.id)
    number = request.args.get("number", 0, type=int)
    chosen = next((one for one in times if one.number == number), times[0] if times else None)
    inside = request.args.get("in", "")
    inside = inside if is_code(inside) and len(inside) < Level.DESA.code_length else ""
    terms = terms_on(session, decree.programme_id, decree.period_from)
    may_plan = (
        actor().can(Can.RECORD_BENEFITS)
        and may_see_whole(session, decree)
        and decree.state == DecreeState.IN_FORCE
    )
    return render_template(
        "benefits/show.html",
        decree=decree,
        programme=session.get_one(Programme, decree.programme_id),
        area=area_names({decree.area_code}).get(decree.area_code, decree.area_code),
        times=times,
        total=added(one.progress for one in times),
        chosen=chosen,
        inside=inside,
        crumbs=path(session, inside) if inside else [],
        places=_places(decree, chosen.number, inside) if chosen else [],
        schedule=proposed(terms, decree.period_from, decree.period_to),
        terms=terms,
        typed=typed or {},
        shown=shown,
        problem="" if error is None else error_text(error),
        problems={} if error is None else error.problems,
        may_plan=may_plan,
        busy=open_job(session, PLAN) is not None,
    )


def _places(decree: Decree, number: int, inside: str) -> list[Place]:
    """Return the areas below `inside` that have deliveries; single areas are gone through."""
    session = db.session()
    level = level_of(inside).below if inside else Level.KABKOTA
    while level is not None:
        found = areas_progress(session, decree.id, number, inside, level)
        if len(found) > 1 or level is Level.DESA:
            names = area_names(set(found))
            return [
                Place(code, names.get(code, code), one, level is Level.DESA)
                for code, one in found.items()
            ]
        level = level.below
    return []
