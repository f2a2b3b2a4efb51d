"""Lists from outside in the browser: bring one, see where it stands, accept it, undo it."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from jps.access.rules import Can
from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.config import DATA
from jps.db import db
from jps.errors import InvalidData, InvalidFile, JpsError
from jps.http import actor, error_text, now, requires, saves, settings, today, told
from jps.intake import services
from jps.intake.models import IntakeBatch
from jps.intake.problem_file import is_correction
from jps.intake.queries import batch_of, list_batches, outcomes, problem_kinds, records_of
from jps.intake.rules import (
    BATCH_NAMES,
    BUSY,
    DISCARDABLE,
    FATE_NAMES,
    OUTCOME_NAMES,
    BatchState,
    Fate,
    Part,
)
from jps.intake.services import Delivery, Where
from jps.intake.undoing import undoable
from jps.jobs.models import Job
from jps.jobs.rules import ENDED
from jps.layouts import Layout, layouts
from jps.text import N_
from jps.web.codebook import form_in_force
from jps.web.jobs import job_view
from jps.web.wake import wake_worker

bp = Blueprint("lists", __name__, url_prefix="/lists")

FEW = 30  # households and kinds of problem shown on the page of a list

# State, icon (Bootstrap Icons) and name of each step of a list.
STEPS = (
    ("file", N_("Berkas")),
    ("columns", N_("Kolom")),
    ("trial", N_("Hasil periksa")),
    ("stored", N_("Tersimpan")),
)
AT_STEP = {
    BatchState.STAGING: 0,
    BatchState.STAGED: 1,
    BatchState.CHECKING: 1,
    BatchState.CHECKED: 2,
    BatchState.ACCEPTING: 2,
    BatchState.ACCEPTED: 3,
    BatchState.UNDOING: 3,
    BatchState.UNDONE: 3,
    BatchState.DISCARDED: 0,
}
ICONS = {
    BatchState.STAGING: "hourglass-split",
    BatchState.STAGED: "layout-three-columns",
    BatchState.CHECKING: "hourglass-split",
    BatchState.CHECKED: "clipboard-check",
    BatchState.ACCEPTING: "hourglass-split",
    BatchState.ACCEPTED: "check-circle",
    BatchState.UNDOING: "hourglass-split",
    BatchState.UNDONE: "arrow-counterclockwise",
    BatchState.DISCARDED: "trash",
}


@cache
def known_layouts() -> tuple[Layout, ...]:
    """Return the makes of list that JPS knows."""
    return layouts(form_in_force(), DATA / "layouts")


def where() -> Where:
    """Return the office's day and province, and where matching runs."""
    found = settings()
    match = {"engine": found.match_engine, "master": found.spark_master}
    return Where(today(), found.province, match)


@bp.get("/")
@requires(Can.IMPORT_LISTS)
def index() -> ResponseReturnValue:
    """List what was brought, with the form for a new list."""
    return _page({}, {})


@bp.post("/")
@requires(Can.IMPORT_LISTS)
@saves
def upload() -> ResponseReturnValue:
    """Take a file and go to the page of the list; on a problem the form comes back."""
    typed = request.form.to_dict()
    try:
        batch = _begin(request.files.get("file"), typed)
    except JpsError as error:
        return _page(typed, _messages(error)), error.status
    wake_worker()
    return redirect(url_for(".show", batch_id=batch.id), 303)


def _begin(file: FileStorage | None, typed: Mapping[str, str]) -> IntakeBatch:
    """Look through the uploaded file before the database is touched: that may take seconds."""
    if file is None or not file.filename:
        raise InvalidFile(N_("Pilih berkas daftar."))
    if not typed.get("source", "").strip():
        raise InvalidData("", {"source": [services.NO_SOURCE]})
    by, scope, at = actor().username, actor().scope, now()
    db.session.rollback()  # lets go of the write lock that this request holds so far
    with _saved(file) as path:
        delivery = services.take_list(path, home=settings().home, known=known_layouts())
    return services.begin_batch(
        db.session(),
        delivery,
        source=typed["source"],
        label=Path(file.filename).name,
        partial="partial" in typed or corrects(delivery),
        scope=scope,
        by=by,
        at=at,
    )


def corrects(delivery: Delivery) -> bool:
    """Whether a file is one of ours that somebody corrected."""
    return any(is_correction(table["headers"]) for table in delivery.tables)


@contextmanager
def _saved(file: FileStorage) -> Iterator[Path]:
    """Keep an upload on the office's own disk while it is looked through."""
    with NamedTemporaryFile(dir=settings().folder("uploads"), prefix="new-") as copy:
        file.save(copy)
        copy.flush()
        yield Path(copy.name)


def _messages(error: JpsError) -> dict[str, list[str]]:
    if isinstance(error, InvalidData) and error.problems:
        return {path: [gettext(m) for m in ms] for path, ms in error.problems.items()}
    return {"file": [error_text(error)]}


def _page(typed: Mapping[str, str], problems: Mapping[str, list[str]]) -> str:
    batches = list_batches(db.session())
    return render_template(
        "lists/index.html",
        batches=batches,
        states=BATCH_NAMES,
        icons=ICONS,
        sources=sorted({batch.source for batch in batches}),
        typed=typed,
        problems=problems,
    )


@bp.get("/<uuid:batch_id>")
@requires(Can.IMPORT_LISTS)
def show(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Show where a list stands and what can be done next."""
    batch = batch_of(db.session(), batch_id)
    job = db.session.get(Job, batch.job_id) if batch.job_id else None
    asked = _asked()
    found = records_of(
        db.session(), batch_id, fate=asked["fate"], doubles=asked["fate"] == "", limit=FEW
    )
    kinds = problem_kinds(db.session(), batch_id)
    return render_template(
        "lists/show.html",
        batch=batch,
        steps=STEPS,
        at_step=AT_STEP[batch.state],
        busy=batch.state in BUSY and job is not None and job.state not in ENDED,
        stopped=batch.state in BUSY and job is not None and job.state in ENDED,
        fates=FATE_NAMES,
        outcomes=[(OUTCOME_NAMES[key], n) for key, n in outcomes(db.session(), batch_id).items()],
        wanted={part: services.count_wanted(db.session(), batch, part) for part in Part},
        undoable=undoable(db.session(), batch_id) if batch.state == BatchState.ACCEPTED else 0,
        discardable=batch.state in DISCARDABLE,
        kinds=kinds[:FEW],
        more_kinds=max(0, len(kinds) - FEW),
        records=found,
        names=names_at(db.session(), Level.DESA),
        asked=asked,
        told=told,
        **(job_view(job) if job is not None else {}),
    )


def _asked() -> dict[str, str]:
    fate = request.args.get("fate", "")
    return {"fate": fate if fate in set(Fate) else ""}


@bp.post("/<uuid:batch_id>/accept")
@requires(Can.IMPORT_LISTS)
@saves
def accept(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Queue the storing of a list or of its clean part."""
    batch = batch_of(db.session(), batch_id)
    part = Part.CLEAN if request.form.get("part") == Part.CLEAN else Part.ALL
    job = services.accept(
        db.session(),
        batch,
        part,
        version=form_in_force().version,
        where=where(),
        by=actor().username,
        at=now(),
    )
    if job.kind == services.CHECK:
        flash(
            gettext(
                "Hari, kuesioner, daftar wilayah, atau batas waktu sudah berganti sejak daftar ini "
                "diperiksa, jadi daftar ini diperiksa ulang. Lihat hasilnya, lalu simpan."
            ),
            "warning",
        )
    wake_worker()
    return redirect(url_for(".show", batch_id=batch_id), 303)


@bp.post("/<uuid:batch_id>/undo")
@requires(Can.IMPORT_LISTS)
@saves
def undo(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Queue the undoing of a list."""
    batch = batch_of(db.session(), batch_id)
    services.undo(db.session(), batch, where=where(), by=actor().username, at=now())
    wake_worker()
    return redirect(url_for(".show", batch_id=batch_id), 303)


@bp.post("/<uuid:batch_id>/discard")
@requires(Can.IMPORT_LISTS)
@saves
def discard(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Throw away a list of which nothing was stored."""
    batch = batch_of(db.session(), batch_id)
    name = batch.file
    file_too = services.discard(db.session(), batch, by=actor().username, at=now())
    db.session.commit()
    if file_too:
        services.forget_file(name, home=settings().home)
    flash(gettext("Daftar dibuang: baris dan berkasnya dihapus, hitungannya tetap."), "success")
    return redirect(url_for(".show", batch_id=batch_id), 303)
