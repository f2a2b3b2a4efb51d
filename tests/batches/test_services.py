"""Many households at once: each by its own rules, with a result for each, and back again."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.models import User
from jps.access.rules import Role
from jps.audit.services import verify_chain
from jps.batches.models import Batch
from jps.batches.rules import KINDS, OUTCOME_NAMES, Act, Outcome
from jps.batches.services import (
    Chosen,
    can_undo,
    choose,
    get_batch,
    prepare,
    refusals,
    results,
    run_piece,
    start,
    undo,
)
from jps.db import scoped_to
from jps.errors import Conflict, InvalidData, NotFound
from jps.households import services, workflow
from jps.households.lists import Filters, chosen_by
from jps.households.models import Household
from jps.households.rules import State
from jps.households.workflow import Given
from jps.jobs.rules import JobState
from jps.jobs.services import start_job
from jps.meetings.queries import listed
from jps.meetings.rules import Facts
from jps.meetings.services import open_meeting
from jps.worker import run_now
from tests.households.conftest import ANI, AT, BUDI, CITRA
from tests.households.store import Read, registered
from tests.households_examples import household_document

NOTHING = Given()


def batch_of(session: Session, act: Act, *homes: Household, given: Given = NOTHING) -> Batch:
    """Return a started batch of Budi over these households."""
    chosen = choose(session, [(one.id, one.version) for one in homes])
    batch = prepare(session, act, chosen, by="budi", at=AT)
    return start(session, batch, given, by="budi", at=AT)


def outcomes(session: Session, batch: Batch) -> list[Outcome]:
    return [Outcome(one.item.outcome) for one in results(session, batch, limit=100)]


def test_each_by_its_own_rules(session: Session, read: Read) -> None:
    good, own, done, stale = (
        registered(session, read),
        registered(session, read, BUDI),
        registered(session, read),
        registered(session, read),
    )
    workflow.verify(session, done.id, version=1, by=CITRA_ANYWHERE, at=AT)
    batch = batch_of(session, Act.VERIFY, good, own, done, stale)
    form = read(household_document(floor_area=40))
    services.update_household(session, stale.id, form, version=1, by=ANI, at=AT)
    assert run_piece(session, batch, by=BUDI, at=AT) == 4
    assert outcomes(session, batch) == [Outcome.DONE, *[Outcome.REFUSED] * 3]
    assert (batch.done, batch.refused, batch.ended_at) == (1, 3, AT)
    assert [one.state for one in (good, own, done, stale)] == [
        State.VERIFIED,
        State.SUBMITTED,
        State.VERIFIED,
        State.SUBMITTED,
    ]
    assert len(refusals(session, batch)) == 3
    assert verify_chain(session).broken_at is None


CITRA_ANYWHERE = services.Author("citra", BUDI.scope, BUDI.source)


@pytest.mark.parametrize(
    ("act", "given", "after"),
    [
        (Act.VERIFY, NOTHING, State.VERIFIED),
        (Act.RETURN, Given("Foto kurang jelas"), State.RETURNED),
        (Act.ARCHIVE, Given("Data uji"), State.ARCHIVED),
    ],
)
def test_what_was_done_is_undone(
    session: Session, read: Read, act: Act, given: Given, after: State
) -> None:
    homes = [registered(session, read) for _ in range(3)]
    batch = batch_of(session, act, *homes, given=given)
    run_piece(session, batch, by=BUDI, at=AT)
    assert {one.state for one in homes} == {after}
    if act is Act.VERIFY:  # taken further since: it stays
        workflow.decide(session, homes[2].id, agreed=True, letter="BA-1", version=2, by=BUDI, at=AT)
    assert can_undo(session, batch)
    undoing = undo(session, batch, by="budi", at=AT)
    run_piece(session, undoing, by=BUDI, at=AT)
    back = homes[:2] if act is Act.VERIFY else homes
    assert {one.state for one in back} == {State.SUBMITTED}
    assert undoing.refused == len(homes) - len(back)
    assert not can_undo(session, batch)
    with pytest.raises(Conflict):
        undo(session, batch, by="budi", at=AT)


def test_to_the_meeting_and_off_its_list(session: Session, read: Read) -> None:
    homes = [registered(session, read) for _ in range(2)]
    meeting = open_meeting(session, "75.01.01.2001", Facts(date(2026, 11, 23)), by=BUDI, at=AT)
    workflow.verify(session, homes[0].id, version=1, by=BUDI, at=AT)
    batch = batch_of(session, Act.PROPOSE, *homes)
    run_piece(session, batch, by=BUDI, at=AT)
    assert outcomes(session, batch) == [Outcome.DONE, Outcome.REFUSED]
    assert [one.id for one in listed(session, meeting.id)] == [homes[0].id]
    run_piece(session, undo(session, batch, by="budi", at=AT), by=BUDI, at=AT)
    assert listed(session, meeting.id) == []


def test_a_reason_is_needed_where_the_step_needs_one(session: Session, read: Read) -> None:
    household = registered(session, read)
    chosen = choose(session, [(household.id, 1)])
    batch = prepare(session, Act.RETURN, chosen, by="budi", at=AT)
    with pytest.raises(InvalidData):
        start(session, batch, Given(" "), by="budi", at=AT)
    with pytest.raises(InvalidData):
        prepare(session, Act.RETURN, [], by="budi", at=AT)
    start(session, batch, Given("Foto"), by="budi", at=AT)
    with pytest.raises(Conflict):
        start(session, batch, Given("Foto"), by="budi", at=AT)


def test_others_see_neither_the_batch_nor_households_elsewhere(
    session: Session, read: Read
) -> None:
    household = registered(session, read)
    batch = batch_of(session, Act.VERIFY, household)
    with pytest.raises(NotFound):
        get_batch(session, batch.id, by="citra")
    with scoped_to(session, CITRA.scope):
        assert choose(session, [(household.id, 1)]) == []
        assert chosen_by(session, Filters(), limit=9) == []


def test_a_job_goes_on_in_the_name_of_who_asked(
    app: Flask, session: Session, read: Read, make_user: Callable[..., str]
) -> None:
    homes = [registered(session, read) for _ in range(3)]
    session.commit()
    make_user(Role.OPERATOR, "75.01", username="budi")
    rows = chosen_by(session, Filters(states=(State.SUBMITTED,)), limit=9)
    batch = prepare(session, Act.VERIFY, [Chosen(*row) for row in rows], by="budi", at=AT)
    start(session, batch, NOTHING, by="budi", at=AT)
    job = start_job(session, "batch", {"batch": str(batch.id)}, by="budi", at=AT)
    session.commit()
    assert run_now(app, job) == JobState.DONE
    session.expire_all()
    assert {one.state for one in homes} == {State.VERIFIED}
    assert {one.state_by for one in homes} == {"budi"}
    assert job.result == {"done": 3, "refused": 0}


def test_a_job_of_somebody_who_may_not_any_more_does_nothing(
    app: Flask, session: Session, read: Read, make_user: Callable[..., str]
) -> None:
    household = registered(session, read)
    batch = batch_of(session, Act.VERIFY, household)
    session.commit()
    make_user(Role.OPERATOR, "75.01", username="budi")
    person = session.scalars(select(User).where(User.username == "budi")).one()
    person.active = False
    job = start_job(session, "batch", {"batch": str(batch.id)}, by="budi", at=AT)
    session.commit()
    assert run_now(app, job) == JobState.FAILED
    session.expire_all()
    assert household.state == State.SUBMITTED


def test_the_table_is_whole() -> None:
    assert set(KINDS) == set(Act)
    assert set(OUTCOME_NAMES) == set(Outcome)
    undoing = {kind.undone_by for kind in KINDS.values() if kind.undone_by}
    assert all(not KINDS[act].offered for act in undoing)
    assert all(kind.undone_by for kind in KINDS.values() if kind.offered)


def test_unknown_ids_are_left_out(session: Session) -> None:
    assert choose(session, [(uuid.uuid4(), 1)]) == []
