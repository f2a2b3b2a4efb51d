"""What waits after submissions were received: done one by one, each in transactions of its own."""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from jps.config import DATA
from jps.db import everywhere, reading, writers_turn
from jps.errors import Conflict
from jps.households.queries import gate
from jps.odk.accepting import accept_submission, give_up
from jps.odk.files import attach_files
from jps.odk.models import Submission
from jps.odk.rules import Due
from jps.questionnaire import load_form

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5  # at one submission, before it is held for somebody to look at


def accept_waiting(
    session: Session,
    home: Path,
    zone: str,
    *,
    clock: Callable[[], datetime],
    stopping: Callable[[], bool] = lambda: False,
    pause: Callable[[], None] = lambda: None,
) -> int:
    """Do what is due about every submission, oldest first; return how many steps were taken.

    Accepting goes before files, so that a household shows at once. `zone` is the office's; `pause`
    is called before each step.
    """
    steps = 0
    with everywhere(session):
        if not _is_anything_due(session):
            return 0
        load_form(DATA / "questionnaire")  # read once, before anything is locked
        for due in Due:
            while not stopping():
                pause()
                with writers_turn(session):
                    is_done = _one(session, home, ZoneInfo(zone), due, clock())
                if not is_done:
                    break
                steps += 1
    return steps


def _is_anything_due(session: Session) -> bool:
    """Look without taking the write lock (SQLite): most of the time there is nothing."""
    with reading():
        found = session.scalar(select(Submission.id).where(Submission.due.is_not(None)).limit(1))
        session.rollback()
    return found is not None


def _one(session: Session, home: Path, zone: ZoneInfo, due: Due, at: datetime) -> bool:
    """Take one step; False when nothing of this kind is due, or the database is busy."""
    try:
        submission = _next(session, due)
        if submission is None:
            session.rollback()
            return False
        _step(session, home, zone, submission, due, at)
        session.commit()
    except OperationalError:
        session.rollback()
        return False
    return True


def _next(session: Session, due: Due) -> Submission | None:
    """Return the oldest submission with something due, taken by nobody else (PostgreSQL)."""
    query = (
        select(Submission)
        .where(Submission.due == due)
        .order_by(Submission.received_at, Submission.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return session.scalars(query.execution_options(populate_existing=True)).first()


def _step(
    session: Session, home: Path, zone: ZoneInfo, submission: Submission, due: Due, at: datetime
) -> None:
    submission.attempts += 1
    try:
        with session.begin_nested():
            if due == Due.ACCEPT:
                form = load_form(DATA / "questionnaire")
                schema = gate(session, form, today=at.astimezone(zone).date())
                accept_submission(session, submission, schema, at=at)
            else:
                attach_files(session, home, submission, at=at)
            submission.attempts = 0
    except Conflict:  # saved by somebody else at this moment
        if submission.attempts >= MAX_ATTEMPTS:
            give_up(submission, at=at)
    except OperationalError:
        raise
    except Exception as error:  # one submission must not stop the others
        log.exception("submission failed", extra={"error": type(error).__name__})
        if due == Due.FILES:
            submission.due = None  # they stay where they are, with the submission
        elif submission.attempts >= MAX_ATTEMPTS:
            give_up(submission, at=at)
