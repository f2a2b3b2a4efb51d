"""What was planned and given per area, programme and budget line, and who pays which share."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from jps.areas.queries import names_of
from jps.areas.rules import Level
from jps.benefits.queries import Progress, added, counting, progress, sums
from jps.db import everywhere, within
from jps.programmes.models import Benefit, BudgetLine, Decree, Programme, Recipient
from jps.programmes.queries import budget_lines, lines_holding, terms_on
from jps.programmes.terms import WHOLE, Share, as_percent, split

UNNAMED = ""  # payer of what no share of the terms covers


class By(StrEnum):
    """What the rows of a realisation are."""

    AREA = "area"
    PROGRAMME = "programme"
    BUDGET = "budget"


@dataclass(frozen=True)
class Row:
    """What was planned and given of one thing. `shares` are rupiah given per payer.

    `ceiling` and `realised` are those of a budget line, as entered.
    """

    key: str
    name: str
    progress: Progress
    shares: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    ceiling: int | None = None
    realised: int | None = None


@dataclass(frozen=True)
class Asked:
    """Which deliveries: due in a year, of a programme (None: all), in an area ("": all)."""

    year: int
    by: By = By.AREA
    level: Level = Level.KABKOTA
    inside: str = ""
    programme_id: int | None = None


@dataclass(frozen=True)
class _Part:
    decree: Decree
    area: str
    progress: Progress
    shares: Mapping[str, int]


def years(session: Session) -> list[int]:
    """Return the years in which deliveries in the reader's areas are due, newest first."""
    found = session.scalars(select(extract("year", Benefit.due_on)).distinct())
    return sorted((int(year) for year in found), reverse=True)


def realisation(session: Session, asked: Asked) -> list[Row]:
    """Return the rows of a realisation: areas by code, others by name."""
    parts = _parts(session, asked)
    lines = _lines(session, parts, asked.year) if asked.by is By.BUDGET else {}
    groups: dict[str, list[_Part]] = defaultdict(list)
    for part in parts:
        groups[_key(part, asked.by, lines)].append(part)
    described = _described(session, asked.by, list(groups))
    rows = [
        Row(
            key,
            described[key].name,
            added(part.progress for part in found),
            _together(part.shares for part in found),
            described[key].note,
            described[key].ceiling,
            described[key].realised,
        )
        for key, found in groups.items()
    ]
    return sorted(rows, key=lambda row: row.key if asked.by is By.AREA else (row.name + row.key))


def whole(rows: Sequence[Row]) -> Row:
    """Return all rows together."""
    return Row("", "", added(row.progress for row in rows), _together(row.shares for row in rows))


def payers(rows: Sequence[Row]) -> list[str]:
    """Return who pays anything, the largest first; the unnamed share last."""
    found = _together(row.shares for row in rows)
    return sorted(found, key=lambda payer: (payer == UNNAMED, -found[payer], payer))


def shared(amount: int, shares: Sequence[Mapping[str, object]]) -> dict[str, int]:
    """Return rupiah per payer, to the last rupiah; what no share covers is nobody's (`UNNAMED`)."""
    told = [Share(str(one["payer"]), as_percent(one["percent"])) for one in shares]
    left = WHOLE - sum((one.percent for one in told), Fraction(0))
    parties = [*told, Share(UNNAMED, left)] if left > 0 else told
    parts = zip(parties, split(amount, parties), strict=True)
    return {one.payer: rupiah for one, rupiah in parts if rupiah}


def _parts(session: Session, asked: Asked) -> list[_Part]:
    area = func.substr(Benefit.area_code, 1, asked.level.code_length)
    first, last = date(asked.year, 1, 1), date(asked.year, 12, 31)
    query = (
        select(Benefit.decree_id, area, *sums())
        .join(Recipient, Recipient.id == Benefit.recipient_id)
        .where(Benefit.due_on >= first, Benefit.due_on <= last, counting())
        .group_by(Benefit.decree_id, area)
    )
    if asked.inside:
        query = query.where(within(Benefit.area_code, (asked.inside,)))
    rows = session.execute(query).all()
    decrees = _decrees(session, {row[0] for row in rows}, asked.programme_id)
    terms = {key: _shares(session, decree) for key, decree in decrees.items()}
    found = []
    for decree_id, code, *counts in rows:
        if decree_id in decrees:
            made = progress(counts)
            shares = shared(made.given, terms[decree_id])
            found.append(_Part(decrees[decree_id], code, made, shares))
    return found


def _decrees(
    session: Session, ids: set[uuid.UUID], programme_id: int | None
) -> dict[uuid.UUID, Decree]:
    query = select(Decree).where(Decree.id.in_(ids))
    if programme_id is not None:
        query = query.where(Decree.programme_id == programme_id)
    with everywhere(session):  # a decree of the province is not a village's, but its name is
        return {decree.id: decree for decree in session.scalars(query)}


def _shares(session: Session, decree: Decree) -> Sequence[Mapping[str, object]]:
    terms = terms_on(session, decree.programme_id, decree.period_from)
    return terms.shares if terms else ()


def _key(part: _Part, by: By, lines: Mapping[uuid.UUID, str]) -> str:
    if by is By.AREA:
        return part.area
    return str(part.decree.programme_id) if by is By.PROGRAMME else lines[part.decree.id]


def _lines(session: Session, parts: Sequence[_Part], year: int) -> dict[uuid.UUID, str]:
    """Return the budget line of each decree: its own, else the year's only one of its programme
    in an area that holds it; empty where there is none, or a choice.
    """
    with everywhere(session):
        known = budget_lines(session, year=year)
    found = {}
    for decree in (part.decree for part in parts):
        fitting = lines_holding(known, decree.programme_id, decree.area_code)
        only = fitting[0].id if len(fitting) == 1 else None
        found[decree.id] = str(decree.budget_line_id or only or "")
    return found


def _described(session: Session, by: By, keys: Sequence[str]) -> Mapping[str, Row]:
    empty = Progress()
    if by is By.AREA:
        names = names_of(session, keys)
        return {key: Row(key, names.get(key, key), empty) for key in keys}
    if by is By.PROGRAMME:
        programmes = session.scalars(select(Programme).where(Programme.id.in_(map(int, keys))))
        return {
            str(one.id): Row(str(one.id), one.name, empty, note=one.owner) for one in programmes
        }
    with everywhere(session):
        lines = session.scalars(
            select(BudgetLine).where(BudgetLine.id.in_([int(key) for key in keys if key]))
        ).all()
    found = {
        str(one.id): Row(
            str(one.id),
            one.code,
            empty,
            note=one.name,
            ceiling=one.ceiling,
            realised=one.realised,
        )
        for one in lines
    }
    return {"": Row("", "", empty), **found}


def _together(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in parts:
        total.update(one)
    return dict(total)
