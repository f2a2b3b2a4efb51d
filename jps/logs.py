"""Structured logs: one JSON object a line, without personal data.

Values come from `extra` by name. An exception is logged as type and place, never with its message,
which may quote what a person typed. Libraries fill their messages with values that we do not know:
of theirs only the template is logged. Long numbers are blotted out of whatever remains.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

_FIELDS = ("request", "method", "rule", "status", "ms", "user", "job", "kind", "error", "state")
_LONG_NUMBER = re.compile(r"\d{12,}")  # a NIK, a KK, what is left of one, an account number
_TOKEN = re.compile(r"/odk/[^/\s]+")  # waitress quotes the address of a phone that hung up
_OURS = ("jps.", "waitress")  # waitress says where it serves and how long its queue is


class JsonLine(logging.Formatter):
    """Format a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        row: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": _event(record),
        }
        row |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            row["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            row["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(row, ensure_ascii=False, default=str)


def _event(record: logging.LogRecord) -> str:
    ours = f"{record.name}.".startswith(_OURS)
    text = record.getMessage() if ours else str(record.msg)
    return _LONG_NUMBER.sub("#", _TOKEN.sub("/odk/#", text))


def set_up_logs(level: str) -> None:
    """Send the logs of JPS and its libraries to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Their messages quote addresses, statements or values.
    for name in ("werkzeug", "sqlalchemy.engine", "alembic", "huey", "fiona", "pyogrio"):
        logging.getLogger(name).setLevel(logging.WARNING)
