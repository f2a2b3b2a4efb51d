"""Targets and cost for the next budget, by SIPD code: from decrees in force and approved lists."""

import io
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from jps.areas.queries import names_of
from jps.areas.rules import Level
from jps.benefits.queries import terms_on
from jps.benefits.rules import gift, proposed
from jps.db import everywhere
from jps.programmes.models import BudgetLine, Decree, Programme, Recipient
from jps.programmes.queries import budget_lines, lines_holding
from jps.programmes.rules import UNIT_NAMES, DecreeState, ProgrammeKind, Standing, Unit
from jps.targeting.drawing import Standing as Listed
from jps.targeting.models import TargetEntry, TargetList
from jps.targeting.rules import ListState
from jps.text import N_

NO_CODE = N_("belum ada kode")
HEADING = (
    N_("Kode SIPD"), N_("Kegiatan"), N_("Perangkat daerah"), N_("Program"), N_("Sumber sasaran"),
    N_("Kode wilayah"), N_("Wilayah"), N_("Jumlah sasaran"), N_("Satuan"),
    N_("Penyaluran setahun"), N_("Biaya satuan setahun (Rp)"), N_("Biaya setahun (Rp)"),
)  # fmt: skip
_WIDTHS = (24, 40, 28, 28, 34, 14, 28, 12, 14, 12, 18, 20)


@dataclass(frozen=True)
class Target:
    """One line of the export: so many of an area for one year; costs None where unknown."""

    code: str
    activity: str
    owner: str
    programme: str
    source: str
    area_code: str
    area: str
    count: int
    unit: Unit
    times: int
    unit_cost: int | None
    cost: int | None


def next_budget(session: Session, year: int, level: Level) -> list[Target]:
    """Return the targets of a year's budget per area of `level`, by code, programme and area.

    Of decrees in force those whose recipients are still listed, as if they went on the whole year;
    of approved lists those of which no decree was made. What lies in the reader's areas.
    """
    rows = [*_from_decrees(session, year, level), *_from_lists(session, level)]
    names = names_of(session, {row.area_code for row in rows})
    named = [
        Target(**{**row.__dict__, "area": names.get(row.area_code, row.area_code)}) for row in rows
    ]
    return sorted(
        named, key=lambda row: (row.code == "", row.code, row.programme, row.source, row.area_code)
    )


def _from_decrees(session: Session, year: int, level: Level) -> list[Target]:
    area = func.substr(Recipient.area_code, 1, level.code_length)
    groups = session.execute(
        select(
            Recipient.decree_id,
            area,
            Recipient.area_code,
            Recipient.component,
            Recipient.amount,
            func.count(),
        )
        .where(Recipient.standing != Standing.STRUCK, Recipient.same_as.is_(None))
        .group_by(
            Recipient.decree_id, area, Recipient.area_code, Recipient.component, Recipient.amount
        )
    ).all()
    with everywhere(session):
        query = (
            select(Decree, Programme)
            .join(Programme, Programme.id == Decree.programme_id)
            .where(Decree.state == DecreeState.IN_FORCE, Programme.kind == ProgrammeKind.AID)
        )
        decrees = {decree.id: (decree, programme) for decree, programme in session.execute(query)}
    start, end = date(year, 1, 1), date(year, 12, 31)
    terms = {key: terms_on(session, one.programme_id, start) for key, (one, _) in decrees.items()}
    counts: dict[tuple[uuid.UUID, str], list[tuple[int, int | None]]] = defaultdict(list)
    for decree_id, code, village, component, own, number in groups:
        if decree_id in decrees:
            each = gift(terms[decree_id], village, own=own, component=component).amount
            counts[decree_id, code].append((number, each))
    found = []
    for (decree_id, code), parts in counts.items():
        decree, programme = decrees[decree_id]
        line = _line(session, decree.budget_line_id, programme.id, decree.area_code)
        times = proposed(terms[decree_id], start, end).count
        found.append(_target(line, programme, decree.number, code, parts, times))
    return found


def _target(
    line: BudgetLine | None,
    programme: Programme,
    source: str,
    area_code: str,
    parts: Sequence[tuple[int, int | None]],
    times: int,
) -> Target:
    count = sum(number for number, _ in parts)
    costs = {each for _, each in parts}
    known = None not in costs
    cost = sum(number * (each or 0) for number, each in parts) * times if known else None
    same = costs.pop() if len(costs) == 1 else None
    return Target(
        line.code if line else "",
        line.name if line else "",
        line.owner if line and line.owner else programme.owner,
        programme.name,
        source,
        area_code,
        "",
        count,
        Unit(programme.unit),
        times,
        None if same is None else same * times,
        cost,
    )


def _from_lists(session: Session, level: Level) -> list[Target]:
    area = func.substr(TargetEntry.area_code, 1, level.code_length)
    with everywhere(session):
        made = select(Decree.target_list_id).where(
            Decree.target_list_id.is_not(None), Decree.state != DecreeState.WITHDRAWN
        )
        used = set(session.scalars(made))
    query = (
        select(TargetList, area, func.count())
        .join(TargetEntry, TargetEntry.list_id == TargetList.id)
        .where(TargetList.state == ListState.APPROVED, TargetEntry.standing == Listed.SELECTED)
        .group_by(TargetList.id, area)
    )
    found = []
    for one, code, count in session.execute(query):
        if one.id in used:
            continue
        programme = _programme(session, one.programme)
        line = _line(session, None, programme.id, one.area_code) if programme else None
        found.append(
            Target(
                line.code if line else "",
                line.name if line else "",
                line.owner if line and line.owner else (programme.owner if programme else ""),
                programme.name if programme else one.programme,
                one.name,
                code,
                "",
                count,
                Unit.HOUSEHOLD,
                1,
                one.amount or None,
                count * one.amount if one.amount else None,
            )
        )
    return found


def _programme(session: Session, text: str) -> Programme | None:
    """Return the programme that a list names, by code or name."""
    asked = text.strip().lower()
    same = or_(func.lower(Programme.code) == asked, func.lower(Programme.name) == asked)
    return session.scalars(select(Programme).where(same).order_by(Programme.id)).first()


def _line(
    session: Session, line_id: int | None, programme_id: int, area_code: str
) -> BudgetLine | None:
    """Return the budget line of a decree, else the newest of its programme in its areas."""
    with everywhere(session):
        if line_id is not None:
            return session.get(BudgetLine, line_id)
        lines = budget_lines(session, programme_id=programme_id)
    holding = lines_holding(lines, programme_id, area_code)
    return min(holding, key=lambda one: (-one.year, one.code, one.id), default=None)


def workbook(targets: Sequence[Target], year: int, translate: Callable[[str], str]) -> bytes:
    """Return the targets as a workbook: the same targets give the same bytes."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet(f"SIPD {year}")
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        money = book.add_format({"num_format": "#,##0"})
        for column, text in enumerate(HEADING):
            sheet.write_string(0, column, translate(text), bold)
            sheet.set_column(column, column, _WIDTHS[column])
        for place, one in enumerate(targets, start=1):
            cells: tuple[str | int | None, ...] = (
                one.code or translate(NO_CODE), one.activity, one.owner, one.programme, one.source,
                one.area_code, one.area, one.count, translate(UNIT_NAMES[one.unit]), one.times,
                one.unit_cost, one.cost,
            )  # fmt: skip
            for column, value in enumerate(cells):
                if isinstance(value, str):
                    sheet.write_string(place, column, value)
                elif value is not None:
                    sheet.write_number(place, column, value, money)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(targets)), len(HEADING) - 1)
    return out.getvalue()
