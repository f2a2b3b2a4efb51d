"""A server that is killed (SIGKILL) at one point after another, each time in a process of its own.

`python -m tests.openrosa.killed HOME PORT`. First it dies when a submission was committed and not
yet answered, then when the household is written and not yet committed; the third one lives.
"""

import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import event
from waitress import serve

from jps.app import create_app
from jps.config import Settings
from jps.db import db
from jps.worker import the_worker

DIED = "died"  # file in the office's folder: at which point each server died, and how
POINTS = ("answer", "accept", "never")


def main(home: Path, port: int) -> None:
    """Let each server die before the next one starts."""
    for point in POINTS:
        child = os.fork()
        if child == 0:
            run(Settings(home=home, log_level="ERROR"), port, point)
        _, status = os.waitpid(child, 0)
        with (home / DIED).open("a") as file:
            file.write(f"{point} {os.waitstatus_to_exitcode(status)}\n")


def run(settings: Settings, port: int, point: str) -> None:
    """Serve until killed."""
    app = create_app(settings)
    if point == "accept":
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", _die_at_the_end)
    if point != "answer":
        the_worker(app).start()
    wsgi = app.wsgi_app

    def deadly(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        answer = wsgi(environ, start)
        if point == "answer" and environ["REQUEST_METHOD"] == "POST":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    serve(deadly, host="127.0.0.1", port=port, threads=4)


def _die_at_the_end(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
    """Die when the household is written and what became of the submission is to be noted."""
    if statement.startswith("UPDATE odk_submission") and "household_version" in statement:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
