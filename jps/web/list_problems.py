"""What is wrong in a list: by row, column and reason, and as a file to correct and bring again."""

import uuid
from functools import partial
from io import BytesIO

from flask import Blueprint, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from jps.access.rules import Can
from jps.audit.services import Event, record
from jps.db import db
from jps.errors import NotFound
from jps.http import actor, now, requires, saves, told
from jps.intake.models import IntakeProblem
from jps.intake.problem_file import as_csv, as_excel, problem_tables
from jps.intake.queries import batch_of, problem_kinds, problems_of
from jps.text import N_

bp = Blueprint("list_problems", __name__, url_prefix="/lists")

PAGE = 100  # findings on one page
LEVELS = {
    "error": N_("harus diperbaiki"),
    "warning": N_("perlu dilihat"),
    "suggestion": N_("saran"),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/<uuid:batch_id>/problems")
@requires(Can.IMPORT_LISTS)
def show(batch_id: uuid.UUID) -> ResponseReturnValue:
    """List the findings, by level, column and reason."""
    batch = batch_of(db.session(), batch_id)
    asked = {name: request.args.get(name, "") for name in ("level", "column", "reason")}
    after = request.args.get("after", 0, type=int)
    found = problems_of(db.session(), batch_id, **asked, after=after, limit=PAGE + 1)
    return render_template(
        "lists/problems.html",
        batch=batch,
        kinds=problem_kinds(db.session(), batch_id),
        problems=[(one, tell(one)) for one in found[:PAGE]],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        levels=LEVELS,
        asked=asked,
        told=told,
        sheets=[table["sheet"] for table in batch.tables],
        page_url=partial(url_for, ".show", batch_id=batch.id),
    )


@bp.post("/<uuid:batch_id>/problems")
@requires(Can.IMPORT_LISTS)
@saves
def download(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out the rows that could not be taken, and record it: they show persons."""
    batch = batch_of(db.session(), batch_id)
    tables = problem_tables(db.session(), batch, tell)
    if not tables:
        raise NotFound(N_("Daftar ini tidak mempunyai baris yang perlu diperbaiki."))
    event = Event("intake-problems-exported", "intake-batch", str(batch.id))
    record(db.session(), event, by=actor().username, at=now())
    is_csv = request.form.get("format") == "csv" and len(tables) == 1
    content = as_csv(tables) if is_csv else as_excel(tables)
    name = f"perbaikan-{str(batch.id)[:8]}.{'csv' if is_csv else 'xlsx'}"
    kind = "text/csv; charset=utf-8" if is_csv else XLSX
    return send_file(BytesIO(content), kind, as_attachment=True, download_name=name)


def tell(problem: IntakeProblem) -> str:
    """Return what is wrong in the reader's language."""
    return told(problem.reason, problem.params)
