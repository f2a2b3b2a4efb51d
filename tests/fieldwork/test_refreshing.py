"""When the quality of the field work is counted anew by itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from jps.db import EVERYWHERE, db, set_scope
from jps.fieldwork.refreshing import KIND, due_since, last_night
from jps.fieldwork.work import refresh_counts
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from tests.offices import NewHousehold

NIGHT = datetime(2026, 11, 25, 18, tzinfo=UTC)  # two o'clock in Gorontalo
HOUR = timedelta(hours=1)
ZONE = "Asia/Makassar"


@pytest.mark.parametrize(
    ("counted", "saved", "matched", "due"),
    [
        (None, None, None, None),  # an empty office
        (None, NIGHT - HOUR, None, NIGHT),  # never counted
        (NIGHT - 2 * HOUR, NIGHT - HOUR, None, NIGHT),
        (NIGHT - HOUR, NIGHT - 2 * HOUR, None, None),  # nothing new
        (NIGHT + HOUR, NIGHT + 2 * HOUR, None, None),  # waits for the next night
        (NIGHT + HOUR, NIGHT - HOUR, NIGHT + 2 * HOUR, NIGHT + 2 * HOUR),  # doubles are others now
        (NIGHT + 3 * HOUR, NIGHT - HOUR, NIGHT + 2 * HOUR, None),
    ],
)
def test_when_a_count_is_due(
    counted: datetime | None,
    saved: datetime | None,
    matched: datetime | None,
    due: datetime | None,
) -> None:
    assert due_since(NIGHT, counted=counted, saved=saved, matched=matched) == due


@pytest.mark.parametrize(("after", "days"), [(-0.1, 1), (0.0, 0), (20.0, 0)])
def test_the_night_is_the_offices(after: float, days: int) -> None:
    assert last_night(NIGHT + after * HOUR, ZoneInfo(ZONE)) == NIGHT - timedelta(days=days)


def test_a_count_is_queued_once_and_not_again_when_it_fails(
    app: Flask, household: NewHousehold, tmp_path: Path
) -> None:
    household("ani")
    with app.app_context():
        session = db.session()
        set_scope(session, EVERYWHERE)
        tomorrow = datetime.now(UTC) + timedelta(days=1)

        def refresh(at: datetime) -> int:
            return refresh_counts(session, tmp_path, ZONE, clock=lambda: at)

        assert [refresh(tomorrow), refresh(tomorrow)] == [1, 0]
        job = session.scalars(select(Job).where(Job.kind == KIND)).one()
        assert (job.params, job.started_by) == ({"zone": ZONE}, "system")
        job.state = JobState.FAILED
        session.commit()
        assert refresh(tomorrow) == 0
        assert refresh(tomorrow + timedelta(days=1)) == 1
        session.rollback()
