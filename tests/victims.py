"""Processes that are killed: forks of one that has imported and built everything already.

To start Python anew for every blow would cost seconds each time.
"""

import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask

from jps.app import create_app
from jps.config import ROOT, Settings
from jps.db import db

Kill = Callable[[str], int]


@contextmanager
def victims(module: str, office: Settings) -> Iterator[Kill]:
    """Yield what runs a victim of `python -m module HOME URL` to its end: `kill(point)`.

    It returns with what number the victim ended: the negative one of the signal that killed it.
    """
    command = [sys.executable, "-m", module, str(office.home), office.database_url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as mother:
        stdin, stdout = mother.stdin, mother.stdout
        assert stdin is not None
        assert stdout is not None

        def kill(point: str) -> int:
            stdin.write(f"{point}\n")
            stdin.flush()
            return int(stdout.readline())

        yield kill
        stdin.close()  # the mother then ends


def build(office: Settings) -> Flask:
    """Return the application, without a connection that victims would share."""
    app = create_app(office)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return app


def fork_for_each_line(work: Callable[[str], None]) -> None:
    """Let a fork do `work` for every line of the input, and print with what number it ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _do(work, line.rstrip("\n"))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _do(work: Callable[[str], None], line: str) -> None:
    code = 1
    try:
        work(line)
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
