"""What phones ask for and send, record by record; SQLite alone."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from jps.access.rules import Role
from jps.assessment.acceptance import MOST_TRIES, settle_follow_ups
from jps.assessment.models import Assessment, FollowUp
from jps.db import EVERYWHERE, db, set_scope
from jps.households import storing
from jps.households.models import Household, HouseholdConflict, HouseholdHistory
from jps.households.remarks import Pointer, add_remarks
from tests.api.test_phone import Phone, count, operator, outcomes, phone, record
from tests.conftest import NOW, PASSWORD, SignIn
from tests.databases import Databases
from tests.households_examples import household_document

__all__ = ["count", "operator", "phone"]


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: `test_phone` runs on both what the database decides."""
    return databases.sqlite(tmp_path / "office")


def test_a_household_that_cannot_be_followed_up_stops_no_other(phone: Phone, app: Flask) -> None:
    broken, fine = (uuid.UUID(result["id"]) for result in phone.send(record(), record()))
    with app.app_context():
        session = db.session()
        set_scope(session, EVERYWHERE)
        spoil = update(Household).where(Household.id == broken).values(answers=["no", "answers"])
        session.execute(spoil)
        session.commit()
        for _ in range(MOST_TRIES + 1):
            settle_follow_ups(session, limit=10, at=NOW)
            session.commit()
        assert session.get(Assessment, (fine, 1)) is not None
        (waiting,) = session.scalars(select(FollowUp))
        assert (waiting.household_id, waiting.tries) == (broken, MOST_TRIES)


def test_what_the_gate_refuses_becomes_the_draft(phone: Phone, app: Flask) -> None:
    key = uuid.uuid4()
    wrong = household_document()
    wrong["members"][1]["nik"] = "123"
    wrong["members"][1]["id"] = member = str(uuid.uuid4())
    sent = {"id": str(key), "base": None, "submit": True, "document": wrong}
    result = phone.one(sent)
    assert result["outcome"] == "problems"
    assert result["text"]
    (found,) = [one for one in result["problems"] if one["level"] == "error"]
    assert (found["member"], found["field"]) == (member, "nik")
    assert "123" not in found["text"]
    assert phone.one(sent)["outcome"] == "problems"
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        household = db.session.get(Household, key)
        assert household is not None
        assert household.draft is not None
        assert household.version == 1
        assert household.draft["members"][1]["nik"] == "123"
    wrong["members"][1].pop("nik")
    wrong["members"][1]["nik_reason"] = "3"
    right = phone.one({**sent, "base": result["version"], "document": wrong})
    assert right["outcome"] == "updated"


def test_one_broken_record_stops_no_other(phone: Phone, count: Callable[..., int]) -> None:
    key = uuid.uuid4()
    results = phone.send(
        record(),
        "no record",
        {"id": "no-uuid", "document": {}},
        record(area_code="75.02.01.2001"),
        record(area_code="75.01.01.9999"),
        {"id": str(uuid.uuid4()), "submit": False, "document": {"address": "x" * 20_000}},
        {"id": str(uuid.uuid4()), "submit": True, "document": {"members": [{"name": ["?"]}]}},
        record(key),
        record(key),
    )
    assert outcomes(results) == [
        "created",
        "refused",
        "refused",
        "refused",
        "problems",
        "refused",
        "problems",
        "created",
        "duplicate",
    ]
    assert all(result["text"] for result in results if result["outcome"] == "refused")
    assert count(Household) == 4


def test_a_household_elsewhere_is_not_touched(
    phone: Phone, sign_in: SignIn, count: Callable[..., int]
) -> None:
    other = Phone(sign_in(Role.ENUMERATOR, "75.02", username="citra"))
    key = other.one(record(area_code="75.02.01.2001"))["id"]
    assert phone.one(record(key))["outcome"] == "refused"
    assert phone.one(record(key, base=1, submit=False))["outcome"] == "refused"
    assert (count(HouseholdHistory), count(HouseholdConflict)) == (1, 0)


def test_what_is_verified_is_kept_beside(
    phone: Phone, operator: FlaskClient, count: Callable[..., int]
) -> None:
    key = phone.one(record())["id"]
    answer = operator.post(f"/households/{key}/verify", data={"version": 1})
    assert answer.status_code == 303
    for submit in (True, False):
        late = phone.one(record(key, base=1, submit=submit, floor_area=51))
        assert late["outcome"] == "conflict", submit
    assert count(HouseholdConflict) == 1


def test_remarks_come_along_with_a_returned_household(
    phone: Phone, operator: FlaskClient, app: Flask
) -> None:
    key = phone.one(record())["id"]
    reason = {"version": 1, "reason": "Periksa luas lantai"}
    assert operator.post(f"/households/{key}/return", data=reason).status_code == 303
    with app.app_context():
        session = db.session()
        set_scope(session, EVERYWHERE)
        household = session.get(Household, uuid.UUID(key))
        assert household is not None
        document = storing.accepted_document(session, household)
        pointers = [Pointer("floor_area", "Ukur lagi")]
        add_remarks(session, household, document, pointers, by="budi", at=NOW)
        session.commit()
    (mine,) = phone.client.get("/api/v1/phone/pack").get_json()["households"]
    (remark,) = mine["remarks"]
    assert (remark["member"], remark["field"], remark["text"]) == (None, "floor_area", "Ukur lagi")
    assert remark["by"] == "Contoh operator"


def test_a_returned_household_goes_back_unchanged(phone: Phone, operator: FlaskClient) -> None:
    sent = record()
    key = phone.one(sent)["id"]
    reason = {"version": 1, "reason": "Periksa luas lantai"}
    assert operator.post(f"/households/{key}/return", data=reason).status_code == 303
    (mine,) = phone.client.get("/api/v1/phone/pack").get_json()["households"]
    assert (mine["state"], mine["reason"]) == ("returned", "Periksa luas lantai")
    assert mine["document"]["members"][0]["nik"] == "7501010505809001"
    back = phone.one(
        {"id": key, "base": mine["version"], "submit": True, "document": mine["document"]}
    )
    assert back["outcome"] == "updated"


def test_a_pack_holds_ones_own_work_and_the_list(
    phone: Phone, operator: FlaskClient, sign_in: SignIn
) -> None:
    colleague = Phone(sign_in(Role.ENUMERATOR, "75.01", username="dewi"))
    elsewhere = Phone(sign_in(Role.ENUMERATOR, "75.02", username="citra"))
    mine = phone.one(record(submit=False))["id"]
    hers = colleague.one(record(submit=False))["id"]
    sent = colleague.one(record())["id"]
    elsewhere.one(record(area_code="75.02.01.2001"))
    answer = phone.client.get("/api/v1/phone/pack")
    body = answer.get_json()
    rows = {row["id"]: row for row in body["households"]}
    assert set(rows) == {mine, hers, sent}
    assert {key for key, row in rows.items() if row["document"]} == {mine}
    assert {key for key, row in rows.items() if row["entered_by_me"]} == {mine}
    assert [area["code"] for area in body["areas"]] == ["75.01.01.2001", "75.01.01.2002"]
    tag = answer.headers["ETag"]
    again = phone.client.get("/api/v1/phone/pack", headers={"If-None-Match": tag})
    assert again.status_code == 304
    phone.one(record())
    newer = phone.client.get("/api/v1/phone/pack", headers={"If-None-Match": tag})
    assert newer.status_code == 200


def test_the_key_is_the_account_s(phone: Phone, sign_in: SignIn, app: Flask) -> None:
    first = phone.client.get("/api/v1/phone/session").get_json()
    assert first["user"]["username"] == "ani"
    assert len(first["key"]) == 44
    phone.client.post("/logout")
    assert phone.client.get("/api/v1/phone/session").status_code == 401
    answer = phone.client.post("/login", data={"username": "ani", "password": PASSWORD})
    assert answer.status_code == 303
    assert phone.client.get("/api/v1/phone/session").get_json()["key"] == first["key"]
    other = sign_in(Role.ENUMERATOR, "75.01", username="dewi")
    assert other.get("/api/v1/phone/session").get_json()["key"] != first["key"]


def test_a_batch_is_bounded(phone: Phone) -> None:
    body = {"device": "x", "records": [record() for _ in range(21)]}
    assert phone.client.post("/api/v1/phone/sync", json=body).status_code == 422
    body = {"device": "x" * 65, "records": []}
    assert phone.client.post("/api/v1/phone/sync", json=body).status_code == 422
    assert phone.client.post("/api/v1/phone/sync", data="[").status_code in {400, 415, 422}


def test_photos_are_kept_once(phone: Phone, sign_in: SignIn) -> None:
    key, name = phone.one(record(submit=False))["id"], f"{uuid.uuid4()}.jpg"
    place = f"/api/v1/phone/photos/{key}/{name}"
    jpeg = b"\xff\xd8\xff\xe0 example"

    def put(content: bytes, kind: str = "image/jpeg", client: FlaskClient = phone.client) -> int:
        return client.put(place, data=content, content_type=kind).status_code

    assert put(jpeg) == 201
    assert put(jpeg) == 200
    assert put(jpeg + b"other") == 409
    assert put(b"<svg>", "image/svg+xml") == 415
    assert put(b"\xff\xd8\xff" + b"\0" * (10 * 2**20)) == 413
    other = sign_in(Role.ENUMERATOR, "75.02", username="citra")
    assert put(jpeg, client=other) == 404
