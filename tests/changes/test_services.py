"""Change requests over the tables: what each kind does, who may, what it leaves behind."""

import uuid
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.assessment.models import Assessment
from jps.audit.models import AuditEvent
from jps.audit.services import verify_chain
from jps.changes import services
from jps.changes.checking import InvalidChange, NotSettled
from jps.changes.models import ChangeRequest
from jps.changes.queries import get_request, list_requests, request_counts
from jps.changes.rules import Kind, RequestState
from jps.changes.stays import stays_in, stays_of
from jps.changes.undoing import BuiltOn
from jps.db import EVERYWHERE, scoped_to
from jps.errors import Conflict, InvalidData, NotFound
from jps.households import workflow
from jps.households.counting import person_corrections
from jps.households.models import Family, Household, Merge
from jps.households.queries import history
from jps.households.rules import State
from jps.households.saving import Author, OutsideScope
from jps.identity.merging import Merger, merge_households, merge_members
from jps.identity.models import Decision
from jps.identity.rules import Verdict
from tests.changes.village import BEGIN, BOALEMO, DAY, ELSEWHERE, LIMBOTO, Village, newborn
from tests.households.conftest import ANI, AT, BUDI

NEW_KK = "7501012311269009"


class TestKinds:
    def test_a_birth(self, village: Village) -> None:
        home = village.settle()
        request = village.change(home, Kind.BIRTH, newcomers=[newborn(relation="3")])
        people = village.people(home)
        assert [one.name for one in people][-1] == "Bayi Contoh"
        assert (people[-1].presence, people[-1].valid_from) == ("5", DAY)
        assert (home.household_size, home.calculated["ppi_household_size"]) == (4, "3")
        assert home.state == State.VERIFIED
        assert request.state == RequestState.APPROVED

    def test_a_death_ends_the_membership(self, village: Village) -> None:
        home = village.settle()
        gone = village.ids(home)[2]
        village.change(home, Kind.DEATH, members=[gone])
        assert gone not in village.ids(home)
        stay = next(one for one in stays_in(village.session, home.id) if str(one.member_id) == gone)
        assert (stay.valid_from, stay.valid_to, stay.end) == (BEGIN, DAY, "died")
        assert home.household_size == 2

    def test_the_death_of_a_head_asks_for_another(self, village: Village) -> None:
        home = village.settle()
        head, wife, _child = village.ids(home)
        with pytest.raises(InvalidChange) as caught:
            village.propose(home, Kind.DEATH, members=[head])
        assert "members" in caught.value.problems
        village.change(home, Kind.DEATH, members=[head], people={wife: {"relation": "1"}})
        assert home.head_name.startswith("Fatma")

    def test_who_moved_out_left_for_somewhere(self, village: Village) -> None:
        home = village.settle()
        child = village.ids(home)[2]
        with pytest.raises(InvalidData) as caught:
            village.propose(home, Kind.MOVED_OUT, members=[child])
        assert "presence" in caught.value.problems
        village.change(home, Kind.MOVED_OUT, members=[child], presence="4")
        assert [one.end for one in stays_of(village.session, [uuid.UUID(child)])] == ["left"]

    def test_who_comes_back_is_the_same_person(self, village: Village) -> None:
        home = village.settle()
        child = next(one for one in village.document(home)["members"] if one["relation"] == "3")
        village.change(
            home, Kind.MOVED_OUT, members=[child["id"]], presence="3", day=date(2025, 1, 1)
        )
        village.change(home, Kind.MOVED_IN, newcomers=[child], day=date(2026, 1, 1))
        stays = stays_of(village.session, [uuid.UUID(child["id"])])
        assert [(one.valid_from, one.valid_to) for one in stays] == [
            (BEGIN, date(2025, 1, 1)),
            (date(2026, 1, 1), None),
        ]
        assert not village.homes(uuid.UUID(child["id"]), date(2025, 6, 1))

    def test_a_person_moves_and_stays_the_same_person(self, village: Village) -> None:
        home, other = village.settle(), village.settle()
        child = village.people(home)[2].id
        said = Decision(
            id=uuid.uuid4(),
            area_code=home.area_code,
            member_id=child,
            person_nik="7501015101219003",
            person={},
            verdict=Verdict.DIFFERENT,
            reason="",
            by="budi",
            at=AT,
        )
        village.session.add(said)
        village.change(home, Kind.MOVE, members=[str(child)], household=str(other.id))
        assert child in [one.id for one in village.people(other)]
        assert (home.household_size, other.household_size) == (2, 4)
        assert [stay.household_id for stay in village.homes(child, DAY)] == [other.id]
        assert [stay.household_id for stay in village.homes(child, date(2026, 10, 31))] == [home.id]
        assert village.session.get(Decision, said.id) is said
        assert said.member_id == child

    def test_a_split(self, village: Village) -> None:
        home = village.settle()
        wife, child = village.ids(home)[1:]
        people = {wife: {"relation": "1", "kk": NEW_KK}, child: {"kk": NEW_KK}}
        answers = {"address": "Jalan Baru 2"}
        request = village.change(
            home, Kind.SPLIT, members=[wife, child], people=people, answers=answers
        )
        new = village.session.get(Household, request.other_id)
        assert new is not None
        assert village.ids(new) == [wife, child]
        assert (new.address, new.household_size, new.state) == ("Jalan Baru 2", 2, State.VERIFIED)
        assert home.household_size == 1
        assert history(village.session, new)[0].document is not None
        scored = set(village.session.scalars(select(Assessment.household_id)))
        assert {home.id, new.id} <= scored

    def test_a_split_leaves_somebody(self, village: Village) -> None:
        home = village.settle()
        with pytest.raises(InvalidData):
            village.propose(home, Kind.SPLIT, members=village.ids(home))

    def test_a_split_makes_a_household_of_its_own(self, village: Village) -> None:
        home, other = village.settle(), village.settle()
        wife = village.ids(home)[1]
        with pytest.raises(InvalidData) as caught:
            village.propose(home, Kind.SPLIT, members=[wife], household=str(other.id))
        assert "household" in caught.value.problems

    def test_joining_closes_the_emptied_household(self, village: Village) -> None:
        home, other = village.settle(), village.settle()
        request = village.change(home, Kind.JOIN, household=str(other.id))
        assert home.household_size == 6
        assert (other.state, other.household_size, other.ended_on) == (State.ARCHIVED, 0, DAY)
        with pytest.raises(Conflict):
            workflow.restore(village.session, other.id, version=other.version, by=BUDI, at=AT)
        village.undo(request)
        assert (other.state, other.household_size, other.ended_on) == (State.VERIFIED, 3, None)

    def test_nobody_gets_lost_in_a_household_without_a_roster(self, village: Village) -> None:
        home, refused = (
            village.settle(),
            village.settle(visit_result="4", members=None, kk_status=None, respondent_name=None),
        )
        child = village.ids(home)[2]
        with pytest.raises(InvalidData):
            village.propose(home, Kind.MOVE, members=[child], household=str(refused.id))
        with pytest.raises(InvalidData):
            village.propose(refused, Kind.BIRTH, newcomers=[newborn(relation="1")])

    def test_the_last_who_dies_closes_the_household(self, village: Village) -> None:
        home = village.settle()
        village.change(home, Kind.DEATH, members=village.ids(home))
        assert (home.state, home.ended_on) == (State.ARCHIVED, DAY)
        assert village.ids(home) == []

    def test_a_new_head_dates_the_card(self, village: Village) -> None:
        home = village.settle()
        head, wife, child = village.ids(home)
        people: dict[str, Any] = {one: {"kk": NEW_KK} for one in (head, wife, child)}
        people[wife]["relation"], people[head]["relation"] = "1", "2"
        people[wife]["marital_status"] = "2"
        village.change(home, Kind.HEAD, people=people)
        families = village.session.scalars(
            select(Family).where(Family.household_id == home.id).order_by(Family.valid_from)
        ).all()
        dates = [(one.kk == NEW_KK, one.valid_from, one.valid_to) for one in families]
        assert dates == [(False, BEGIN, DAY), (True, DAY, None)]
        assert home.head_name.startswith("Fatma")

    def test_a_card_changes_for_those_on_it(self, village: Village) -> None:
        home = village.settle()
        people = {one: {"kk": NEW_KK} for one in village.ids(home)}
        village.change(home, Kind.KK, people=people)
        assert {one.kk for one in village.people(home)} == {NEW_KK}

    def test_a_correction_is_in_the_history_field_by_field(self, village: Village) -> None:
        home = village.settle()
        before = {one.id: one.valid_from for one in village.people(home)}
        child = village.ids(home)[2]
        people = {child: {"name": "Nurul Aini Contoh"}}
        village.change(home, Kind.CORRECTION, people=people, answers={"floor_area": "50"})
        changes = history(village.session, home)[0].changes
        assert {(one["field"], one["new"]) for one in changes} == {
            ("name", "Nurul Aini Contoh"),
            ("floor_area", 50),
        }
        assert {one.id: one.valid_from for one in village.people(home)} == before

    def test_an_address_in_another_village_is_decided_there(self, village: Village) -> None:
        home = village.settle()
        answers = {"area_code": ELSEWHERE, "address": "Jalan Jauh 3"}
        request = village.propose(home, Kind.ADDRESS, answers=answers, by=LIMBOTO)
        assert request.target_area_code == ELSEWHERE
        other = Author("operator", LIMBOTO.scope, LIMBOTO.source)
        with pytest.raises(OutsideScope):
            village.approve(request, by=other)
        village.approve(request, by=BOALEMO)
        assert home.area_code == ELSEWHERE
        assert {one.area_code for one in village.people(home)} == {ELSEWHERE}

    def test_other_questions_are_refused(self, village: Village) -> None:
        home = village.settle()
        wife, child = village.ids(home)[1:]
        wrong: tuple[dict[str, Any], ...] = (
            {"answers": {"floor_area": 10}},
            {"people": {wife: {"name": "Lain"}}},
        )
        for payload in wrong:
            with pytest.raises(InvalidData):
                village.propose(home, Kind.DEATH, members=[child], **payload)


class TestMerges:
    def test_who_moves_stays_merged(self, village: Village) -> None:
        home, twin, other = village.settle(), village.settle(), village.settle()
        kept, double = village.people(home)[2].id, village.people(twin)[2].id
        merger = Merger("budi", EVERYWHERE)
        merge_members(village.session, kept, double, reason="Ganda", by=merger, at=AT)
        village.change(home, Kind.MOVE, members=[str(kept)], household=str(other.id))
        merge = village.session.scalars(select(Merge).where(Merge.record_id == double)).one()
        assert (merge.active, merge.kept_household_id) == (True, other.id)
        village.change(twin, Kind.MOVE, members=[str(double)], household=str(other.id))
        assert (merge.active, merge.household_id) == (True, other.id)
        assert person_corrections(village.session) == {other.id: -1}

    def test_a_merged_household_is_not_changed_itself(self, village: Village) -> None:
        home, twin = village.settle(), village.settle()
        merger = Merger("budi", EVERYWHERE)
        merge_households(village.session, home.id, twin.id, {}, reason="Ganda", by=merger, at=AT)
        with pytest.raises(Conflict):
            village.propose(twin, Kind.CORRECTION, answers={"floor_area": 60})
        with pytest.raises(Conflict):
            village.propose(home, Kind.DEATH, members=village.ids(home))
        village.change(home, Kind.CORRECTION, answers={"floor_area": 60})


class TestFromElsewhere:
    def test_people_go_where_only_the_other_operator_sees(self, village: Village) -> None:
        home, other = village.settle(), village.settle(area_code=ELSEWHERE, gps=None)
        child = village.ids(home)[2]
        session = village.session
        with scoped_to(session, LIMBOTO.scope):
            with pytest.raises(NotFound):
                village.propose(
                    home, Kind.MOVE, members=[child], household=str(other.id), by=LIMBOTO
                )
            request = village.propose(
                home, Kind.MOVE, members=[child], area_code=ELSEWHERE, hint="Pak RT", by=LIMBOTO
            )
        key, home_id = other.id, home.id
        with scoped_to(session, BOALEMO.scope):
            session.expire_all()
            found = get_request(session, request.id, BOALEMO.scope)
            with pytest.raises(InvalidData):
                services.approve(
                    session,
                    found,
                    village.gate,
                    seen={str(home_id): 2},
                    by=BOALEMO,
                    at=AT,
                    today=DAY,
                )
            services.approve(
                session,
                found,
                village.gate,
                seen={str(home_id): 2, str(key): 2},
                household=key,
                people={child: {"relation": "5"}},
                by=BOALEMO,
                at=AT,
                today=DAY,
            )
        assert [one.relation for one in village.people(other)][-1] == "5"
        assert {one.area_code for one in village.people(other)} == {ELSEWHERE}

    def test_requests_are_seen_from_both_sides_only(self, village: Village) -> None:
        home = village.settle()
        child = village.ids(home)[2]
        request = village.propose(
            home, Kind.MOVE, members=[child], area_code=ELSEWHERE, hint="Pak RT"
        )
        for scope in (LIMBOTO.scope, BOALEMO.scope):
            assert [one.id for one in list_requests(village.session, scope).rows] == [request.id]
        stranger = type(LIMBOTO.scope)(codes=("75.71",))
        assert not list_requests(village.session, stranger).rows
        assert request_counts(village.session, stranger)[RequestState.PROPOSED] == 0
        with pytest.raises(NotFound):
            get_request(village.session, request.id, stranger)


class TestWhoMay:
    def test_two_pairs_of_eyes(self, village: Village) -> None:
        request = village.propose(village.settle(), Kind.BIRTH, newcomers=[newborn()])
        with pytest.raises(services.OwnRequest):
            village.approve(request, by=ANI)
        with pytest.raises(services.OwnRequest):
            services.refuse(village.session, request, "Tidak", by=ANI, at=AT)

    def test_only_once(self, village: Village) -> None:
        home = village.settle()
        request = village.propose(home, Kind.BIRTH, newcomers=[newborn()])
        village.approve(request)
        with pytest.raises(services.WrongState):
            village.approve(request)
        assert len(village.people(home)) == 4

    def test_refused_and_withdrawn_change_nothing(self, village: Village) -> None:
        home = village.settle()
        for end in ("refuse", "withdraw"):
            request = village.propose(home, Kind.BIRTH, newcomers=[newborn()])
            if end == "refuse":
                with pytest.raises(InvalidData):
                    services.refuse(village.session, request, " ", by=BUDI, at=AT)
                services.refuse(village.session, request, "Sudah tercatat", by=BUDI, at=AT)
            else:
                services.withdraw(village.session, request, by=ANI, at=AT)
            assert len(village.people(home)) == 3
            with pytest.raises(services.WrongState):
                village.approve(request)

    def test_only_verified_households(self, village: Village) -> None:
        home = village.settle()
        workflow.return_household(village.session, home.id, "Salah", version=2, by=BUDI, at=AT)
        with pytest.raises(NotSettled):
            village.propose(home, Kind.BIRTH, newcomers=[newborn()])

    def test_evidence_and_a_reason_are_needed(self, village: Village) -> None:
        home = village.settle()
        for number, reason, wrong in (("", "Lahir", "document_number"), ("12", " ", "reason")):
            proposal = services.Proposal(
                Kind.BIRTH, {"newcomers": [newborn()]}, DAY, reason, document_number=number
            )
            with pytest.raises(InvalidData) as caught:
                services.propose(
                    village.session, home.id, proposal, village.gate, by=ANI, at=AT, today=DAY
                )
            assert wrong in caught.value.problems

    def test_sent_again_it_is_the_same_request(self, village: Village) -> None:
        home, key = village.settle(), uuid.uuid4()
        child = [newborn()]
        first = village.propose(home, Kind.BIRTH, request_id=key, newcomers=child)
        assert village.propose(home, Kind.BIRTH, request_id=key, newcomers=child) is first
        with pytest.raises(Conflict):
            village.propose(home, Kind.BIRTH, request_id=key, newcomers=[newborn()])

    def test_a_household_that_changed_is_looked_at_again(self, village: Village) -> None:
        home = village.settle()
        one = village.propose(home, Kind.BIRTH, newcomers=[newborn()])
        seen = village.versions(one)
        village.change(home, Kind.CORRECTION, answers={"floor_area": 60})
        with pytest.raises(services.ChangedMeanwhile):
            village.approve(one, seen=seen)
        village.approve(one)
        assert (home.answers["floor_area"], home.household_size) == (60, 4)

    def test_nobody_is_taken_from_another_household(self, village: Village) -> None:
        home, other = village.settle(), village.settle()
        stolen = village.document(other)["members"][2]
        with pytest.raises(InvalidData) as caught:
            village.propose(home, Kind.MOVED_IN, newcomers=[stolen])
        assert "newcomers" in caught.value.problems

    @pytest.mark.parametrize("day", [date(2026, 12, 1), date(2024, 3, 4)])
    def test_dates_outside_what_is_recorded_are_refused(self, village: Village, day: date) -> None:
        home = village.settle()
        with pytest.raises(InvalidData) as caught:
            village.propose(home, Kind.DEATH, members=village.ids(home)[2:], day=day)
        assert "effective_on" in caught.value.problems


class TestUndo:
    def test_what_was_built_on_stays(self, village: Village) -> None:
        home = village.settle()
        first = village.change(home, Kind.BIRTH, newcomers=[newborn()])
        second = village.change(home, Kind.CORRECTION, answers={"floor_area": 60})
        with pytest.raises(BuiltOn):
            village.undo(first)
        village.undo(second)
        village.undo(first)
        assert (home.household_size, home.answers["floor_area"]) == (3, 36)
        assert [one.state for one in (first, second)] == [RequestState.UNDONE] * 2
        with pytest.raises(services.WrongState):
            village.undo(first)

    def test_a_step_of_the_office_builds_on_it(self, village: Village) -> None:
        home = village.settle()
        request = village.change(home, Kind.BIRTH, newcomers=[newborn()])
        workflow.return_household(
            village.session, home.id, "Periksa", version=home.version, by=BUDI, at=AT
        )
        with pytest.raises(BuiltOn):
            village.undo(request)

    def test_everything_is_in_the_audit(self, village: Village, session: Session) -> None:
        home = village.settle()
        request = village.change(home, Kind.BIRTH, newcomers=[newborn()])
        village.undo(request)
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
        assert [event.action for event in events][-5:] == [
            "change-proposed",
            "household-changed",
            "change-approved",
            "household-change-undone",
            "change-undone",
        ]
        assert "Bayi" not in str([event.details for event in events])
        assert verify_chain(session).broken_at is None
        assert session.get(ChangeRequest, request.id) is request
