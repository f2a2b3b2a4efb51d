"""Reads: submissions in the reader's areas, newest first."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload, undefer

from jps.errors import NotFound
from jps.odk.models import Submission
from jps.odk.rules import SubmissionState

SIZE = 50  # submissions on a page


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """One page of a list, and how many stand in each state."""

    rows: Sequence[Submission]
    counts: dict[SubmissionState, int]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The last page's number, from 1."""
        return max(1, -(-self.total // SIZE))


def list_submissions(
    session: Session, *, state: SubmissionState | None = None, by: str = "", page: int = 1
) -> SubmissionPage:
    """Return a page of what was received, of one state and one person if asked."""
    counted = select(Submission.state, func.count()).group_by(Submission.state)
    query = select(Submission).options(selectinload(Submission.files))
    if by:
        counted, query = counted.where(Submission.by == by), query.where(Submission.by == by)
    counts = {SubmissionState(name): count for name, count in session.execute(counted)}
    if state is not None:
        query = query.where(Submission.state == state)
    total = sum(counts.values()) if state is None else counts.get(state, 0)
    rows = session.scalars(_newest_first(query).offset((page - 1) * SIZE).limit(SIZE)).all()
    return SubmissionPage(rows, counts, page, total)


def get_submission(session: Session, submission_id: uuid.UUID, *, by: str = "") -> Submission:
    """Return a submission with its answers and files; `NotFound` when it is not the reader's."""
    query = (
        select(Submission)
        .where(Submission.id == submission_id)
        .options(selectinload(Submission.files), undefer(Submission.xml))
    )
    found = session.scalars(query).one_or_none()
    if found is None or (by and found.by != by):
        raise NotFound()
    return found


def _newest_first(query: Select[Submission]) -> Select[Submission]:
    return query.order_by(Submission.received_at.desc(), Submission.id)
