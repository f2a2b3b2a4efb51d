"""Realisasi: planned and given per area, programme and budget line; targets for SIPD."""

from collections.abc import Mapping, Sequence
from io import BytesIO

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from jps.access.rules import Can
from jps.areas.rules import Level, is_code
from jps.audit.services import Event, record
from jps.benefits.realisation import Asked, By, Row, payers, realisation, whole, years
from jps.benefits.sipd import next_budget, workbook
from jps.db import db
from jps.http import actor, now, requires, saves, today
from jps.programmes.models import Programme
from jps.programmes.rules import ProgrammeKind
from jps.text import N_
from jps.web.ledger_files import as_csv, as_xlsx
from jps.web.target_forms import area_options

bp = Blueprint("realisation", __name__, url_prefix="/realisation")

BY_NAMES: Mapping[By, str] = {
    By.AREA: N_("Wilayah"),
    By.PROGRAMME: N_("Program"),
    By.BUDGET: N_("Baris anggaran"),
}
LEVELS = (Level.KABKOTA, Level.KECAMATAN, Level.DESA)
HEADING = (
    N_("Kode"), N_("Nama"), N_("Keterangan"), N_("Penyaluran direncanakan"),
    N_("Penyaluran terlaksana"), N_("Tidak tersalurkan"), N_("Tanpa bukti"),
    N_("Nilai direncanakan (Rp)"), N_("Nilai disalurkan (Rp)"), N_("Persen"), N_("Pagu (Rp)"),
)  # fmt: skip
UNNAMED = N_("Belum disebut")


@bp.get("/")
@requires(Can.SEE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """Show the realisation of a year."""
    asked = read_asked(request.args)
    rows = realisation(db.session(), asked)
    query = select(Programme).where(Programme.kind == ProgrammeKind.AID).order_by(Programme.name)
    return render_template(
        "benefits/realisation.html",
        asked=asked,
        rows=rows,
        total=whole(rows),
        payers=payers(rows),
        unnamed=UNNAMED,
        years=sorted({*years(db.session()), today().year}, reverse=True),
        ways=BY_NAMES,
        levels=levels(),
        areas=area_options(),
        programmes=db.session.scalars(query).all(),
        next_year=today().year + 1,
        By=By,
    )


@bp.post("/file")
@requires(Can.EXPORT_FIGURES)
@saves
def download() -> ResponseReturnValue:
    """Hand out the realisation as CSV or Excel, and record it."""
    asked = read_asked(request.form)
    rows = realisation(db.session(), asked)
    kind = "xlsx" if request.form.get("format") == "xlsx" else "csv"
    who = payers(rows)
    heading = [gettext(text) for text in HEADING]
    heading += [payer or gettext(UNNAMED) for payer in who]
    cells = [_cells(row, who) for row in rows]
    _note("realisation-exported", asked.inside, {"format": kind, "rows": len(cells)})
    title = gettext("Realisasi")
    content = as_csv(heading, cells) if kind == "csv" else as_xlsx(heading, cells, title)
    name = f"realisasi-{asked.year}-{asked.by}.{kind}"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


@bp.post("/sipd")
@requires(Can.EXPORT_FIGURES)
@saves
def sipd() -> ResponseReturnValue:
    """Hand out targets and cost of a coming budget by SIPD code, and record it."""
    year = _year(request.form, today().year + 1)
    level = _level(request.form, Level.KABKOTA)
    targets = next_budget(db.session(), year, level)
    _note("sipd-exported", "", {"year": year, "rows": len(targets)})
    content = workbook(targets, year, gettext)
    name = f"sasaran-sipd-{year}.xlsx"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


def read_asked(values: Mapping[str, str]) -> Asked:
    """Return what was asked; anything unknown counts as not given."""
    by, inside = values.get("by", ""), values.get("in", "")
    programme = values.get("programme", "")
    known = programme.isascii() and programme.isdigit() and len(programme) < 9
    return Asked(
        _year(values, today().year),
        By(by) if by in set(By) else By.AREA,
        _level(values, Level.KABKOTA),
        inside if is_code(inside) else "",
        int(programme) if known else None,
    )


def _year(values: Mapping[str, str], default: int) -> int:
    text = values.get("year", "")
    return (
        int(text) if text.isascii() and text.isdigit() and 2000 <= int(text[:5]) < 2100 else default
    )


def _level(values: Mapping[str, str], default: Level) -> Level:
    text = values.get("level", "")
    return Level(text) if text in levels() else default


def levels() -> tuple[Level, ...]:
    """Return the levels to choose from: of a desa only for those who may see who lives there."""
    return LEVELS if actor().can(Can.SEE_HOUSEHOLDS) else LEVELS[:2]


def _cells(row: Row, who: Sequence[str]) -> tuple[str, ...]:
    made = row.progress
    share = "" if made.share_given is None else f"{made.share_given * 100:.1f}".replace(".", ",")
    numbers = (
        made.planned,
        made.delivered,
        made.refused,
        made.unproved,
        made.amount,
        made.given,
    )
    ceiling = "" if row.ceiling is None else str(row.ceiling)
    shares = [str(row.shares.get(payer, 0)) for payer in who]
    return (row.key, row.name, row.note, *map(str, numbers), share, ceiling, *shares)


def _note(action: str, area: str, details: dict[str, object]) -> None:
    event = Event(action, "realisation", str(details.get("year", "")), area or None, details)
    record(db.session(), event, by=actor().username, at=now())
