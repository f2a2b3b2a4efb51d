"""Ringkasan: the figures of the reader's areas on one page, and reports to print and to keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from time import monotonic
from urllib.parse import urlencode

from flask import Blueprint, current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from jps.access.rules import Can
from jps.areas.rules import is_code
from jps.audit.services import Event, record
from jps.db import db
from jps.errors import InvalidData
from jps.http import actor, now, requires, saves, settings, today
from jps.maps.services import Reader
from jps.reports.drawing import Drawing, svg
from jps.reports.overview import Overview, overview
from jps.reports.paper import report_pdf
from jps.reports.pictures import decile_chart, rate_chart, reach_chart, trend_charts
from jps.reports.report import make_report
from jps.reports.sheets import report_xlsx
from jps.reports.tables import finding_table, reach_table, realisation_table
from jps.reports.words import KeyFigure, key_figures, money_line, notes, sources
from jps.text import N_
from jps.web.days import office_zone
from jps.web.figures import kept_sums
from jps.web.speech import speech
from jps.web.target_forms import area_options

bp = Blueprint("dashboard", __name__, url_prefix="/dashboard")

KEPT_FOR = 60.0  # seconds that an overview is shown before it is counted anew
KEPT = 32  # overviews in memory
CHART = 330.0  # points; a page makes them larger
SMALL = 240.0
ICONS: Mapping[str, str] = {
    "poverty_rate": "percent", "poor_persons": "people", "poor_households": "house-exclamation",
    "households": "house-check", "coverage": "pie-chart", "age_days": "clock-history",
    "reached": "box-seam", "reached_share": "check2-circle", "poor_unreached": "person-x",
    "overlaps": "intersect", "findings": "exclamation-diamond", "no_nik_share": "person-vcard",
    "low_families": "bar-chart", "unranked": "question-circle",
}  # fmt: skip
FILES = ("pdf", "xlsx")


@dataclass(frozen=True)
class Card:
    """A key figure with its picture and the page of the rows behind it."""

    figure: KeyFigure
    icon: str
    url: str


@bp.get("/")
@requires(Can.SEE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """Show the figures of an area, by default of all that is the reader's."""
    inside = _inside(request.args)
    found = _overview(inside)
    words = speech()
    charts = [
        (gettext("Tingkat kemiskinan per wilayah, dengan selang"), rate_chart(found, words, CHART)),
        (gettext("Rumah tangga miskin, terjangkau dan belum"), reach_chart(found, words, CHART)),
        (gettext("Keluarga per desil"), decile_chart(found, words, CHART)),
    ]
    trends = trend_charts(found, words, SMALL)
    return render_template(
        "reports/dashboard.html",
        found=found,
        areas=area_options(),
        cards=[_card(one, found.inside) for one in key_figures(found, words)],
        money=money_line(found, words),
        sources=sources(found, words),
        counted_at=found.top.poverty.counted_at,
        charts=[(title, _picture(one)) for title, one in charts if one is not None],
        trends=[(one.label, _picture(one)) for one in trends],
        tables=[
            reach_table(found, words),
            finding_table(found, words),
            realisation_table(found, words),
        ],
        words=words,
        notes=notes(words),
        links=_links(found.inside),
    )


@bp.post("/report")
@requires(Can.EXPORT_FIGURES)
@saves
def report() -> ResponseReturnValue:
    """Hand out the report of an area as PDF or workbook, and record it."""
    inside, kind = _inside(request.form), request.form.get("format", "")
    if kind not in FILES:
        raise InvalidData(N_("Format laporan ini tidak dikenal. Pilih PDF atau Excel."))
    words = speech()
    made = make_report(
        db.session(), inside, reader=_reader(), sums=kept_sums(), zone=office_zone(), speech=words
    )
    content = report_pdf(made, words) if kind == "pdf" else report_xlsx(made, words)
    area = made.overview.inside
    event = Event("report-exported", "report", area or "all", area or None, {"format": kind})
    record(db.session(), event, by=actor().username, at=now())
    name = f"laporan-{area.replace('.', '') or 'semua'}-{made.overview.on:%Y%m%d}.{kind}"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


def _inside(values: Mapping[str, str]) -> str:
    asked = values.get("in", "")
    return asked if is_code(asked) else ""


def _reader() -> Reader:
    return Reader(scope=actor().scope, minimum=settings().map_min_households, on=today(), at=now())


class _Kept:
    """The overviews of the last readers, for a minute."""

    def __init__(self) -> None:
        self.found: dict[object, tuple[float, Overview]] = {}
        self.lock = Lock()


def _overview(inside: str) -> Overview:
    """Return the overview of an area, counted at most a minute ago for the same areas."""
    kept = current_app.extensions.setdefault("jps-overviews", _Kept())
    key, reader = (actor().scope, inside, today()), _reader()
    known = kept.found.get(key)
    if known is not None and monotonic() - known[0] < KEPT_FOR:
        overview_: Overview = known[1]
        return overview_
    made = overview(db.session(), inside, reader=reader, sums=kept_sums(), zone=office_zone())
    with kept.lock:
        kept.found.pop(key, None)
        kept.found[key] = (monotonic(), made)
        while len(kept.found) > KEPT:
            kept.found.pop(next(iter(kept.found)))
    return made


def _card(figure: KeyFigure, inside: str) -> Card:
    url = url_for("maps.index", indicator=figure.key, inside=inside or None)
    if figure.key == "findings" and actor().can(Can.SEE_PROGRAMMES):
        url = _page("findings.index") or url
    if figure.key == "households" and actor().can(Can.SEE_HOUSEHOLDS):
        url = url_for("households.index", area=inside or None)
    return Card(figure, ICONS[figure.key], url)


def _links(inside: str) -> dict[str, str]:
    """Return the pages behind the tables, of those that the reader may open."""
    found = {"map": url_for("maps.index", inside=inside or None)}
    if actor().can(Can.SEE_PROGRAMMES):
        asked = {"in": inside, "by": "programme"}
        found["realisation"] = f"{url_for('realisation.index')}?{urlencode(asked)}"
        found["findings"] = _page("findings.index")
        found["benefits"] = url_for("benefits.index")
    return found


def _page(endpoint: str) -> str:
    """Return the address of a page, empty where there is no such page."""
    return url_for(endpoint) if endpoint in current_app.view_functions else ""


def _picture(drawing: Drawing) -> Markup:
    return Markup(svg(drawing))
