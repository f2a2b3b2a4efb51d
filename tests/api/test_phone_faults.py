"""Everything that goes wrong between a phone and the office, made to happen on a real server."""

import http.client
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from jps.access.models import User
from jps.audit.services import verify_chain
from jps.db import EVERYWHERE, db, set_scope
from jps.filestore import FOLDER
from jps.households.models import (
    Attachment,
    Household,
    HouseholdConflict,
    HouseholdHistory,
    Member,
    PhoneSave,
)
from tests.api.serving import PATIENCE, HttpPhone, Server, field_office, new_record, serving
from tests.databases import Databases

MOMENTS = 8  # at which the server is killed during a sync
JPEG = b"\xff\xd8\xff\xe0" + b"example!" * 50_000


@pytest.fixture(scope="module")
def app(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An office on SQLite, the database that dies with the server and fills the office's disk."""
    yield from field_office(databases, tmp_path_factory.mktemp("field"))


@pytest.fixture
def server(server_of_all: Server) -> Iterator[Server]:
    """A running server."""
    server_of_all.start()
    yield server_of_all
    server_of_all.kill()


@pytest.fixture(scope="module")
def server_of_all(app: Flask) -> Iterator[Server]:
    """A server of the office, not running."""
    with serving(app.config["JPS"].home) as one:
        yield one


@pytest.fixture
def phone(server: Server) -> HttpPhone:
    """Ani's phone, signed in."""
    phone = HttpPhone(server, "ani", "phone-1")
    phone.sign_in()
    return phone


class Stored:
    """What lies in the database."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def count(self, table: Any, sent: list[dict[str, Any]]) -> int:
        """Return how many rows a table has of the households that were sent."""
        keys = [uuid.UUID(record["id"]) for record in sent]
        column = table.id if table is Household else table.household_id
        with self.app.app_context():
            set_scope(db.session(), EVERYWHERE)
            query = select(func.count()).select_from(table).where(column.in_(keys))
            found = db.session.scalar(query) or 0
            db.session.remove()
            return found

    def check(self, sent: list[dict[str, Any]], *, people: int = 3) -> None:
        """Fail unless each household that was sent is there once, whole, with its history."""
        tables = (Household, HouseholdHistory, Member, HouseholdConflict)
        found = [self.count(table, sent) for table in tables]
        assert found == [len(sent), len(sent), people * len(sent), 0]
        with self.app.app_context():
            assert verify_chain(db.session()).broken_at is None
            db.session.remove()


@pytest.fixture
def stored(app: Flask) -> Stored:
    """Look into the database."""
    return Stored(app)


def test_a_server_killed_at_any_moment_loses_and_doubles_nothing(
    server: Server, phone: HttpPhone, stored: Stored
) -> None:
    first = [new_record(floor_area=20 + place) for place in range(5)]
    began = time.monotonic()
    assert phone.sync(*first)[0] == 200
    took = time.monotonic() - began
    sent, heard = [*first], 0
    for moment in range(MOMENTS):
        batch = [new_record(floor_area=20 + place) for place in range(5)]
        sent += batch
        answers: list[int] = []

        def send(batch: list[dict[str, Any]] = batch, answers: list[int] = answers) -> None:
            try:
                answers.append(phone.sync(*batch)[0])
            except (OSError, http.client.HTTPException):
                return

        thread = threading.Thread(target=send)
        thread.start()
        time.sleep(took * 1.3 * moment / MOMENTS)
        server.kill()
        thread.join()
        heard += len(answers)
        server.start()
        status, body = phone.sync(*batch)
        assert status == 200
        outcomes = {result["outcome"] for result in body["results"]}
        assert outcomes == ({"duplicate"} if answers else outcomes & {"created", "duplicate"})
        assert len(outcomes) == 1, "a batch is stored as a whole or not at all"
    assert heard < MOMENTS, "no kill came before an answer"
    stored.check(sent)


def test_an_answer_lost_after_the_commit(server: Server, phone: HttpPhone, stored: Stored) -> None:
    batch = [new_record(floor_area=20 + place) for place in range(3)]
    phone.send_unheard(*batch)
    limit = time.monotonic() + PATIENCE
    while stored.count(Household, batch) < 3 and time.monotonic() < limit:
        time.sleep(0.05)
    status, body = phone.sync(*batch)
    assert (status, [one["outcome"] for one in body["results"]]) == (200, ["duplicate"] * 3)
    stored.check(batch)


def test_a_full_disk_is_told_and_nothing_is_half_stored(
    server: Server, phone: HttpPhone, stored: Stored, app: Flask
) -> None:
    first = [new_record()]
    assert phone.sync(*first)[0] == 200
    with app.app_context():
        pages = db.session.connection().exec_driver_sql("PRAGMA page_count").scalar()
        db.session.remove()
        db.engine.dispose()
    assert isinstance(pages, int)
    server.kill()
    server.start(pages=pages + 2, file_bytes=0)
    batch = [new_record(floor_area=20 + place) for place in range(20)]
    status, body = phone.sync(*batch)
    assert (status, body["code"]) == (507, "disk-full")
    assert "penuh" in body["detail"]
    assert (stored.count(Household, first), stored.count(Household, batch)) == (1, 0)
    assert phone.json("GET", "/phone/pack")[0] == 200, "reading goes on"
    server.kill()
    server.start()
    status, body = phone.sync(*batch)
    assert [one["outcome"] for one in body["results"]] == ["created"] * 20
    stored.check(first + batch)


def test_a_photo_on_a_full_disk(server: Server, phone: HttpPhone, stored: Stored) -> None:
    record = new_record(photo_house=f"{uuid.uuid4()}.jpg")
    phone.sync(record)
    server.kill()
    server.start(file_bytes=len(JPEG) - 1)
    place = f"/api/v1/phone/photos/{record['id']}/{record['document']['photo_house']}"
    kind = {"Content-Type": "image/jpeg"}
    assert phone.raw("PUT", place, JPEG, kind)[0] == 507
    files = [one for one in (server.home / FOLDER).rglob("*") if one.is_file()]
    assert (files, stored.count(Attachment, [record])) == ([], 0)
    server.kill()
    server.start()
    assert phone.raw("PUT", place, JPEG, kind)[0] == 201
    assert phone.raw("PUT", place, JPEG, kind)[0] == 200
    assert stored.count(Attachment, [record]) == 1


def test_a_session_that_ended_keeps_everything(
    server: Server, phone: HttpPhone, stored: Stored, app: Flask
) -> None:
    batch = [new_record()]
    key = phone.key
    with app.app_context():
        db.session.execute(
            update(User).where(User.username == "ani").values(fs_uniquifier=uuid.uuid4().hex)
        )
        db.session.commit()
    status, body = phone.sync(*batch)
    assert (status, body["code"]) == (401, "sign-in-required")
    assert stored.count(Household, batch) == 0
    phone.sign_in()
    assert phone.key == key, "what the phone kept opens again"
    csrf, phone.csrf = phone.csrf, "stale"
    assert phone.sync(*batch)[1]["code"] == "csrf"
    assert stored.count(Household, batch) == 0
    phone.csrf = csrf
    assert phone.sync(*batch)[1]["results"][0]["outcome"] == "created"
    stored.check(batch)


def test_a_wrong_clock_decides_nothing(
    server: Server, phone: HttpPhone, stored: Stored, app: Flask
) -> None:
    late = new_record(interview_date="2093-01-01", interview_start="2093-01-01T08:00:00+08:00")
    late["saved_at"] = "2093-01-01T09:00:00+08:00"
    early = new_record() | {"saved_at": "1970-01-01T00:00:07Z"}
    odd = new_record() | {"saved_at": "yesterday"}
    status, body = phone.sync(late, early, odd)
    assert status == 200
    assert [one["outcome"] for one in body["results"]] == ["problems", "created", "created"]
    wrong = {one["field"] for one in body["results"][0]["problems"] if one["level"] == "error"}
    assert "interview_date" in wrong
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        keys = [uuid.UUID(one["id"]) for one in (late, early, odd)]
        query = select(PhoneSave.at, PhoneSave.saved_at).where(PhoneSave.household_id.in_(keys))
        rows = db.session.execute(query).all()
        assert {row.at.year for row in rows} == {int(body["server_time"][:4])}
        assert {row.saved_at and row.saved_at.year for row in rows} == {2093, 1970, None}
        kept = db.session.get(Household, uuid.UUID(late["id"]))
        assert kept is not None
        assert kept.entered_at.year < 2093
    late |= {"base": body["results"][0]["version"]}
    late["document"] |= {"interview_date": "2024-03-05"}
    assert phone.sync(late)[1]["results"][0]["outcome"] == "updated"


def test_two_batches_with_the_same_households_at_once(
    server: Server, phone: HttpPhone, stored: Stored
) -> None:
    batch = [new_record(floor_area=20 + place) for place in range(8)]
    with ThreadPoolExecutor(6) as pool:
        orders = [batch if turn % 2 else batch[::-1] for turn in range(6)]
        answers = list(pool.map(lambda order: phone.sync(*order), orders))
    assert {status for status, _body in answers} == {200}
    outcomes = [one["outcome"] for _status, body in answers for one in body["results"]]
    assert sorted(outcomes) == ["created"] * 8 + ["duplicate"] * 40
    stored.check(batch)
