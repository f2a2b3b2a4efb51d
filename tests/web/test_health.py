"""What the office's monitoring asks."""

import os
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from jps.config import Settings
from jps.db import db
from jps.worker import BEAT_FILE, SILENT_AFTER, make_queue


@pytest.fixture
def beating(office: Settings, app: Flask) -> Settings:
    """An office whose worker just showed that it lives."""
    make_queue(office)
    (office.home / BEAT_FILE).touch()
    return office


def test_the_process_lives(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_fit_to_serve(client: FlaskClient, beating: Settings) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json
    assert answer.json is not None
    assert set(answer.json["checks"]) == {"database", "migrations", "disk", "keys", "worker"}


def test_a_silent_worker_is_told(client: FlaskClient, beating: Settings) -> None:
    past = time.time() - SILENT_AFTER - 1
    os.utime(beating.home / BEAT_FILE, (past, past))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert [name for name, well in answer.json["checks"].items() if not well] == ["worker"]


def test_an_older_database_is_told(app: Flask, client: FlaskClient, beating: Settings) -> None:
    with app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
        db.session.commit()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert not answer.json["checks"]["migrations"]
    assert client.get("/healthz").status_code == 200


def test_strangers_learn_nothing_more(client: FlaskClient) -> None:
    assert "SQLite" not in client.get("/readyz").text
    assert "instance" not in client.get("/readyz").text
