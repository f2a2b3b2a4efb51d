"""Set, extend and end deadlines; refuse what comes too late."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.rules import Level, ancestor, lineage
from jps.audit.services import Event, record
from jps.db import AreaScope
from jps.deadlines.models import Deadline
from jps.deadlines.rules import (
    TOO_EARLY,
    TOO_LATE,
    Phase,
    Stage,
    Window,
    window_for,
    window_problems,
)
from jps.errors import Conflict, InvalidData, NotAllowed, NotFound
from jps.text import N_, one_line

CLOSED_DAY = "%d-%m-%Y"
KEPT_TOO_LATE = N_(
    "Batas waktu di wilayah ini sudah berakhir. Isian tersimpan sebagai draf; minta perpanjangan "
    "kepada operator kabupaten, lalu kirim lagi."
)


class DeadlinePassed(Conflict):
    """The stage is not open in this area. What was typed is kept: it can be sent later."""

    code = "deadline-passed"
    keeps = True


@dataclass(frozen=True, slots=True)
class Term:
    """What somebody sets: days of the office's calendar and the instants that they mean."""

    opens_on: date | None
    closes_on: date | None
    opens_at: datetime | None
    closes_at: datetime | None


def set_deadline(
    session: Session,
    stage: Stage,
    area_code: str,
    term: Term,
    *,
    reason: str,
    by: str,
    scope: AreaScope,
    at: datetime,
) -> Deadline:
    """Set the deadline of a stage in an area, in the place of the one in force there.

    Raises `InvalidData` (an extension needs a reason), `NotAllowed` outside `by`'s kabupaten.
    """
    _require_kabupaten(area_code, scope)
    if session.get(Area, area_code) is None:
        raise NotFound(N_("Wilayah ini tidak ada."))
    reason = one_line(reason)
    before = _in_force(session, stage, area_code)
    problems = window_problems(
        term.opens_on, term.closes_on, reason=reason, replaces=before is not None
    )
    if problems or term.closes_on is None or term.closes_at is None:
        raise InvalidData(N_("Batas waktu belum disimpan: periksa isian yang ditandai."), problems)
    if before is not None:
        before.ended_by, before.ended_at = by, at
        session.flush()
    row = Deadline(
        id=uuid.uuid4(),
        stage=stage,
        area_code=area_code,
        opens_on=term.opens_on,
        closes_on=term.closes_on,
        opens_at=term.opens_at,
        closes_at=term.closes_at,
        reason=reason,
        set_by=by,
        set_at=at,
    )
    session.add(row)
    session.flush()
    _record(session, "deadline-set", row, by=by, at=at)
    return row


def end_deadline(
    session: Session, deadline_id: uuid.UUID, *, by: str, scope: AreaScope, at: datetime
) -> None:
    """Take a deadline away: the one of a larger area holds then, or none."""
    row = session.get(Deadline, deadline_id)
    if row is None or row.ended_at is not None:
        raise NotFound(N_("Batas waktu ini tidak ada."))
    _require_kabupaten(row.area_code, scope)
    row.ended_by, row.ended_at = by, at
    session.flush()
    _record(session, "deadline-ended", row, by=by, at=at)


def deadlines(session: Session, *, only_in_force: bool = True) -> Sequence[Deadline]:
    """Return the deadlines by stage and area, newest first within them."""
    query = select(Deadline).order_by(Deadline.area_code, Deadline.set_at.desc())
    if only_in_force:
        query = query.where(Deadline.ended_at.is_(None))
    order = list(Stage)
    return sorted(session.scalars(query), key=lambda row: order.index(Stage(row.stage)))


def windows_around(session: Session, area_code: str) -> list[Window]:
    """Return the windows in force in an area."""
    query = select(Deadline).where(
        Deadline.ended_at.is_(None), Deadline.area_code.in_(lineage(area_code))
    )
    return [row.window for row in session.scalars(query)]


def all_windows(session: Session) -> list[Window]:
    """Return all windows in force: some per kabupaten, few in all."""
    query = select(Deadline).where(Deadline.ended_at.is_(None))
    return [row.window for row in session.scalars(query)]


def require_open(session: Session, stage: Stage, area_code: str, *, at: datetime) -> None:
    """Raise `DeadlinePassed` when the stage is not open in the area at `at`."""
    window = window_for(windows_around(session, area_code), stage, area_code)
    problem = None if window is None else closed_problem(session, window, at=at)
    if problem is not None:
        raise problem


def closed_problem(session: Session, window: Window, *, at: datetime) -> DeadlinePassed | None:
    """Return why nothing can be done in the window at `at`, or None."""
    if window.is_open(at):
        return None
    if window.phase(at) is Phase.BEFORE and window.opens_on is not None:
        return DeadlinePassed(TOO_EARLY, opens=window.opens_on.strftime(CLOSED_DAY))
    kabupaten = session.get(Area, ancestor(window.area_code, Level.KABKOTA))
    who = "" if kabupaten is None else f"{kabupaten.type} {kabupaten.name}".strip()
    closed = window.closes_on.strftime(CLOSED_DAY)
    return DeadlinePassed(TOO_LATE[window.stage], closed=closed, who=who)


def _in_force(session: Session, stage: Stage, area_code: str) -> Deadline | None:
    query = select(Deadline).where(
        Deadline.stage == stage, Deadline.area_code == area_code, Deadline.ended_at.is_(None)
    )
    return session.scalars(query.with_for_update()).one_or_none()


def _require_kabupaten(area_code: str, scope: AreaScope) -> None:
    if not scope.covers(ancestor(area_code, Level.KABKOTA)):
        raise NotAllowed(N_("Hanya petugas kabupaten yang dapat mengatur batas waktu wilayahnya."))


def _record(session: Session, action: str, row: Deadline, *, by: str, at: datetime) -> None:
    details = {"stage": str(row.stage), "to": row.closes_on.isoformat()}
    record(session, Event(action, "deadline", str(row.id), row.area_code, details), by=by, at=at)
