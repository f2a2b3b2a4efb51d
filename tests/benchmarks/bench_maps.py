"""Time scores and maps: `python -m tests.benchmarks.bench_maps [households]`.

Prints seconds for scoring and for the first look at the figures, milliseconds for the looks after
it, and bytes on the wire, on SQLite with schematic boundaries and invented households.
"""

import random
import sys
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy import insert, select

from jps.access.rules import Role
from jps.access.services import create_user
from jps.app import create_app
from jps.areas.in_force import draw_schematic
from jps.areas.models import Area
from jps.areas.rules import Level
from jps.areas.services import load_areas, load_population
from jps.assessment.work import assess_work
from jps.config import DATA, Settings
from jps.db import chunks, db, everywhere
from jps.households.models import Household
from jps.households.rules import Source, State
from jps.jobs.runner import Task
from jps.migrations import bring_up_to_date

ROUNDS = 40  # requests per address
PASSWORD = "sandi-tolok-ukur"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
PATHS = ("/maps/", "/maps/values?level=kabkota", "/maps/values?level=desa")


def main(households: int) -> None:
    """Make an office with this many households, score them and look at its map."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), log_level="ERROR")
        app = create_app(settings, {"WTF_CSRF_ENABLED": False})
        with app.app_context(), everywhere(db.session()):
            bring_up_to_date()
            _fill(households)
            begun = perf_counter()
            _score()
            say(f"score {households} households", perf_counter() - begun)
        _look(app)
        with app.app_context():
            db.engine.dispose()


def _fill(households: int) -> None:
    session = db.session()
    areas = DATA / "areas"
    load_areas(session, (areas / "gorontalo.csv").read_bytes(), by="bench", at=NOW)
    population = (areas / "gorontalo_population.csv").read_bytes()
    load_population(session, population, by="bench", at=NOW)
    draw_schematic(session, by="bench", at=NOW)
    create_user(
        session,
        username="manager",
        full_name="Contoh",
        password=PASSWORD,
        role=Role.MANAGER,
        areas=["75"],
        hash_password=hash_password,
        by="bench",
        at=NOW,
    )
    villages = session.scalars(select(Area.code).where(Area.level == Level.DESA)).all()
    for rows in chunks(list(_invented(villages, households)), 5_000):
        session.execute(insert(Household), list(rows))
    session.commit()


def _invented(villages: Any, number: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(2026)
    for place in range(number):
        answer = iter(chance.choices("12", k=7))
        size = chance.randint(1, 8)
        yield {
            "id": uuid.UUID(int=chance.getrandbits(128)),
            "version": 1,
            "area_code": villages[place % len(villages)],
            "state": State.VERIFIED,
            "state_by": "bench",
            "state_at": NOW,
            "source": Source.SAMPLE,
            "questionnaire_version": "bench",
            "answers": {
                "ppi_savings_account": next(answer),
                "ppi_ate_meat": next(answer),
                "ppi_ate_prepared_rice": next(answer),
                "ppi_bought_clothing_care": next(answer),
                "ppi_bought_gasoline": next(answer),
                "notes": "x" * 1_500,  # bytes that the other answers take
            },
            "calculated": {
                "ppi_household_size": "1" if size == 1 else "2" if size < 4 else "3",
                "ppi_floor_material": "3",
                "ppi_refrigerator": next(answer),
                "ppi_car": next(answer),
            },
            "household_size": size,
            "interview_date": date(2026, 11, 1) - timedelta(days=chance.randint(0, 90)),
            "visit_result": "1",
            "entered_by": "bench",
            "entered_at": NOW,
            "changed_at": NOW,
        }


def _score() -> None:
    session = db.session()
    task = Task(session, uuid.uuid4(), {}, {}, "bench", Path(), lambda: NOW)
    for _step in assess_work(task):
        session.commit()


def _look(app: Flask) -> None:
    client = app.test_client()
    client.post("/login", data={"username": "manager", "password": PASSWORD})
    for path in PATHS:
        times, size = [], 0
        for _ in range(ROUNDS):
            begun = perf_counter()
            size = len(client.get(path, headers={"Accept-Encoding": "gzip"}).data)
            times.append(perf_counter() - begun)
        later = sorted(times[1:])
        say(f"GET {path}, first", times[0])
        say("  median after it", later[len(later) // 2])
        say(f"  95 % under ({size} bytes)", later[int(len(later) * 0.95)])
    _outlines(client)


def _outlines(client: FlaskClient) -> None:
    for level in (Level.KABKOTA, Level.KECAMATAN, Level.DESA):
        address = client.get(f"/maps/values?level={level}").get_json()["geometry"]["url"]
        begun = perf_counter()
        size = len(client.get(address, headers={"Accept-Encoding": "gzip"}).data)
        say(f"outlines of {level} ({size} bytes)", perf_counter() - begun)


def say(what: str, seconds: float) -> None:
    """Print one line of the table."""
    sys.stdout.write(f"{what:<44}{seconds * 1000:>10.1f} ms\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6_000)
