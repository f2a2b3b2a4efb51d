"""Kemajuan: how far every village and every enumerator is, on one page."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from jps.access.rules import Can
from jps.areas.queries import names_of, path
from jps.areas.rules import Level, ancestor, is_code, level_of
from jps.audit.services import Event, record
from jps.db import db
from jps.deadlines.services import all_windows
from jps.errors import NotAllowed
from jps.households.rules import State
from jps.households.workload import (
    Workload,
    mark_late,
    person_workloads,
    rolled_up,
    sent_between,
    village_workloads,
)
from jps.http import actor, now, requires, saves, settings, today
from jps.maps.queries import populations
from jps.text import N_
from jps.web.accounts import full_names

bp = Blueprint("progress", __name__)

DAYS = 14  # days of the bars
SIZE = 100  # rows of one page
PERSON = "person"  # in the place of a level: one row per village and enumerator
GROUPINGS: dict[str, str] = {
    Level.KABKOTA: N_("Kabupaten/kota"),
    Level.KECAMATAN: N_("Kecamatan"),
    Level.DESA: N_("Desa/kelurahan"),
    PERSON: N_("Pendata"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row: an area, or an enumerator in a village (`who`)."""

    code: str
    name: str
    inside: str
    who: str
    load: Workload
    expected: int | None

    @property
    def share(self) -> float | None:
        """Recorded households over expected ones."""
        return self.load.sent / self.expected if self.expected else None


@dataclass(frozen=True, slots=True)
class Column:
    """A column by which the rows are sorted, and what it is called."""

    key: str
    name: str


COLUMNS = (
    Column("expected", N_("Perkiraan")),
    Column("draft", N_("Draf")),
    Column("submitted", N_("Terkirim")),
    Column("returned", N_("Dikembalikan")),
    Column("verified", N_("Terverifikasi")),
    Column("decided", N_("Dimusyawarahkan")),
    Column("final", N_("Final")),
    Column("overdue", N_("Terlambat")),
)
NAME, LAST = "name", "last"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page shows: within which area, by what, how sorted, late ones only."""

    area: str
    by: str
    sort: str
    down: bool
    late: bool
    page: int = 1


@bp.get("/progress")
@requires(Can.SEE_PROGRESS)
def index() -> ResponseReturnValue:
    """Show how far the work is."""
    asked = read_asked(request.args)
    lines, total = lines_of(asked)
    return render_template(
        "progress/index.html",
        asked=asked,
        lines=lines[(asked.page - 1) * SIZE : asked.page * SIZE],
        count=len(lines),
        last=max(1, -(-len(lines) // SIZE)),
        total=total,
        days=_days(asked.area),
        trail=path(db.session(), asked.area) if asked.area else [],
        covers=actor().scope.covers,
        columns=COLUMNS,
        value=value_of,
        groupings={key: name for key, name in GROUPINGS.items() if _fits(key, asked.area)},
        link=_link,
        below=_below,
        State=State,
    )


@bp.post("/progress.csv")
@requires(Can.SEE_PROGRESS)
@saves
def download() -> ResponseReturnValue:
    """Give the same rows as a file; recorded."""
    asked = read_asked(request.form)
    lines, _total = lines_of(asked)
    text = io.StringIO()
    rows = csv.writer(text)
    keys = [column.key for column in COLUMNS]
    rows.writerow(("code", "name", "enumerator", *keys, "last_activity"))
    for line in lines:
        values = ["" if value_of(line, key) is None else value_of(line, key) for key in keys]
        last = line.load.last.isoformat() if line.load.last else ""
        rows.writerow((line.code, line.name, line.who, *values, last))
    event = Event("figures-exported", "area", asked.area or "*", None, {"kind": "progress"})
    record(db.session(), event, by=actor().username, at=now())
    headers = {"Content-Disposition": "attachment; filename=progress.csv"}
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)


def read_asked(values: Mapping[str, str]) -> Asked:
    """Return what was asked; an area outside the reader's is refused."""
    area = values.get("area", "")
    if area and not (is_code(area) and actor().scope.covers(area)):
        raise NotAllowed()
    codes = actor().scope.codes
    if not area and len(codes) == 1 and not actor().scope.whole:
        area = codes[0]
    by = values.get("by", "")
    if by not in GROUPINGS or not _fits(by, area):
        by = _below(area)
    sorts = {NAME, LAST, *(column.key for column in COLUMNS)}
    sort = values.get("sort", "")
    page = values.get("page", "")
    return Asked(
        area,
        by,
        sort if sort in sorts else NAME,
        values.get("down") == "1",
        values.get("late") == "1",
        int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 5 else 1,
    )


def lines_of(asked: Asked) -> tuple[list[Line], Line]:
    """Return the rows as sorted, and the sum of all."""
    session = db.session()
    villages = village_workloads(session, area=asked.area)
    mark_late(villages, all_windows(session), at=now())
    total = Workload()
    for load in villages.values():
        total.add(load)
    people = populations(session, on=today())
    persons = {code: found.persons for code, found in people.items()}
    size = total.persons / total.sized if total.sized else None
    if asked.by == PERSON:
        lines = _person_lines(asked.area)
    else:
        lines = _area_lines(asked, villages, persons, size)
    kept = [line for line in lines if line.load.overdue or not asked.late]
    kept.sort(key=lambda line: (line.name.casefold(), line.who.casefold()))
    if asked.sort != NAME or asked.down:
        kept.sort(key=lambda line: _sort_value(line, asked.sort), reverse=asked.down)
    whole = _sum_of(persons, asked.area)
    return kept, Line(asked.area, "", "", "", total, total.expected(whole, size))


def _area_lines(
    asked: Asked, villages: Mapping[str, Workload], persons: Mapping[str, int], size: float | None
) -> list[Line]:
    level = Level(asked.by)
    loads = dict(rolled_up(villages, level))
    depth = level.code_length
    scope = actor().scope
    for code in persons:  # areas where nobody has begun yet
        inside = not asked.area or f"{code}.".startswith(f"{asked.area}.")
        if len(code) == depth and inside and scope.covers(code):
            loads.setdefault(code, Workload())
    uppers = {ancestor(code, Level.KECAMATAN) for code in loads if level is Level.DESA}
    names = names_of(db.session(), [*loads, *uppers])
    return [
        Line(
            code,
            names.get(code, code),
            names.get(ancestor(code, Level.KECAMATAN), "") if level is Level.DESA else "",
            "",
            load,
            load.expected(_sum_of(persons, code), size),
        )
        for code, load in loads.items()
    ]


def _person_lines(area: str) -> list[Line]:
    loads = person_workloads(db.session(), area=area)
    names = names_of(db.session(), {code for code, _by in loads})
    people = full_names(db.session(), {by for _code, by in loads})
    windows = all_windows(db.session())
    for (code, _by), load in loads.items():
        mark_late({code: load}, windows, at=now())
    return [
        Line(code, names.get(code, code), "", people.get(by, by), load, None)
        for (code, by), load in loads.items()
    ]


def _sum_of(persons: Mapping[str, int], code: str) -> int | None:
    """Return the official population of an area, added up where only its parts have one."""
    if code in persons:
        return persons[code]
    parts = [
        number for part, number in persons.items() if len(part) == 13 and part.startswith(code)
    ]
    return sum(parts) if parts else None


def value_of(line: Line, key: str) -> int | None:
    """Return the figure of a row in a column; None where nobody knows."""
    if key == "expected":
        return line.expected
    if key in {"draft", "submitted", "returned", "final"}:
        return line.load.counts[State(key)]
    found: int = getattr(line.load, key)
    return found


def _sort_value(line: Line, key: str) -> tuple[bool, object]:
    if key == NAME:
        return True, line.name.casefold()
    value = line.load.last if key == LAST else value_of(line, key)
    return value is not None, value if value is not None else 0


def _below(area: str) -> str:
    """Return what an area is divided into at first: the level below, at the end people."""
    if not area:
        return Level.KABKOTA
    below = level_of(area).below
    return PERSON if below is None else below


def _fits(by: str, area: str) -> bool:
    """Can an area be divided so? People are listed within a kabupaten at most."""
    if by == PERSON:
        return len(area) >= Level.KABKOTA.code_length
    return not area or Level(by).code_length > len(area)


def _link(asked: Asked, **changed: object) -> str:
    values: dict[str, object] = {
        "area": asked.area or None,
        "by": asked.by,
        "sort": asked.sort if asked.sort != NAME else None,
        "down": "1" if asked.down else None,
        "late": "1" if asked.late else None,
    }
    return url_for("progress.index", **cast(dict[str, Any], {**values, **changed}))


@dataclass(frozen=True, slots=True)
class Day:
    """How many households were last sent on a day; `height` is 0-1 of the tallest."""

    day: date
    number: int
    height: float


def _days(area: str) -> Sequence[Day]:
    zone = ZoneInfo(settings().timezone)
    days = [today() - timedelta(days=DAYS - 1 - number) for number in range(DAYS)]
    ends = [*days, days[-1] + timedelta(days=1)]
    bounds = [datetime.combine(day, time(), tzinfo=zone) for day in ends]
    numbers = sent_between(db.session(), bounds, area=area)
    most = max(numbers) or 1
    return [Day(day, number, number / most) for day, number in zip(days, numbers, strict=True)]
