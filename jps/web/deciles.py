"""Deciles of families (DTSEN): load a list, compare two periods, see what has a problem."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from jps.access.rules import Can
from jps.assessment.decile_rules import DECILES, NOT_RANKED, read_period
from jps.assessment.deciles import DECILE_KIND, compare, open_list, periods, start_deciles
from jps.audit.services import Event, record
from jps.db import db
from jps.errors import InvalidData, InvalidFile, JpsError, NotAllowed, NotFound
from jps.http import actor, error_text, now, requires, saves, settings, today
from jps.jobs.models import Job
from jps.jobs.rules import STATE_NAMES
from jps.jobs.services import find_job, list_jobs
from jps.text import N_
from jps.web.jobs import STATE_ICONS
from jps.web.target_forms import area_options
from jps.web.wake import wake_worker

bp = Blueprint("deciles", __name__, url_prefix="/deciles")

SHOWN = 20  # loads in the list
ORDER = (*DECILES, NOT_RANKED)
BAD_PERIOD = N_("Tulis bulan seperti 2026-07 atau triwulan seperti 2026-Q3.")


@bp.get("/")
@requires(Can.SEE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """Show what was loaded, with the form for another list."""
    return _page({}, {})


@bp.post("/")
@requires(Can.LOAD_DECILES)
@saves
def upload() -> ResponseReturnValue:
    """Take a list and go to the page of its import; on a problem the form comes back."""
    try:
        job = _start(request.files.get("file"))
    except JpsError as error:
        db.session.rollback()
        return _page(request.form.to_dict(), _messages(error)), error.status
    db.session.commit()
    wake_worker()
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@bp.get("/compare")
@requires(Can.SEE_PROGRAMMES)
def comparison() -> ResponseReturnValue:
    """Show how the families of an area moved between two periods of a source."""
    found = periods(db.session())
    sources = list(dict.fromkeys(one.source for one in found))
    source = request.args.get("source", "")
    source = source if source in sources else next(iter(sources), "")
    days = [one.period for one in found if one.source == source]
    after = _day(request.args.get("to", ""), days, 0)
    before = _day(request.args.get("from", ""), days, 1)
    options = area_options()
    area = request.args.get("area", "")
    area = area if area in {one.code for one in options} else ""
    moved = None
    if before is not None and after is not None:
        moved = compare(db.session(), source, before, after, area=area)
    return render_template(
        "deciles/compare.html",
        sources=sources,
        source=source,
        days=days,
        before=before,
        after=after,
        areas=options,
        area=area,
        moved=moved,
        order=ORDER,
    )


@bp.post("/<uuid:job_id>/problems")
@requires(Can.LOAD_DECILES)
@saves
def problems(job_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out the rows of a list that were not taken, numbers masked, and record it."""
    job = find_job(db.session(), job_id)
    path = settings().home / (job.problem_file or "")
    if job.kind != DECILE_KIND or not job.problem_file or not path.is_file():
        raise NotFound(N_("Pekerjaan ini tidak mempunyai berkas masalah."))
    if not _mine(job):
        raise NotAllowed()
    event = Event("decile-problems-downloaded", "job", str(job.id))
    record(db.session(), event, by=actor().username, at=now())
    return send_file(path, as_attachment=True, download_name="desil-bermasalah.csv")


def _mine(job: Job) -> bool:
    """Whether the reader's areas hold all that a load was about."""
    areas = job.params.get("areas") or [settings().province]
    return all(actor().scope.covers(code) for code in areas)


def _start(file: FileStorage | None) -> Job:
    """Look through the uploaded file before the database is touched: that may take seconds."""
    if file is None or not file.filename:
        raise InvalidFile(N_("Pilih berkas daftar desil."))
    try:
        period = read_period(request.form.get("period", ""))
    except ValueError:
        raise InvalidData(BAD_PERIOD, {"period": [BAD_PERIOD]}) from None
    source = request.form.get("source", "")
    by, scope = actor().username, actor().scope
    db.session.rollback()  # lets go of the write lock that this request holds so far
    with _saved(file) as path:
        open_list(path)
        return start_deciles(
            db.session(), settings().home, path,
            source=source, period=period, scope=scope, today=today(), by=by, at=now(),
        )  # fmt: skip


@contextmanager
def _saved(file: FileStorage) -> Iterator[Path]:
    with NamedTemporaryFile(dir=settings().folder("uploads"), prefix="new-") as copy:
        file.save(copy)
        copy.flush()
        yield Path(copy.name)


def _messages(error: JpsError) -> dict[str, list[str]]:
    if isinstance(error, InvalidData) and error.problems:
        return {path: [gettext(m) for m in ms] for path, ms in error.problems.items()}
    return {"file": [error_text(error)]}


def _day(text: str, days: list[date], place: int) -> date | None:
    """Return the period that an address names, else the one at `place` from the newest."""
    named = next((day for day in days if day.isoformat() == text), None)
    return named or (days[place] if place < len(days) else None)


def _page(typed: dict[str, str], problems: dict[str, list[str]]) -> str:
    session = db.session()
    loads = [job for job in list_jobs(session, limit=200) if job.kind == DECILE_KIND]
    return render_template(
        "deciles/index.html",
        periods=periods(session),
        loads=[job for job in loads if _mine(job)][:SHOWN],
        states=STATE_NAMES,
        icons=STATE_ICONS,
        order=ORDER,
        typed=typed,
        problems=problems,
    )
