"""One step for many households: choose in the list, look once more, run, read what became of it."""

import csv
import io
import uuid
from collections.abc import Iterator

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from jps.access.rules import Can
from jps.batches.models import Batch
from jps.batches.rules import AT_ONCE, KINDS, MOST, OUTCOME_NAMES, Act, Outcome
from jps.batches.services import (
    Chosen,
    Result,
    can_undo,
    choose,
    get_batch,
    prepare,
    refusals,
    results,
    run_piece,
    start,
    undo,
)
from jps.db import db
from jps.errors import InvalidData, NotAllowed
from jps.households.lists import chosen_by
from jps.households.workflow import Given
from jps.http import actor, error_text, is_fragment, now, requires, saves, told
from jps.jobs.services import start_job
from jps.text import N_
from jps.web.drafts import author
from jps.web.household_list import read_asked
from jps.web.wake import wake_worker

bp = Blueprint("batches", __name__, url_prefix="/batches")

SHOWN = 200  # households of one result page; the rest stands in the file


@bp.post("/")
@requires(Can.SEE_HOUSEHOLDS)
@saves
def create() -> ResponseReturnValue:
    """Keep which households are meant, and ask once more."""
    act = _act(request.form.get("act", ""))
    asked = read_asked(request.form)
    if request.form.get("all") == "1":
        found = chosen_by(db.session(), asked.filters, limit=MOST + 1)
        chosen = [Chosen(*row) for row in found]
    else:
        chosen = choose(db.session(), _picked(request.form.getlist("pick")))
    batch = prepare(db.session(), act, chosen, by=actor().username, at=now())
    return redirect(url_for(".show", batch_id=batch.id), 303)


@bp.get("/<uuid:batch_id>")
@requires(Can.SEE_HOUSEHOLDS)
def show(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Ask, tell how far it is, or tell what became of every household."""
    batch = get_batch(db.session(), batch_id, by=actor().username)
    if is_fragment() and batch.ended_at is not None:
        return Response(headers={"HX-Refresh": "true"})
    return _page(batch)


@bp.post("/<uuid:batch_id>/run")
@requires(Can.SEE_HOUSEHOLDS)
@saves
def run(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Do it: a few at once within the request, many as a job."""
    batch = get_batch(db.session(), batch_id, by=actor().username)
    _act(batch.act)
    given = Given(request.form.get("reason", ""), request.form.get("letter", ""))
    try:
        start(db.session(), batch, given, by=actor().username, at=now())
    except InvalidData as error:
        return _page(batch, error_text(error), given), error.status
    _run(batch)
    return redirect(url_for(".show", batch_id=batch.id), 303)


@bp.post("/<uuid:batch_id>/undo")
@requires(Can.SEE_HOUSEHOLDS)
@saves
def take_back(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what was done, household by household."""
    batch = get_batch(db.session(), batch_id, by=actor().username)
    undoing = undo(db.session(), batch, by=actor().username, at=now())
    _run(undoing)
    return redirect(url_for(".show", batch_id=undoing.id), 303)


@bp.get("/<uuid:batch_id>/results.csv")
@requires(Can.SEE_HOUSEHOLDS)
def download(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Give what became of every household as a file; ids and addresses of pages, no names."""
    batch = get_batch(db.session(), batch_id, by=actor().username)
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("household", "area_code", "outcome", "message"))
    for one in results(db.session(), batch, limit=MOST):
        item = one.item
        message = told(item.message, item.params) if item.message else ""
        rows.writerow((item.household_id, item.area_code, item.outcome, message))
    headers = {"Content-Disposition": f"attachment; filename=batch-{str(batch.id)[:8]}.csv"}
    return Response(text.getvalue(), mimetype="text/csv", headers=headers)


def acts_for_reader() -> list[tuple[Act, str]]:
    """Return what the reader may do to many households at once, with its name to translate."""
    return [(act, kind.name) for act, kind in KINDS.items() if kind.offered and _may(act)]


def _may(act: Act) -> bool:
    return actor().can(KINDS[act].can)


def _act(text: str) -> Act:
    """Return the act if the reader may do it."""
    if text not in set(Act):
        raise InvalidData(N_("Pilih tindakannya."))
    if not _may(Act(text)):
        raise NotAllowed()
    return Act(text)


def _picked(values: list[str]) -> Iterator[tuple[uuid.UUID, int]]:
    """Yield id and version of the households that were ticked."""
    for value in values:
        key, _, version = value.partition(":")
        try:
            yield uuid.UUID(key), int(version)
        except ValueError:
            continue


def _run(batch: Batch) -> None:
    if batch.total <= AT_ONCE:
        run_piece(db.session(), batch, by=author(), at=now(), size=AT_ONCE + 1)
        return
    me = actor().username
    job = start_job(db.session(), "batch", {"batch": str(batch.id)}, by=me, at=now())
    batch.job_id = job.id
    wake_worker()


def _page(batch: Batch, problem: str = "", given: Given | None = None) -> str:
    running = batch.started_at is not None and batch.ended_at is None
    template = "batches/_running.html" if is_fragment() else "batches/show.html"
    return render_template(
        template,
        batch=batch,
        kind=KINDS[Act(batch.act)],
        running=running,
        problem=problem,
        given=given or Given(),
        outcome_names=OUTCOME_NAMES,
        refusals=[(told(text, params), n) for text, params, n in refusals(db.session(), batch)],
        refused=_told(batch, Outcome.REFUSED),
        done=results(db.session(), batch, Outcome.DONE, limit=SHOWN),
        chosen=results(db.session(), batch, Outcome.WAITING, limit=SHOWN),
        undoable=can_undo(db.session(), batch),
        shown=SHOWN,
    )


def _told(batch: Batch, outcome: Outcome) -> list[tuple[Result, str]]:
    found = results(db.session(), batch, outcome, limit=SHOWN)
    return [(one, told(one.item.message, one.item.params)) for one in found]
