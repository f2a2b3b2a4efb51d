"""Deadlines lock stages; what comes too late is kept and can be sent after an extension."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.db import EVERYWHERE, AreaScope
from jps.deadlines.models import Deadline
from jps.deadlines.rules import Stage
from jps.deadlines.services import (
    KEPT_TOO_LATE,
    DeadlinePassed,
    Term,
    deadlines,
    end_deadline,
    require_open,
    set_deadline,
)
from jps.errors import InvalidData, NotAllowed, NotFound
from jps.households import queries, services, workflow
from jps.households.arrivals import Arrival, Fate, examine, take_in
from jps.households.bulk import register_many
from jps.households.models import Household
from jps.households.rules import State
from jps.households.schemas import HouseholdSchema
from tests.households.conftest import ANI, AT, BUDI
from tests.households.store import Read, registered
from tests.households_examples import household_document

DAY = timedelta(days=1)
DESA = "75.01.01.2001"


def term(closes: timedelta, opens: timedelta | None = None) -> Term:
    """Return a term relative to `AT`."""
    opens_at = None if opens is None else AT + opens
    first = None if opens_at is None else opens_at.date()
    return Term(first, (AT + closes).date(), opens_at, AT + closes)


def close(
    session: Session,
    stage: Stage,
    area: str = "75.01",
    closes: timedelta = -DAY,
    *,
    reason: str = "",
    scope: AreaScope = EVERYWHERE,
    at: datetime = AT,
) -> Deadline:
    """Set a deadline, yesterday if nothing else is said."""
    return set_deadline(
        session, stage, area, term(closes), reason=reason, by="mira", scope=scope, at=at
    )


def test_an_extension_needs_a_reason_and_keeps_what_was(session: Session) -> None:
    first = close(session, Stage.COLLECTION)
    with pytest.raises(DeadlinePassed) as refused:
        require_open(session, Stage.COLLECTION, DESA, at=AT)
    assert "75.01" in str(refused.value)  # who can extend it
    with pytest.raises(InvalidData):
        close(session, Stage.COLLECTION, closes=DAY)
    close(session, Stage.COLLECTION, closes=DAY, reason="Banjir")
    require_open(session, Stage.COLLECTION, DESA, at=AT)
    assert (first.ended_by, first.ended_at) == ("mira", AT)
    assert session.scalar(select(func.count()).select_from(Deadline)) == 2


def test_a_smaller_area_has_its_own(session: Session) -> None:
    close(session, Stage.COLLECTION)
    row = close(session, Stage.COLLECTION, "75.01.01", DAY)
    require_open(session, Stage.COLLECTION, DESA, at=AT)
    end_deadline(session, row.id, by="mira", scope=EVERYWHERE, at=AT)
    with pytest.raises(DeadlinePassed):
        require_open(session, Stage.COLLECTION, DESA, at=AT)
    with pytest.raises(NotFound):
        end_deadline(session, row.id, by="mira", scope=EVERYWHERE, at=AT)
    assert len(deadlines(session)) == 1


def test_it_may_not_be_open_yet(session: Session) -> None:
    set_deadline(
        session,
        Stage.MEETING,
        "75.01",
        term(9 * DAY, DAY),
        reason="",
        by="mira",
        scope=EVERYWHERE,
        at=AT,
    )
    with pytest.raises(DeadlinePassed):
        require_open(session, Stage.MEETING, DESA, at=AT)


@pytest.mark.parametrize("codes", [("75.02",), ("75.01.01",), ()])
def test_only_the_kabupaten_sets_them(session: Session, codes: tuple[str, ...]) -> None:
    with pytest.raises(NotAllowed):
        close(session, Stage.COLLECTION, scope=AreaScope(codes=codes))


def test_a_late_form_is_kept_as_a_draft_and_sent_after_the_extension(
    session: Session, read: Read, schema: HouseholdSchema
) -> None:
    close(session, Stage.COLLECTION)
    form = read(household_document())
    with pytest.raises(DeadlinePassed):
        services.register_household(session, form, by=ANI, at=AT)
    household = session.scalars(select(Household)).one()
    assert household.state == State.DRAFT
    assert "Batas waktu pendataan" in (household.state_reason or "")
    with pytest.raises(DeadlinePassed):
        services.submit_draft(
            session, household.id, schema, version=household.version, by=ANI, at=AT
        )
    assert household.draft is not None
    close(session, Stage.COLLECTION, closes=DAY, reason="Banjir")
    services.submit_draft(session, household.id, schema, version=household.version, by=ANI, at=AT)
    assert (household.state, household.state_reason) == (State.SUBMITTED, None)


def test_a_late_form_sent_again_is_taken_once_there_is_time(session: Session, read: Read) -> None:
    close(session, Stage.COLLECTION)
    form = read(household_document(id=str(uuid.uuid4())))
    for _ in range(2):
        with pytest.raises(DeadlinePassed):
            services.register_household(session, form, by=ANI, at=AT)
    close(session, Stage.COLLECTION, closes=DAY, reason="Banjir")
    done = services.register_household(session, form, by=ANI, at=AT)
    assert done.outcome is services.Outcome.CREATED
    assert done.household.state == State.SUBMITTED
    assert queries.conflicts(session) == []


def test_a_late_phone_is_told_why_and_taken_once_there_is_time(
    session: Session, schema: HouseholdSchema
) -> None:
    close(session, Stage.COLLECTION)
    key = uuid.uuid4()
    arrival = Arrival(key, None, True, household_document(), "phone-1")
    for _ in range(2):
        (late,) = take_in(session, [examine(arrival, schema)], by=ANI, at=AT)
        assert (late.fate, late.message) == (Fate.PROBLEMS, KEPT_TOO_LATE)
        assert session.scalars(select(Household.state)).one() == State.DRAFT
    close(session, Stage.COLLECTION, closes=DAY, reason="Banjir")
    (taken,) = take_in(session, [examine(arrival, schema)], by=ANI, at=AT)
    assert taken.is_accepted
    assert session.scalars(select(Household.state)).one() == State.SUBMITTED
    assert queries.conflicts(session) == []


def test_corrections_go_on_while_others_verify(session: Session, read: Read) -> None:
    household = registered(session, read)
    workflow.return_household(session, household.id, "Salah", version=1, by=BUDI, at=AT)
    close(session, Stage.COLLECTION)
    form = read(household_document(floor_area=40))
    services.update_household(session, household.id, form, version=2, by=ANI, at=AT)
    assert household.state == State.SUBMITTED
    close(session, Stage.VERIFICATION)
    with pytest.raises(DeadlinePassed):
        workflow.verify(session, household.id, version=3, by=BUDI, at=AT)
    late = read(household_document(floor_area=50))
    with pytest.raises(DeadlinePassed):
        services.update_household(session, household.id, late, version=3, by=ANI, at=AT)
    assert services.current_document(session, household)["floor_area"] == 50, "kept as the draft"
    assert queries.get_household(session, household.id).answers["floor_area"] == 40


def test_of_many_the_late_ones_are_refused_alone(session: Session, read: Read) -> None:
    close(session, Stage.COLLECTION, DESA)
    forms = [read(household_document(area_code=f"75.01.01.200{number}")) for number in (1, 2)]
    tally = register_many(session, forms, by=ANI, at=AT)
    assert tally.created == 1
    ((place, error),) = tally.refused
    assert place == 0
    assert isinstance(error, DeadlinePassed)
