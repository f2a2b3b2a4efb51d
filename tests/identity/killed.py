"""Matching whose process is killed (SIGKILL) again and again, until one of them gets through.

`python -m tests.identity.killed HOME URL`. Each turn is a process of its own that goes on with the
waiting job and is killed at one of POINTS. Prints the phase that each found the job in.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event, select

from jps.config import Settings
from jps.db import db, everywhere
from jps.identity import member_keys, work
from jps.jobs.models import Job
from jps.jobs.rules import ENDED
from jps.worker import run_waiting
from tests.victims import build

# The phase in which a turn is killed, and at which statement or commit in it.
POINTS: tuple[tuple[str, int], ...] = (
    ("search", 1), ("search", 12), ("links", 0), ("links", 6), ("links", 20), ("keys", 1),
    ("doubles", 2), ("late", 2), ("finish", 3), ("done", 0), ("done", 6),
)  # fmt: skip


def main(settings: Settings) -> None:
    """Kill turn after turn, then let one get through."""
    app = build(settings)
    for point in (*POINTS, None):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            go_on(app, point, writer)
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as told:
            sys.stdout.write(told.read())
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) == (point is None):
            raise SystemExit(f"{point}: ended with {os.waitstatus_to_exitcode(status)}")


def go_on(app: Flask, point: tuple[str, int] | None, writer: int) -> None:
    """Run the waiting job in small pieces, having told in which phase it is; die at a point."""
    work.LINKS_AT_ONCE, work.LATE_AT_ONCE, member_keys._AT_ONCE = 5, 2, 4
    with app.app_context(), everywhere(db.session()):
        job = db.session.scalars(select(Job).where(Job.state.not_in(ENDED))).one()
        os.write(writer, f"{job.cursor.get('phase', 'start')}\n".encode())
        job.heartbeat_at = None  # the dead give no sign of life
        db.session.commit()
        if point is not None:
            die_at(*point)
    run_waiting(app)


def die_at(phase: str, statements: int) -> None:
    """Let this process die at a statement or commit of its own in a phase of the matching."""
    now, left = ["search"], [statements]
    resume, enter = work._Match.resume, work._Match._enter

    def resuming(run: Any) -> bool:
        resumed = resume(run)
        now[0] = run.progress.phase if resumed else "search"
        return resumed

    def entering(run: Any, name: str) -> None:
        enter(run, name)
        now[0] = name

    def count(*_: object) -> None:
        if now[0] == phase:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    for name, deadly in (("resume", resuming), ("_enter", entering)):
        setattr(work._Match, name, deadly)
    event.listen(db.engine, "before_cursor_execute", count)
    event.listen(db.engine, "commit", count)


if __name__ == "__main__":
    office, address = sys.argv[1:]
    main(Settings(home=Path(office), database_url=address, worker=False, log_level="ERROR"))
