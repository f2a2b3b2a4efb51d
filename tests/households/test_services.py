"""Whole forms: stored once, whole, and where their author may write."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import scoped_to
from jps.households import queries, services, workflow
from jps.households.models import Family, Household, HouseholdConflict, Member
from jps.households.schemas import InvalidHousehold
from jps.households.services import Outcome, OutsideScope, StaleHousehold
from tests.households.conftest import ANI, AT, BUDI, CITRA
from tests.households.store import Read, count, members_of, registered, stored_document
from tests.households_examples import (
    child_document,
    household_document,
    member_document,
    spouse_document,
)

LATER = AT + timedelta(hours=1)


class TestRegister:
    def test_stores_the_document_whole(self, session: Session, read: Read) -> None:
        form = read(household_document())
        household = services.register_household(session, form, by=ANI, at=AT).household
        session.expire_all()
        shown = stored_document(session, household)
        ids = [entry.pop("id") for entry in shown["members"]]
        assert len(set(ids)) == 3
        assert shown.pop("id") == str(household.id)
        assert shown == form.document()

    def test_the_same_twice_is_one_household(self, session: Session, read: Read) -> None:
        document = household_document(id=str(uuid.uuid4()))
        first = services.register_household(session, read(document), by=ANI, at=AT)
        again = services.register_household(session, read(document), by=ANI, at=LATER)
        assert (first.outcome, again.outcome) == (Outcome.CREATED, Outcome.DUPLICATE)
        assert again.household.version == 1
        assert (count(session, Household), count(session, Member)) == (1, 3)

    def test_the_same_id_with_other_content_is_kept_aside(
        self, session: Session, read: Read
    ) -> None:
        key = str(uuid.uuid4())
        services.register_household(session, read(household_document(id=key)), by=ANI, at=AT)
        other = read(household_document(id=key, floor_area=99))
        for _ in range(2):
            with pytest.raises(StaleHousehold) as caught:
                services.register_household(session, other, by=BUDI, at=LATER)
        conflict = queries.get_conflict(session, caught.value.conflict_id)
        differences = queries.conflict_differences(session, conflict)
        assert [(change.key, change.old, change.new) for change in differences] == [
            ("floor_area", 36, 99)
        ]
        assert count(session, HouseholdConflict) == 1

    def test_outside_the_authors_areas_is_refused(self, session: Session, read: Read) -> None:
        form = read(household_document())
        with pytest.raises(OutsideScope):
            services.register_household(session, form, by=CITRA, at=AT)

    def test_an_id_of_another_area_is_refused_without_showing_it(
        self, session: Session, read: Read
    ) -> None:
        household = registered(session, read)
        document = household_document(id=str(household.id), area_code="75.02.01.2001")
        form = read(document)
        with scoped_to(session, CITRA.scope), pytest.raises(OutsideScope):
            services.register_household(session, form, by=CITRA, at=AT)

    def test_a_village_that_does_not_exist_is_refused(self, session: Session, read: Read) -> None:
        form = read(household_document(area_code="75.01.01.2999"))
        with pytest.raises(InvalidHousehold) as caught:
            services.register_household(session, form, by=ANI, at=AT)
        assert list(caught.value.problems) == ["area_code"]

    def test_a_members_id_of_another_household_is_refused(
        self, session: Session, read: Read
    ) -> None:
        household = registered(session, read)
        member = queries.get_household(session, household.id).members[0]
        people = [member_document(id=str(member.id)), spouse_document(), child_document()]
        with pytest.raises(InvalidHousehold) as caught:
            registered(session, read, members=people)
        assert list(caught.value.problems) == ["members[0].id"]

    def test_two_families_in_one_household(self, session: Session, read: Read) -> None:
        other = "7501012301159004"
        people = [
            member_document(),
            spouse_document(),
            child_document(kk=None),
            member_document(
                name="Rusli Contoh", nik="7501011006559005", birth_date="1955-06-10", kk=other
            ),
        ]
        household = registered(session, read, members=people)
        families = queries.get_household(session, household.id).families
        assert [(f.kk, [m.name for m in f.members]) for f in families] == [
            ("7501012301159001", ["Hasan Contoh", "Fatma Contoh", "Nurul Contoh"]),
            (other, ["Rusli Contoh"]),
        ]

    def test_a_refused_visit_has_nomembers_of(self, session: Session, read: Read) -> None:
        form = read(
            {
                "area_code": "75.01.01.2001",
                "address": "Jalan Contoh 1",
                "legal_basis": "public_task",
                "consent": "2",
                "interview_date": "2024-03-05",
                "visit_result": "4",
            }
        )
        household = services.register_household(session, form, by=ANI, at=AT).household
        assert household.household_size is None
        assert count(session, Member) == 0


class TestUpdate:
    def test_dates_who_came_and_who_left(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        hasan, fatma, nurul = queries.get_household(session, household.id).members
        document = household_document(
            interview_date="2026-05-01",
            members=[
                member_document(id=str(hasan.id)),
                spouse_document(id=str(fatma.id), kk="7501012301159008"),
                child_document(
                    name="Ilham Contoh",
                    sex="1",
                    birth_date="2024-01-10",
                    nik="7501011001249003",
                ),
            ],
        )
        services.update_household(
            session, household.id, read(document), version=1, by=BUDI, at=LATER
        )
        session.expire_all()
        found = queries.get_household(session, household.id)
        assert [member.name for member in found.members] == [
            "Hasan Contoh",
            "Fatma Contoh",
            "Ilham Contoh",
        ]
        gone = session.get(Member, nurul.id)
        assert gone is not None
        assert str(gone.valid_to) == "2026-05-01"
        assert [family.kk for family in found.families] == [
            "7501012301159001",
            "7501012301159008",
        ]
        assert found.version == 2
        assert str(found.members[2].valid_from) == "2026-05-01"

    def test_finds_people_again_who_come_without_ids(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        before = {member.name: member.id for member in members_of(session, household)}
        document = household_document(floor_area=40)
        services.update_household(session, household.id, read(document), version=1, by=ANI, at=AT)
        assert {member.name: member.id for member in members_of(session, household)} == before

    def test_the_same_content_changes_nothing(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        form = read(household_document())
        done = services.update_household(session, household.id, form, version=1, by=BUDI, at=LATER)
        assert done.outcome is Outcome.DUPLICATE
        assert household.version == 1
        assert household.edited_by == "ani"

    def test_based_on_an_old_version_is_kept_aside(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        one, two = read(household_document(floor_area=40)), read(household_document(floor_area=50))
        services.update_household(session, household.id, one, version=1, by=ANI, at=AT)
        with pytest.raises(StaleHousehold) as caught:
            services.update_household(session, household.id, two, version=1, by=BUDI, at=LATER)
        assert caught.value.found_version == 2
        assert household.answers["floor_area"] == 40
        kept = queries.get_conflict(session, caught.value.conflict_id)
        assert (kept.document["floor_area"], kept.refused_by) == (50, "budi")

    def test_puts_an_unsent_draft_aside(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        typed = {**stored_document(session, household), "floor_area": "70"}
        services.save_draft(session, household.id, typed, version=1, by=BUDI, at=AT)
        form = read(household_document(floor_area=40))
        services.update_household(session, household.id, form, version=2, by=ANI, at=LATER)
        (kept,) = queries.conflicts(session, household.id)
        assert (kept.document["floor_area"], kept.refused_by) == ("70", "budi")

    def test_of_a_verified_household_is_refused(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        workflow.verify(session, household.id, version=1, by=BUDI, at=LATER)
        with pytest.raises(services.NotEditable):
            services.update_household(
                session,
                household.id,
                read(household_document(floor_area=40)),
                version=2,
                by=ANI,
                at=LATER,
            )

    def test_moves_to_another_village_with_all_its_people(
        self, session: Session, read: Read
    ) -> None:
        household = registered(session, read)
        form = read(household_document(area_code="75.02.01.2001"))
        services.update_household(session, household.id, form, version=1, by=ANI, at=LATER)
        session.expire_all()
        with scoped_to(session, CITRA.scope):
            found = queries.get_household(session, household.id)
            assert len(found.members) == 3
            assert [row.version for row in queries.history(session, found)] == [2, 1]
            areas = session.scalars(select(Family.area_code)).all()
        assert set(areas) == {"75.02.01.2001"}
