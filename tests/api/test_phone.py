"""What phones ask for and send: once, whatever was lost on the way."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from jps.access.rules import Role
from jps.api.phone_turns import AT_ONCE
from jps.assessment.acceptance import settle_follow_ups
from jps.assessment.models import Assessment, FollowUp
from jps.audit.services import verify_chain
from jps.db import EVERYWHERE, db, set_scope
from jps.deadlines.rules import Stage
from jps.households.models import Household, HouseholdConflict, HouseholdHistory, PhoneSave
from jps.households.rules import Source, State
from tests.conftest import NOW, SignIn
from tests.households_examples import household_document
from tests.offices import end_stages

Result = dict[str, Any]


@dataclass
class Phone:
    """A phone with somebody signed in."""

    client: FlaskClient
    device: str = "phone-1"
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, *records: object, device: str = "") -> list[Result]:
        """Send a batch and return the results."""
        body = {"device": device or self.device, "records": list(records)}
        answer = self.client.post("/api/v1/phone/sync", json=body)
        assert answer.status_code == 200, answer.text
        results: list[Result] = answer.get_json()["results"]
        return results

    def one(self, record: object, device: str = "") -> Result:
        """Send one record."""
        (result,) = self.send(record, device=device)
        return result


def record(
    key: object = None, base: int | None = None, submit: bool = True, **overrides: Any
) -> dict[str, Any]:
    """Return a record as a phone sends it."""
    return {
        "id": str(key or uuid.uuid4()),
        "base": base,
        "submit": submit,
        "document": household_document(**overrides),
        "saved_at": "2026-11-23T08:00:00+08:00",
    }


@pytest.fixture
def phone(areas: None, sign_in: SignIn) -> Phone:
    """Ani's phone."""
    return Phone(sign_in(Role.ENUMERATOR, "75.01", username="ani"))


@pytest.fixture
def operator(areas: None, sign_in: SignIn) -> FlaskClient:
    """Budi, who verifies."""
    return sign_in(Role.OPERATOR, "75.01", username="budi")


@pytest.fixture
def count(app: Flask) -> Callable[..., int]:
    """Count the rows of a table."""

    def rows(table: type[Any]) -> int:
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            return db.session.scalar(select(func.count()).select_from(table)) or 0

    return rows


def outcomes(results: list[Result]) -> list[str]:
    """Return what became of each."""
    return [result["outcome"] for result in results]


def test_a_batch_is_stored_and_told(phone: Phone, app: Flask, count: Callable[..., int]) -> None:
    sent = [record(floor_area=30 + place) for place in range(3)]
    results = phone.send(*sent)
    assert outcomes(results) == ["created"] * 3
    assert [result["id"] for result in results] == [one["id"] for one in sent]
    assert [result["version"] for result in results] == [1, 1, 1]
    assert outcomes(phone.send(*sent)) == ["duplicate"] * 3
    assert (count(Household), count(HouseholdHistory)) == (3, 3)
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        found = db.session.scalars(select(Household)).all()
        assert {(one.source, one.entered_by) for one in found} == {(Source.PHONE, "ani")}
        assert {one.saved_at for one in db.session.scalars(select(PhoneSave))} != {None}
        assert verify_chain(db.session()).broken_at is None


def test_links_and_scores_follow_after_the_answer(phone: Phone, app: Flask) -> None:
    phone.send(record(), record())
    with app.app_context():
        session = db.session()
        set_scope(session, EVERYWHERE)
        assert session.scalar(select(func.count()).select_from(Assessment)) == 0
        assert settle_follow_ups(session, limit=10, at=NOW) == 2
        session.commit()
        assert session.scalar(select(func.count()).select_from(Assessment)) == 2
        assert session.scalar(select(func.count()).select_from(FollowUp)) == 0
        assert settle_follow_ups(session, limit=10, at=NOW) == 0


def test_a_lost_answer_and_an_edit_are_no_conflict(phone: Phone, count: Callable[..., int]) -> None:
    key = uuid.uuid4()
    assert phone.one(record(key, submit=False))["outcome"] == "draft"
    # The answer was lost: the phone still believes that the office knows nothing of it.
    again = phone.one(record(key, submit=False, address="Jalan Baru 5"))
    assert (again["outcome"], again["version"]) == ("draft", 2)
    sent = phone.one(record(key, submit=True, address="Jalan Baru 6"))
    assert sent["outcome"] == "updated"
    assert count(HouseholdConflict) == 0
    other = phone.one(record(key, submit=True, address="Jalan Lain 7"), device="phone-2")
    assert other["outcome"] == "conflict"
    assert phone.one(record(key, submit=True, address="Jalan Lain 7"), device="phone-2") == other
    assert count(HouseholdConflict) == 1


def test_the_same_thing_again_stays_a_duplicate_when_somebody_went_on(
    phone: Phone, operator: FlaskClient, count: Callable[..., int]
) -> None:
    key = uuid.uuid4()
    first = record(key)
    assert phone.one(first)["version"] == 1
    assert operator.post(f"/households/{key}/edit").status_code == 303
    changed = household_document(floor_area=99, id=str(key))
    answer = operator.put(f"/api/v1/households/{key}", json=changed, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert phone.one(first) | {"problems": []} == {
        "id": str(key),
        "outcome": "duplicate",
        "version": 1,
        "problems": [],
        "text": "",
    }
    # What rests on the version before is kept beside the colleague's.
    late = phone.one(record(key, base=1, floor_area=50))
    assert (late["outcome"], late["version"]) == ("conflict", 2)
    assert late["text"]
    assert count(HouseholdConflict) == 1


@pytest.mark.parametrize("submit", [True, False])
def test_two_batches_at_once_store_each_once(
    app: Flask, phone: Phone, count: Callable[..., int], submit: bool
) -> None:
    sent = [record(submit=submit, floor_area=30 + place) for place in range(6)]
    with phone.client.session_transaction() as cookie:
        kept = dict(cookie)

    def send(turn: int) -> list[str]:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(kept)
        one = Phone(client, device=f"phone-{turn % 2}")
        return outcomes(one.send(*(sent if turn % 2 else reversed(sent))))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = [word for words in pool.map(send, range(AT_ONCE)) for word in words]
    new = "created" if submit else "draft"
    assert sorted(said) == sorted([new] * 6 + ["duplicate"] * 6 * (AT_ONCE - 1))
    assert (count(Household), count(HouseholdConflict)) == (6, 0)
    with app.app_context():
        assert verify_chain(db.session()).broken_at is None


def test_what_comes_after_the_deadline_is_kept_as_the_draft(
    phone: Phone, app: Flask, count: Callable[..., int]
) -> None:
    with app.app_context():
        end_stages(db.session(), 2020, Stage.COLLECTION, area="75.01.01.2001")
    late, again = record(), record()
    in_time = record(area_code="75.01.01.2002")
    results = phone.send(late, in_time, again)
    assert outcomes(results) == ["problems", "created", "problems"]
    assert "Batas waktu" in results[0]["text"]
    assert outcomes(phone.send(late)) == ["problems"], "sent again, it is still too late"
    assert (count(Household), count(HouseholdConflict)) == (3, 0)

    def stored(sent: dict[str, Any]) -> Household:
        set_scope(db.session(), EVERYWHERE)
        found = db.session.get(Household, uuid.UUID(sent["id"]))
        assert found is not None
        return found

    with app.app_context():
        found = stored(late)
        assert (found.state, found.content_hash) == (State.DRAFT, None)
        assert "Batas waktu pendataan" in (found.state_reason or "")
        assert found.draft is not None
        end_stages(db.session(), 2090, Stage.COLLECTION, area="75.01.01.2001")
    assert phone.one(late)["outcome"] in {"created", "updated"}
    edited = {**again, "base": 1, "document": {**again["document"], "floor_area": 44}}
    assert phone.one(edited)["outcome"] == "updated"
    with app.app_context():
        assert (stored(late).state, stored(late).state_reason) == (State.SUBMITTED, None)
        assert (stored(again).state, stored(again).answers["floor_area"]) == (State.SUBMITTED, 44)


def test_a_correction_after_the_deadline_is_the_draft_of_the_household(
    phone: Phone, app: Flask, count: Callable[..., int]
) -> None:
    key = phone.one(record())["id"]
    with app.app_context():
        end_stages(db.session(), 2020, Stage.VERIFICATION)
    late = record(key, base=1, floor_area=44)
    result = phone.one(late)
    assert result["outcome"] == "problems"
    assert "Batas waktu" in result["text"]
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        found = db.session.get_one(Household, uuid.UUID(key))
        assert (found.state, found.answers["floor_area"]) == (State.SUBMITTED, 36)
        assert found.draft is not None
        assert found.draft["floor_area"] == 44
        end_stages(db.session(), 2090, Stage.VERIFICATION)
    assert phone.one(late)["outcome"] == "updated"
    assert count(HouseholdConflict) == 0
