"""Whether the process lives and whether it can serve, for the office's monitoring."""

import shutil
from collections.abc import Callable

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from jps.db import db
from jps.http import Door, now, requires, settings
from jps.migrations import is_up_to_date
from jps.worker import is_alive

bp = Blueprint("health", __name__)

FREE_DISK_SHARE = 0.05  # of the disk; with less, writing may fail any moment


@bp.get("/healthz")
@requires(Door.OPEN)
def healthz() -> ResponseReturnValue:
    """Answer that the process lives."""
    return jsonify(status="ok")


@bp.get("/readyz")
@requires(Door.OPEN)
def readyz() -> ResponseReturnValue:
    """Answer 200 when database, migrations, disk, keys and worker are fit to serve, else 503."""
    checks = {
        "database": _guarded(_database),
        "migrations": _guarded(is_up_to_date),
        "disk": _guarded(_disk),
        "keys": (settings().home / "keys" / "session").is_file(),
        "worker": is_alive(settings(), at=now()),
    }
    ready = all(checks.values())
    return jsonify(status="ok" if ready else "not ready", checks=checks), 200 if ready else 503


def _guarded(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        current_app.logger.warning("not ready", exc_info=True)
        return False


def _database() -> bool:
    with db.engine.connect() as connection:
        return bool(connection.exec_driver_sql("SELECT 1").scalar() == 1)


def _disk() -> bool:
    usage = shutil.disk_usage(settings().home)
    return usage.free / usage.total > FREE_DISK_SHARE
