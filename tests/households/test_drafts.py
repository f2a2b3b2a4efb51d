"""Drafts keep what was typed, right or wrong, until it is sent."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from jps.errors import InvalidData
from jps.households import queries, services
from jps.households.models import Household
from jps.households.rules import State
from jps.households.schemas import HouseholdSchema, InvalidHousehold
from tests.households.conftest import ANI, AT, BUDI, CITRA
from tests.households.store import Read, count, registered, stored_document
from tests.households_examples import (
    household_document,
)

LATER = AT + timedelta(hours=1)

MEMBER = "7a1f7c4e-1d43-4f55-9d0c-2f1c6b1f9a10"


class TestDrafts:
    def test_keeps_what_was_typed_right_or_wrong(self, session: Session) -> None:
        typed = {"area_code": "75.01.01.2001", "floor_area": "banyak", "address": "=1+1"}
        household = services.open_draft(session, typed, by=ANI, at=AT)
        assert household.state == State.DRAFT
        assert household.draft == typed
        assert household.area_code == "75.01.01.2001"
        assert household.address == "=1+1"
        assert household.version == 1

    def test_without_a_village_lies_in_the_authors_area(self, session: Session) -> None:
        assert services.open_draft(session, {}, by=CITRA, at=AT).area_code == "75.02"

    def test_of_somebody_with_all_areas_needs_a_village(self, session: Session) -> None:
        with pytest.raises(InvalidData) as caught:
            services.open_draft(session, {}, by=ANI, at=AT)
        assert "area_code" in caught.value.problems

    def test_of_a_village_elsewhere_stays_in_the_authors_area(self, session: Session) -> None:
        typed = {"area_code": "75.01.01.2001"}
        assert services.open_draft(session, typed, by=CITRA, at=AT).area_code == "75.02"

    def test_gives_each_entry_of_the_roster_an_id(self, session: Session) -> None:
        typed = {"area_code": "75.01.01.2001", "members": [{"name": "Hasan"}, {}]}
        household = services.open_draft(session, typed, by=ANI, at=AT)
        assert household.draft is not None
        assert len({uuid.UUID(entry["id"]) for entry in household.draft["members"]}) == 2

    def test_opened_twice_is_one(self, session: Session) -> None:
        key, typed = uuid.uuid4(), {"area_code": "75.01.01.2001"}
        first = services.open_draft(session, typed, household_id=key, by=ANI, at=AT)
        again = services.open_draft(session, typed, household_id=key, by=ANI, at=AT)
        assert again is first
        assert again.version == 1

    def test_becomes_a_submitted_household(self, session: Session, schema: HouseholdSchema) -> None:
        household = services.open_draft(session, household_document(), by=ANI, at=AT)
        services.submit_draft(
            session, household.id, schema, version=household.version, by=ANI, at=LATER
        )
        found = queries.get_household(session, household.id)
        assert found.state == State.SUBMITTED
        assert found.draft is None
        assert found.head_name == "Hasan Contoh"
        assert found.household_size == 3
        assert [member.name for member in found.members] == [
            "Hasan Contoh",
            "Fatma Contoh",
            "Nurul Contoh",
        ]
        assert [family.kk for family in found.families] == ["7501012301159001"]
        assert (found.lat, found.lon) == (0.63, 122.98)
        assert found.entered_at == AT
        assert found.edited_at == LATER

    def test_with_problems_stays_a_draft(self, session: Session, schema: HouseholdSchema) -> None:
        typed = household_document(floor_area="banyak")
        household = services.open_draft(session, typed, by=ANI, at=AT)
        with pytest.raises(InvalidHousehold) as caught:
            services.submit_draft(session, household.id, schema, version=1, by=ANI, at=AT)
        assert list(caught.value.problems) == ["floor_area"]
        assert household.state == State.DRAFT
        assert household.draft is not None
        assert household.draft["floor_area"] == "banyak"

    def test_of_a_sent_household_leaves_what_was_accepted(
        self, session: Session, read: Read
    ) -> None:
        household = registered(session, read)
        typed = {**stored_document(session, household), "floor_area": 0}
        services.save_draft(session, household.id, typed, version=1, by=BUDI, at=LATER)
        assert household.state == State.SUBMITTED
        assert household.answers["floor_area"] == 36
        assert household.draft_by == "budi"

    def test_is_discarded(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        services.save_draft(session, household.id, {"address": "Baru"}, version=1, by=ANI, at=AT)
        services.discard_draft(session, household.id, version=household.version, by=ANI, at=AT)
        assert household.draft is None
        found = queries.list_households(session, queries.Filters(text="hasan"))
        assert found.total == 1

    @pytest.mark.parametrize(
        ("typed", "path"),
        [
            ({"address": "x" * 5_000_000}, "address"),
            ({"address": {"a": 1}}, "address"),
            ({"address": "a\x00b"}, "address"),
            ({"address": "\ud800"}, "address"),
            ({"address": float("nan")}, "address"),
            ({"x" * 100: "1"}, "x" * 64),
            ({"members": "Hasan"}, "members"),
            ({"members": [{}] * 300}, "members"),
            ({"members": ["Hasan"]}, "members[0]"),
            ({"members": [{"name": ["a", {}]}]}, "members[0].name"),
            ({"members": [{"id": MEMBER}, {"id": MEMBER.upper()}]}, "members[1].id"),
            ({"members": [{"id": "7"}]}, "members[0].id"),
            ({"members": [{"id": 7}]}, "members[0].id"),
        ],
    )
    def test_that_no_form_could_show_again_is_refused(
        self, session: Session, typed: dict[str, Any], path: str
    ) -> None:
        with pytest.raises(InvalidData) as caught:
            services.open_draft(session, typed, by=ANI, at=AT)
        assert list(caught.value.problems) == [path]
        assert count(session, Household) == 0
