"""How good the matching is: figures, what other thresholds would change, moving them, warnings."""

import json
from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from jps.access.rules import Can
from jps.areas.queries import names_at
from jps.areas.rules import Level, is_code
from jps.audit.services import Event, record
from jps.db import db, scope_of
from jps.errors import InvalidData
from jps.http import actor, is_fragment, now, requires, saves
from jps.identity.drift import accept_snapshot, current_check
from jps.identity.movers import movers
from jps.identity.preview_rules import SIDE_NAMES, Cell, Side
from jps.identity.quality import WANTED_HALF, quality_of, what_if
from jps.identity.quality_figures import figures_of
from jps.identity.rules import LinkState
from jps.identity.runs import past_runs
from jps.identity.thresholds import (
    LEAST,
    MOST,
    STEP,
    checked_thresholds,
    holds_whole_office,
    set_thresholds,
    threshold_history,
    thresholds_in_force,
    undo_thresholds,
)
from jps.jobs.services import open_job, start_job
from jps.matching import Thresholds
from jps.registry.queries import current_snapshot
from jps.web.drift import shown_check
from jps.web.household_list import CASCADE, cascade
from jps.web.identity import MATCH_KIND
from jps.web.wake import wake_worker

bp = Blueprint("quality", __name__, url_prefix="/matching/quality")


@bp.get("/")
@requires(Can.SEE_QUALITY)
def index() -> ResponseReturnValue:
    """Show the quality of the matching, or only what other thresholds would change."""
    if is_fragment():
        return _preview(request.args)
    return _page(request.args)


@bp.post("/thresholds")
@requires(Can.RUN_MATCHING)
@saves
def move() -> ResponseReturnValue:
    """Put other thresholds in force and start the matching that applies them to all."""
    try:
        wanted = _wanted(request.form)
        reason = request.form.get("reason", "")
        set_thresholds(db.session(), wanted, reason=reason, by=actor().username, at=now())
    except InvalidData as error:
        problems = {name: gettext(texts[0]) for name, texts in error.problems.items()}
        return _page(request.form, problems), error.status
    flash(gettext("Ambang diubah. Pemadanan menerapkannya pada semua anggota."), "success")
    return redirect(_start_matching(), 303)


@bp.post("/thresholds/<int:threshold_id>/undo")
@requires(Can.RUN_MATCHING)
@saves
def take_back(threshold_id: int) -> ResponseReturnValue:
    """Put the thresholds before the last change in force again."""
    undo_thresholds(db.session(), threshold_id, by=actor().username, at=now())
    flash(gettext("Ambang sebelumnya berlaku lagi. Pemadanan menerapkannya."), "success")
    return redirect(_start_matching(), 303)


@bp.post("/snapshot")
@requires(Can.RUN_MATCHING)
@saves
def accept() -> ResponseReturnValue:
    """Let the matching go on with a registry that behaves unlike the last one."""
    accept_snapshot(
        db.session(), reason=request.form.get("reason", ""), by=actor().username, at=now()
    )
    flash(gettext("Data kependudukan diterima. Pemadanan dilanjutkan."), "success")
    return redirect(_start_matching(), 303)


@bp.post("/figures")
@requires(Can.SEE_QUALITY)
@saves
def figures() -> ResponseReturnValue:
    """Answer with the figures as a JSON file; there are no people in it."""
    area = read_area(request.form)
    found = figures_of(db.session(), area, at=now())
    details = {"format": "json", "area": area or "all"}
    event = Event("figures-exported", "quality", area or "all", area or None, details)
    record(db.session(), event, by=actor().username, at=now())
    answer = Response(json.dumps(found, indent=1), mimetype="application/json")
    answer.headers["Content-Disposition"] = "attachment; filename=mutu-pemadanan.json"
    return answer


def _start_matching() -> str:
    """Start the matching unless one waits already; return its page."""
    job = open_job(db.session(), MATCH_KIND)
    if job is None:
        job = start_job(db.session(), MATCH_KIND, {}, by=actor().username, at=now())
        wake_worker()
    return url_for("jobs.show", job_id=job.id)


def read_area(values: MultiDict[str, str]) -> str:
    """Return the area of the deepest drop-down; empty for all."""
    area = next((values[level] for level in reversed(CASCADE) if values.get(level)), "")
    area = area or values.get("area", "")
    return area if is_code(area) else ""


def _wanted(values: MultiDict[str, str]) -> Thresholds:
    return checked_thresholds(values.get("link", type=float), values.get("sure", type=float))


def _preview(values: MultiDict[str, str]) -> str:
    area = read_area(values)
    try:
        wanted = _wanted(values)
    except InvalidData as error:
        texts = [gettext(texts[0]) for texts in error.problems.values()]
        return render_template("matching/_preview.html", problems=texts, shown=None)
    return render_template("matching/_preview.html", **_shown(wanted, area))


def _shown(wanted: Thresholds, area: str, cells: Sequence[Cell] | None = None) -> dict[str, object]:
    session = db.session()
    return {
        "problems": [],
        "shown": what_if(session, wanted, area, cells=cells),
        "movers": movers(session, wanted, area) if actor().can(Can.SEE_LINKS) else [],
        "sides": SIDE_NAMES,
        "Side": Side,
    }


def _page(values: MultiDict[str, str], problems: dict[str, str] | None = None) -> str:
    session, area = db.session(), read_area(values)
    found, in_force = quality_of(session, area), thresholds_in_force(session)
    try:
        wanted = _wanted(values)
    except InvalidData:
        wanted = in_force
    runs = past_runs(session, area)
    run = runs[0].run if runs else None
    return render_template(
        "matching/quality.html",
        area=area,
        found=found,
        areas=found.areas,
        names=names_at(session, Level.KABKOTA) | names_at(session, Level.KECAMATAN),
        cascade=cascade(session, scope_of(session), area)[:2],
        snapshot=current_snapshot(session),
        check=shown_check(session, current_check(session)),
        runs=runs,
        waits=run is not None and (run.link, run.sure) != (in_force.link, in_force.sure),
        history=threshold_history(session),
        may_set=actor().can(Can.RUN_MATCHING) and holds_whole_office(session),
        wanted=wanted,
        reason=values.get("reason", ""),
        field_problems=problems or {},
        half=WANTED_HALF,
        limits=(LEAST, MOST, STEP),
        REVIEW=LinkState.PERLU_DITINJAU,
        ABSENT=LinkState.NIK_TIDAK_DITEMUKAN,
        **_shown(wanted, area, found.cells),
    )
