"""Processes that run the waiting work on a list and are killed (SIGKILL) at a point of it.

`python -m tests.intake.killed HOME URL` reads points, in small pieces so that every phase has
several.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jps.config import Settings
from jps.intake import accepting, staging, trial, undoing
from jps.worker import run_waiting
from tests.victims import build, fork_for_each_line

# Where the process dies, and at which time it comes there: after writing, before the commit.
POINTS: dict[str, tuple[object, str, int]] = {
    "staging": (staging, "write_rows", 2),
    "trial": (trial._Trial, "_write", 2),
    "end of the trial": (trial, "fates", 1),
    "storing": (accepting._Acceptance, "_write", 2),
    "end of storing": (accepting, "queue_follow_up", 1),
    "undoing": (undoing, "renew_merges", 2),
}


def in_small_pieces(change: Callable[[object, str, object], None]) -> None:
    """Let every phase take several steps, by `change(owner, name, value)`."""
    change(staging, "ROWS_AT_ONCE", 7)
    change(trial, "HOUSEHOLDS_AT_ONCE", 4)
    change(accepting, "HOUSEHOLDS_AT_ONCE", 4)
    change(undoing, "HOUSEHOLDS_AT_ONCE", 4)


def with_processes(change: Callable[[object, str, object], None]) -> None:
    """Let even a short list be checked and prepared in processes of their own."""
    change(trial, "IN_PROCESSES", 1)
    change(accepting, "IN_PROCESSES", 1)


def die_at(owner: object, name: str, time: int) -> None:
    """Let the process die after the so manieth call of a function."""
    called, calls = getattr(owner, name), iter(range(1, 1_000))

    def deadly(*args: Any, **named: Any) -> Any:
        result = called(*args, **named)
        if next(calls) == time:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)


if __name__ == "__main__":
    office, address = sys.argv[1:]
    in_small_pieces(setattr)
    app = build(Settings(home=Path(office), database_url=address, worker=False))

    def victim(point: str) -> None:
        """Do the work until the point."""
        if point == "trial":  # one phase with processes: none may outlive its parent
            with_processes(setattr)
        die_at(*POINTS[point])
        run_waiting(app)

    fork_for_each_line(victim)
