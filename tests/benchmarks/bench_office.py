"""Time what every page stands on: `python -m tests.benchmarks.bench_office [events]`.

Prints milliseconds per page of the office and microseconds per audit event, on SQLite.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from flask import Flask
from flask_security.utils import hash_password

from jps.access.rules import Role
from jps.access.services import create_user
from jps.app import create_app
from jps.areas.services import load_areas
from jps.audit.services import Event, record_many, verify_chain
from jps.config import DATA, Settings
from jps.db import db
from jps.migrations import bring_up_to_date

ROUNDS = 30  # requests per page; the median is shown
PASSWORD = "sandi-tolok-ukur"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
PAGES = ("/healthz", "/login", "/account", "/users/", "/users/areas?q=limb", "/jobs/", "/audit/")


def main(events: int) -> None:
    """Make an office with this many audit events and time its pages."""
    with tempfile.TemporaryDirectory() as folder:
        begun = perf_counter()
        app = create_app(
            Settings(home=Path(folder), log_level="ERROR"), {"WTF_CSRF_ENABLED": False}
        )
        say("start the application", perf_counter() - begun)
        with app.app_context():
            begun = perf_counter()
            bring_up_to_date()
            say("migrate an empty database", perf_counter() - begun)
            _fill(events)
        _pages(app)
        with app.app_context():
            db.engine.dispose()


def _fill(events: int) -> None:
    session = db.session()
    load_areas(session, (DATA / "areas" / "gorontalo.csv").read_bytes(), by="bench", at=NOW)
    create_user(
        session,
        username="admin",
        full_name="Contoh",
        password=PASSWORD,
        role=Role.ADMINISTRATOR,
        areas=["75"],
        hash_password=hash_password,
        by="bench",
        at=NOW,
    )
    session.commit()
    many: Iterable[Event] = (Event("job-started", "job", str(n)) for n in range(events))
    begun = perf_counter()
    record_many(session, many, by="bench", at=NOW)
    session.commit()
    say(f"record {events} audit events", perf_counter() - begun)
    begun = perf_counter()
    check = verify_chain(session)
    say(f"verify the chain of {check.events}", perf_counter() - begun)
    session.rollback()


def _pages(app: Flask) -> None:
    client = app.test_client()
    begun = perf_counter()
    client.post("/login", data={"username": "admin", "password": PASSWORD})
    say("sign in (one argon2 hash)", perf_counter() - begun)
    for path in PAGES:
        say(f"GET {path}", _median(partial(client.get, path)))


def _median(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        ask()
        times.append(perf_counter() - begun)
    return median(times)


def say(what: str, seconds: float) -> None:
    """Print one line of the table."""
    sys.stdout.write(f"{what:<34}{seconds * 1000:>10.1f} ms\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
