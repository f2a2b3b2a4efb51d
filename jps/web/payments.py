"""Files of the bank or the post in the browser: bring one, see what it means, confirm, undo."""

import uuid
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from jps.access.rules import Can
from jps.audit.services import Event, record
from jps.benefits import payments
from jps.benefits.models import Payment, PaymentFile
from jps.benefits.payments import About, bring, get_file, list_files, payments_of
from jps.benefits.reading import PROBLEM_NAMES
from jps.benefits.rules import BUSY, FILE_NAMES, OUTCOME_NAMES, FileState, Outcome
from jps.db import db
from jps.errors import Conflict, InvalidData, InvalidFile, JpsError
from jps.http import actor, error_text, now, requires, saves, settings, today
from jps.jobs.models import Job
from jps.jobs.rules import ENDED
from jps.programmes.models import Decree, Programme
from jps.programmes.rules import DecreeState, ProgrammeKind
from jps.text import N_, mask_nik
from jps.web.benefits import area_names
from jps.web.jobs import job_view
from jps.web.ledger_files import as_csv, as_xlsx
from jps.web.uploads import saved
from jps.web.wake import wake_worker

bp = Blueprint("payments", __name__, url_prefix="/payments")

SIZE = 50  # rows of one page
MOST = 200_000  # rows of one download
ICONS = {
    FileState.CHECKING: "hourglass-split",
    FileState.CHECKED: "clipboard-check",
    FileState.WRITING: "hourglass-split",
    FileState.WRITTEN: "check-circle",
    FileState.UNDOING: "hourglass-split",
    FileState.UNDONE: "arrow-counterclockwise",
    FileState.DISCARDED: "trash",
}
LOOKS = {
    Outcome.MATCHED: ("check-circle", "verified"),
    Outcome.DIFFERS: ("exclamation-triangle", "returned"),
    Outcome.UNKNOWN: ("question-circle", "returned"),
    Outcome.TWICE: ("exclamation-octagon", "bad"),
    Outcome.REPEATED: ("files", "bad"),
    Outcome.RECORDED: ("clock-history", "archived"),
    Outcome.FAILED: ("x-circle", "bad"),
    Outcome.UNREADABLE: ("x-octagon", "bad"),
    Outcome.MISSING: ("dash-circle", "returned"),
}
HEADING = (
    N_("baris"), N_("hasil"), N_("keterangan"), N_("rekening"), N_("NIK"), N_("nama"),
    N_("jumlah di berkas"), N_("jumlah direncanakan"), N_("tanggal"), N_("referensi"),
    N_("kode desa"), N_("desa"),
)  # fmt: skip


@bp.get("/")
@requires(Can.RECORD_BENEFITS)
def index() -> ResponseReturnValue:
    """List the files that were brought, with the form for a new one."""
    return _index({}, {})


@bp.post("/")
@requires(Can.RECORD_BENEFITS)
@saves
def upload() -> ResponseReturnValue:
    """Take a file and go to its page; on a problem the form comes back."""
    typed = request.form.to_dict()
    try:
        found = _begin(typed)
    except (InvalidData, InvalidFile, Conflict) as error:
        return _index(typed, _messages(error)), error.status
    wake_worker()
    return redirect(url_for(".show", file_id=found.id), 303)


def _begin(typed: Mapping[str, str]) -> PaymentFile:
    """Look through the uploaded file before the database is touched: that may take seconds."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidFile(N_("Pilih berkas bank atau pos."))
    by, at = actor().username, now()
    db.session.rollback()  # lets go of the write lock that this request holds so far
    with saved(file) as path:
        brought = bring(path, settings().home)
    about = _about(typed, Path(file.filename).name)
    return payments.take_file(db.session(), brought, about, today=today(), by=by, at=at)


def _about(typed: Mapping[str, str], label: str) -> About:
    """Return what was said of a file; `of` is a programme's number or a decree's id."""
    of, decree_id = typed.get("of", ""), None
    programme = int(of) if of.isascii() and of.isdigit() and len(of) < 9 else 0
    if len(of) == 36:
        try:
            decree = db.session.get(Decree, uuid.UUID(of))
        except ValueError:
            decree = None
        programme, decree_id = (decree.programme_id, decree.id) if decree else (0, None)
    return About(
        programme,
        decree_id,
        typed.get("source", ""),
        label,
        _day(typed.get("due_from", "")),
        _day(typed.get("due_to", "")),
        _day(typed.get("paid_on", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@bp.get("/<uuid:file_id>")
@requires(Can.RECORD_BENEFITS)
def show(file_id: uuid.UUID) -> ResponseReturnValue:
    """Show what a file means for the plan, and what can be done next."""
    session = db.session()
    found = get_file(session, file_id)
    job = session.get(Job, found.job_id) if found.job_id else None
    asked = request.args.get("outcome", "")
    outcome = Outcome(asked) if asked in found.counts else _first(found)
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    rows = payments_of(session, file_id, [outcome], page=page, size=SIZE)
    total = found.counts.get(outcome, {}).get("rows", 0)
    return render_template(
        "benefits/payment_file.html",
        found=found,
        programme=session.get_one(Programme, found.programme_id),
        decrees=_decrees(found),
        states=FILE_NAMES,
        icons=ICONS,
        looks=LOOKS,
        outcomes=OUTCOME_NAMES,
        outcome=outcome,
        rows=rows,
        page=page,
        last=max(1, -(-total // SIZE)),
        problems=PROBLEM_NAMES,
        villages=area_names({row.area_code for row in rows}),
        stopped=found.state in BUSY and job is not None and job.state in ENDED,
        running=found.state in BUSY and job is not None and job.state not in ENDED,
        FileState=FileState,
        **(job_view(job) if job is not None else {}),
    )


def _first(found: PaymentFile) -> Outcome:
    """Return the outcome that is looked at first: what somebody has to look into."""
    order = [one for one in Outcome if one is not Outcome.MATCHED]
    return next((one for one in order if one in found.counts), Outcome.MATCHED)


def _decrees(found: PaymentFile) -> list[Decree]:
    ids = [uuid.UUID(one) for one in found.decrees]
    query = select(Decree).where(Decree.id.in_(ids)).order_by(Decree.number)
    return list(db.session.scalars(query))


@bp.post("/<uuid:file_id>/confirm")
@requires(Can.RECORD_BENEFITS)
@saves
def confirm(file_id: uuid.UUID) -> ResponseReturnValue:
    """Queue the writing of what the file says."""
    payments.confirm(
        db.session(),
        file_id,
        with_differing="differs" in request.form,
        with_missing="missing" in request.form,
        by=actor().username,
        at=now(),
    )
    return _next(file_id)


@bp.post("/<uuid:file_id>/undo")
@requires(Can.RECORD_BENEFITS)
@saves
def undo(file_id: uuid.UUID) -> ResponseReturnValue:
    """Queue the undoing of a file, saying why."""
    reason = request.form.get("reason", "")
    payments.undo(db.session(), file_id, reason, by=actor().username, at=now())
    return _next(file_id)


@bp.post("/<uuid:file_id>/discard")
@requires(Can.RECORD_BENEFITS)
@saves
def discard(file_id: uuid.UUID) -> ResponseReturnValue:
    """Throw a file away that was not written."""
    payments.discard(db.session(), file_id, by=actor().username, at=now())
    return redirect(url_for(".show", file_id=file_id), 303)


@bp.post("/<uuid:file_id>/again")
@requires(Can.RECORD_BENEFITS)
@saves
def again(file_id: uuid.UUID) -> ResponseReturnValue:
    """Queue the check of a file anew."""
    payments.check_again(db.session(), file_id, today=today(), by=actor().username, at=now())
    return _next(file_id)


@bp.post("/<uuid:file_id>/continue")
@requires(Can.RECORD_BENEFITS)
@saves
def go_on(file_id: uuid.UUID) -> ResponseReturnValue:
    """Queue writing or undoing that stopped again, from where it stopped."""
    payments.go_on(db.session(), file_id, by=actor().username, at=now())
    return _next(file_id)


@bp.post("/<uuid:file_id>/file")
@requires(Can.RECORD_BENEFITS)
@saves
def download(file_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out the rows of an outcome, or all, as CSV or Excel; who took them is recorded."""
    session, form = db.session(), request.form
    found = get_file(session, file_id)
    asked = form.get("outcome", "")
    outcomes = [Outcome(asked)] if asked in set(Outcome) else list(Outcome)
    kind = "xlsx" if form.get("format") == "xlsx" else "csv"
    full = "full" in form and actor().can(Can.REVEAL_NIK)
    rows = payments_of(session, file_id, outcomes, page=1, size=MOST)
    villages = area_names({row.area_code for row in rows})
    cells = [_cells(row, villages, full=full) for row in rows]
    details = {"format": kind, "rows": len(cells), "part": asked or "all", "full": full}
    event = Event("payments-exported", "payment-file", str(file_id), found.area_code, details)
    record(session, event, by=actor().username, at=now())
    heading = [gettext(text) for text in HEADING]
    title = gettext("Pembayaran")
    content = as_csv(heading, cells) if kind == "csv" else as_xlsx(heading, cells, title)
    name = f"pembayaran-{str(file_id)[:8]}-{asked or 'semua'}.{kind}"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


def _cells(row: Payment, villages: Mapping[str, str], *, full: bool) -> tuple[str, ...]:
    said = "; ".join(gettext(PROBLEM_NAMES[code]) for code in row.problems)
    reference = "" if row.reference.startswith("~") else row.reference
    return (
        str(row.row) if row.row > 0 else "",
        gettext(OUTCOME_NAMES[Outcome(row.outcome)]),
        said,
        row.account if full else mask_nik(row.account),
        row.nik if full else mask_nik(row.nik),
        row.name,
        "" if row.amount is None else str(row.amount),
        "" if row.planned is None else str(row.planned),
        "" if row.paid_on is None else row.paid_on.isoformat(),
        reference,
        row.area_code,
        villages.get(row.area_code, ""),
    )


def _next(file_id: uuid.UUID) -> ResponseReturnValue:
    wake_worker()
    return redirect(url_for(".show", file_id=file_id), 303)


def _messages(error: JpsError) -> dict[str, list[str]]:
    if isinstance(error, InvalidData) and error.problems:
        return {path: [gettext(text) for text in texts] for path, texts in error.problems.items()}
    return {"file": [error_text(error)]}


def _index(typed: Mapping[str, str], problems: Mapping[str, list[str]]) -> str:
    session = db.session()
    rows = session.execute(
        select(Decree, Programme)
        .join(Programme, Programme.id == Decree.programme_id)
        .where(Decree.state == DecreeState.IN_FORCE, Programme.kind == ProgrammeKind.AID)
        .order_by(Programme.name, Decree.number)
    ).all()
    programmes: dict[Programme, list[Decree]] = {}
    for decree, programme in rows:
        if not actor().scope.covers(decree.area_code):
            continue  # a decree of the whole province is reconciled by who sees the whole of it
        programmes.setdefault(programme, []).append(decree)
    files = list_files(session)
    return render_template(
        "benefits/payments.html",
        programmes=programmes,
        files=files,
        names={one.id: one.name for one in session.scalars(select(Programme))},
        states=FILE_NAMES,
        icons=ICONS,
        areas=area_names(
            {one.area_code for one in files} | {decree.area_code for decree, _ in rows}
        ),
        typed=typed,
        problems=problems,
    )
