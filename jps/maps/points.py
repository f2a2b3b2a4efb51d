"""Where households stand, for those who may see them: clusters first, then single points.

No name, number or address goes with a point. A kecamatan is told as bins of a grid, a desa as
single households.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from jps.areas.rules import Level, level_of
from jps.assessment.models import Assessment
from jps.assessment.services import current_scorecard, find_model
from jps.db import within
from jps.errors import InvalidData
from jps.households.models import Household
from jps.maps.aid_queries import counted, received
from jps.text import N_

BIN = 0.005  # degrees, about 550 m
Bins: TypeAlias = tuple[tuple[float, float, int], ...]
MOST = 5_000  # single points in one answer


@dataclass(frozen=True)
class Points:
    """`bins` are latitude, longitude, households; `single` latitude, longitude, chance, reached."""

    bins: Bins = ()
    single: tuple[tuple[float, float, float | None, bool], ...] = ()


def points(session: Session, area: str, *, on: date) -> Points:
    """Return where the households of a kecamatan (bins) or desa (single) in scope stand.

    Raises `InvalidData` for larger areas: the map has figures for them.
    """
    level = level_of(area)
    placed = (*counted(), within(Household.area_code, (area,)), Household.lat.is_not(None))
    if level is Level.KECAMATAN:
        return Points(bins=_bins(session, placed))
    if level is not Level.DESA:
        problem = N_("Titik rumah tangga hanya ada untuk kecamatan dan desa.")
        raise InvalidData(problem, {"inside": [problem]})
    known = received(session, on)
    model = find_model(session, current_scorecard())
    mine = (Assessment.household_id == Household.id) & (
        Assessment.model_id == (model.id if model else 0)
    )
    rows = session.execute(
        select(Household.lat, Household.lon, Assessment.npl100, known.bits.c.mask)
        .outerjoin(Assessment, mine)
        .outerjoin(known.bits, known.bits.c.household_id == Household.id)
        .where(*placed)
        .order_by(Household.id)
        .limit(MOST)
    )
    return Points(single=tuple((lat, lon, chance, bool(mask)) for lat, lon, chance, mask in rows))


def _bins(
    session: Session, placed: tuple[ColumnElement[bool], ...]
) -> tuple[tuple[float, float, int], ...]:
    found: dict[tuple[int, int], int] = {}
    for lat, lon in session.execute(select(Household.lat, Household.lon).where(*placed)):
        place = (int((lat or 0) // BIN), int((lon or 0) // BIN))
        found[place] = found.get(place, 0) + 1
    return tuple(
        (round((y + 0.5) * BIN, 5), round((x + 0.5) * BIN, 5), n)
        for (y, x), n in sorted(found.items())
    )
