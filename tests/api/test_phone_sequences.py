"""Whatever phones, the office and the network do in whatever order: nothing lost, nothing doubled.

Every content that somebody typed carries a number of its own in its address. What the server said
that it keeps must be found again: in the accepted answers and their history, in the draft, or in a
late save kept beside. A draft is superseded when its writer, or who had read it, goes on from it.
"""

import json
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from jps.audit.services import verify_chain
from jps.db import EVERYWHERE, db, set_scope
from jps.households.models import Household, HouseholdConflict, HouseholdHistory, Member
from tests.api.serving import HttpPhone, Server, field_office, new_record, serving
from tests.databases import Databases

SEQUENCES = int(os.environ.get("JPS_SEQUENCES", "5"))  # 200 in `make bench-field`
STEPS = 25
NUMBER = re.compile(r"Jalan (\d+)\b")
PICK = st.integers(0, 1000)


@dataclass
class OnPhone:
    """A household as one phone has it."""

    record: dict[str, Any]
    number: int
    dirty: bool = True


@dataclass
class Carried:
    """One phone with its households."""

    phone: HttpPhone
    homes: dict[str, OnPhone] = field(default_factory=dict)

    def dirty(self) -> list[OnPhone]:
        """Return what waits to be sent."""
        return [one for one in self.homes.values() if one.dirty]


class FieldWork(RuleBasedStateMachine):
    """Two phones of one enumerator, one of another regency, and an operator."""

    office: Flask
    server: Server
    people: dict[str, HttpPhone]

    @initialize()
    def begin(self) -> None:
        """Start with empty phones."""
        self.carried = [Carried(self.people["phone-1"]), Carried(self.people["phone-2"])]
        self.counter = 0
        self.known: set[str] = set()  # ids that the server said it has
        self.perhaps: set[str] = set()  # ids that were sent and not answered
        self.lasting: dict[str, set[int]] = {}  # numbers in history or kept beside, for ever
        self.latest: dict[tuple[str, str], int] = {}  # (device, household) -> its last number
        self.superseded: set[int] = set()

    def number(self) -> int:
        """Return a number that nobody used."""
        self.counter += 1
        return self.counter

    @rule(which=st.integers(0, 1), submit=st.booleans(), right=st.booleans())
    def create(self, which: int, submit: bool, right: bool) -> None:
        """Enter a household without network, complete or not."""
        number = self.number()
        record = new_record(address=f"Jalan {number}")
        record["submit"] = submit
        if not right:
            record["document"]["members"][0].pop("sex")
        self.carried[which].homes[record["id"]] = OnPhone(record, number)

    @precondition(lambda self: any(one.homes for one in self.carried))
    @rule(which=st.integers(0, 1), pick=PICK, submit=st.booleans())
    def edit(self, which: int, pick: int, submit: bool) -> None:
        """Go on with a household, sent before or not."""
        homes = list(self.carried[which].homes.values())
        if homes:
            one = homes[pick % len(homes)]
            one.number, one.dirty = self.number(), True
            one.record["document"] |= {"address": f"Jalan {one.number}"}
            one.record["document"]["members"][0]["sex"] = "1"
            one.record["submit"] = submit

    @rule(which=st.integers(0, 1))
    def sync(self, which: int) -> None:
        """Send what waits, and hear the answer."""
        phone, waiting = self.carried[which].phone, self.carried[which].dirty()
        status, body = phone.sync(*(one.record for one in waiting))
        assert status == 200, body
        for one, result in zip(waiting, body["results"], strict=True):
            self.heard(phone.device, one, result)

    @rule(which=st.integers(0, 1))
    def send_twice(self, which: int) -> None:
        """Send the same batch again, as after an answer that was lost."""
        phone, waiting = self.carried[which].phone, self.carried[which].dirty()
        records = [one.record for one in waiting]
        first, second = phone.sync(*records), phone.sync(*records)
        for one, before, after in zip(
            waiting, first[1]["results"], second[1]["results"], strict=True
        ):
            same = {"created": "duplicate", "updated": "duplicate", "draft": "duplicate"}
            expected = same.get(before["outcome"], before["outcome"])
            assert (after["outcome"], after["version"]) == (expected, before["version"])
            self.heard(phone.device, one, before)

    @rule(which=st.integers(0, 1), dies=st.booleans())
    def lose_the_answer(self, which: int, dies: bool) -> None:
        """Send, and hear nothing; sometimes the server dies of it."""
        phone, waiting = self.carried[which].phone, self.carried[which].dirty()
        self.perhaps |= {one.record["id"] for one in waiting}
        phone.send_unheard(*(one.record for one in waiting))
        if dies:
            self.server.kill()
            self.server.start()

    def heard(self, device: str, one: OnPhone, result: dict[str, Any]) -> None:
        """Take an answer as a phone does, and note what the server said that it keeps."""
        key, outcome = one.record["id"], result["outcome"]
        assert outcome != "refused", result
        self.known.add(key)
        accepted = one.record["submit"] and outcome in {"created", "updated", "duplicate"}
        if accepted or outcome == "conflict":
            self.lasting.setdefault(key, set()).add(one.number)
        elif (device, key) in self.latest:
            self.superseded.add(self.latest[device, key])
        if outcome != "conflict":
            self.superseded |= {
                number for (_, home), number in self.latest.items() if home == key
            } - {one.number}
            one.record["base"] = result["version"]
        self.latest[device, key] = one.number
        one.dirty = False

    @rule(which=st.integers(0, 1))
    def pull(self, which: int) -> None:
        """Read the pack: own open work comes onto the other phone too."""
        carried = self.carried[which]
        status, body = carried.phone.json("GET", "/phone/pack")
        assert status == 200
        for row in body["households"]:
            mine = carried.homes.get(row["id"])
            if row["document"] is None or row["id"] not in self.known | self.perhaps:
                continue
            if mine is None or not mine.dirty:
                found = NUMBER.search(str(row["document"].get("address")))
                record = {**new_record(), "id": row["id"], "base": row["version"]}
                record |= {"document": row["document"], "submit": False}
                number = int(found[1]) if found else 0
                carried.homes[row["id"]] = OnPhone(record, number, dirty=False)

    @rule(pick=PICK)
    def operator_edits(self, pick: int) -> None:
        """Change a household that was sent in the office."""
        if (found := self.seen(pick, {"submitted", "returned"})) is None:
            return
        number, office = self.number(), self.people["office"]
        document = found["document"] | {"address": f"Jalan {number}"}
        status, body = office.json(
            "PUT", f"/households/{found['id']}", document, If_Match=f'"{found["version"]}"'
        )
        assert status == 200, body
        self.lasting.setdefault(found["id"], set()).add(number)

    @rule(pick=PICK)
    def operator_returns(self, pick: int) -> None:
        """Send a household back."""
        if (found := self.seen(pick, {"submitted"})) is not None:
            self.step(found, "return", {"reason": "Periksa lagi"}, {200})

    @rule(pick=PICK)
    def operator_verifies(self, pick: int) -> None:
        """Confirm a household; what comes after it is late."""
        if (found := self.seen(pick, {"submitted"})) is not None and not found["has_draft"]:
            self.step(found, "verification", None, {200, 403})  # 403: budi changed it himself

    @rule(pick=PICK, side=st.sampled_from(["stored", "refused"]))
    def operator_chooses(self, pick: int, side: str) -> None:
        """Settle a late save by taking one side as a whole."""
        office = self.people["office"]
        items = office.json("GET", "/conflicts")[1]["items"]
        mine = [one for one in items if one["household_id"] in self.known]
        if not mine:
            return
        chosen = mine[pick % len(mine)]
        differences = office.json("GET", f"/conflicts/{chosen['id']}")[1]["differences"]
        body = {"choices": {one["key"]: side for one in differences}}
        status, answer = office.json(
            "POST",
            f"/conflicts/{chosen['id']}/resolution",
            body,
            If_Match=f'"{chosen["version"]}"',
        )
        if status == 409:  # a verified household: to be returned first
            return
        assert status == 200, answer
        if side == "refused" and differences:  # somebody chose over what stood in the draft
            key = chosen["household_id"]
            self.superseded |= {n for (_, home), n in self.latest.items() if home == key}

    @rule(pick=PICK)
    def a_stranger_tries(self, pick: int) -> None:
        """A phone of another regency neither reads nor touches anything."""
        stranger = self.people["stranger"]
        assert stranger.json("GET", "/phone/pack")[1]["households"] == []
        if self.known:
            key = sorted(self.known)[pick % len(self.known)]
            record = new_record(area_code="75.02.01.2001") | {"id": key}
            assert stranger.sync(record)[1]["results"][0]["outcome"] == "refused"
            assert stranger.json("GET", f"/households/{key}")[0] == 404

    def seen(self, pick: int, states: set[str]) -> dict[str, Any] | None:
        """Return a household in one of these states, as the office reads it."""
        if not self.known:
            return None
        key = sorted(self.known)[pick % len(self.known)]
        status, body = self.people["office"].json("GET", f"/households/{key}")
        assert status == 200
        return body if body["state"] in states else None

    def step(self, found: dict[str, Any], name: str, body: object, expected: set[int]) -> None:
        """Move a household."""
        status, answer = self.people["office"].json(
            "POST", f"/households/{found['id']}/{name}", body, If_Match=f'"{found["version"]}"'
        )
        assert status in expected, answer

    @invariant()
    def what_was_said_to_be_kept_is_there(self) -> None:
        """Nothing lost, nothing doubled, histories whole."""
        if not getattr(self, "known", None):
            return
        with self.office.app_context():
            set_scope(db.session(), EVERYWHERE)
            try:
                for key in self.known:
                    self.look(uuid.UUID(key))
            finally:
                db.session.remove()

    def look(self, key: uuid.UUID) -> None:
        """Look at everything that is stored of a household."""
        home = db.session.get(Household, key)
        assert home is not None, "a household was lost"
        of = {"household_id": key}
        history = db.session.scalars(
            select(HouseholdHistory).filter_by(**of).order_by(HouseholdHistory.version)
        ).all()
        late = db.session.scalars(select(HouseholdConflict).filter_by(**of)).all()
        people = db.session.scalars(select(Member).filter_by(**of, valid_to=None)).all()
        assert len(people) == (3 if home.content_hash else 0), "people doubled or lost"
        assert bool(history) == bool(home.content_hash)
        assert [one.document is not None for one in history] == [True] + [False] * (
            len(history) - 1
        ) or not history
        told = json.dumps(
            [home.answers, home.draft]
            + [[one.document, one.changes] for one in history]
            + [one.document for one in late]
        )
        numbers = {int(number) for number in NUMBER.findall(told)}
        needed = self.lasting.get(str(key), set()) | {
            number
            for (_, household), number in self.latest.items()
            if household == str(key) and number not in self.superseded
        }
        assert needed <= numbers, f"lost: {needed - numbers}"

    def teardown(self) -> None:
        """The record of all acts is whole."""
        if not hasattr(self, "known"):
            return
        self.what_was_said_to_be_kept_is_there()
        with self.office.app_context():
            assert verify_chain(db.session()).broken_at is None
            set_scope(db.session(), EVERYWHERE)
            ids = {str(key) for key in db.session.scalars(select(Household.id))}
            db.session.remove()
        assert self.known <= ids
        mine = {key for carried in self.carried for key in carried.homes}
        assert not (ids & mine) - self.known - self.perhaps, "stored without being sent"


@pytest.fixture(scope="module")
def field_work(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[type[FieldWork]]:
    """Field work in one office, on a real server."""
    office = field_office(databases, tmp_path_factory.mktemp("sequences"))
    app = next(office)
    with serving(app.config["JPS"].home) as server:
        server.start()
        people = {
            "phone-1": HttpPhone(server, "ani", "phone-1"),
            "phone-2": HttpPhone(server, "ani", "phone-2"),
            "office": HttpPhone(server, "budi", ""),
            "stranger": HttpPhone(server, "citra", "phone-3"),
        }
        for phone in people.values():
            phone.sign_in()

        FieldWork.office, FieldWork.server, FieldWork.people = app, server, people
        yield FieldWork
    for _ in office:
        pass


def test_nothing_is_lost_in_any_order(field_work: type[FieldWork]) -> None:
    run_state_machine_as_test(
        field_work,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate),
            database=None,
        ),
    )
