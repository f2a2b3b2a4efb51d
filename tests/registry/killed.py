"""Processes that run the waiting import and are killed (SIGKILL) at a point of it.

`python -m tests.registry.killed HOME URL` reads points, in small pieces so that every phase has
several.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jps.config import Settings
from jps.registry import keytable, work
from jps.registry.loaded import Loaded
from jps.worker import run_waiting
from tests.victims import build, fork_for_each_line

# Where the process dies, and at which time it comes there: always after writing, before the commit.
POINTS: dict[str, tuple[object, str, int]] = {
    "first rows": (Loaded, "add", 1),
    "later rows": (Loaded, "add", 3),
    "doubles": (work._Import, "settle_doubles", 1),
    "index": (Path, "rename", 1),
    "keys": (work, "write_keys", 2),
    "force": (work, "publish", 1),
}
OF_CHANGES: dict[str, tuple[object, str, int]] = {"carry": (work, "carry", 3)}


def in_small_pieces(change: Callable[[object, str, object], None]) -> None:
    """Let every phase take several steps, by `change(owner, name, value)`."""
    change(work, "ROWS_AT_ONCE", 100)
    change(keytable, "_AT_ONCE", 2_000)


def die_at(owner: object, name: str, time: int) -> None:
    """Let the process die after the so manieth call of a function."""
    called, calls = getattr(owner, name), iter(range(1, time + 1))

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
        """Run the import until the point."""
        die_at(*(POINTS | OF_CHANGES)[point])
        run_waiting(app)

    fork_for_each_line(victim)
