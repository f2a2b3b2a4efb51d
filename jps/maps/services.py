"""Draw up a map's figures for one reader, and hand them out as a file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.queries import current_set, geometries, path
from jps.areas.rules import Level, parent_of
from jps.assessment.consumption import model_in_force
from jps.assessment.rules import Line
from jps.assessment.services import current_scorecard, find_model
from jps.audit.services import Event, record
from jps.db import AreaScope, within
from jps.errors import NotFound
from jps.maps.aid_queries import programmes_on
from jps.maps.atlas import Atlas, Place
from jps.maps.features import Outlines
from jps.maps.files import Download, Format, write
from jps.maps.indicators import BY_KEY, Topic
from jps.maps.models import FigurePeriod
from jps.maps.queries import Kept, VillageSums, Wanted, populations
from jps.maps.schemas import MapChoice
from jps.maps.views import AreaRow, Crumb, MapView, Model
from jps.text import N_


@dataclass(frozen=True)
class Reader:
    """Who looks and when: areas, the office's minimum of households, day and instant."""

    scope: AreaScope
    minimum: int
    on: date
    at: datetime


def map_view(session: Session, choice: MapChoice, *, reader: Reader, sums: VillageSums) -> MapView:
    """Return the figures that `reader` may see. `session` must have the reader's scope.

    Raises `NotFound` for an area that does not exist or is not wholly the reader's.
    """
    inside = _inside(choice.inside, reader.scope)
    crumbs = _crumbs(session, inside, reader.scope)
    places = _places(session, reader.scope)
    if not places:
        raise NotFound()
    source = figures_of(session, choice, reader, sums)
    atlas = _atlas(session, choice, reader, places, source)
    levels = atlas.levels(inside)
    level = choice.level if choice.level in levels else levels[0]
    rows = atlas.rows(level, inside)
    total, tally = atlas.total(inside, crumbs[-1].name if crumbs else "")
    details = atlas.details(inside, tally)
    return MapView(
        indicator=choice.indicator,
        topic=BY_KEY[choice.indicator].topic,
        programme=choice.programme if choice.programme in source.programmes else "",
        programmes=source.programmes,
        level=level,
        inside=inside,
        line=source.line,
        levels=levels,
        crumbs=crumbs,
        rows=rows,
        total=total,
        parents=_parents(session, rows, inside),
        interviews=_first_and_last(details.registered),
        model=source.model,
        counted_at=source.kept.at,
        minimum=reader.minimum,
        on=source.on,
        period=source.period,
        details=details,
    )


def _first_and_last(dates: Mapping[date, int] | None) -> tuple[date, date] | None:
    return (min(dates), max(dates)) if dates else None


def earlier_values(
    session: Session, view: MapView, choice: MapChoice, *, reader: Reader, sums: VillageSums
) -> dict[str, float | None]:
    """Return the indicator's figures of the period to compare with, by area; None: hidden there."""
    if choice.compare is None:
        return {}
    asked = replace(choice, period=choice.compare, compare=None, level=view.level)
    found = map_view(session, asked, reader=reader, sums=sums)
    return {row.code: row.value(choice.indicator) for row in (*found.rows, found.total)}


@dataclass(frozen=True)
class FigureSource:
    """Where the figures of a map come from: counted now, or frozen."""

    kept: Kept
    line: Line
    model: Model | None
    programmes: Mapping[str, str]
    on: date
    period: int | None = None


def figures_of(
    session: Session, choice: MapChoice, reader: Reader, sums: VillageSums
) -> FigureSource:
    """Return where the figures of a map come from. Raises `NotFound` for an unknown period."""
    topic = BY_KEY[choice.indicator].topic
    if choice.period is not None:
        kept = sums.period(session, choice.period)
        found = session.get(FigurePeriod, choice.period)
        if kept is None or found is None:
            raise NotFound(N_("Periode ini tidak ada."))
        used = found.trained if topic is Topic.CONSUMPTION else found.model
        model = Model(used, used) if used else None
        return FigureSource(kept, Line(found.line), model, found.programmes, found.on, found.id)
    scored = find_model(session, current_scorecard())
    on = reader.on if topic is Topic.AID else date.min
    trained = model_in_force(session) if topic is Topic.CONSUMPTION else None
    model_id, trained_id = (one.id if one else None for one in (scored, trained))
    wanted = Wanted(choice.line, model_id, topic, on, trained_id)
    if topic is Topic.CONSUMPTION:
        scored = trained
    return FigureSource(
        kept=sums.get(session, wanted, at=reader.at),
        line=choice.line,
        model=Model(scored.name, scored.version) if scored else None,
        programmes=programmes_on(session, reader.on) if topic is Topic.AID else {},
        on=reader.on,
    )


def _atlas(
    session: Session, choice: MapChoice, reader: Reader, places: list[Place], source: FigureSource
) -> Atlas:
    return Atlas(
        places,
        source.kept.within(reader.scope),
        populations(session, on=source.on),
        source.kept.patterns(reader.minimum),
        topic=BY_KEY[choice.indicator].topic,
        programme=choice.programme if choice.programme in source.programmes else "",
        has_aid=bool(source.programmes),
        on=source.on,
    )


def openable_areas(session: Session, scope: AreaScope) -> list[Place]:
    """Return the areas above desa that a reader may open, by code."""
    return _places(session, scope, Area.level != Level.DESA)


def download(session: Session, view: MapView, kind: Format, *, by: str, at: datetime) -> Download:
    """Return the figures of `view` as a file and record that they were handed out. Flushes."""
    record(
        session,
        Event(
            "figures-exported",
            "map",
            f"{view.indicator}/{view.level}",
            area_code=view.inside or None,
            details={"format": str(kind), "line": str(view.line), "areas": len(view.rows)},
        ),
        by=by,
        at=at,
    )
    return write(view, kind, outlines(session, view))


def outlines(session: Session, view: MapView) -> Outlines | None:
    """Return the outlines of the areas of a map, None without boundaries."""
    found = current_set(session, view.level)
    if found is None:
        return None
    codes = {row.code for row in view.rows}
    shapes = {code: shape for code, shape in geometries(session, found).items() if code in codes}
    return Outlines(shapes, found.source, found.licence, found.schematic)


def _inside(asked: str, scope: AreaScope) -> str:
    """Return the area to show; without one asked for, the reader's own if there is just one."""
    if asked:
        if not scope.covers(asked):
            raise NotFound()
        return asked
    return scope.codes[0] if len(scope.codes) == 1 else ""


def _crumbs(session: Session, inside: str, scope: AreaScope) -> tuple[Crumb, ...]:
    if not inside:
        return ()
    return tuple(
        Crumb(area.code, area.name, scope.covers(area.code)) for area in path(session, inside)
    )


def _places(session: Session, scope: AreaScope, *only: ColumnElement[bool]) -> list[Place]:
    """Return the areas that lie wholly in `scope`, by code; `only` those for which this is true."""
    query = select(Area.code, Area.name, Area.type).where(*only).order_by(Area.code)
    if not scope.whole:
        query = query.where(within(Area.code, scope.codes))
    return [Place(code, name, kind) for code, name, kind in session.execute(query)]


def _parents(session: Session, rows: tuple[AreaRow, ...], inside: str) -> dict[str, str]:
    """Return the names of the areas above `rows`; none are needed when all lie in `inside`."""
    codes = {parent for row in rows if (parent := parent_of(row.code))} - {inside}
    found = session.execute(select(Area.code, Area.name).where(Area.code.in_(codes)))
    return {row.code: row.name for row in found}
