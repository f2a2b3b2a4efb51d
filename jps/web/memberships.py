"""Membership lists in the browser: who is poor and not insured, insured and dead, flagged."""

from collections.abc import Iterator
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from jps.access.rules import Can
from jps.areas.queries import names_of
from jps.areas.rules import Level, ancestor
from jps.db import db, scope_of
from jps.decrees.memberships import (
    QUESTION_NAMES,
    QUESTION_WORDS,
    Asked,
    Person,
    Question,
    count_people,
    kind_of,
    lists_in_force,
    people_of,
)
from jps.decrees.services import checked_reason, record_taken
from jps.errors import JpsError
from jps.http import actor, error_text, now, requires, saves, today
from jps.programmes.rules import KIND_NAMES
from jps.text import mask_nik
from jps.web.decree_page import XLSX_ROWS
from jps.web.household_list import cascade
from jps.web.ledger_files import as_csv, as_xlsx
from jps.web.quality import read_area

bp = Blueprint("memberships", __name__, url_prefix="/memberships")

PAGE = 50
HEADING = (
    "nama", "nik", "kode wilayah", "kecamatan", "desa", "daftar", "nomor", "tanggal", "status",
)  # fmt: skip


@bp.get("/")
@requires(Can.SEE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """Show the four questions, and one page of whom one of them finds."""
    session = db.session()
    asked = _asked(request.args)
    lists = lists_in_force(session, asked.on)
    kinds = {programme.kind for _, programme in lists}
    counts = {
        one: count_people(session, Asked(one, asked.on, area=asked.area))
        for one in Question
        if kind_of(one) in kinds
    }
    found = counts.get(asked.question, 0)
    if found and asked.programme_id is not None:
        found = count_people(session, asked)
    pages = max(1, -(-found // PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    shown = actor().can(Can.SEE_HOUSEHOLDS)
    people = (
        people_of(session, asked, limit=PAGE, offset=(page - 1) * PAGE) if shown and found else []
    )
    mine = {programme.id: programme for _, programme in lists}
    return render_template(
        "decrees/memberships.html",
        lists=lists,
        kinds=KIND_NAMES,
        questions=[(one, QUESTION_NAMES[one], counts.get(one)) for one in Question],
        asked=asked,
        words=QUESTION_WORDS[asked.question],
        programmes=[one for one in mine.values() if one.kind == kind_of(asked.question)],
        cascade=cascade(session, scope_of(session), asked.area),
        areas=names_of(session, {one.area_code for one in people}),
        people=people,
        found=found,
        page=page,
        pages=pages,
        shown=shown,
        is_known=asked.question in counts,
    )


@bp.post("/file")
@requires(Can.EXPORT_HOUSEHOLDS)
@saves
def download() -> ResponseReturnValue:
    """Answer with whom a question finds as CSV or Excel; who took it and why is recorded."""
    session, asked = db.session(), _asked(request.form)
    full = request.form.get("full") == "1" and actor().can(Can.REVEAL_NIK)
    try:
        reason = checked_reason(request.form.get("reason", "")) if full else ""
    except JpsError as error:
        db.session.rollback()
        flash(error_text(error), "danger")
        return redirect(url_for(".index", question=asked.question), 303)
    people = people_of(session, asked)
    kind = "xlsx" if request.form.get("format") == "xlsx" and len(people) <= XLSX_ROWS else "csv"
    rows = list(_rows(people, full=full))
    details = {"list": str(asked.question), "format": kind, "rows": len(rows), "full": full}
    if reason:
        details["reason"] = reason
    record_taken(session, asked.area, details, by=actor().username, at=now())
    title = gettext(QUESTION_NAMES[asked.question])
    content = as_csv(HEADING, rows) if kind == "csv" else as_xlsx(HEADING, rows, title)
    name = f"jaminan-{asked.question}-{today():%Y%m%d}.{kind}"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


def _asked(values: MultiDict[str, str]) -> Asked:
    """Return what was asked; what is no question counts as the first one."""
    question = values.get("question", "")
    programme = values.get("programme", "")
    is_id = programme.isascii() and programme.isdigit() and len(programme) < 10
    return Asked(
        Question(question) if question in set(Question) else Question.UNINSURED,
        today(),
        int(programme) if is_id else None,
        read_area(values),
    )


def _rows(people: list[Person], *, full: bool) -> Iterator[tuple[str, ...]]:
    codes = {one.area_code for one in people}
    names = names_of(db.session(), codes | {ancestor(one, Level.KECAMATAN) for one in codes})
    shown = actor().can(Can.SEE_HOUSEHOLDS)
    for one in people:
        code = one.area_code
        yield (
            one.name if shown else "",
            (one.nik if full else mask_nik(one.nik)) if shown else "",
            code,
            names.get(ancestor(code, Level.KECAMATAN), ""),
            names.get(code, ""),
            one.programme,
            one.number,
            one.dated.isoformat() if one.dated else "",
            one.status,
        )
