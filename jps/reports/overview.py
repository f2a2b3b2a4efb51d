"""All figures of an area for one reader, as the dashboard and reports show them.

All of it is hidden where the map hides it. Deliveries by programme and the months are counted here
and hidden by the same rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from itertools import pairwise

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from jps.areas.rules import Level, level_of
from jps.benefits.realisation import Asked, By, Row, realisation
from jps.db import within
from jps.households.models import Household, HouseholdHistory
from jps.maps.aid_queries import counted
from jps.maps.hiding import Hidden
from jps.maps.indicators import BY_KEY
from jps.maps.queries import VillageSums
from jps.maps.schemas import MapChoice
from jps.maps.services import Reader, figures_of, map_view
from jps.maps.views import AreaRow, MapView
from jps.programmes.models import Benefit
from jps.programmes.rules import BenefitState
from jps.reports.charts import Month
from jps.reports.deliveries import TOGETHER, hidden_deliveries

MONTHS = 12


@dataclass(frozen=True)
class Figure:
    """A figure; None where it is unknown, or hidden for the reason `why`."""

    value: float | None
    why: Hidden | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Layer:
    """The figures of all areas of one level, by topic; rows of all three stand in one order."""

    level: Level
    poverty: MapView
    aid: MapView
    people: MapView

    @property
    def names(self) -> Mapping[str, str]:
        """Names of the areas by code, in order."""
        return {row.code: row.name for row in self.poverty.rows}

    def figure(self, code: str, key: str) -> Figure:
        """Return the figure `key` of an area, or ("" and unknown codes) of all together."""
        view = self._view(key)
        row = next((one for one in view.rows if one.code == code), view.total)
        return _figure(row, key)

    def column(self, key: str) -> dict[str, Figure]:
        """Return the figure `key` of every area."""
        return {row.code: _figure(row, key) for row in self._view(key).rows}

    def total(self, key: str) -> Figure:
        """Return the figure `key` of all areas together."""
        return _figure(self._view(key).total, key)

    def _view(self, key: str) -> MapView:
        topic = BY_KEY[key].topic
        return next(view for view in (self.poverty, self.aid, self.people) if view.topic == topic)


@dataclass(frozen=True)
class Reach:
    """What a programme reaches: households in all, and per area."""

    code: str
    name: str
    total: Figure
    areas: Mapping[str, Figure]


@dataclass(frozen=True)
class Overview:
    """The figures of the area `inside` ("": all of the reader's areas) on a day."""

    inside: str
    name: str
    on: date
    minimum: int
    layers: tuple[Layer, ...]
    reach: tuple[Reach, ...]
    programmes: tuple[Row, ...]  # of the year's deliveries
    hidden: Mapping[str, Hidden]  # by key of their row; `TOGETHER`: of all of them
    months: tuple[Month, ...]  # registered, verified, delivered
    told: tuple[bool, ...]  # whether each of the three is told

    @property
    def findings(self) -> Mapping[str, int] | None:
        """Open findings by kind, None where they are hidden."""
        return self.top.aid.details.kinds

    @property
    def deciles(self) -> Mapping[int, int] | None:
        """Families by decile, None where they are hidden."""
        return self.top.people.details.deciles

    @property
    def top(self) -> Layer:
        """The areas right below."""
        return self.layers[0]


def overview(
    session: Session,
    inside: str,
    *,
    reader: Reader,
    sums: VillageSums,
    zone: tzinfo,
    deep: bool = False,
) -> Overview:
    """Return the figures of an area; `deep`: of every level below, else of the next one.

    Months are those of `zone`.

    Raises NotFound for an area that is not wholly the reader's.
    """
    first = _layer(session, inside, None, reader, sums)
    levels = first.poverty.levels if deep else first.poverty.levels[:1]
    layers = [first, *(_layer(session, inside, one, reader, sums) for one in levels[1:])]
    inside = first.poverty.inside
    reach = [
        _reach(session, code, name, inside, reader, sums)
        for code, name in first.aid.programmes.items()
    ]
    hidden = _hidden_rows(session, inside, reader, sums)
    registered = first.poverty.details.registered
    told = _told_by_month(inside, reader, registered is not None, TOGETHER not in hidden)
    return Overview(
        inside=inside,
        name=first.poverty.total.name,
        on=reader.on,
        minimum=reader.minimum,
        layers=tuple(layers),
        reach=tuple(reach),
        programmes=tuple(realisation(session, Asked(reader.on.year, By.PROGRAMME, inside=inside))),
        hidden=hidden,
        months=trends(session, inside, reader.on, zone, told),
        told=told,
    )


def _hidden_rows(
    session: Session, inside: str, reader: Reader, sums: VillageSums
) -> dict[str, Hidden]:
    """Return which rows of deliveries are hidden in an area, or in one of the reader's."""
    source = figures_of(session, MapChoice("reached"), reader, sums)
    patterns = source.kept.patterns(reader.minimum)
    found = hidden_deliveries(session, reader.on.year, patterns, source.programmes, reader.minimum)
    areas = [inside] if inside else reader.scope.codes
    return {
        key: why
        for key, hidden in found.items()
        if (why := next((hidden[area] for area in areas if area in hidden), None)) is not None
    }


def _told_by_month(
    inside: str, reader: Reader, registered: bool, delivered: bool
) -> tuple[bool, bool, bool]:
    """Return which months are told: of a kabupaten or more, where their sum is not hidden.

    In a smaller area a month tells what was hidden before it.
    """
    areas = [inside] if inside else reader.scope.codes
    wide = all(len(area) <= Level.KABKOTA.code_length for area in areas)
    return wide and registered, wide and registered, wide and delivered


def _layer(
    session: Session, inside: str, level: Level | None, reader: Reader, sums: VillageSums
) -> Layer:
    views = [
        map_view(session, MapChoice(key, level, inside), reader=reader, sums=sums)
        for key in ("poverty_rate", "reached", "low_share")
    ]
    return Layer(views[0].level, *views)


def _reach(
    session: Session, code: str, name: str, inside: str, reader: Reader, sums: VillageSums
) -> Reach:
    choice = MapChoice("reached", None, inside, programme=code)
    view = map_view(session, choice, reader=reader, sums=sums)
    areas = {row.code: _figure(row, "reached") for row in view.rows}
    return Reach(code, name, _figure(view.total, "reached"), areas)


def _figure(row: AreaRow, key: str) -> Figure:
    found = BY_KEY[key]
    why = {
        "poverty": row.poverty_hidden,
        "registration": row.registration_hidden,
    }.get(found.group, row.hidden.get(found.group))
    made = Figure(row.value(key), why)
    if key == "poverty_rate" and row.poverty is not None:
        made = replace(made, low=row.poverty.rate.low, high=row.poverty.rate.high)
    return made


def _inside(column: InstrumentedAttribute[str], inside: str) -> list[ColumnElement[bool]]:
    return [within(column, [inside])] if inside else []


def trends(
    session: Session, inside: str, on: date, zone: tzinfo, told: tuple[bool, ...]
) -> tuple[Month, ...]:
    """Return households registered and verified, and deliveries made, of the last months.

    Months begin in `zone`, the office's. What is not told is 0.
    """
    months = [_months_before(on, back) for back in range(MONTHS - 1, -1, -1)]
    first = months[0]
    registered = _monthly(
        session,
        Household.interview_date,
        *counted(),
        Household.interview_date >= first,
        *_inside(Household.area_code, inside),
    )
    verified = _verified(session, inside, months, zone)
    delivered = _monthly(
        session,
        Benefit.delivered_on,
        Benefit.state == BenefitState.DELIVERED,
        Benefit.delivered_on >= first,
        *_inside(Benefit.area_code, inside),
    )
    keys = [(one.year, one.month) for one in months]
    return tuple(
        Month(
            f"{month:02d}/{year % 100:02d}",
            tuple(
                counts.get((year, month), 0) if is_told else 0
                for counts, is_told in zip((registered, verified, delivered), told, strict=True)
            ),
        )
        for year, month in keys
    )


def _verified(
    session: Session, inside: str, months: Sequence[date], zone: tzinfo
) -> dict[tuple[int, int], int]:
    """Return how many households were verified in each month of the office.

    Each month is a range of one index.
    """
    after = _months_before(months[-1], -1)
    starts = [datetime(one.year, one.month, 1, tzinfo=zone) for one in [*months, after]]
    counts = [
        select(func.count())
        .where(
            HouseholdHistory.action == "household-verified",
            HouseholdHistory.at >= start,
            HouseholdHistory.at < end,
            *_inside(HouseholdHistory.area_code, inside),
        )
        .scalar_subquery()
        for start, end in pairwise(starts)
    ]
    numbers = session.execute(select(*counts)).one()
    return {(day.year, day.month): n for day, n in zip(months, numbers, strict=True)}


def _monthly(
    session: Session, when: InstrumentedAttribute[object], *where: ColumnElement[bool]
) -> dict[tuple[int, int], int]:
    year, month = extract("year", when), extract("month", when)
    rows = session.execute(select(year, month, func.count()).where(*where).group_by(year, month))
    return {(int(one[0]), int(one[1])): one[2] for one in rows}


def _months_before(on: date, months: int) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(year, month + 1, 1)


def shown_level(inside: str) -> Level:
    """Return the level that a report's map shows: kecamatan, or desa within one kecamatan."""
    if inside and level_of(inside) in (Level.KECAMATAN, Level.DESA):
        return Level.DESA
    return Level.KECAMATAN
