"""Lines of budgets by SIPD code: what there is for a year, how much of it was spent."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from jps.access.rules import Can
from jps.answers import told as said
from jps.audit.services import Event, record
from jps.config import DATA
from jps.db import db
from jps.errors import InvalidData, InvalidFile, NotFound
from jps.filestore import keep, path_of
from jps.http import actor, error_text, now, requires, saves, settings, today
from jps.programmes.budget_file import (
    CHANGED,
    COLUMNS,
    NEW,
    SAME,
    Taken,
    cells_of,
    find_columns,
    take_lines,
    whole,
)
from jps.programmes.files import read_codes
from jps.programmes.models import BudgetLine, Programme
from jps.programmes.queries import budget_lines
from jps.programmes.services import LineFacts, save_line
from jps.tables.files import by_columns, open_source
from jps.text import N_, one_line
from jps.web.ledger_files import as_csv, as_xlsx
from jps.web.programmes import area_names
from jps.web.target_forms import area_options

bp = Blueprint("budget", __name__, url_prefix="/budget-lines")


OUTCOME_NAMES = {NEW: N_("baru"), CHANGED: N_("berubah"), SAME: N_("sama")}
SHOWN = 100  # rows of a trial


@dataclass(frozen=True, slots=True)
class Trial:
    """What a file would do; `kept` is its SHA-256."""

    rows: Sequence[Taken]
    kept: str

    @property
    def wrong(self) -> Sequence[Taken]:
        """The rows that cannot be taken."""
        return [one for one in self.rows if one.problems]

    @property
    def counts(self) -> Counter[str]:
        """How many rows there are of each outcome."""
        return Counter(one.outcome for one in self.rows)

    @property
    def shown(self) -> Sequence[Taken]:
        """The rows to look at: what is wrong, else what changes something."""
        return (self.wrong or [one for one in self.rows if one.outcome != SAME])[:SHOWN]


@bp.get("/")
@requires(Can.SEE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """List the lines of the reader's areas, with the form for another."""
    return _page(None, {"year": str(today().year)}, {})


@bp.post("/")
@requires(Can.MANAGE_PROGRAMMES)
@saves
def create() -> ResponseReturnValue:
    """Add a line."""
    return _save(None)


@bp.get("/<int:line_id>")
@requires(Can.MANAGE_PROGRAMMES)
def edit(line_id: int) -> ResponseReturnValue:
    """Show the form filled with a line."""
    line = _line(line_id)
    names = ("code", "name", "owner", "year", "area_code", "programme_id", "ceiling", "realised")
    typed = {name: "" if (v := getattr(line, name)) is None else str(v) for name in names}
    return _page(line, typed, {})


@bp.post("/<int:line_id>")
@requires(Can.MANAGE_PROGRAMMES)
@saves
def change(line_id: int) -> ResponseReturnValue:
    """Change a line."""
    return _save(_line(line_id))


def _line(line_id: int) -> BudgetLine:
    found = db.session.scalars(select(BudgetLine).where(BudgetLine.id == min(line_id, 2**31 - 1)))
    line = found.first()
    if line is None:
        raise NotFound()
    return line


def _save(line: BudgetLine | None) -> ResponseReturnValue:
    try:
        facts = _facts()
        save_line(
            db.session(), facts, scope=actor().scope, by=actor().username, at=now(),
            line_id=line.id if line else None,
        )  # fmt: skip
    except InvalidData as error:
        problems = {path: [gettext(text) for text in m] for path, m in error.problems.items()}
        return _page(line, request.form, problems, error_text(error)), error.status
    flash(gettext("Pos anggaran tersimpan."), "success")
    return redirect(url_for(".index"), 303)


def _facts() -> LineFacts:
    """Return the line that was typed; -1 stands for what is no whole number, and is refused."""
    form = request.form
    return LineFacts(
        one_line(form.get("code", ""))[:60],
        one_line(form.get("name", "")),
        whole(form.get("year", "")) or 0,
        form.get("area_code", "").replace("\x00", "")[:13],
        one_line(form.get("owner", ""))[:120],
        whole(form.get("ceiling", "")),
        whole(form.get("realised", "")),
        whole(form.get("programme_id", "")),
    )


@bp.post("/file")
@requires(Can.MANAGE_PROGRAMMES)
@saves
def bring() -> ResponseReturnValue:
    """Try what a file says and show it, or (`go`) store all of it; nothing where a row is wrong."""
    session, by, at = db.session(), actor().username, now()
    try:
        kept = _kept()
        source = open_source(path_of(settings().home, kept), by_columns(find_columns))
        found = take_lines(session, source, scope=actor().scope, by=by, at=at)
        if not found:
            raise InvalidFile(N_("Berkas ini tidak mempunyai baris."))
    except InvalidFile as error:
        session.rollback()
        return _page(
            None, {"year": str(today().year)}, {}, file_told=error_text(error)
        ), error.status
    trial = Trial(found, kept)
    if trial.wrong or "go" not in request.form:
        session.rollback()
        page = _page(None, {"year": str(today().year)}, {}, trial=trial)
        return page, 422 if trial.wrong else 200
    counts = trial.counts
    flash(
        gettext(
            "Tersimpan: %(new)s pos baru, %(changed)s berubah, %(same)s sama.",
            new=counts[NEW], changed=counts[CHANGED], same=counts[SAME],
        ),
        "success",
    )  # fmt: skip
    return redirect(url_for(".index"), 303)


def _kept() -> str:
    """Return the SHA-256 of the file that was sent, or that was tried before."""
    file, before = request.files.get("file"), request.form.get("kept", "")
    if file is not None and file.filename:
        return keep(settings().home, file.read())
    if not re.fullmatch(r"[0-9a-f]{64}", before) or not path_of(settings().home, before).is_file():
        raise InvalidFile(N_("Pilih berkas pos anggaran."))
    return before


@bp.post("/download")
@requires(Can.SEE_PROGRAMMES)
@saves
def download() -> ResponseReturnValue:
    """Hand out the lines of the reader's areas with the columns of an import, and record it."""
    session = db.session()
    lines = budget_lines(session)
    codes = {one.id: one.code for one in session.scalars(select(Programme))}
    heading, cells = [gettext(text) for text in COLUMNS.values()], cells_of(lines, codes)
    kind = "xlsx" if request.form.get("format") == "xlsx" else "csv"
    details = {"format": kind, "rows": len(cells)}
    event = Event("budget-lines-exported", "budget-line", "all", details=details)
    record(session, event, by=actor().username, at=now())
    title = gettext("Pos anggaran")
    content = as_csv(heading, cells) if kind == "csv" else as_xlsx(heading, cells, title)
    name = f"pos-anggaran-{today():%Y%m%d}.{kind}"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


def _page(
    line: BudgetLine | None,
    typed: Mapping[str, Any],
    problems: Mapping[str, list[str]],
    told: str = "",
    *,
    file_told: str = "",
    trial: Trial | None = None,
) -> str:
    session = db.session()
    lines = budget_lines(session)
    return render_template(
        "programmes/budget.html",
        line=line,
        lines=lines,
        areas=area_names({one.area_code for one in lines}),
        options=[(one.code, one.name) for one in area_options() if len(one.code) <= 5],
        programmes=session.scalars(select(Programme).order_by(Programme.name)).all(),
        codes=read_codes(DATA / "programmes"),
        typed=typed,
        problems=problems,
        told=told,
        file_told=file_told,
        trial=trial,
        columns=COLUMNS,
        outcomes=OUTCOME_NAMES,
        say=said,
    )
