"""What follows when a household was accepted or changed its state: links and a score.

A page does it at once. Where many come together (phones), it is noted with the save and done by the
worker after the commit: the household is safe before anything is searched.
"""

import logging
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from jps.assessment.models import FollowUp
from jps.assessment.services import assess_households, current_scorecard
from jps.db import everywhere
from jps.identity.services import propose_links

log = logging.getLogger(__name__)

QUIET = timedelta(seconds=3)  # since the last save, before anything is followed up
LONGEST = timedelta(minutes=5)  # that a save waits for it, however many phones are sending
MOST_TRIES = 5  # then it waits for the next matching of all, which needs no note


def follow_up(session: Session, household_id: uuid.UUID, *, at: datetime) -> None:
    """Link the household's members anew and score it, in the transaction of the act."""
    _follow(session, [household_id], at=at)


def defer_follow_up(session: Session, household_ids: Iterable[uuid.UUID], *, at: datetime) -> None:
    """Note that these households are to be followed up after the commit."""
    session.add_all(FollowUp(household_id=key, since=at) for key in household_ids)
    session.flush()


def may_follow_up(session: Session, *, at: datetime) -> bool:
    """Whether the phones that found signal together are done, or have been heard long enough.

    Searching takes more of a processor than storing: what enumerators wait for goes first.
    """
    times = select(func.min(FollowUp.since), func.max(FollowUp.since))
    oldest, newest = session.execute(times.where(FollowUp.tries < MOST_TRIES)).one()
    return oldest is not None and (newest < at - QUIET or oldest < at - LONGEST)


def settle_follow_ups(session: Session, *, limit: int, at: datetime) -> int:
    """Follow up the households that wait longest, at most `limit`; return how many were taken.

    Flushes only; what fails is counted and waits behind the others, and is never lost.
    """
    query = (
        select(FollowUp)
        .where(FollowUp.tries < MOST_TRIES)
        .order_by(FollowUp.tries, FollowUp.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    waiting: dict[uuid.UUID, list[int]] = {}
    for row in session.scalars(query):
        waiting.setdefault(row.household_id, []).append(row.id)
    if not waiting:
        return 0
    with everywhere(session):
        try:
            with session.begin_nested():
                _settle(session, waiting, at=at)
        except Exception as error:
            # One of them spoils it for all: each alone.
            log.warning("follow-up failed", extra={"error": type(error).__name__})
            for key, rows in waiting.items():
                _settle_one(session, key, rows, at=at)
    return len(waiting)


def _settle(session: Session, waiting: dict[uuid.UUID, list[int]], *, at: datetime) -> None:
    _follow(session, list(waiting), at=at)
    done = [row for rows in waiting.values() for row in rows]
    session.execute(delete(FollowUp).where(FollowUp.id.in_(done)))


def _settle_one(session: Session, key: uuid.UUID, rows: list[int], *, at: datetime) -> None:
    try:
        with session.begin_nested():
            _settle(session, {key: rows}, at=at)
    except Exception as error:
        details = {"household": str(key), "error": type(error).__name__}
        log.error("household not followed up", extra=details)
        mine = update(FollowUp).where(FollowUp.id.in_(rows))
        session.execute(mine.values(tries=FollowUp.tries + 1))


def _follow(session: Session, ids: list[uuid.UUID], *, at: datetime) -> None:
    propose_links(session, ids, at=at)
    assess_households(session, ids, current_scorecard(), at=at)
