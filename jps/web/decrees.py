"""Decrees in the browser: bring one with its list, see where it stands, put it in force."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from jps.access.rules import Can
from jps.areas.queries import names_of
from jps.db import db
from jps.decrees import services
from jps.decrees.budget import choose_line
from jps.decrees.from_list import write_recipients
from jps.decrees.queries import find_decree, list_decrees
from jps.decrees.services import Head
from jps.errors import InvalidData, InvalidFile, JpsError, NotFound
from jps.filestore import keep, path_of
from jps.http import actor, error_text, now, requires, saves, settings, today
from jps.programmes.models import Decree, Programme
from jps.programmes.rules import DECREE_STATE_NAMES, KIND_NAMES, DecreeState, ProgrammeKind
from jps.targeting.models import TargetList
from jps.targeting.rules import ListState
from jps.targeting.services import get_list
from jps.text import N_
from jps.web.change_evidence import ENDINGS, Paper, sent_papers
from jps.web.decree_page import decree_page
from jps.web.target_forms import area_options
from jps.web.wake import wake_worker

bp = Blueprint("decrees", __name__, url_prefix="/decrees")

STATE_ICONS = {
    DecreeState.DRAFT: "hourglass-split",
    DecreeState.LOADED: "clipboard-check",
    DecreeState.IN_FORCE: "check-circle-fill",
    DecreeState.WITHDRAWN: "x-circle",
}
MOVES = {"in-force": DecreeState.IN_FORCE, "withdraw": DecreeState.WITHDRAWN}


@bp.get("/")
@requires(Can.SEE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """List the decrees, with the form for a new one."""
    return _index({"target_list": request.args.get("target_list", "")}, {})


@bp.post("/")
@requires(Can.LOAD_DECREES)
@saves
def bring() -> ResponseReturnValue:
    """Take a decree with its list; on a problem the form comes back with what was typed."""
    typed = request.form.to_dict()
    try:
        decree = _bring(request.files.get("list"), typed)
    except JpsError as error:
        db.session.rollback()
        return _index(typed, _messages(error)), error.status
    wake_worker()
    return redirect(url_for(".show", decree_id=decree.id), 303)


def _bring(file: FileStorage | None, typed: Mapping[str, str]) -> Decree:
    """Look through the files before the database is written: that may take seconds."""
    base = _base(typed)
    if (file is None or not file.filename) and base is None:
        raise InvalidFile(N_("Pilih berkas daftar penerima."))
    head = Head(
        programme=typed.get("programme", ""),
        number=typed.get("number", ""),
        dated=_day(typed, "dated"),
        period_from=_day(typed, "period_from"),
        period_to=_day(typed, "period_to"),
        area=typed.get("area", "") or _own_area(),
        title=typed.get("title", ""),
        old="old" in typed,
    )
    scope = actor().scope
    services.check_head(db.session(), head, scope=scope, today=today())
    base_id = None if base is None else base.id
    papers = sent_papers(request.files.getlist("paper"))
    by, at = actor().username, now()
    if file is None or not file.filename:
        assert base is not None
        label, saved = base.name, _drawn(base)
    else:
        label, saved = Path(file.filename).name, _saved(file)
    with saved as path:
        db.session.rollback()  # lets go of the write lock that this request holds so far
        delivery = services.take_recipients(path, home=settings().home)
    decree = services.bring_decree(
        db.session(),
        head,
        delivery,
        label=label,
        scope=scope,
        by=by,
        at=at,
        today=today(),
    )
    for paper in papers[:1]:
        _keep_paper(decree, paper)
    decree.target_list_id = base_id
    return decree


def _base(typed: Mapping[str, str]) -> TargetList | None:
    """Return the target list that a decree is made from; InvalidData for one not approved."""
    try:
        found = get_list(db.session(), uuid.UUID(typed.get("target_list", "")))
    except ValueError:
        return None
    if found.state != ListState.APPROVED:
        raise InvalidData(N_("SK dibuat dari daftar sasaran yang disetujui."))
    return found


def _offered(typed: Mapping[str, str]) -> TargetList | None:
    """Return the list that the form is about, None where it cannot be."""
    try:
        return _base(typed)
    except JpsError:
        return None


def _keep_paper(decree: Decree, paper: Paper) -> None:
    decree.file_sha256 = keep(settings().home, paper.content)
    decree.file_type = paper.media_type
    db.session.flush()


def _own_area() -> str:
    """Return the area of somebody who has one, the province of who sees everything."""
    scope = actor().scope
    return settings().province if scope.whole else next(iter(scope.codes), "")


def _day(typed: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(typed.get(name, ""))
    except ValueError:
        return None


@contextmanager
def _drawn(base: TargetList) -> Iterator[Path]:
    """Write who an approved list selected as a list of recipients, on the office's own disk."""
    with NamedTemporaryFile(dir=settings().folder("uploads"), prefix="new-", suffix=".csv") as copy:
        path = Path(copy.name)
        if not write_recipients(db.session(), base, path):
            raise InvalidFile(N_("Daftar sasaran ini tidak memilih siapa pun."))
        yield path


@contextmanager
def _saved(file: FileStorage) -> Iterator[Path]:
    """Keep an upload on the office's own disk while it is looked through."""
    with NamedTemporaryFile(dir=settings().folder("uploads"), prefix="new-") as copy:
        file.save(copy)
        copy.flush()
        yield Path(copy.name)


def _messages(error: JpsError) -> dict[str, list[str]]:
    if isinstance(error, InvalidData) and error.problems:
        if "evidence" in error.problems:
            return {"paper": [error_text(error)]}
        return {name: [gettext(text) for text in texts] for name, texts in error.problems.items()}
    return {"list": [error_text(error)]}


def _index(typed: Mapping[str, str], problems: Mapping[str, list[str]]) -> str:
    session = db.session()
    asked = request.args.get("kind", "")
    kind = ProgrammeKind(asked) if asked in set(ProgrammeKind) else None
    found = list_decrees(session, (kind,) if kind else ())
    programmes = select(Programme).order_by(Programme.kind, Programme.name)
    return render_template(
        "decrees/index.html",
        decrees=found,
        areas=names_of(session, {one.decree.area_code for one in found}),
        programmes=session.scalars(programmes).all(),
        options=area_options(),
        states=DECREE_STATE_NAMES,
        icons=STATE_ICONS,
        kinds=KIND_NAMES,
        kind=kind,
        typed=typed,
        base=_offered(typed),
        problems=problems,
    )


@bp.get("/<uuid:decree_id>")
@requires(Can.SEE_PROGRAMMES)
def show(decree_id: uuid.UUID) -> ResponseReturnValue:
    """Show where a decree stands and what its report answers."""
    return page(decree_id)


def page(decree_id: uuid.UUID, unknown: Mapping[str, str] | None = None) -> str:
    """Return the page of a decree; `unknown` are columns that could not be taken, by input."""
    listed = find_decree(db.session(), decree_id)
    return render_template(
        "decrees/show.html",
        states=DECREE_STATE_NAMES,
        icons=STATE_ICONS,
        unknown=unknown or {},
        typed=request.form,
        **decree_page(db.session(), listed),
    )


@bp.post("/<uuid:decree_id>/budget-line")
@requires(Can.MANAGE_PROGRAMMES)
@saves
def pay_from(decree_id: uuid.UUID) -> ResponseReturnValue:
    """Choose the line of the budget from which a decree is paid."""
    decree = services.get_decree(db.session(), decree_id)
    chosen = request.form.get("line", "")
    line = (int(chosen) if chosen.isdecimal() else 0) if chosen else None
    choose_line(db.session(), decree, line, by=actor().username, at=now())
    flash(gettext("Baris anggaran SK ini disimpan."), "success")
    return redirect(url_for(".show", decree_id=decree_id), 303)


@bp.post("/<uuid:decree_id>/move")
@requires(Can.MANAGE_PROGRAMMES)
@saves
def move(decree_id: uuid.UUID) -> ResponseReturnValue:
    """Put a decree in force, or withdraw it."""
    decree = services.get_decree(db.session(), decree_id)
    to = MOVES.get(request.form.get("to", ""))
    if to is None:
        raise NotFound()
    reason = request.form.get("reason", "")
    try:
        job = services.move_decree(
            db.session(), decree, to, reason, by=actor().username, at=now(), today=today()
        )
        if job is not None:
            flash(gettext("Temuan SK ini dicari ulang. Hasilnya tampil sebentar lagi."), "info")
            wake_worker()
    except JpsError as error:
        db.session.rollback()
        flash(_messages(error).get("reason", [error_text(error)])[0], "danger")
    return redirect(url_for(".show", decree_id=decree_id), 303)


@bp.get("/<uuid:decree_id>/paper")
@requires(Can.SEE_PROGRAMMES)
def paper(decree_id: uuid.UUID) -> ResponseReturnValue:
    """Give the decree itself as it was uploaded."""
    decree = find_decree(db.session(), decree_id).decree
    if decree.file_sha256 is None or decree.file_type is None:
        raise NotFound()
    path = path_of(settings().home, decree.file_sha256)
    if not path.is_file():
        raise NotFound(N_("Berkas SK ini tidak ada di folder kantor. Pulihkan dari cadangan."))
    name = f"sk-{decree.dated}.{ENDINGS[decree.file_type]}"
    content = BytesIO(path.read_bytes())
    return send_file(content, decree.file_type, as_attachment=True, download_name=name)
