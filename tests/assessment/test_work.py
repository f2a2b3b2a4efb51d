"""Scoring goes on where it stopped and ends when nothing is stale."""

import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.assessment import work
from jps.assessment.models import Assessment
from jps.jobs.runner import Task
from tests.figures import AT, add_household


def _task(session: Session, cursor: dict[str, Any] | None = None) -> Task:
    def clock() -> datetime:
        return AT

    return Task(session, uuid.uuid4(), {}, cursor or {}, "tests", Path(), clock)


def _scored(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Assessment)) or 0


def test_everything_is_scored_and_counted_by_outcome(session: Session) -> None:
    for size in (5, 5, None):
        add_household(session, "75.01.01.2001", household_size=size)
    steps = list(work.assess_work(_task(session)))
    assert steps[-1].result == {"scored": 2, "not-interviewed": 0, "not-answered": 1}
    assert (steps[-1].done, steps[-1].total) == (3, 3)
    assert _scored(session) == 3


def test_a_killed_job_goes_on_from_its_cursor(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "CHUNK", 2)
    for _ in range(5):
        add_household(session, "75.01.01.2001")
    first = next(iter(work.assess_work(_task(session))))
    assert (first.done, first.total, _scored(session)) == (2, 5, 2)
    rest = list(work.assess_work(_task(session, first.cursor)))
    assert rest[0].done == 4
    assert rest[-1].result == {"scored": 5, "not-interviewed": 0, "not-answered": 0}
    assert _scored(session) == 5


def test_nothing_to_do_ends_at_once(session: Session) -> None:
    steps = list(work.assess_work(_task(session)))
    assert [(step.done, step.total) for step in steps] == [(0, 0)]
