"""Households as a file: which, how much about persons, in which make; large ones by a job."""

import uuid
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.areas.rules import is_code
from jps.db import db, scope_of
from jps.errors import InvalidData
from jps.exports.orders import FORMAT_NAMES, SUFFIXES, Format, Order, Rows, checked_order
from jps.exports.records import count_households
from jps.exports.services import (
    AT_ONCE,
    export_path,
    finished_export,
    own_exports,
    record_export,
    start_export,
    write_export,
)
from jps.households.rules import IN_FORCE, STATE_NAMES, State
from jps.http import actor, now, requires, saves, settings, today, told
from jps.jobs.models import Job
from jps.jobs.rules import ENDED, JobState
from jps.jobs.rules import STATE_NAMES as JOB_NAMES
from jps.web.codebook import form_in_force
from jps.web.fields import language
from jps.web.household_list import CASCADE, cascade
from jps.web.wake import wake_worker

bp = Blueprint("exports", __name__, url_prefix="/exports")

STATES = tuple(state for state in State if state in IN_FORCE)


@bp.get("/")
@requires(Can.EXPORT_HOUSEHOLDS)
def index() -> ResponseReturnValue:
    """Choose which households and what kind of file; show the files asked for before."""
    return _page(request.args)


@bp.post("/")
@requires(Can.EXPORT_HOUSEHOLDS)
@saves
def create() -> ResponseReturnValue:
    """Hand out a small file at once; queue the writing of a large one."""
    try:
        order = _checked(request.form)
        count = count_households(db.session(), order)
        if count > AT_ONCE:
            start_export(db.session(), order, by=actor().username, at=now())
            wake_worker()
            return redirect(url_for(".index") + "#files", 303)
        return _written(order)
    except InvalidData as error:
        return _page(request.form, error), error.status


@bp.get("/files")
@requires(Can.EXPORT_HOUSEHOLDS)
def files() -> ResponseReturnValue:
    """Answer with the list of files alone, which renews itself while one is written."""
    return render_template("exports/_files.html", **_files())


@bp.post("/<uuid:job_id>/file")
@requires(Can.EXPORT_HOUSEHOLDS)
@saves
def fetch(job_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out the file of a job to who started it, and record it."""
    order, count, path = finished_export(db.session(), settings().home, job_id, by=actor().username)
    _record(order, count)
    return send_file(path, as_attachment=True, download_name=_name(order))


def _checked(values: Mapping[str, str]) -> Order:
    who = actor()
    return checked_order(
        _order(values), may_see=who.can(Can.SEE_HOUSEHOLDS), may_reveal=who.can(Can.REVEAL_NIK)
    )


def _written(order: Order) -> ResponseReturnValue:
    """Write a small file and answer with it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"export{SUFFIXES[order.format]}"
        steps = write_export(
            db.session(),
            path,
            form_in_force(),
            order,
            translate=gettext,
            language=language(),
        )
        count = max(steps, default=0)
        content = path.read_bytes()
    _record(order, count)
    return send_file(BytesIO(content), as_attachment=True, download_name=_name(order))


def _record(order: Order, count: int) -> None:
    record_export(
        db.session(), form_in_force(), order, households=count, by=actor().username, at=now()
    )


def _name(order: Order) -> str:
    """Return a name that tells the day and the area's code, and nothing about anybody."""
    where = order.area.replace(".", "") or "semua"
    return f"rumah-tangga-{where}-{today():%Y%m%d}{SUFFIXES[order.format]}"


def _order(values: Mapping[str, str]) -> Order:
    """Return what was asked for; what cannot be read counts as not given."""
    scope = scope_of(db.session())
    area = next((values[level] for level in reversed(CASCADE) if values.get(level)), "")
    area = area or values.get("area", "")
    state = values.get("state", "")
    kind, rows = values.get("format", ""), values.get("rows", "")
    return Order(
        format=Format(kind) if kind in set(Format) else Format.XLSX,
        rows=Rows(rows) if rows in set(Rows) else Rows.MEMBERS,
        area=area if is_code(area) else "",
        states=(State(state),) if state in STATES else (),
        identified=values.get("names", "1") == "1",
        full=bool(values.get("full")),
        reason=values.get("reason", ""),
        scope=() if scope.whole else scope.codes,
    )


def _page(values: Mapping[str, str], error: InvalidData | None = None) -> str:
    session = db.session()
    order = _order(values)
    problems = error.problems.items() if error is not None else ()
    return render_template(
        "exports/index.html",
        order=order,
        count=count_households(session, order),
        at_once=AT_ONCE,
        cascade=cascade(session, scope_of(session), order.area),
        states=[(state, STATE_NAMES[state]) for state in STATES],
        formats=_formats(),
        problems={name: told(texts[0], error.params) for name, texts in problems if error},
        **_files(),
    )


def _formats() -> list[tuple[Format, str]]:
    """Return the makes of file that the reader may have."""
    points = actor().can(Can.SEE_HOUSEHOLDS)
    return [
        (kind, name)
        for kind, name in FORMAT_NAMES.items()
        if points or kind is not Format.GEOPARQUET
    ]


def _files() -> dict[str, object]:
    jobs = own_exports(db.session(), actor().username)
    return {
        "files": [_file(job) for job in jobs],
        "busy": any(job.state not in ENDED for job in jobs),
    }


def _file(job: Job) -> dict[str, object]:
    order = Order.from_json(job.params)
    path = export_path(settings().home, job.id, order)
    return {
        "job": job,
        "order": order,
        "format": FORMAT_NAMES[order.format],
        "state": JOB_NAMES[JobState(job.state)],
        "ready": job.state == JobState.DONE and path.is_file(),
    }
