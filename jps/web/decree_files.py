"""The lists of a decree's report as files: masked, unless somebody may see numbers and says why."""

import re
import uuid
from collections.abc import Iterator, Sequence
from io import BytesIO

from flask import Blueprint, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import Session

from jps.access.rules import Can
from jps.areas.queries import names_of
from jps.areas.rules import Level, ancestor
from jps.db import db
from jps.decrees.queries import find_decree
from jps.decrees.report import Answer, condition
from jps.decrees.services import (
    batch_of_decree,
    checked_reason,
    get_decree,
    record_sheet,
    require_whole,
)
from jps.decrees.sheets import (
    SHEET_NAMES,
    Line,
    Sheet,
    Why,
    lines,
    registry_day,
    replacements,
    waiting_list,
)
from jps.errors import InvalidData, JpsError, NotFound
from jps.http import actor, error_text, now, requires, saves, today, told
from jps.identity.rules import STATE_NAMES, LinkState
from jps.intake.queries import problems_of
from jps.programmes.models import Decree, Recipient
from jps.programmes.rules import Registered
from jps.text import N_, mask_nik
from jps.web.decree_page import REGISTERED_NAMES, XLSX_ROWS, asked_area
from jps.web.formats import iso_day
from jps.web.ledger_files import as_csv, as_xlsx

bp = Blueprint("decree_files", __name__, url_prefix="/decrees")

HEADING = (
    "baris", "nama", "nik", "kk", "jenis kelamin", "tanggal lahir", "alamat", "kode wilayah",
    "kecamatan", "desa", "rekening", "komponen", "status pada SK", "jumlah (Rp)",
    "data kependudukan", "terdata di JPS", "desil", "memenuhi syarat", "alasan", "sumber",
)  # fmt: skip
WAITING_HEADING = ("urutan", "kode desa", "desa", "kepala rumah tangga", "alamat", "peluang miskin")
PROBLEMS = ("lembar", "baris", "kolom", "isi", "masalah", "saran")
MOST_PROBLEMS = 100_000
_LONG = re.compile(r"\d{10,}")
_PERSONAL = frozenset({1, 2, 3, 5, 6, 10})  # columns of `HEADING`
TOO_LONG = N_("Daftar ini lebih panjang dari satu berkas Excel yang wajar. Unduh sebagai CSV.")


@bp.post("/<uuid:decree_id>/file")
@requires(Can.EXPORT_HOUSEHOLDS)
@saves
def download(decree_id: uuid.UUID) -> ResponseReturnValue:
    """Answer with one list as CSV or Excel; who took it and why is recorded."""
    session = db.session()
    decree = find_decree(session, decree_id).decree
    asked = request.form.get("sheet", "")
    if asked not in set(Sheet) or decree.matched_at is None:
        raise NotFound()
    try:
        return _file(session, decree, Sheet(asked))
    except JpsError as error:
        db.session.rollback()
        flash(error_text(error), "danger")
        return redirect(url_for("decrees.show", decree_id=decree_id), 303)


def _file(session: Session, decree: Decree, sheet: Sheet) -> ResponseReturnValue:
    area = asked_area(decree, request.form)
    full = request.form.get("full") == "1" and actor().can(Can.REVEAL_NIK)
    reason = checked_reason(request.form.get("reason", "")) if full else ""
    if sheet is Sheet.REPLACE:
        heading: Sequence[str] = WAITING_HEADING
        rows = list(_waiting(session, decree, area))
    else:
        asked = request.form.get("answer", "")
        answer = condition(Answer(asked)) if asked in set(Answer) else true()
        heading, rows = HEADING, list(_rows(session, decree, sheet, area, answer, full=full))
    kind = "xlsx" if request.form.get("format") == "xlsx" else "csv"
    if kind == "xlsx" and len(rows) > XLSX_ROWS:
        raise InvalidData(TOO_LONG)
    details = {"format": kind, "rows": len(rows), "list": str(sheet), "full": full}
    if reason:
        details["reason"] = reason
    record_sheet(session, decree, details, by=actor().username, at=now())
    title = gettext(SHEET_NAMES[sheet])
    content = as_csv(heading, rows) if kind == "csv" else as_xlsx(heading, rows, title)
    where = (area or decree.area_code).replace(".", "")
    name = f"sk-{sheet}-{where}-{today():%Y%m%d}.{kind}"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


@bp.post("/<uuid:decree_id>/problems/file")
@requires(Can.LOAD_DECREES)
@saves
def problems(decree_id: uuid.UUID) -> ResponseReturnValue:
    """Answer with what was found in the rows: row, column, value, reason, suggestion."""
    session = db.session()
    decree = get_decree(session, decree_id)
    require_whole(session, decree)
    batch = batch_of_decree(session, decree)
    found = problems_of(session, batch.id, limit=MOST_PROBLEMS)
    sheets = [table["sheet"] for table in batch.tables]
    rows = [
        (
            sheets[one.place], str(one.number), one.column, _LONG.sub(_masked, one.value),
            told(one.reason, one.params), gettext(one.suggestion) if one.suggestion else "",
        )
        for one in found
    ]  # fmt: skip
    kind = "xlsx" if request.form.get("format") == "xlsx" else "csv"
    details = {"format": kind, "rows": len(rows), "list": "problems", "full": False}
    record_sheet(session, decree, details, by=actor().username, at=now())
    title = gettext("Masalah")
    content = as_csv(PROBLEMS, rows) if kind == "csv" else as_xlsx(PROBLEMS, rows, title)
    name = f"sk-masalah-{today():%Y%m%d}.{kind}"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


def _masked(digits: re.Match[str]) -> str:
    return mask_nik(digits[0])


def _rows(
    session: Session,
    decree: Decree,
    sheet: Sheet,
    area: str,
    among: ColumnElement[bool],
    *,
    full: bool,
) -> Iterator[tuple[str, ...]]:
    found = list(lines(session, decree, sheet, area, among))
    codes = {line.recipient.area_code for line in found}
    codes |= {ancestor(code, Level.KECAMATAN) for code in codes}
    names = names_of(session, codes)
    day = iso_day(registry_day(session, decree))
    may_see = actor().can(Can.SEE_HOUSEHOLDS)
    for line in found:
        cells = [*_said(line.recipient, names, full=full), *_answers(line, day)]
        if not may_see:
            cells = ["" if place in _PERSONAL else cell for place, cell in enumerate(cells)]
        yield tuple(cells)


def _said(one: Recipient, names: dict[str, str], *, full: bool) -> Iterator[str]:
    code = one.area_code
    yield str(one.row)
    yield one.name
    yield one.nik if full else mask_nik(one.nik)
    yield one.kk if full else mask_nik(one.kk)
    yield {"1": "L", "2": "P"}.get(one.sex, "")
    yield one.birth_date
    yield one.address
    yield code
    yield names.get(ancestor(code, Level.KECAMATAN), "") if len(code) > 5 else ""
    yield names.get(code, "") if len(code) == Level.DESA.code_length else ""
    yield one.account if full else mask_nik(one.account)
    yield one.component
    yield one.status
    yield "" if one.amount is None else str(one.amount)


def _answers(line: Line, day: str) -> Iterator[str]:
    one = line.recipient
    yield gettext(STATE_NAMES[LinkState(one.link_state)]) if one.link_state else ""
    yield gettext(REGISTERED_NAMES[Registered(one.registered)]) if one.registered else ""
    yield {None: "", 0: gettext("belum diperingkat")}.get(one.decile, str(one.decile))
    yield {None: "", True: gettext("ya"), False: gettext("tidak")}[one.eligible]
    yield "; ".join(told(why.reason, why.params) for why in line.reasons)
    yield "; ".join(dict.fromkeys(_source(why, day) for why in line.reasons))


def _source(why: Why, day: str) -> str:
    return told(why.source, {"day": day})


def _waiting(session: Session, decree: Decree, area: str) -> Iterator[tuple[str, ...]]:
    if waiting_list(session, decree) is None:
        raise NotFound(N_("Belum ada daftar sasaran yang disetujui untuk wilayah SK ini."))
    found = replacements(session, decree, area)
    names = names_of(session, {one.entry.area_code for one in found})
    may_see = actor().can(Can.SEE_HOUSEHOLDS)
    for one in found:
        score = "" if one.entry.score is None else f"{one.entry.score:.4f}".replace(".", ",")
        code = one.entry.area_code
        head, address = (one.head, one.address) if may_see else ("", "")
        yield str(one.entry.rank), code, names.get(code, code), head, address, score
