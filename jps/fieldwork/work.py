"""Counting the quality of the field work as long work: new facts, then everything added up."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.config import DATA
from jps.db import chunks, everywhere, reading, writers_turn
from jps.fieldwork.collecting import collect, count_stale, forget_facts, stale_interviews
from jps.fieldwork.models import FieldRun
from jps.fieldwork.outlines import outlines_in_force
from jps.fieldwork.refreshing import is_due, last_night, queue_when_due
from jps.fieldwork.summing import (
    add_up,
    doubled_households,
    read_lines,
    write_flags,
    write_sums,
)
from jps.jobs.runner import Step, Task
from jps.questionnaire import load_form

CHUNK = 1_000  # interviews per transaction, about half a second
FLAGS_AT_ONCE = 20_000


def fieldwork_work(task: Task) -> Iterator[Step]:
    """Make the facts of interviews that changed, then count all; `result` says how many there are.

    The job's parameter `zone` is the office's time zone. A killed job goes on with the facts that
    are still missing; the counting itself is done again.
    """
    session, form = task.session, load_form(DATA / "questionnaire")
    zone, outlines = ZoneInfo(task.params["zone"]), outlines_in_force(session)
    last = session.scalars(select(FieldRun).order_by(FieldRun.id.desc())).first()
    if last is not None and last.boundaries != outlines.version and not task.cursor:
        forget_facts(session)
    after = uuid.UUID(task.cursor["after"]) if task.cursor.get("after") else None
    done = int(task.cursor.get("done", 0))
    total = done + count_stale(session)
    while ids := stale_interviews(session, after=after, limit=CHUNK):
        collect(session, ids, form, outlines, zone=zone)
        after, done = ids[-1], done + len(ids)
        yield Step(done, max(total, done), {"after": str(after), "done": done})
    lines = read_lines(session)
    sums = add_up(lines, doubled_households(session), schematic=outlines.schematic)
    for part in chunks(list(sums.flags.items()), FLAGS_AT_ONCE):
        write_flags(session, part)
        yield Step(done, total, {"after": str(after) if after else "", "done": done})
    write_sums(session, sums, lines)
    session.add(
        FieldRun(
            at=task.clock(),
            by=task.by,
            interviews=sums.interviews,
            boundaries=outlines.version,
            schematic=outlines.schematic,
        )
    )
    yield Step(done, total, {}, {"interviews": sums.interviews, "new": done})


def refresh_counts(
    session: Session,
    home: Path,
    zone: str,
    *,
    clock: Callable[[], datetime],
    stopping: Callable[[], bool] = lambda: False,
    pause: Callable[[], None] = lambda: None,
) -> int:
    """Queue the counting every night and after a matching; return how many jobs were queued.

    `home`, `stopping` and `pause` are what every chore gets: this one takes no time.
    """
    with everywhere(session):
        with reading():  # looks without taking the write lock (SQLite): mostly there is nothing
            due = is_due(session, last_night(clock(), ZoneInfo(zone)))
            session.rollback()
        if not due:
            return 0
        with writers_turn(session):
            job = queue_when_due(session, zone, at=clock())
            session.commit()
    return 0 if job is None else 1
