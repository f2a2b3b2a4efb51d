"""Findings: the list with the money at stake, who works on them, one finding side by side."""

import uuid
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from werkzeug.datastructures import MultiDict

from jps.access.rules import Can
from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.cases.finding_queries import (
    WORKING,
    Filters,
    Given,
    Order,
    count_overdue,
    decrees_of,
    given_to,
    list_findings,
    money_at_stake,
    owners,
    programmes,
    sums_by_kind,
    sums_by_state,
)
from jps.cases.finding_steps import MOST_AT_ONCE, assign
from jps.db import db
from jps.errors import InvalidData, NotAllowed
from jps.http import actor, now, requires, saves, today
from jps.jobs.services import start_single
from jps.programmes.case_models import Finding
from jps.programmes.finding_rules import FIND
from jps.programmes.rules import FINDING_NAMES, FINDING_STATE_NAMES, FindingKind, FindingState
from jps.text import N_
from jps.web.accounts import full_names
from jps.web.case_forms import Clock, clock_of, helpers, read_day, source_text
from jps.web.finding_page import Side, side_of
from jps.web.household_list import cascade
from jps.web.quality import read_area
from jps.web.wake import wake_worker

bp = Blueprint("findings", __name__, url_prefix="/findings")

ORDER_NAMES = {
    Order.STAKE: N_("Uang terbesar dahulu"),
    Order.DUE: N_("Batas waktu terdekat dahulu"),
}


def read_filters(values: MultiDict[str, str]) -> Filters:
    """Return what was asked; anything that is no filter counts as not given."""
    kind, state, owner = (values.get(name, "") for name in ("kind", "state", "owner"))
    programme = values.get("programme", "")
    is_id = programme.isascii() and programme.isdigit() and len(programme) < 9
    return Filters(
        area=read_area(values),
        kind=FindingKind(kind) if kind in set(FindingKind) else None,
        state=FindingState(state) if state in set(FindingState) else None,
        owner="" if owner == "-" else owner[:64].replace("\x00", ""),
        nobody=owner == "-",
        overdue_on=today() if values.get("overdue") == "1" else None,
        decrees=decrees_of(db.session(), int(programme)) if is_id else None,
        gone=values.get("gone") == "1",
    )


@bp.get("/")
@requires(Can.SEE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """List findings of the reader's areas."""
    values, session = request.args, db.session()
    filters = read_filters(values)
    asked_order = values.get("order", "")
    order = Order(asked_order) if asked_order in set(Order) else Order.STAKE
    page = list_findings(session, filters, order, page=values.get("page", 1, type=int))
    given = given_to(session, [one.recipient_id for one in page.rows])
    known = full_names(session, [*owners(session), *(one.owner for one in page.rows)])
    return render_template(
        "findings/index.html",
        page=page,
        filters=filters,
        order=order,
        orders=ORDER_NAMES,
        rows=[(one, _side(one.recipient_id, given), _clock(one)) for one in page.rows],
        kinds=sums_by_kind(session, filters),
        states=sums_by_state(session, filters),
        at_stake=money_at_stake(session, filters),
        overdue=count_overdue(session, today()),
        kind_names=FINDING_NAMES,
        state_names=FINDING_STATE_NAMES,
        programmes=programmes(session),
        programme=values.get("programme", ""),
        cascade=cascade(session, actor().scope, filters.area),
        villages=names_at(session, Level.DESA),
        owners=[(name, known.get(name, name)) for name in owners(session)],
        people=helpers(session) if actor().can(Can.RECEIVE_APPEALS) else [],
        names=known,
        source_text=source_text,
        most=MOST_AT_ONCE,
        args={key: value for key, value in values.items() if key != "page"},
    )


def _side(recipient_id: uuid.UUID, given: dict[uuid.UUID, Given]) -> Side | None:
    found = given.get(recipient_id)
    return side_of(found) if found else None


def _clock(one: Finding) -> Clock | None:
    return clock_of(one.due_on, running=one.state in WORKING)


@bp.post("/assign")
@requires(Can.RECEIVE_APPEALS)
@saves
def give() -> ResponseReturnValue:
    """Give the ticked findings, or all of the filter, to somebody until a day."""
    values, session = request.form, db.session()
    back = redirect(_index_of(values), 303)
    person = next((u for u in helpers(session) if u.username == values.get("to")), None)
    if person is None:
        raise InvalidData(N_("Pilih siapa yang mengerjakan. Tidak ada yang berubah."))
    due_on = read_day(values, "due_on")
    if due_on is not None and due_on < today():
        raise InvalidData(N_("Batas waktu tidak boleh sebelum hari ini. Tidak ada yang berubah."))
    picked = _picked(values)
    done = assign(
        session,
        picked,
        owner=person.username,
        reach=person.scope,
        due_on=due_on,
        by=actor().username,
        at=now(),
    )
    text = ngettext(
        "%(num)s temuan diberikan kepada %(who)s.",
        "%(num)s temuan diberikan kepada %(who)s.",
        done,
        who=person.full_name,
    )
    left = len(picked) - done
    if left:
        text += " " + gettext("%(n)s dilewati: sudah selesai atau di luar wilayahnya.", n=left)
    flash(text, "success" if done else "warning")
    return back


def _picked(values: MultiDict[str, str]) -> list[uuid.UUID]:
    """Return the ticked findings, or the first of all that the filter finds."""
    if values.get("all") == "1":
        found: list[uuid.UUID] = []
        filters, number = replace(read_filters(values), gone=False), 1
        while len(found) < MOST_AT_ONCE:
            page = list_findings(db.session(), filters, Order.STAKE, page=number)
            found += [one.id for one in page.rows]
            if number >= page.last:
                break
            number += 1
        return found[:MOST_AT_ONCE]
    picked = []
    for text in values.getlist("pick")[:MOST_AT_ONCE]:
        try:
            picked.append(uuid.UUID(text))
        except ValueError:
            continue
    if not picked:
        raise InvalidData(N_("Centang dahulu temuannya. Tidak ada yang berubah."))
    return picked


def _index_of(values: MultiDict[str, str]) -> str:
    """Return the address of the list with the filters that were sent."""
    names = ("area", "kind", "state", "owner", "programme", "overdue", "order")
    filters: dict[str, Any] = {name: values[name] for name in names if values.get(name)}
    return url_for(".index", **filters)


@bp.post("/renew")
@requires(Can.DECIDE_FINDINGS)
@saves
def renew() -> ResponseReturnValue:
    """Find anew for all decrees, as a job."""
    if not actor().can(Can.SEE_JOBS):
        raise NotAllowed()
    params = {"today": today().isoformat()}
    job = start_single(db.session(), FIND, params, by=actor().username, at=now())
    wake_worker()
    return redirect(url_for("jobs.show", job_id=job.id), 303)
