"""Serving an application from a thread of the test, and stopping it for good."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

STOP_WAIT = 30.0  # seconds that a request under way may take to end


class LiveServer:
    """waitress on a free port of this machine, its loop in a thread of its own."""

    def __init__(self, app: Flask, threads: int = 8) -> None:
        self._server: Any = create_server(app, host="127.0.0.1", port=0, threads=threads)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it is to be found."""
        return f"http://127.0.0.1:{self._server.effective_port}"

    def stop(self) -> None:
        """Let requests under way end, then close every connection; harmless when it has stopped.

        Workers end while the loop still sends for them. Sockets are closed in the thread of the
        loop: closed from here they would vanish under its `select`, and their numbers might by
        then be those of another server.
        """
        if self._thread.is_alive():
            self._server.task_dispatcher.shutdown(timeout=STOP_WAIT)
            self._server.trigger.pull_trigger(self._close)
            self._thread.join(timeout=STOP_WAIT)
        assert not self._thread.is_alive(), "the server does not stop"

    def _close(self) -> None:
        """Close connections, with the files that were still to be sent on them."""
        for line in list(self._server.active_channels.values()):
            line.handle_close()
        wasyncore.close_all(self._server._map, ignore_all=True)


@contextmanager
def serving(app: Flask, threads: int = 8) -> Iterator[str]:
    """Serve `app` inside the block and yield its address."""
    server = LiveServer(app, threads)
    try:
        yield server.address
    finally:
        server.stop()
