"""Reads: areas by code, place in the tree and name; population on a day; boundaries in force."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.models import Area, AreaPopulation, Boundary, BoundarySet
from jps.areas.names import Agreement, compare
from jps.areas.register import KnownArea, Register
from jps.areas.rules import Level, lineage
from jps.db import within
from jps.errors import NotFound
from jps.text import N_


def get_area(session: Session, code: str) -> Area:
    """Return the area `code`; NotFound when there is none."""
    area = session.get(Area, code)
    if area is None:
        raise NotFound(N_("Wilayah {code} tidak ada."), code=code[:20])
    return area


def path(session: Session, code: str) -> list[Area]:
    """Return the areas from the province down to `code` itself; NotFound when there is none."""
    get_area(session, code)
    found = session.scalars(select(Area).where(Area.code.in_(lineage(code))))
    return sorted(found, key=lambda area: len(area.code))


def children(session: Session, code: str) -> Sequence[Area]:
    """Return the areas one level below `code`, by code."""
    return session.scalars(select(Area).where(Area.parent_code == code).order_by(Area.code)).all()


def areas_at(
    session: Session, level: Level, *, inside: Sequence[str] | None = None
) -> Sequence[Area]:
    """Return the areas of `level` by code; with `inside` only those that lie in these areas."""
    query = select(Area).where(Area.level == level).order_by(Area.code)
    if inside is not None:
        query = query.where(within(Area.code, inside))
    return session.scalars(query).all()


def names_at(session: Session, level: Level) -> dict[str, str]:
    """Return the name of every area of `level` by code."""
    query = select(Area.code, Area.name).where(Area.level == level).order_by(Area.code)
    return {row.code: row.name for row in session.execute(query)}


def names_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of these areas by code; codes of no area are left out."""
    query = select(Area.code, Area.name).where(Area.code.in_(sorted(set(codes))))
    return {row.code: row.name for row in session.execute(query)}


def find_areas(
    session: Session,
    text: str,
    *,
    level: Level | None = None,
    inside: Sequence[str] | None = None,
    limit: int = 20,
) -> list[Area]:
    """Return areas whose code begins with `text` or whose name or known spelling is like it.

    Same names come first, then spellings, then names that contain it; upper levels before lower.
    """
    query = select(Area).order_by(Area.code)
    if level is not None:
        query = query.where(Area.level == level)
    if inside is not None:
        query = query.where(within(Area.code, inside))
    asked = text.strip().casefold()
    ranked = [
        (rank, area.level, area.code, area)
        for area in session.scalars(query)
        if asked and (rank := _rank(asked, area)) is not None
    ]
    ranked.sort(key=lambda hit: (hit[0], Level(hit[1]).depth, hit[2]))
    return [area for *_, area in ranked[:limit]]


def _rank(asked: str, area: Area) -> int | None:
    if area.code.startswith(asked):
        return 0
    agreement = compare(asked, area.names)
    if agreement is not Agreement.DIFFERENT:
        return 1 if agreement is Agreement.SAME else 2
    return 3 if any(asked in name.casefold() for name in area.names) else None


def population(
    session: Session, codes: Iterable[str], *, on: date, source: str | None = None
) -> dict[str, AreaPopulation]:
    """Return the newest figure of each area not after `on`, of any or of one `source`.

    Areas without one are left out: unknown is not zero.
    """
    query = (
        select(AreaPopulation)
        .where(AreaPopulation.as_of <= on)
        .order_by(AreaPopulation.as_of, AreaPopulation.id)
    )
    if source is not None:
        query = query.where(AreaPopulation.source == source)
    asked = set(codes)
    return {row.area_code: row for row in session.scalars(query) if row.area_code in asked}


def read_register(session: Session) -> Register:
    """Return all areas as the register that boundaries are checked against."""
    return Register.of(
        KnownArea(
            code=area.code,
            level=Level(area.level),
            names=area.names,
            bps_code=area.bps_code,
            km2=area.km2,
            lat=area.lat,
            lon=area.lon,
        )
        for area in session.scalars(select(Area).order_by(Area.code))
    )


def current_set(session: Session, level: Level) -> BoundarySet | None:
    """Return the boundaries in force at `level` (the newest set), None when there are none."""
    return session.scalars(
        select(BoundarySet).where(BoundarySet.level == level).order_by(BoundarySet.id.desc())
    ).first()


def geometries(session: Session, boundary_set: BoundarySet) -> dict[str, shapely.Geometry]:
    """Return the polygons of a set by area code, in degrees of WGS84."""
    rows = session.execute(
        select(Boundary.area_code, Boundary.geometry)
        .where(Boundary.set_id == boundary_set.id)
        .order_by(Boundary.area_code)
    )
    return {code: shapely.from_wkb(wkb) for code, wkb in rows}


@dataclass(frozen=True)
class Place:
    """The area around a point. From schematic boundaries it is a guess and only a hint."""

    code: str
    schematic: bool


def area_at(session: Session, lat: float, lon: float, *, level: Level = Level.DESA) -> Place | None:
    """Return the area of `level` that holds a point, None outside of all of them."""
    boundary_set = current_set(session, level)
    if boundary_set is None:
        return None
    point = shapely.Point(lon, lat)
    for code, polygon in geometries(session, boundary_set).items():
        if shapely.covers(polygon, point):
            return Place(code, boundary_set.schematic)
    return None


def counts(session: Session) -> Mapping[Level, int]:
    """Return how many areas each level has."""
    rows = session.execute(select(Area.level, func.count()).group_by(Area.level))
    found = {Level(level): number for level, number in rows}
    return {level: found.get(level, 0) for level in Level}
