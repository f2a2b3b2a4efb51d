"""One list: how it was drawn, who is on it, its proof, its approval by two people, its file."""

import uuid

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import func, select

from jps.access.rules import Can
from jps.areas.rules import Level
from jps.audit.services import Event, record
from jps.db import db
from jps.errors import InvalidData
from jps.http import actor, error_text, now, requires, saves, settings
from jps.targeting.drawing import REASON_NAMES, Reason, Standing
from jps.targeting.models import TargetEntry, TargetList, TargetRule, TargetSnapshot
from jps.targeting.quotas import METHOD_NAMES
from jps.targeting.rules import STATE_NAMES, ListState
from jps.targeting.scores import SCORE_NAMES, Score
from jps.targeting.services import draw_list, get_list, move_list, verify_list
from jps.web.target_forms import read_scenario, scenario_fields, scenario_problem
from jps.web.target_people import PAGE, STANDING_NAMES, changed_since, names_of, people_at, place_of
from jps.web.target_rules import words_of
from jps.web.targeting import simulation_page

bp = Blueprint("target_lists", __name__, url_prefix="/targeting/lists")

DECREES = "decrees.index"
COMPARED = 30  # newest lists to compare with
MOVES = {
    "propose": (ListState.PROPOSED, Can.DRAW_LISTS),
    "withdraw": (ListState.WITHDRAWN, Can.DRAW_LISTS),
    "approve": (ListState.APPROVED, Can.APPROVE_LISTS),
    "refuse": (ListState.REFUSED, Can.APPROVE_LISTS),
}


@bp.post("/")
@requires(Can.DRAW_LISTS)
@saves
def draw() -> ResponseReturnValue:
    """Draw a list from a scenario of the simulation and keep it.

    On a problem the simulation comes back with what was typed.
    """
    letter = request.form.get("letter", "A")[:1] or "A"
    try:
        rule, scenario = read_scenario(scenario_fields(f"{letter}."), f"{letter}.")
        found = draw_list(
            db.session(),
            settings().home,
            rule,
            scenario.definition,
            name=request.form.get("name", ""),
            programme=request.form.get("programme", ""),
            amount=scenario.amount,
            by=actor().username,
            at=now(),
        )
    except InvalidData as error:
        db.session.rollback()
        return simulation_page(request.form, scenario_problem(error, letter)), error.status
    flash(gettext("Daftar dibuat. Periksa, lalu usulkan."), "success")
    return redirect(url_for(".show", list_id=found.id), 303)


@bp.get("/<uuid:list_id>")
@requires(Can.SEE_TARGETING)
def show(list_id: uuid.UUID) -> ResponseReturnValue:
    """Show the list with one page of one standing."""
    found = get_list(db.session(), list_id)
    asked = request.args.get("standing", "")
    standing = Standing(asked) if asked in set(Standing) else Standing.SELECTED
    page = max(1, request.args.get("page", 1, type=int))
    rule = db.session.get_one(TargetRule, found.rule_id)
    snapshot = db.session.get_one(TargetSnapshot, found.snapshot_id)
    return render_template(
        "targeting/list.html",
        found=found,
        rule=rule,
        words=words_of(rule.tree),
        snapshot=snapshot,
        changed=changed_since(found, snapshot),
        others=_others(found),
        decree_page=DECREES if DECREES in current_app.view_functions else "",
        whole=actor().scope.covers(settings().province),
        states=STATE_NAMES,
        score_name=SCORE_NAMES[Score(found.score)],
        score_names=SCORE_NAMES,
        method=METHOD_NAMES[found.method],
        level=Level(found.level).label,
        area=place_of(found),
        standings=[(one, STANDING_NAMES[one], _count(found, one)) for one in Standing],
        standing=standing,
        reasons=REASON_NAMES,
        people=people_at(found, standing, page) if actor().can(Can.SEE_HOUSEHOLDS) else [],
        quotas=_quotas(found),
        page=page,
        pages=max(1, -(-_count(found, standing) // PAGE)),
        may=[name for name, (_, permission) in MOVES.items() if actor().can(permission)],
        ListState=ListState,
    )


@bp.post("/<uuid:list_id>/verify")
@requires(Can.SEE_TARGETING)
@saves
def verify(list_id: uuid.UUID) -> ResponseReturnValue:
    """Draw the list again and say whether it is the same."""
    checked = verify_list(db.session(), settings().home, list_id)
    stored = get_list(db.session(), list_id)
    details = {"same": checked.same}
    event = Event("target-list-verified", "target-list", str(list_id), stored.area_code, details)
    record(db.session(), event, by=actor().username, at=now())
    if checked.same:
        flash(gettext("Terbukti: daftar ini sama persis bila dibuat ulang."), "success")
    else:
        text = gettext("TIDAK sama: %(n)s baris berbeda dari hasil buat ulang.")
        flash(text % {"n": checked.entries_differ}, "danger")
    return redirect(url_for(".show", list_id=list_id), 303)


@bp.post("/<uuid:list_id>/propose")
@requires(Can.DRAW_LISTS)
@saves
def propose(list_id: uuid.UUID) -> ResponseReturnValue:
    """Propose the list for approval."""
    return _move(list_id, "propose")


@bp.post("/<uuid:list_id>/withdraw")
@requires(Can.DRAW_LISTS)
@saves
def withdraw(list_id: uuid.UUID) -> ResponseReturnValue:
    """Withdraw the list, saying why."""
    return _move(list_id, "withdraw")


@bp.post("/<uuid:list_id>/approve")
@requires(Can.APPROVE_LISTS)
@saves
def approve(list_id: uuid.UUID) -> ResponseReturnValue:
    """Approve a list that somebody else drew and proposed."""
    return _move(list_id, "approve")


@bp.post("/<uuid:list_id>/refuse")
@requires(Can.APPROVE_LISTS)
@saves
def refuse(list_id: uuid.UUID) -> ResponseReturnValue:
    """Refuse a proposed list, saying why."""
    return _move(list_id, "refuse")


def _move(list_id: uuid.UUID, name: str) -> ResponseReturnValue:
    target, reason = MOVES[name][0], request.form.get("reason", "")
    try:
        move_list(db.session(), list_id, target, reason=reason, by=actor().username, at=now())
    except InvalidData as error:
        db.session.rollback()
        flash(error_text(error), "danger")
    return redirect(url_for(".show", list_id=list_id), 303)


def _others(found: TargetList) -> list[TargetList]:
    """Return other lists to compare with, the newest first."""
    query = select(TargetList).where(TargetList.id != found.id)
    newest = query.order_by(TargetList.drawn_at.desc(), TargetList.id).limit(COMPARED)
    return list(db.session.scalars(newest))


def _count(found: TargetList, standing: Standing) -> int:
    of = {Standing.SELECTED: (Reason.WITHIN_QUOTA,), Standing.WAITING: (Reason.BELOW_QUOTA,)}
    reasons = of.get(standing, (Reason.NOT_ELIGIBLE, Reason.UNKNOWN, Reason.NOT_RANKED))
    return sum(found.counts.get(str(reason), 0) for reason in reasons)


def _quotas(found: TargetList) -> list[tuple[str, int, int]]:
    """Return name, quota and how many were selected of each quota area."""
    if "" in found.quotas:  # one quota over all
        return []
    area = func.substr(TargetEntry.area_code, 1, Level(found.level).code_length)
    query = (
        select(area, func.count())
        .where(TargetEntry.list_id == found.id, TargetEntry.standing == Standing.SELECTED)
        .group_by(area)
    )
    taken = {str(code): number for code, number in db.session.execute(query)}
    names = names_of(found.quotas)
    quotas = sorted(found.quotas.items())
    return [(names.get(code, code), quota, taken.get(code, 0)) for code, quota in quotas]
