"""Which deliveries of a year are hidden: a programme with few recipients in an area is not told.

Where the map hides a programme its deliveries are hidden too, since nearly everybody on a list is
delivered to. All programmes together are hidden wherever one of them is.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.benefits.queries import counting
from jps.db import everywhere
from jps.maps.groups import Patterns
from jps.maps.hiding import Hidden, hide
from jps.programmes.models import Benefit, Decree, Programme, Recipient

TOGETHER = ""  # stands among the programmes for all of them

HiddenDeliveries: TypeAlias = Mapping[str, Mapping[str, Hidden]]  # programme id, area


def hidden_deliveries(
    session: Session, year: int, patterns: Patterns, programmes: Mapping[str, str], minimum: int
) -> HiddenDeliveries:
    """Return where the deliveries of a year are hidden, from those of all areas.

    `programmes` (by code) are those of which the map tells who is reached.
    """
    hidden: dict[str, dict[str, Hidden]] = {}
    together: Counter[str] = Counter()
    for (key, code), areas in _recipients(session, year).items():
        together.update(areas)
        on_map = {area: _why(patterns, code, area) for area in areas} if code in programmes else {}
        also = {area: why for area, why in on_map.items() if why is not None}
        hidden[key] = hide(areas, minimum=minimum, also=also)
    any_hidden = {area: why for found in hidden.values() for area, why in found.items()}
    hidden[TOGETHER] = hide(together, minimum=minimum, also=any_hidden)
    return hidden


def _why(patterns: Patterns, programme: str, area: str) -> Hidden | None:
    return patterns.why_programme(programme, area, _LEVELS[len(area)])


_LEVELS = {level.code_length: level for level in Level}


def _recipients(session: Session, year: int) -> dict[tuple[str, str], dict[str, int]]:
    """Return how many households a programme (id, code) delivers to in every area in a year."""
    who = func.coalesce(Recipient.household_id, Recipient.id)
    query = (
        select(
            Benefit.area_code,
            Programme.id,
            Programme.code,
            func.count(func.distinct(who)).label("n"),
        )
        .join(Recipient, Recipient.id == Benefit.recipient_id)
        .join(Decree, Decree.id == Benefit.decree_id)
        .join(Programme, Programme.id == Decree.programme_id)
        .where(Benefit.due_on >= date(year, 1, 1), Benefit.due_on <= date(year, 12, 31), counting())
        .group_by(Benefit.area_code, Programme.id, Programme.code)
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    with everywhere(session):
        for village, key, code, households in session.execute(query):
            areas = found.setdefault((str(key), code), {})
            for length in _LEVELS:
                if length <= len(village):
                    area = village[:length]
                    areas[area] = areas.get(area, 0) + households
    return found
