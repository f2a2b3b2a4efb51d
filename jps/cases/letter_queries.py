"""Reads: letters of the reader's areas."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.db import within
from jps.programmes.case_models import Letter
from jps.programmes.rules import LetterKind

SIZE = 25  # letters of one page


@dataclass(frozen=True, slots=True)
class LetterPage:
    """One page of letters, newest first."""

    rows: Sequence[Letter]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // SIZE))


def list_letters(
    session: Session, *, area: str = "", kind: LetterKind | None = None, page: int = 1
) -> LetterPage:
    """Return letters of the session's areas."""
    wanted = [within(Letter.area_code, (area,))] if area else []
    if kind is not None:
        wanted.append(Letter.kind == kind)
    total = session.scalar(select(func.count()).select_from(Letter).where(*wanted)) or 0
    number = min(max(1, page), max(1, -(-total // SIZE)))
    query = select(Letter).where(*wanted).order_by(Letter.made_at.desc(), Letter.id)
    rows = session.scalars(query.limit(SIZE).offset((number - 1) * SIZE)).all()
    return LetterPage(rows, total, number)


def letters_of(session: Session, household_id: uuid.UUID) -> Sequence[Letter]:
    """Return the letters about a household, newest first."""
    query = select(Letter).where(Letter.household_id == household_id)
    return session.scalars(query.order_by(Letter.made_at.desc())).all()
