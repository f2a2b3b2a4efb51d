"""The disk of the office is full while a phone sends: it hears so, keeps all, and sends again."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from jps.db import EVERYWHERE, db, set_scope
from jps.filestore import FOLDER
from jps.odk.models import Submission
from tests.api.serving import Server, field_office, serving
from tests.databases import Databases
from tests.households_examples import household_document
from tests.openrosa.collect import Collect, Filled
from tests.openrosa.conftest import connect
from tests.openrosa.filling import fill

PHOTO = b"\xff\xd8\xff\xe0" + b"example!" * 50_000


@pytest.fixture(scope="module")
def app(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An office on SQLite, whose database lies on the disk that gets full."""
    yield from field_office(databases, tmp_path_factory.mktemp("field"))


@pytest.fixture(scope="module")
def server(app: Flask) -> Iterator[Server]:
    """A server of the office, not running."""
    with serving(app.config["JPS"].home) as one:
        yield one


def submissions(app: Flask) -> int:
    """Return how many forms were kept."""
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        found = db.session.scalar(select(func.count()).select_from(Submission)) or 0
        db.session.remove()
        return found


def pages(app: Flask) -> int:
    """Return how many pages the database has."""
    with app.app_context():
        found = db.session.connection().exec_driver_sql("PRAGMA page_count").scalar()
        db.session.remove()
        db.engine.dispose()
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("full", ["database", "photos"])
def test_a_full_disk_is_told_and_the_form_comes_again(
    app: Flask, server: Server, full: str
) -> None:
    token, before = connect(app, "ani"), submissions(app)
    files = {"rumah.jpg": PHOTO + full.encode()}  # each its own: a photo is kept once
    filled = Filled(fill(household_document(notes="x" * 50_000)), files)
    photos = set((server.home / FOLDER).rglob("*.*"))
    limits = {"pages": pages(app)} if full == "database" else {"file_bytes": len(PHOTO)}
    server.start(**limits)
    try:
        sent = Collect(f"http://127.0.0.1:{server.port}/odk/{token}").send(filled)
        assert (sent.ok, sent.last.status) == (False, 503)
        assert "penuh" in sent.last.message
        assert "x-openrosa-version" in sent.last.headers
        assert (submissions(app), filled.sent) == (before, 0)
        if full == "photos":
            assert set((server.home / FOLDER).rglob("*.*")) == photos, "no half of a photo stays"
    finally:
        server.kill()
    server.start()
    try:
        assert Collect(f"http://127.0.0.1:{server.port}/odk/{token}").send(filled).ok
        assert submissions(app) == before + 1
    finally:
        server.kill()
