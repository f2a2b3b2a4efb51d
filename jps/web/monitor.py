"""The quality of the field work in the browser: who stands out, why, and the households behind."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.access.services import list_users
from jps.areas.queries import names_of
from jps.areas.rules import is_code
from jps.audit.services import Event, record
from jps.db import db, scope_of
from jps.fieldwork.backcheck_queries import results
from jps.fieldwork.facts import whipple
from jps.fieldwork.indicators import BY_KEY, INDICATORS
from jps.fieldwork.queries import (
    Cell,
    Row,
    households_behind,
    key_of,
    last_run,
    monitor_table,
    unit_of,
    unit_row,
)
from jps.fieldwork.rules import UnitKind
from jps.http import actor, now, requires, saves, settings
from jps.jobs.services import open_job, start_job
from jps.web.household_list import cascade
from jps.web.ledger_files import as_csv
from jps.web.quality import read_area
from jps.web.wake import wake_worker

bp = Blueprint("monitor", __name__, url_prefix="/monitor")

JOB = "fieldwork"
SIZE = 50  # units, or households, of one page
KINDS = {"enumerators": UnitKind.ENUMERATOR, "villages": UnitKind.VILLAGE}


@bp.get("/")
@requires(Can.SEE_FIELDWORK)
def index() -> ResponseReturnValue:
    """List enumerators, or villages, those who stand out first."""
    session, by, area = db.session(), request.args.get("by", ""), read_area(request.args)
    kind, page = KINDS.get(by, UnitKind.ENUMERATOR), _page()
    table = monitor_table(session, kind, area=area, page=page, size=SIZE)
    return render_template(
        "monitor/index.html",
        table=table,
        kind=kind,
        by=by if by in KINDS else "enumerators",
        run=last_run(session),
        job=open_job(session, JOB),
        names=_names(kind, table.rows),
        key_of=key_of,
        indicators=BY_KEY,
        cascade=cascade(session, scope_of(session), area)[:2],
        area=area,
        page=page,
        pages=max(1, -(-table.total // SIZE)),
        UnitKind=UnitKind,
    )


@bp.get("/<by>/<key>")
@requires(Can.SEE_FIELDWORK)
def show(by: str, key: str) -> ResponseReturnValue:
    """Show all indicators of one enumerator or village."""
    session, kind = db.session(), _kind(by)
    unit = _unit(kind, key)
    row = unit_row(session, kind, unit)
    checks = results(session).enumerators if kind is UnitKind.ENUMERATOR else {}
    return render_template(
        "monitor/show.html",
        row=row,
        by=by,
        key=key,
        name=_names(kind, (row,))[unit],
        lines=[(one, row.cells.get(one.key, Cell(0, 0))) for one in INDICATORS],
        run=last_run(session),
        checked=checks.get(unit),
        whipple=whipple,
        kind=kind,
        UnitKind=UnitKind,
    )


@bp.get("/<by>/<key>/<indicator>")
@requires(Can.SEE_FIELDWORK)
def behind(by: str, key: str, indicator: str) -> ResponseReturnValue:
    """List the households that speak for an indicator."""
    if indicator not in BY_KEY:
        abort(HTTPStatus.NOT_FOUND)
    session, kind, page = db.session(), _kind(by), _page()
    unit = _unit(kind, key)
    found, total = households_behind(session, kind, unit, indicator, page=page, size=SIZE)
    return render_template(
        "monitor/behind.html",
        found=found,
        total=total,
        by=by,
        key=key,
        indicator=BY_KEY[indicator],
        name=_names(kind, (unit_row(session, kind, unit),))[unit],
        villages=names_of(session, {one.area_code for one in found}),
        page=page,
        pages=max(1, -(-total // SIZE)),
    )


@bp.post("/count")
@requires(Can.SEE_FIELDWORK)
@saves
def count() -> ResponseReturnValue:
    """Start counting, unless a counting waits already, and show its progress."""
    job = open_job(db.session(), JOB)
    if job is None:
        params = {"zone": settings().timezone}
        job = start_job(db.session(), JOB, params, by=actor().username, at=now())
        wake_worker()
    if actor().can(Can.SEE_JOBS):
        return redirect(url_for("jobs.show", job_id=job.id), HTTPStatus.SEE_OTHER)
    return redirect(url_for(".index"), HTTPStatus.SEE_OTHER)


@bp.post("/download")
@requires(Can.SEE_FIELDWORK)
@saves
def download() -> ResponseReturnValue:
    """Download the whole table as CSV; the audit keeps that it was."""
    session, by = db.session(), request.form.get("by", "")
    kind, area = KINDS.get(by, UnitKind.ENUMERATOR), read_area(request.form)
    rows = monitor_table(session, kind, area=area, page=1, size=1_000_000).rows
    heading = [
        gettext("Pendata") if kind is UnitKind.ENUMERATOR else gettext("Desa"),
        gettext("Nama"),
        gettext("Indikator"),
        gettext("Dari"),
        gettext("Jumlah"),
        gettext("Bagian"),
        gettext("Rekan"),
        gettext("Menonjol"),
    ]
    body = as_csv(heading, _csv_rows(rows, _names(kind, rows)))
    details = {"format": "csv", "rows": len(rows), "area": area or "all"}
    event = Event("monitor-exported", "fieldwork", str(kind), area or None, details)
    record(session, event, by=actor().username, at=now())
    answer = Response(body, mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=mutu-pendataan.csv"
    return answer


def _csv_rows(rows: tuple[Row, ...], names: Mapping[str, str]) -> Iterator[list[str]]:
    for row in rows:
        for one in INDICATORS:
            cell = row.cells.get(one.key)
            if cell is not None:
                yield [
                    row.unit,
                    names[row.unit],
                    one.key,
                    str(cell.of),
                    str(cell.hits),
                    "" if cell.share is None else f"{cell.share:.4f}",
                    "" if cell.expected is None else f"{cell.expected:.4f}",
                    "1" if cell.flagged else "0",
                ]


def _kind(by: str) -> UnitKind:
    if by not in KINDS:
        abort(HTTPStatus.NOT_FOUND)
    return KINDS[by]


def _unit(kind: UnitKind, key: str) -> str:
    """Return the unit of an address; 404 when there is none in the reader's areas."""
    if kind is UnitKind.ENUMERATOR:
        unit = unit_of(db.session(), key)
    else:
        unit = key if is_code(key) and scope_of(db.session()).covers(key) else None
    if unit is None:
        abort(HTTPStatus.NOT_FOUND)
    return unit


def _names(kind: UnitKind, rows: tuple[Row, ...]) -> dict[str, str]:
    """Return what people call each unit."""
    session = db.session()
    if kind is UnitKind.VILLAGE:
        known = names_of(session, [row.unit for row in rows])
        return {row.unit: known.get(row.unit, row.unit) for row in rows}
    people = {user.username: user.full_name for user in list_users(session)}
    return {row.unit: people.get(row.unit, row.unit) for row in rows}


def _page() -> int:
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
