"""Photos on the pages: what anybody of the area may see, and what asks for a reason."""

import uuid
from pathlib import Path

import pytest
from flask import Flask

from jps.access.rules import Role
from jps.db import EVERYWHERE, db, set_scope
from jps.households.attachments import store_attachment
from tests.conftest import NOW
from tests.databases import Databases
from tests.offices import NewHousehold, Stored
from tests.web.conftest import NewVisitor, Visitor

JPEG = b"\xff\xd8\xff\xe0 example"


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: who may see what does not depend on the database."""
    return databases.sqlite(tmp_path / "office")


@pytest.fixture
def photographed(app: Flask, household: NewHousehold) -> str:
    """A household with a photo of the house and one of the family card."""
    key = household("ani", photo_house="house.jpg", photo_kk="card.jpg")
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        for name in ("house.jpg", "card.jpg"):
            store_attachment(
                db.session(),
                app.config["JPS"].home,
                household_id=uuid.UUID(key),
                name=name,
                content=JPEG + name.encode(),
                media_type="image/jpeg",
                by="ani",
                at=NOW,
            )
        db.session.commit()
    return key


def test_the_house_is_shown(ani: Visitor, photographed: str) -> None:
    address = f"/households/{photographed}/photos/house.jpg"
    assert address in ani.get(f"/households/{photographed}").text
    answer = ani.get(address)
    assert answer.data == JPEG + b"house.jpg"
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_family_card_asks_for_a_reason(
    ani: Visitor, budi: Visitor, person: NewVisitor, photographed: str
) -> None:
    address = f"/households/{photographed}/photos/card.jpg"
    assert f'src="{address}"' not in budi.get(f"/households/{photographed}").text
    assert budi.get(address).status_code == 403
    assert ani.client.post(address, data={"reason": "ingin"}).status_code == 403
    assert budi.client.post(address, data={"reason": " "}).status_code == 422
    shown = budi.client.post(address, data={"reason": "memeriksa nomor KK"})
    assert shown.data == JPEG + b"card.jpg"
    inspector = person("ina", Role.ADMINISTRATOR, "75")
    assert "memeriksa nomor KK" in inspector.get("/audit/").text


def test_nobody_from_elsewhere_sees_one(person: NewVisitor, photographed: str) -> None:
    other = person("citra", Role.OPERATOR, "75.02")
    address = f"/households/{photographed}/photos/"
    assert other.get(address + "house.jpg").status_code == 404
    assert other.client.post(address + "card.jpg", data={"reason": "ingin"}).status_code == 404


def test_a_photo_still_on_the_phone_is_said(ani: Visitor, household: NewHousehold) -> None:
    key = household("ani", photo_house="later.jpg")
    assert "Belum terkirim dari HP pendata." in ani.get(f"/households/{key}").text
    assert ani.get(f"/households/{key}/photos/later.jpg").status_code == 404


def test_the_form_keeps_what_the_phone_measured(
    ani: Visitor, household: NewHousehold, stored: Stored
) -> None:
    start = "2024-03-05T08:10:00+08:00"
    key = household("ani", sent=False, photo_house="house.jpg", interview_start=start)
    for section in ("location", "visit"):
        page = ani.get(f"/entry/{key}/{section}")
        assert page.status_code == 200
        assert 'name="interview_start"' not in page.text
    assert ani.send(f"/entry/{key}/location", address="Jalan Baru 7").status_code == 303
    draft = stored(key).draft
    assert draft is not None
    assert (draft["address"], draft["photo_house"], draft["interview_start"]) == (
        "Jalan Baru 7",
        "house.jpg",
        start,
    )
