"""Load areas and population. Nothing is written when a row is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.cells import RowProblem
from jps.areas.models import Area, AreaPopulation
from jps.areas.table import AreaRow, PopulationRow, read_areas, read_population
from jps.audit.services import Event, record


@dataclass(frozen=True)
class LoadReport:
    """What loading a file did, or, when `problems` is not empty, why it did nothing."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: tuple[RowProblem, ...] = ()


def load_areas(session: Session, content: bytes, *, by: str, at: datetime) -> LoadReport:
    """Add or update the areas of a CSV with their population, and flush.

    Areas that the file does not name stay as they are: a code in use is never deleted. Raises
    InvalidFile when it is no CSV with the required columns.
    """
    present = {area.code: area for area in session.scalars(select(Area))}
    rows, problems = read_areas(content, known=present)
    if problems:
        return LoadReport(problems=tuple(problems))
    added = changed = 0
    for row in rows:  # parents first
        area = present.get(row.code)
        if area is None:
            session.add(Area(code=row.code, **_values(row)))
            added += 1
        elif _update(area, row):
            changed += 1
    session.flush()
    _store_population(session, [row.population for row in rows if row.population])
    report = LoadReport(added, changed, len(rows) - added - changed)
    _record(session, "areas-loaded", report, by=by, at=at)
    return report


def load_population(session: Session, content: bytes, *, by: str, at: datetime) -> LoadReport:
    """Add or update dated population figures from a CSV, and flush.

    Raises InvalidFile when it is no CSV with the required columns.
    """
    rows, problems = read_population(content, known=set(session.scalars(select(Area.code))))
    if problems:
        return LoadReport(problems=tuple(problems))
    report = _store_population(session, rows)
    _record(session, "population-loaded", report, by=by, at=at)
    return report


def _record(session: Session, action: str, report: LoadReport, *, by: str, at: datetime) -> None:
    details = {"added": report.added, "changed": report.changed}
    record(session, Event(action, "area", "all", details=details), by=by, at=at)


def _values(row: AreaRow) -> dict[str, object]:
    return {
        "level": row.level,
        "name": row.name,
        "type": row.type,
        "parent_code": row.parent,
        "bps_code": row.bps_code,
        "km2": row.km2,
        "km2_source": row.km2_source,
        "lat": row.lat,
        "lon": row.lon,
        "aliases": row.aliases,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "successor_code": row.successor,
        "source": row.source,
    }


def _update(area: Area, row: AreaRow) -> bool:
    new = {name: value for name, value in _values(row).items() if getattr(area, name) != value}
    for name, value in new.items():
        setattr(area, name, value)
    return bool(new)


def _store_population(session: Session, rows: Iterable[PopulationRow]) -> LoadReport:
    present = {
        (figure.area_code, figure.as_of, figure.source): figure
        for figure in session.scalars(select(AreaPopulation))
    }
    added = changed = unchanged = 0
    for row in rows:
        figure = present.get((row.code, row.as_of, row.source))
        if figure is None:
            session.add(
                AreaPopulation(
                    area_code=row.code,
                    as_of=row.as_of,
                    source=row.source,
                    persons=row.persons,
                    male=row.male,
                    female=row.female,
                )
            )
            added += 1
        elif _changes(figure, row):
            changed += 1
        else:
            unchanged += 1
    session.flush()
    return LoadReport(added, changed, unchanged)


def _changes(figure: AreaPopulation, row: PopulationRow) -> bool:
    """Take over the figures of `row`; an area file without sexes does not wipe them out."""
    before = (figure.persons, figure.male, figure.female)
    if row.male is not None or row.female is not None or row.persons != figure.persons:
        figure.persons, figure.male, figure.female = row.persons, row.male, row.female
    return before != (figure.persons, figure.male, figure.female)
