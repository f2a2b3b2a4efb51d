"""Who may take which step, and what is recorded of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.models import AuditEvent
from jps.audit.services import verify_chain
from jps.db import scoped_to
from jps.errors import Conflict, InvalidData, NotAllowed, NotFound
from jps.households import queries, services, workflow
from jps.households.models import Household, HouseholdHistory
from jps.households.rules import IN_FORCE, State
from tests.households.conftest import ANI, AT, BUDI, CITRA, DESA, DEWI, EKA
from tests.households.store import Read, count, registered
from tests.households_examples import (
    household_document,
)

LATER = AT + timedelta(hours=1)


class TestWorkflow:
    def test_who_entered_cannot_verify(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        with pytest.raises(workflow.OwnWork):
            workflow.verify(session, household.id, version=1, by=ANI, at=LATER)

    def test_who_changed_last_cannot_verify(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        form = read(household_document(floor_area=40))
        services.update_household(session, household.id, form, version=1, by=BUDI, at=AT)
        with pytest.raises(workflow.OwnWork):
            workflow.verify(session, household.id, version=2, by=BUDI, at=LATER)

    def test_unsent_changes_stop_verification(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        services.save_draft(session, household.id, {"rt": "1"}, version=1, by=ANI, at=AT)
        with pytest.raises(workflow.WrongState):
            workflow.verify(session, household.id, version=2, by=BUDI, at=LATER)

    def test_goes_round(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        key = household.id
        workflow.verify(session, key, version=1, by=BUDI, at=LATER)
        workflow.return_household(session, key, "KK salah", version=2, by=BUDI, at=LATER)
        assert (household.state, household.state_reason) == (State.RETURNED, "KK salah")
        form = read(household_document())
        services.update_household(session, key, form, version=3, by=ANI, at=LATER)
        assert household.state == State.SUBMITTED
        workflow.archive(session, key, "Ganda", version=4, by=BUDI, at=LATER)
        workflow.restore(session, key, version=5, by=BUDI, at=LATER)
        assert household.state == State.SUBMITTED
        actions = [row.action for row in queries.history(session, household)]
        assert actions == [
            "household-restored",
            "household-archived",
            "household-submitted",
            "household-returned",
            "household-verified",
            "household-submitted",
        ]
        assert count(session, HouseholdHistory) == 6
        assert verify_chain(session).broken_at is None

    def test_a_draft_is_archived_and_restored_as_a_draft(self, session: Session) -> None:
        household = services.open_draft(session, {"area_code": "75.01.01.2001"}, by=ANI, at=AT)
        workflow.archive(session, household.id, "Salah buka", version=1, by=ANI, at=AT)
        workflow.restore(session, household.id, version=2, by=ANI, at=AT)
        assert household.state == State.DRAFT

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
    def test_a_reason_is_needed(self, session: Session, read: Read, reason: str) -> None:
        household = registered(session, read)
        with pytest.raises(InvalidData) as caught:
            workflow.return_household(session, household.id, reason, version=1, by=BUDI, at=AT)
        assert "reason" in caught.value.problems

    def test_an_old_version_is_refused(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        with pytest.raises(Conflict):
            workflow.verify(session, household.id, version=7, by=BUDI, at=AT)

    def test_outside_the_scope_there_is_nothing(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        with scoped_to(session, CITRA.scope), pytest.raises(NotFound):
            workflow.verify(session, household.id, version=1, by=CITRA, at=AT)


def test_every_step_is_in_the_audit(session: Session, read: Read) -> None:
    household = registered(session, read)
    workflow.verify(session, household.id, version=1, by=BUDI, at=LATER)
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
    assert [(event.action, event.actor) for event in events] == [
        ("household-submitted", "ani"),
        ("household-verified", "budi"),
    ]
    assert "Hasan" not in str([event.details for event in events])


class TestToFinal:
    def test_each_step_by_another_person(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        key = household.id
        workflow.verify(session, key, version=1, by=BUDI, at=LATER)
        workflow.decide(session, key, agreed=True, letter="BA-1", version=2, by=BUDI, at=LATER)
        for person in (ANI, BUDI):
            with pytest.raises(workflow.OwnWork):
                workflow.confirm(session, key, version=3, by=person, at=LATER)
        workflow.confirm(session, key, version=3, by=DEWI, at=LATER)
        for person in (ANI, BUDI, DEWI):
            with pytest.raises(workflow.OwnWork):
                workflow.finalise(session, key, "SK-1", version=4, by=person, at=LATER)
        workflow.finalise(session, key, "SK-1", version=4, by=EKA, at=LATER)
        assert household.state == State.FINAL
        stamps = [(row.by, row.letter) for row in queries.history(session, household)]
        assert stamps == [
            ("eka", "SK-1"),
            ("dewi", None),
            ("budi", "BA-1"),
            ("budi", None),
            ("ani", None),
        ]
        assert verify_chain(session).broken_at is None

    def test_no_step_can_be_left_out(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        with pytest.raises(workflow.WrongState):
            workflow.confirm(session, household.id, version=1, by=DEWI, at=LATER)
        with pytest.raises(workflow.WrongState):
            workflow.finalise(session, household.id, "SK-1", version=1, by=EKA, at=LATER)
        with pytest.raises(workflow.WrongState):
            workflow.decide(
                session, household.id, agreed=True, letter="BA", version=1, by=BUDI, at=LATER
            )

    def test_a_letter_is_needed(self, session: Session, read: Read) -> None:
        household = agreed(session, read)
        workflow.confirm(session, household.id, version=3, by=DEWI, at=LATER)
        with pytest.raises(InvalidData) as caught:
            workflow.finalise(session, household.id, " ", version=4, by=EKA, at=LATER)
        assert "letter" in caught.value.problems

    def test_after_the_meeting_only_the_kabupaten_moves_it(
        self, session: Session, read: Read
    ) -> None:
        household = agreed(session, read)
        key = household.id
        with pytest.raises(NotAllowed):
            workflow.return_household(session, key, "Salah", version=3, by=DESA, at=LATER)
        with pytest.raises(NotAllowed):
            workflow.archive(session, key, "Salah", version=3, by=DESA, at=LATER)
        with pytest.raises(NotAllowed):
            workflow.confirm(session, key, version=3, by=DESA, at=LATER)
        workflow.return_household(session, key, "Salah", version=3, by=DEWI, at=LATER)
        assert household.state == State.RETURNED

    def test_sent_again_it_needs_all_steps_anew(self, session: Session, read: Read) -> None:
        household = agreed(session, read)
        key = household.id
        workflow.return_household(session, key, "Salah", version=3, by=DEWI, at=LATER)
        form = read(household_document(floor_area=40))
        services.update_household(session, key, form, version=4, by=EKA, at=LATER)
        assert household.state == State.SUBMITTED
        with pytest.raises(workflow.OwnWork):
            workflow.verify(session, key, version=5, by=EKA, at=LATER)
        workflow.verify(session, key, version=5, by=DEWI, at=LATER)  # her first step since then

    def test_only_who_took_it_takes_it_back(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        workflow.verify(session, household.id, version=1, by=BUDI, at=LATER)
        with pytest.raises(NotAllowed):
            workflow.withdraw(session, household.id, version=2, by=DEWI, at=LATER)
        workflow.withdraw(session, household.id, version=2, by=BUDI, at=LATER)
        assert household.state == State.SUBMITTED
        with pytest.raises(workflow.WrongState):
            workflow.withdraw(session, household.id, version=3, by=BUDI, at=LATER)

    def test_what_the_meeting_rejected_is_still_counted(self, session: Session, read: Read) -> None:
        household = registered(session, read)
        workflow.verify(session, household.id, version=1, by=BUDI, at=LATER)
        workflow.decide(
            session,
            household.id,
            agreed=False,
            reason="Sudah mampu",
            letter="BA-1",
            version=2,
            by=BUDI,
            at=LATER,
        )
        assert (household.state, household.state_reason) == (State.REJECTED, "Sudah mampu")
        assert household.state in IN_FORCE
        form = read(household_document(floor_area=40))
        with pytest.raises(services.NotEditable):
            services.update_household(session, household.id, form, version=3, by=ANI, at=LATER)


def agreed(session: Session, read: Read) -> Household:
    """Return a household of Ani that Budi verified and the meeting agreed to, at version 3."""
    household = registered(session, read)
    workflow.verify(session, household.id, version=1, by=BUDI, at=LATER)
    workflow.decide(session, household.id, agreed=True, letter="BA-1", version=2, by=BUDI, at=LATER)
    return household
