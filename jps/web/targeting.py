"""Sasaran: what lists and rules there are, the frozen households, and the simulation."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import func, select

from jps.access.rules import Can
from jps.cases.finding_queries import given_programmes
from jps.db import db, everywhere
from jps.errors import JpsError, NotFound
from jps.http import actor, now, reads, requires, saves, settings
from jps.jobs.services import start_single
from jps.maps.indicators import GREY
from jps.programmes.models import Decree
from jps.programmes.rules import DecreeState
from jps.targeting.frozen import newest_snapshot
from jps.targeting.models import TargetList, TargetSnapshot
from jps.targeting.outcomes import Outcome, Share
from jps.targeting.quotas import METHOD_NAMES
from jps.targeting.rules import STATE_NAMES
from jps.targeting.scores import PARTS, SCORE_NAMES, Score
from jps.targeting.simulating import run_scenarios
from jps.targeting.simulation import GROUPS, Simulated, told_level
from jps.targeting.taking import SNAPSHOT_KIND
from jps.web.formats import percent
from jps.web.target_forms import (
    LEVELS,
    METHODS,
    YARDSTICKS,
    area_names,
    area_options,
    asked_place,
    newest_rules,
    read_scenario,
    scenario_fields,
    scenario_problem,
)
from jps.web.target_maps import MEASURES, said, small_maps, value_of
from jps.web.target_people import names_of
from jps.web.wake import wake_worker

bp = Blueprint("targeting", __name__, url_prefix="/targeting")

MOST_SCENARIOS = 4  # that fit beside each other
SHOWN = 100  # lists


@dataclass(frozen=True)
class Cell:
    """A measure with its interval, if it has one, as people read them."""

    text: str
    low: str = ""
    high: str = ""


@dataclass(frozen=True)
class Line:
    """One row of figures: what it is, how many are expected poor, a measure in each scenario."""

    name: str
    poor: float | None
    cells: tuple[Cell, ...]


@bp.get("/")
@requires(Can.SEE_TARGETING)
def index() -> ResponseReturnValue:
    """Show the lists, the rules, and from which households they are drawn."""
    lists = select(TargetList).order_by(TargetList.drawn_at.desc(), TargetList.id).limit(SHOWN)
    snapshot = _snapshot()
    return render_template(
        "targeting/index.html",
        snapshot=snapshot,
        newer=_newer_decrees(snapshot),
        rules=newest_rules(),
        lists=db.session.scalars(lists).all(),
        states=STATE_NAMES,
        areas=area_names(),
    )


@bp.post("/snapshot")
@requires(Can.DRAW_LISTS)
@saves
def snapshot() -> ResponseReturnValue:
    """Freeze the households anew, as a job."""
    zone = {"zone": settings().timezone}
    job = start_single(db.session(), SNAPSHOT_KIND, zone, by=actor().username, at=now())
    wake_worker()
    if actor().can(Can.SEE_JOBS):
        return redirect(url_for("jobs.show", job_id=job.id), 303)
    flash(gettext("Potret data sedang diambil."))
    return redirect(url_for(".index"), 303)


@bp.get("/simulate")
@requires(Can.SEE_TARGETING)
def simulation() -> ResponseReturnValue:
    """Show the form of scenarios; its figures follow every change."""
    return simulation_page({"A.rule": request.args.get("rule", "")})


def simulation_page(typed: Mapping[str, str], problem: str = "") -> str:
    """Return the form of scenarios with what was typed, and why no list was made of it."""
    options = area_options()
    area, picked = asked_place(options)
    snapshot = _snapshot()
    return render_template(
        "targeting/simulate.html",
        snapshot=snapshot,
        newer=_newer_decrees(snapshot),
        rules=newest_rules(),
        areas=options,
        area=area,
        picked=picked,
        picked_names=names_of(picked) if picked else {},
        methods=[(method, METHOD_NAMES[method]) for method in METHODS],
        levels=LEVELS,
        scores=list(SCORE_NAMES.items()),
        parts=[(part, SCORE_NAMES[part]) for part in PARTS],
        yardsticks=[(one, SCORE_NAMES[one]) for one in YARDSTICKS],
        letters="ABCD"[:MOST_SCENARIOS],
        measures=list(MEASURES.items()),
        programmes=[one.name for one in given_programmes(db.session())],
        typed=typed,
        problem=problem,
    )


@bp.post("/simulate")
@requires(Can.SEE_TARGETING)
@reads
def figures() -> ResponseReturnValue:
    """Answer with what the scenarios of the form would do."""
    found: list[Simulated] = []
    for letter in _switched_on():
        try:
            scenario = read_scenario(scenario_fields(f"{letter}."), f"{letter}.")[1]
            taken, more = run_scenarios(db.session(), settings().home, [scenario])
        except JpsError as error:
            text = scenario_problem(error, letter)
            return render_template("targeting/_figures.html", problem=text, found=())
        found += more
    measure = request.form.get("show", "")
    measure = measure if measure in MEASURES else "coverage"
    names = area_names()
    first = found[0].scenario
    level = told_level(first.definition)
    return render_template(
        "targeting/_figures.html",
        problem=None,
        found=found,
        snapshot=taken,
        measure=measure,
        measures=MEASURES,
        scores=SCORE_NAMES,
        yardstick=SCORE_NAMES[Score(first.yardstick)],
        maps=small_maps(level, first.definition.area, _per_scenario(found), measure, names),
        grey=GREY,
        areas=area_lines(found, measure, names),
        groups=group_lines(found, measure),
    )


def _per_scenario(found: list[Simulated]) -> list[tuple[str, Mapping[str, Outcome]]]:
    return [("ABCD"[n] + " · " + one.scenario.name, one.areas) for n, one in enumerate(found)]


def area_lines(found: list[Simulated], measure: str, names: Mapping[str, str]) -> list[Line]:
    """Return one line per area that any scenario speaks of, by code."""
    codes = sorted({code for one in found for code in one.areas})
    return [
        _line(names.get(code, code), [one.areas.get(code) for one in found], measure)
        for code in codes
    ]


def group_lines(found: list[Simulated], measure: str) -> list[Line]:
    """Return one line per group of people."""
    return [
        _line(gettext(group.label), [one.groups.get(group.name) for one in found], measure)
        for group in GROUPS
    ]


def _line(name: str, outcomes: list[Outcome | None], measure: str) -> Line:
    poor = next((one.all_poor for one in outcomes if one is not None), None)
    return Line(name, poor, tuple(_cell(one, measure) for one in outcomes))


def _cell(outcome: Outcome | None, measure: str) -> Cell:
    value = value_of(outcome, measure)
    if isinstance(value, Share):
        return Cell(percent(value.value), percent(value.low), percent(value.high))
    return Cell(said(value, measure))


def _switched_on() -> list[str]:
    """Return the letters of the form's scenarios: the first always, others when switched on."""
    letters = "ABCD"[:MOST_SCENARIOS]
    return [letter for letter in letters if letter == "A" or request.form.get(f"{letter}.on")]


def _newer_decrees(snapshot: TargetSnapshot | None) -> int:
    """Return how many decrees came in force or were withdrawn since the households were frozen."""
    if snapshot is None:
        return 0
    query = select(func.count()).where(
        Decree.state.in_((DecreeState.IN_FORCE, DecreeState.WITHDRAWN)),
        Decree.state_at > snapshot.taken_at,
    )
    with everywhere(db.session()):
        return db.session.scalar(query) or 0


def _snapshot() -> TargetSnapshot | None:
    try:
        return newest_snapshot(db.session())
    except NotFound:
        return None
