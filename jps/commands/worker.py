"""`flask worker`: run long work in a process of its own."""

import time

import click
from flask.cli import with_appcontext

from jps.commands.answers import NotSetUp, fail_on_problems
from jps.commands.serve import leave_on_terminate
from jps.migrations import is_up_to_date
from jps.worker import the_worker, this_app


@click.command("worker")
@with_appcontext
@fail_on_problems
def worker() -> None:
    """Run waiting jobs until Ctrl-C; the server then needs JPS_WORKER=false."""
    if not is_up_to_date():
        raise NotSetUp
    leave_on_terminate()
    running = the_worker(this_app())
    running.start()
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        pass
    finally:
        running.stop()
