"""How long the stages of the reader's work stay open, and who may extend them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.models import User, UserArea
from jps.access.rules import PERMISSIONS, Can, Role
from jps.areas.queries import names_of
from jps.areas.rules import Level, ancestor, lineage
from jps.db import db
from jps.deadlines.rules import STAGE_NAMES, Phase, Stage, Window
from jps.deadlines.services import all_windows
from jps.http import actor, now

SHOWN = 4  # windows on a page; the others stand on the page of deadlines
NAMED = 3  # people who may extend, by name
# Whose work a stage is.
CONCERNS: dict[Stage, tuple[Can, ...]] = {
    Stage.COLLECTION: (Can.ENTER_HOUSEHOLDS,),
    Stage.VERIFICATION: (Can.VERIFY_HOUSEHOLDS, Can.ENTER_HOUSEHOLDS),
    Stage.MEETING: (Can.HOLD_MEETINGS,),
    Stage.CONFIRMATION: (Can.CONFIRM_HOUSEHOLDS, Can.FINALISE_HOUSEHOLDS),
}


@dataclass(frozen=True, slots=True)
class Countdown:
    """A stage with its last day; `extenders` are named where it matters."""

    stage: str
    area: str
    phase: Phase
    opens_on: date | None
    closes_on: date
    days: int
    extenders: tuple[str, ...]


def countdown() -> list[Countdown]:
    """Return the windows that concern the reader, those that close first in front."""
    session, at = db.session(), now()
    mine = [
        window
        for window in all_windows(session)
        if any(actor().can(can) for can in CONCERNS[window.stage]) and _touches(window)
    ]
    mine.sort(key=lambda window: window.closes_at)
    names = names_of(session, [window.area_code for window in mine])
    return [
        Countdown(
            STAGE_NAMES[window.stage],
            names.get(window.area_code, window.area_code),
            window.phase(at),
            window.opens_on,
            window.closes_on,
            window.days_left(at),
            extenders(session, window.area_code) if not _is_easy(window) else (),
        )
        for window in mine[:SHOWN]
    ]


def _is_easy(window: Window) -> bool:
    return window.phase(now()) in {Phase.OPEN, Phase.BEFORE}


def _touches(window: Window) -> bool:
    """Does the window hold in one of the reader's areas, or in a part of one?"""
    inside = f"{window.area_code}."
    return any(
        inside.startswith(f"{code}.") or f"{code}.".startswith(inside)
        for code in actor().scope.codes
    )


def extenders(session: Session, area_code: str) -> tuple[str, ...]:
    """Return who may extend a deadline in an area, by full name, those of the kabupaten first."""
    roles = [role for role in Role if Can.SET_DEADLINES in PERMISSIONS[role]]
    around: Iterable[str] = lineage(ancestor(area_code, Level.KABKOTA))
    query = (
        select(User.full_name)
        .join(UserArea, UserArea.user_id == User.id)
        .where(User.active, User.role.in_(roles), UserArea.area_code.in_(list(around)))
        .order_by(UserArea.area_code.desc(), User.full_name)
        .limit(NAMED)
    )
    return tuple(dict.fromkeys(session.scalars(query)))
