"""How many phones are served at once: the others are told soon when to come again.

A hundred phones that find signal in the same minute would otherwise hold every thread of the
server, and the office's own pages would wait behind them.
"""

import logging
import random
import threading
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import ParamSpec

from flask import Response, make_response
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import OperationalError

from jps.answers import is_full, problem
from jps.db import db, set_reading

log = logging.getLogger(__name__)

P = ParamSpec("P")

AT_ONCE = 2  # batches; the server has 8 threads, and Python runs one of them at a time
WAIT = 0.05  # seconds that a batch waits for its turn, and a thread with it
LATER = (2, 8)  # seconds after which a phone comes again: not all at once

_turns = threading.BoundedSemaphore(AT_ONCE)


def in_turn(view: Callable[P, ResponseReturnValue]) -> Callable[P, Response]:
    """Let the view begin when it is its turn; else answer 429 with `Retry-After`. So does a view
    that did not get hold of the database: a phone's own business is to come again.

    Lets go of the database while it waits.
    """

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
        if not _turns.acquire(timeout=WAIT):
            return _later()
        try:
            return make_response(view(*args, **kwargs))
        except OperationalError as error:  # locked for long, or a deadlock: nothing was stored
            if is_full(error):
                raise
            log.warning("phone sent away", exc_info=error)
            db.session.rollback()
            return _later()
        finally:
            _turns.release()

    return wrapper


def begin_writing() -> None:
    """End what was read so far and let the next transaction be a writer (SQLite).

    A view that is marked `reads` takes the write lock only here: not while it waits, nor while it
    reads and checks what was sent.
    """
    db.session.rollback()
    set_reading(False)


def _later() -> Response:
    seconds = random.randint(*LATER)
    text = gettext("Server sedang menerima kiriman lain. Isian tetap di HP; dikirim lagi sendiri.")
    answer = problem(HTTPStatus.TOO_MANY_REQUESTS, "come-later", text)
    answer.headers["Retry-After"] = str(seconds)
    return answer
