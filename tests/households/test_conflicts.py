"""Late saves are kept and resolved field by field; every field has its history."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from jps.errors import Conflict
from jps.households import queries, services
from jps.households.documents import changes_between
from jps.households.schemas import HouseholdSchema
from jps.households.services import StaleHousehold
from tests.households.conftest import ANI, AT, BUDI
from tests.households.store import Read, members_of, registered, stored_document
from tests.households_examples import (
    child_document,
    household_document,
    member_document,
    spouse_document,
)

LATER = AT + timedelta(hours=1)


class TestConflicts:
    def test_are_resolved_field_by_field(
        self, session: Session, read: Read, schema: HouseholdSchema
    ) -> None:
        household = registered(session, read)
        hasan = members_of(session, household)[0]
        services.update_household(
            session,
            household.id,
            read(household_document(floor_area=40, rt="009")),
            version=1,
            by=ANI,
            at=AT,
        )
        people = [member_document(name="Hasan B Contoh"), spouse_document(), child_document()]
        late = read(household_document(floor_area=50, members=people))
        with pytest.raises(StaleHousehold) as caught:
            services.update_household(session, household.id, late, version=1, by=BUDI, at=AT)
        conflict = queries.get_conflict(session, caught.value.conflict_id)
        name = f"members[{hasan.id}].name"
        keys = [change.key for change in queries.conflict_differences(session, conflict)]
        assert keys == ["rt", "floor_area", name]
        services.resolve_conflict(
            session, conflict.id, {name: "refused", "rt": "stored"}, version=2, by=BUDI, at=LATER
        )
        assert queries.conflicts(session, household.id) == []
        services.submit_draft(
            session, household.id, schema, version=household.version, by=BUDI, at=LATER
        )
        shown = stored_document(session, household)
        assert (shown["floor_area"], shown["rt"]) == (40, "009")
        assert shown["members"][0]["name"] == "Hasan B Contoh"

    def test_resolved_as_stored_change_nothing(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        form = read(household_document(floor_area=50))
        with pytest.raises(StaleHousehold) as caught:
            services.update_household(session, household.id, form, version=0, by=BUDI, at=AT)
        services.resolve_conflict(
            session, caught.value.conflict_id, {}, version=1, by=BUDI, at=LATER
        )
        assert household.version == 1
        with pytest.raises(Conflict):
            services.resolve_conflict(
                session, caught.value.conflict_id, {}, version=1, by=BUDI, at=LATER
            )

    def test_of_drafts_keep_both(self, session: Session) -> None:
        typed = {"area_code": "75.01.01.2001", "address": "A"}
        household = services.open_draft(session, typed, by=ANI, at=AT)
        services.save_draft(
            session, household.id, {**typed, "address": "B"}, version=1, by=ANI, at=AT
        )
        with pytest.raises(StaleHousehold):
            services.save_draft(
                session, household.id, {**typed, "address": "C"}, version=1, by=BUDI, at=AT
            )
        (kept,) = queries.conflicts(session, household.id)
        assert kept.document["address"] == "C"
        assert household.draft is not None
        assert household.draft["address"] == "B"

    def test_a_save_sent_again_is_no_conflict(self, session: Session) -> None:
        typed = {"area_code": "75.01.01.2001", "address": "A"}
        household = services.open_draft(session, typed, by=ANI, at=AT)
        changed = {**typed, "address": "B"}
        services.save_draft(session, household.id, changed, version=1, by=ANI, at=AT)
        services.save_draft(session, household.id, changed, version=1, by=ANI, at=AT)
        assert (household.version, queries.conflicts(session)) == (2, [])


class TestHistory:
    def test_holds_every_field_from_the_first_save_on(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        form = read(household_document(floor_area=40))
        services.update_household(session, household.id, form, version=1, by=BUDI, at=LATER)
        found = queries.field_history(session, household, field="floor_area")
        assert [(f.by, f.version, f.change.old, f.change.new) for f in found] == [
            ("budi", 2, 36, 40),
            ("ani", 1, None, 36),
        ]

    def test_replayed_gives_the_document(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        people = [member_document(name="Hasan B Contoh"), spouse_document()]
        steps: list[dict[str, Any]] = [
            {"floor_area": 40, "livestock_goat": None},
            {"members": people},
        ]
        for version, overrides in enumerate(steps, start=1):
            form = read(household_document(**overrides))
            services.update_household(
                session, household.id, form, version=version, by=BUDI, at=LATER
            )
        replayed: dict[tuple[str, str], Any] = {}
        for found in reversed(queries.field_history(session, household)):
            replayed[found.change.id, found.change.field] = found.change.new
        shown = stored_document(session, household)
        expected = {
            (change.id, change.field): change.new
            for change in changes_between(str(household.id), {}, shown)
        }
        assert {key: value for key, value in replayed.items() if value is not None} == expected
