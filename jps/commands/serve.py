"""`flask serve`: the whole office in one process."""

import errno
import gc
import signal
import sys
from collections.abc import Callable
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from jps.commands.answers import SYSTEM_FAILED, fail_on_problems
from jps.config import Settings
from jps.migrations import bring_up_to_date
from jps.worker import the_worker, this_app


class PortTaken(click.ClickException):
    """Another program listens at the server's address."""

    exit_code = SYSTEM_FAILED

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            f"Port {settings.port} of {settings.host} is in use by another program. "
            f"Choose another one, as JPS_PORT={settings.port + 1}."
        )


@click.command("serve")
@with_appcontext
@fail_on_problems
def serve() -> None:
    """Bring the database up to date, start the worker, and serve until Ctrl-C."""
    settings: Settings = current_app.config["JPS"]
    bring_up_to_date()
    where = f"JPS serves {settings.home} on http://{settings.host}:{settings.port}"
    serve_forever(this_app(), settings, say=lambda: click.echo(where, err=True))


def serve_forever(app: Flask, settings: Settings, *, say: Callable[[], None]) -> None:
    """Serve `app` with waitress; the worker runs in a thread when the settings say so.

    `say` is called when the address is ours. Raises `PortTaken`.
    """
    leave_on_terminate()
    server = _bind(app, settings)
    say()
    worker = the_worker(app)
    gc.collect()
    gc.freeze()  # what was loaded stays: looking through it again and again stops everybody
    if settings.worker:
        worker.start()
    try:
        server.run()
    finally:
        worker.stop()


def _bind(app: Flask, settings: Settings) -> BaseWSGIServer | MultiSocketServer:
    try:
        return create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            max_request_body_size=settings.upload_mb * 2**20 + 2**20,
            ident=None,
        )
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTaken(settings) from None


def leave_on_terminate() -> None:
    """Leave in good order when the system's manager stops the process, as with Ctrl-C."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
