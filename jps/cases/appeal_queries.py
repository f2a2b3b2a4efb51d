"""Reads: the queue of appeals, and whom an appeal can be about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from jps.cases.appeal_rules import OPEN
from jps.db import within
from jps.programmes.case_models import Appeal, Strike
from jps.programmes.models import Recipient
from jps.programmes.rules import AppealKind, AppealState, Standing
from jps.text import one_line

SIZE = 25  # appeals of one page
FOUND = 10  # people of one search


@dataclass(frozen=True, slots=True)
class AppealPage:
    """One page of appeals."""

    rows: Sequence[Appeal]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // SIZE))


def list_appeals(
    session: Session,
    *,
    area: str = "",
    kind: AppealKind | None = None,
    state: AppealState | None = None,
    waiting: bool = False,
    page: int = 1,
) -> AppealPage:
    """Return appeals: those that wait by their last day, others the newest first."""
    wanted: list[ColumnElement[bool]] = []
    if area:
        wanted.append(within(Appeal.area_code, (area,)))
    if kind is not None:
        wanted.append(Appeal.kind == kind)
    if state is not None:
        wanted.append(Appeal.state == state)
    if waiting:
        wanted.append(Appeal.state.in_(OPEN))
    total = session.scalar(select(func.count()).select_from(Appeal).where(*wanted)) or 0
    number = min(max(1, page), max(1, -(-total // SIZE)))
    place = Appeal.due_on if waiting else Appeal.received_at.desc()
    query = select(Appeal).where(*wanted).order_by(place, Appeal.number)
    rows = session.scalars(query.limit(SIZE).offset((number - 1) * SIZE)).all()
    return AppealPage(rows, total, number)


def appeal_counts(session: Session, *, area: str = "") -> dict[AppealState, int]:
    """Return how many appeals stand in each state."""
    query = select(Appeal.state, func.count()).group_by(Appeal.state)
    if area:
        query = query.where(within(Appeal.area_code, (area,)))
    return {AppealState(row[0]): row[1] for row in session.execute(query)}


def count_waiting(session: Session) -> int:
    """Return how many appeals of the session's areas nobody decided about yet."""
    query = select(func.count()).select_from(Appeal).where(Appeal.state.in_(OPEN))
    return session.scalar(query) or 0


def count_late(session: Session, today: date) -> int:
    """Return how many of them are past their day."""
    query = select(func.count()).select_from(Appeal)
    return session.scalar(query.where(Appeal.state.in_(OPEN), Appeal.due_on < today)) or 0


def find_recipients(session: Session, text: str, *, struck: bool) -> Sequence[Recipient]:
    """Return recipients of the session's areas by name, or by the end of a NIK."""
    text = one_line(text)[:100]
    if len(text) < 3:
        return ()
    safe = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    by_name = func.lower(Recipient.name).like(f"%{safe}%", escape="\\")
    by_nik = Recipient.nik.like(f"%{safe}", escape="\\") if text.isdigit() else by_name
    standing = Recipient.standing == Standing.STRUCK
    query = select(Recipient).where(or_(by_name, by_nik), standing if struck else ~standing)
    return session.scalars(query.order_by(Recipient.name, Recipient.id).limit(FOUND)).all()


def strikes_of(session: Session, recipients: Sequence[Recipient]) -> dict[object, Strike]:
    """Return the strike that holds for each of these recipients."""
    ids = [one.id for one in recipients]
    query = select(Strike).where(Strike.recipient_id.in_(ids), Strike.undone_at.is_(None))
    return {one.recipient_id: one for one in session.scalars(query)}
