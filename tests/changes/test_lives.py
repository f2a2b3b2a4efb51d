"""Random lives of a small village: nobody is lost or counted twice on any day.

Undoing goes all the way back, and the history alone tells what every household was.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from jps.audit.services import verify_chain
from jps.changes.asof import document_on
from jps.changes.models import ChangeRequest
from jps.changes.queries import steps_of
from jps.changes.rules import PRESENT, Kind
from jps.changes.stays import stays_in, stays_of
from jps.errors import Conflict, InvalidData
from jps.households.documents import roster_of
from jps.households.models import Household, HouseholdHistory, Member
from jps.households.rules import State
from jps.households.schemas import HouseholdSchema
from tests.changes.village import BEGIN, Village, newborn
from tests.databases import Databases
from tests.households.conftest import TODAY

DAYS = st.dates(BEGIN + timedelta(days=1), TODAY)
STEPS = 10
LIVES = 3


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: what is tried here does not depend on the database."""
    return databases.sqlite(tmp_path / "office")


def test_random_lives(session: Session, schema: HouseholdSchema) -> None:
    """Every life begins with three households, in a transaction that is rolled back."""

    class Lives(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            session.rollback()
            self.village = Village(session, schema)
            self.homes = [self.village.settle().id for _ in range(3)]
            self.begin = self.picture()
            self.done: list[uuid.UUID] = []
            self.born: set[str] = set()
            self.died: dict[str, date] = {}

        def teardown(self) -> None:
            session.rollback()

        # What can be seen of everything, as rows

        def households(self) -> list[Household]:
            session.expire_all()
            found = {one.id: one for one in session.scalars(select(Household))}
            return [found[key] for key in self.homes]

        def open(self) -> list[Household]:
            return [one for one in self.households() if one.state == State.VERIFIED]

        def picture(self) -> dict[str, Any]:
            """Return all that counts, without versions and clocks."""
            found: dict[str, Any] = {}
            for one in self.open():
                people = [
                    (str(m.id), m.family_id, m.presence, m.valid_from, m.valid_to, m.position)
                    for m in self.village.people(one)
                ]
                document = self.village.document(one)
                found[str(one.id)] = (document, people, one.household_size, one.content_hash)
            return found

        def try_to(self, home: Household, kind: Kind, day: date, **payload: Any) -> bool:
            before = self.picture()
            try:
                request = self.village.change(home, kind, day=day, **payload)
            except (InvalidData, Conflict):
                assert self.picture() == before
                session.execute(delete(ChangeRequest).where(ChangeRequest.state == "proposed"))
                return False
            self.done.append(request.id)
            if kind is Kind.SPLIT and request.other_id is not None:
                self.homes.append(request.other_id)
            return True

        def heads(self, ids: list[str], *, first: str) -> dict[str, dict[str, str]]:
            """Let `first` head these people, everybody else being something else."""
            return {one: {"relation": "1" if one == first else "8"} for one in ids}

        def some(self, data: st.DataObject, household: Household) -> list[str]:
            ids = self.village.ids(household)
            return data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))

        # What may happen

        @rule(data=st.data(), day=DAYS)
        def birth(self, data: st.DataObject, day: date) -> None:
            home = data.draw(st.sampled_from(self.open()))
            child = newborn(relation="8", kk=None)
            child["birth_date"] = min(day, date(2026, 10, 20)).isoformat()
            if self.try_to(home, Kind.BIRTH, day, newcomers=[child]):
                self.born.add(child["id"])

        @rule(data=st.data(), day=DAYS, kind=st.sampled_from([Kind.DEATH, Kind.MOVED_OUT]))
        def leaving(self, data: st.DataObject, day: date, kind: Kind) -> None:
            home = data.draw(st.sampled_from(self.open()))
            gone = self.some(data, home)
            rest = [one for one in self.village.ids(home) if one not in gone]
            people = self.heads(rest, first=rest[0]) if rest else {}
            presence = {"presence": "3"} if kind is Kind.MOVED_OUT else {}
            if self.try_to(home, kind, day, members=gone, people=people, **presence):
                self.died |= dict.fromkeys(gone, day)

        @rule(data=st.data(), day=DAYS)
        def moving(self, data: st.DataObject, day: date) -> None:
            home, other = (
                data.draw(st.permutations(self.open()))[:2]
                if len(self.open()) > 1
                else (None, None)
            )
            if home is None or other is None:
                return
            gone = self.some(data, home)
            rest = [one for one in self.village.ids(home) if one not in gone]
            people = self.heads(rest, first=rest[0]) if rest else {}
            people |= {one: {"relation": "8"} for one in gone}
            self.try_to(home, Kind.MOVE, day, members=gone, household=str(other.id), people=people)

        @rule(data=st.data(), day=DAYS)
        def splitting(self, data: st.DataObject, day: date) -> None:
            home = data.draw(st.sampled_from(self.open()))
            gone = self.some(data, home)
            rest = [one for one in self.village.ids(home) if one not in gone]
            people = self.heads(gone, first=gone[0])
            people |= self.heads(rest, first=rest[0]) if rest else {}
            self.try_to(home, Kind.SPLIT, day, members=gone, people=people)

        @rule(data=st.data(), day=DAYS)
        def joining(self, data: st.DataObject, day: date) -> None:
            if len(self.open()) < 2:
                return
            home, other = data.draw(st.permutations(self.open()))[:2]
            people = {one: {"relation": "8"} for one in self.village.ids(other)}
            self.try_to(home, Kind.JOIN, day, household=str(other.id), people=people)

        @rule(data=st.data(), day=DAYS, area=st.integers(10, 99))
        def correcting(self, data: st.DataObject, day: date, area: int) -> None:
            home = data.draw(st.sampled_from(self.open()))
            self.try_to(home, Kind.CORRECTION, day, answers={"floor_area": area})

        @precondition(lambda self: self.done)
        @rule()
        def taking_back(self) -> None:
            self.undo_last()

        def undo_last(self) -> None:
            request = session.get(ChangeRequest, self.done.pop())
            assert request is not None
            effects = [str(entry) for entry in request.asked.get("members", [])]
            self.village.undo(request)
            for one in effects:
                self.died.pop(one, None)
            for one in request.asked.get("newcomers", []):
                self.born.discard(one["id"])

        # What always holds

        @invariant()
        def everybody_lives_in_one_household(self) -> None:
            members = {str(row.id): row for row in session.scalars(select(Member))}
            for key, row in members.items():
                stays = stays_of(session, [row.id])
                days = {stay.valid_from for stay in stays}
                days |= {stay.valid_to - timedelta(days=1) for stay in stays if stay.valid_to}
                days |= {stay.valid_to for stay in stays if stay.valid_to}
                for day in days | {TODAY}:
                    homes = [stay for stay in stays if stay.covers(day)]
                    begun = stays and day >= stays[0].valid_from
                    gone = key in self.died and day >= self.died[key]
                    assert len(homes) == (1 if begun and not gone else 0), (key, day, stays)

        @invariant()
        def sizes_add_up(self) -> None:
            living = [
                row
                for row in session.scalars(select(Member).where(Member.valid_to.is_(None)))
                if row.presence in PRESENT
            ]
            sizes = {one.id: one.household_size for one in self.open()}
            assert sum(size or 0 for size in sizes.values()) == len(living)
            assert len(living) == 9 + len(self.born - self.died.keys()) - len(
                self.died.keys() - self.born
            )
            assert {row.household_id for row in living} == sizes.keys()

        @invariant()
        def history_tells_what_was(self) -> None:
            for one in self.households():
                steps = steps_of(session, one, zone=UTC)
                stays = stays_in(session, one.id)
                days = {stay.valid_from for stay in stays} | {TODAY}
                for day in days:
                    told = document_on(steps, day) or {}
                    there = {str(stay.member_id) for stay in stays if stay.covers(day)}
                    assert {entry["id"] for entry in roster_of(told)} == there, (one.id, day)
                if one.state == State.VERIFIED:
                    now = self.village.document(one)
                    assert _sorted(document_on(steps, TODAY)) == _sorted(now)
                versions = [row.version for row in _history(session, one)]
                assert versions == sorted(set(versions))
                assert versions[-1] == one.version

        @invariant()
        def everything_can_be_taken_back(self) -> None:
            if len(self.done) < 4:
                return
            while self.done:
                self.undo_last()
            assert self.picture() == self.begin
            assert verify_chain(session).broken_at is None

    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # shrinking takes minutes: every step writes to tables
            database=None,
        ),
    )


def _sorted(document: dict[str, Any] | None) -> dict[str, Any]:
    found = dict(document or {})
    people = sorted(found.pop("members", []), key=lambda entry: str(entry["id"]))
    return {**found, "members": people}


def _history(session: Session, household: Household) -> Iterator[HouseholdHistory]:
    query = select(HouseholdHistory).where(HouseholdHistory.household_id == household.id)
    yield from session.scalars(query.order_by(HouseholdHistory.version))
