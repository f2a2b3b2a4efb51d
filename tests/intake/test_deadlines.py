"""Lists and deadlines: what comes too late is said, kept in the list, and stored later."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.deadlines.rules import Stage
from jps.households.models import Household
from jps.households.rules import State
from jps.intake.models import IntakeProblem, IntakeRecord
from jps.intake.queries import outcomes
from jps.intake.rules import Fate, Outcome, Part
from jps.jobs.rules import JobState
from tests.intake.conftest import Lists
from tests.intake.lists import invented
from tests.offices import end_stages


def states(session: Session) -> list[tuple[str, object]]:
    """Return address and state of what is stored."""
    query = select(Household.address, Household.state).order_by(Household.address)
    return [(address, state) for address, state in session.execute(query)]


def test_the_trial_says_what_comes_too_late(lists: Lists, session: Session) -> None:
    end_stages(session, 2020, area="75.01.01.2001")
    elsewhere = invented(1, area_code="75.02.01.2001")
    batch = lists.tried([invented(0), elsewhere])
    assert (batch.counts["refused"], batch.counts["new"]) == (1, 1)
    (problem,) = session.scalars(select(IntakeProblem).where(IntakeProblem.kind == "deadline"))
    assert (problem.level, problem.params) == ("error", {"closed": "31-12-2020"})
    lists.accept(batch)
    assert states(session) == [("Jalan Contoh 1", State.SUBMITTED)]


def test_after_an_extension_the_list_is_checked_again_and_stored(
    lists: Lists, session: Session
) -> None:
    end_stages(session, 2020)
    batch = lists.tried([invented(0)])
    assert batch.counts["refused"] == 1
    end_stages(session, 2090)
    assert lists.accept(batch).kind == "intake-check"
    lists.accept(batch)
    assert states(session) == [("Jalan Contoh 0", State.SUBMITTED)]


def test_a_change_must_keep_the_deadline_of_corrections(lists: Lists, session: Session) -> None:
    lists.accept(lists.tried([invented(0)]))
    end_stages(session, 2020, Stage.COLLECTION)
    later = [invented(0, floor_area=99)]
    assert lists.tried(later).counts["changed"] == 1
    end_stages(session, 2020, Stage.VERIFICATION)
    assert lists.tried(later, by="budi").counts["refused"] == 1
    same = [invented(0)]
    assert lists.tried(same).counts["same"] == 1, "says nothing new, so it is not late"


def test_what_was_confirmed_waits_when_the_time_ends_before_its_turn(
    lists: Lists, session: Session
) -> None:
    lists.accept(lists.tried([invented(0)]))
    batch = lists.tried([invented(0, floor_area=99), invented(1)])
    lists.queue_accept(batch)
    end_stages(session, 2020)
    job = lists.run(batch)
    assert job.state == JobState.PROBLEMS
    assert outcomes(session, batch.id) == {Outcome.LATE: 2}
    assert states(session) == [("Jalan Contoh 0", State.SUBMITTED)]
    late = session.scalars(select(IntakeRecord).where(IntakeRecord.batch_id == batch.id)).all()
    assert all(one.note and one.form for one in late), "kept, with the reason"
    end_stages(session, 2090)
    assert lists.accept(batch, Part.ALL).state == JobState.DONE
    assert outcomes(session, batch.id) == {Outcome.UPDATED: 1, Outcome.CREATED: 1}
    stored = session.scalars(select(Household).order_by(Household.address)).all()
    assert [one.answers["floor_area"] for one in stored] == [99, 36]
    assert {one.fate for one in late} == {Fate.CHANGED, Fate.NEW}
