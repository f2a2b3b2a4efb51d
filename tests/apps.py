"""Applications for tests: built once, then every office gets a copy of its own."""

from copy import copy
from dataclasses import replace
from pathlib import Path

from flask import Flask

from jps.app import connect_database, create_app, flask_config
from jps.config import Settings
from jps.db import db
from jps.logs import set_up_logs
from jps.maps.queries import VillageSums

# No forgery tokens in forms that tests send by hand, and passwords hashed cheaply.
FAST = {
    "WTF_CSRF_ENABLED": False,
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
        "argon2__time_cost": 1,
        "argon2__memory_cost": 64,
        "argon2__parallelism": 1,
    },
}
KEYS = ("SECRET_KEY", "SECURITY_PASSWORD_SALT")  # kept in signers when the application is built


class Apps:
    """Makes applications that share what every office has alike: routes and compiled templates.

    To build one takes a fifth of a second, and its templates are compiled again.
    """

    def __init__(self) -> None:
        self._built: dict[tuple[object, ...], Flask] = {}

    def of(self, office: Settings) -> Flask:
        """Return an application whose settings, database and state are its own; routes are set."""
        config = flask_config(office) | FAST
        kind = (replace(office, home=Path(), database_url=""), *(config[key] for key in KEYS))
        if kind not in self._built:
            self._built[kind] = create_app(office, FAST)
            close(self._built[kind])
        set_up_logs(office.log_level)
        return _copy(self._built[kind], config)


def close(app: Flask) -> None:
    """Let go of the database of `app`."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _copy(built: Flask, config: dict[str, object]) -> Flask:
    app = copy(built)
    for name, value in vars(built).items():
        if isinstance(value, dict | list | set):
            setattr(app, name, copy(value))
    app.teardown_appcontext_funcs.clear()  # the database's alone, which comes again
    app.extensions.pop("sqlalchemy")
    # No sums take long here, however busy the machine: pages show what was just saved.
    app.extensions["jps-village-sums"] = VillageSums(timer=lambda: 0.0)
    app.config.update(config)
    connect_database(app)
    app._got_first_request = (
        True  # from here on Flask refuses new routes: all copies would get them
    )
    return app
