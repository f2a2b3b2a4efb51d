"""Remarks at fields: open until the household is sent again, then kept with the answer."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from jps.db import scoped_to
from jps.errors import InvalidData
from jps.households import services, workflow
from jps.households.models import Household
from jps.households.remarks import Pointer, open_remarks, remarks_of
from jps.households.rules import State
from jps.households.schemas import HouseholdSchema
from tests.households.conftest import ANI, AT, BUDI, CITRA
from tests.households.store import Read, members_of, registered
from tests.households_examples import household_document

LATER = AT + timedelta(hours=1)


def returned(session: Session, read: Read, *pointers: Pointer) -> Household:
    """Return a household that was sent back with remarks."""
    household = registered(session, read)
    workflow.return_household(
        session, household.id, "Periksa", remarks=pointers, version=1, by=BUDI, at=AT
    )
    return household


def test_they_are_open_until_it_is_sent_again(session: Session, read: Read) -> None:
    household = registered(session, read)
    member = members_of(session, household)[0]
    about = (Pointer("floor_area", "Ukur lagi"), Pointer("nik", " NIK  salah\nketik ", member.id))
    workflow.return_household(
        session, household.id, "Periksa", remarks=about, version=1, by=BUDI, at=AT
    )
    found = open_remarks(session, [household.id, uuid.uuid4()])
    told = {(one.member_id, one.field, one.text, one.by) for one in found[household.id]}
    assert told == {
        (None, "floor_area", "Ukur lagi", "budi"),
        (member.id, "nik", "NIK salah ketik", "budi"),
    }
    form = read(household_document(floor_area=40))
    services.update_household(session, household.id, form, version=2, by=ANI, at=LATER)
    assert open_remarks(session, [household.id]) == {}
    kept = {one.field: one for one in remarks_of(session, household.id)}
    assert kept["floor_area"].before != kept["floor_area"].after == 40
    assert kept["nik"].before == kept["nik"].after
    assert all(one.answered and one.closed_by == "ani" for one in kept.values())


def test_a_return_taken_back_closes_them_unanswered(session: Session, read: Read) -> None:
    household = returned(session, read, Pointer("floor_area", "Ukur lagi"))
    workflow.withdraw(session, household.id, version=2, by=BUDI, at=LATER)
    assert household.state == State.SUBMITTED
    assert open_remarks(session, [household.id]) == {}
    (remark,) = remarks_of(session, household.id)
    assert not remark.answered


@pytest.mark.parametrize(
    "pointer",
    [
        Pointer("floor_area", "  "),
        Pointer("floor_area", "x" * 301),
        Pointer("", "Ukur lagi"),
        Pointer("nik", "Salah", uuid.uuid4()),
    ],
    ids=["empty", "long", "no field", "foreign member"],
)
def test_what_points_nowhere_returns_nothing(
    session: Session, read: Read, pointer: Pointer
) -> None:
    household = registered(session, read)
    session.commit()
    with pytest.raises(InvalidData):
        workflow.return_household(
            session, household.id, "Periksa", remarks=[pointer], version=1, by=BUDI, at=AT
        )
    session.rollback()
    assert household.state == State.SUBMITTED


def test_it_may_be_sent_again_as_it_is(
    session: Session, read: Read, schema: HouseholdSchema
) -> None:
    household = returned(session, read, Pointer("floor_area", "Ukur lagi"))
    services.submit_draft(session, household.id, schema, version=2, by=ANI, at=LATER)
    assert household.state == State.SUBMITTED
    (remark,) = remarks_of(session, household.id)
    assert remark.answered
    assert remark.before == remark.after


def test_another_kabupaten_reads_none(session: Session, read: Read) -> None:
    household = returned(session, read, Pointer("floor_area", "Ukur lagi"))
    with scoped_to(session, CITRA.scope):
        assert open_remarks(session, [household.id]) == {}
