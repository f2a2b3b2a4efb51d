"""A list on its way: staged as given, tried, accepted, brought again, taken back."""

import json

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.audit.models import AuditEvent
from jps.audit.services import verify_chain
from jps.db import AreaScope
from jps.errors import Conflict
from jps.households.models import Household, HouseholdConflict, HouseholdHistory, Member
from jps.households.queries import get_household
from jps.households.rules import Source, State
from jps.households.saving import Author
from jps.households.storing import accepted_document
from jps.households.workflow import return_household
from jps.intake.models import IntakeBatch, IntakeOrigin, IntakeProblem, IntakeRecord, IntakeRow
from jps.intake.queries import outcomes
from jps.intake.rules import BatchState, Fate, Outcome, Part
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from tests.conftest import NOW
from tests.intake.conftest import Lists
from tests.intake.lists import csv_bytes, invented, table

BUDI = Author("budi", AreaScope(whole=True), Source.FORM)


def fates_of(batch: IntakeBatch) -> dict[str, int]:
    """Return the counts of the trial that are not zero."""
    names = [*map(str, Fate), "gone"]
    return {name: batch.counts[name] for name in names if batch.counts.get(name)}


def households(session: Session) -> list[Household]:
    """Return the households in force, by address."""
    query = select(Household).where(Household.state != State.ARCHIVED)
    return list(session.scalars(query.order_by(Household.address)))


def test_a_list_is_staged_tried_stored_and_taken_back(lists: Lists, session: Session) -> None:
    documents = [invented(number) for number in range(3)]
    rows = table(documents)
    batch = lists.bring(csv_bytes(rows))
    lists.run(batch)
    staged = session.scalars(select(IntakeRow.cells).order_by(IntakeRow.number)).all()
    assert [json.loads(cells) for cells in staged] == [list(map(str, row)) for row in rows[1:]]
    job = lists.check(batch)
    assert (job.state, batch.state, job.done) == (JobState.DONE, BatchState.CHECKED, job.total)
    assert fates_of(batch) == {"new": 3}
    assert households(session) == []
    lists.accept(batch)
    stored = households(session)
    assert [one.address for one in stored] == [f"Jalan Contoh {n}" for n in range(3)]
    assert {one.state for one in stored} == {State.SUBMITTED}
    assert {(one.source, one.entered_by) for one in stored} == {(Source.IMPORT, "ani")}
    first = accepted_document(session, stored[0])
    members = [{k: v for k, v in one.items() if k != "id"} for one in first.pop("members")]
    assert members == documents[0]["members"]
    assert first == {"id": str(stored[0].id)} | {
        name: value for name, value in documents[0].items() if name != "members"
    }
    assert session.scalar(select(func.count()).select_from(HouseholdHistory)) == 3
    job = lists.undo(batch)
    assert (job.state, batch.state) == (JobState.DONE, BatchState.UNDONE)
    assert households(session) == []
    assert session.scalar(select(func.count()).select_from(Household)) == 3
    assert verify_chain(session).broken_at is None
    actions = set(session.scalars(select(AuditEvent.action)))
    assert {"intake-uploaded", "intake-confirmed", "intake-accepted", "intake-undone"} <= actions


def test_the_same_list_again_changes_nothing(lists: Lists, session: Session) -> None:
    documents = [invented(number) for number in range(4)]
    lists.accept(lists.tried(documents))
    before = [(one.id, one.version) for one in households(session)]
    again = lists.tried(documents)
    assert fates_of(again) == {"same": 4}
    with pytest.raises(Conflict):
        lists.accept(again)
    session.rollback()
    assert [(one.id, one.version) for one in households(session)] == before


def test_a_later_edition_says_what_is_new_changed_same_and_gone(
    lists: Lists, session: Session
) -> None:
    lists.accept(lists.tried([invented(n) for n in range(3)]))
    before = {one.address: one.id for one in households(session)}
    later = [invented(0), invented(1, floor_area=99), invented(3)]
    batch = lists.tried(later, keys=["RT-00000", "RT-00001", "RT-00003"])
    assert fates_of(batch) == {"same": 1, "changed": 1, "new": 1, "gone": 1}
    people = set(
        session.scalars(select(Member.id).where(Member.household_id == before["Jalan Contoh 1"]))
    )
    lists.accept(batch)
    changed = get_household(session, before["Jalan Contoh 1"])
    assert (changed.answers["floor_area"], changed.version) == (99, 2)
    assert {one.id for one in changed.members} == people
    assert len(households(session)) == 4
    lists.undo(batch)
    session.expire_all()
    restored = get_household(session, before["Jalan Contoh 1"])
    assert (restored.answers["floor_area"], restored.version) == (36, 3)
    assert {one.id for one in restored.members} == people
    assert len(households(session)) == 3
    assert fates_of(lists.tried([invented(n) for n in range(3)])) == {"same": 3}


def test_a_part_of_a_list_says_nothing_of_who_is_gone(lists: Lists) -> None:
    lists.accept(lists.tried([invented(n) for n in range(3)]))
    assert fates_of(lists.tried([invented(0)], partial=True)) == {"same": 1}


def test_another_source_knows_nothing_of_the_first(lists: Lists) -> None:
    lists.accept(lists.tried([invented(0)]))
    batch = lists.tried([invented(0)], source="lain")
    assert fates_of(batch) == {"new": 1}


def test_what_people_changed_is_kept_beside_and_not_overwritten(
    lists: Lists, session: Session
) -> None:
    lists.accept(lists.tried([invented(0)]))
    home = households(session)[0]
    return_household(session, home.id, "Periksa luas.", version=1, by=BUDI, at=NOW)
    session.commit()
    batch = lists.tried([invented(0, floor_area=99)])
    assert fates_of(batch) == {"conflict": 1}
    assert not lists.session.scalar(select(HouseholdConflict))
    lists.accept(batch)
    session.expire_all()
    home = households(session)[0]
    assert (home.state, home.answers["floor_area"], home.version) == (State.RETURNED, 36, 2)
    kept = session.scalars(select(HouseholdConflict)).one()
    assert (kept.household_id, kept.document["floor_area"], kept.source) == (
        home.id,
        99,
        Source.IMPORT,
    )
    assert outcomes(session, batch.id) == {Outcome.CONFLICT: 1}
    lists.undo(batch)
    session.expire_all()
    assert kept.resolved_at is not None


def test_undoing_leaves_alone_what_people_worked_on(lists: Lists, session: Session) -> None:
    batch = lists.tried([invented(0), invented(1)])
    lists.accept(batch)
    first, second = households(session)
    return_household(session, second.id, "Periksa luas.", version=1, by=BUDI, at=NOW)
    job = lists.undo(batch)
    assert job.state == JobState.PROBLEMS
    assert outcomes(session, batch.id) == {Outcome.UNDONE: 1, Outcome.KEPT: 1}
    session.expire_all()
    assert (first.state, second.state) == (State.ARCHIVED, State.RETURNED)
    kept = session.scalars(select(IntakeRecord).where(IntakeRecord.outcome == Outcome.KEPT)).one()
    assert kept.note is not None
    assert kept.household_id == second.id


def test_only_the_clean_part_is_stored_when_asked(lists: Lists, session: Session) -> None:
    lists.accept(lists.tried([invented(0)]))
    broken = invented(2)
    broken["members"][0]["nik"] = "123"
    batch = lists.tried([invented(0), invented(1), broken], source="lain")
    assert fates_of(batch) == {"new": 2, "refused": 1}
    double = session.scalars(select(IntakeRecord).where(IntakeRecord.double_count > 0)).one()
    assert double.doubles == [str(households(session)[0].id)]
    lists.accept(batch, Part.CLEAN)
    assert [one.address for one in households(session)] == ["Jalan Contoh 0", "Jalan Contoh 1"]
    lists.accept(batch, Part.ALL)
    assert len(households(session)) == 3
    assert outcomes(session, batch.id) == {Outcome.CREATED: 2}


def test_problems_name_row_column_value_and_reason(lists: Lists, session: Session) -> None:
    wrong = invented(1)
    wrong["members"][1]["nik"] = "75010105058090"
    wrong["floor_material"] = "77"
    batch = lists.tried([invented(0), wrong])
    found = {
        (one.number, one.column): one
        for one in session.scalars(select(IntakeProblem).where(IntakeProblem.level == "error"))
    }
    assert (5, "nik") in found
    assert found[5, "nik"].value.startswith("7501")
    assert "058090" not in found[5, "nik"].value
    assert (4, "floor_material") in found
    assert found[4, "floor_material"].value == "77"
    assert all(one.reason for one in found.values())
    assert fates_of(batch) == {"new": 1, "refused": 1}


def test_households_outside_the_area_are_problems_and_not_stored(
    lists: Lists, session: Session
) -> None:
    documents = [invented(0), invented(1, area_code="75.02.01.2001")]
    batch = lists.tried(documents, scope=AreaScope(codes=("75.01",)))
    assert fates_of(batch) == {"new": 1, "refused": 1}
    job = lists.accept(batch)
    assert job.state == JobState.DONE
    assert [one.area_code for one in households(session)] == ["75.01.01.2001"]
    error = session.scalars(select(IntakeProblem).where(IntakeProblem.kind == "area")).one()
    assert (error.number, error.column, error.value) == (4, "area_code", "75.02.01.2001")


def test_a_trial_of_yesterday_is_made_again(lists: Lists, session: Session) -> None:
    batch = lists.tried([invented(0)])
    job = lists.accept(batch, today=NOW.date().replace(day=24))
    assert job.kind == "intake-check"
    assert batch.state == BatchState.CHECKED
    assert households(session) == []
    lists.accept(batch, today=NOW.date().replace(day=24))
    assert len(households(session)) == 1


def test_the_same_file_that_waits_is_not_taken_twice(lists: Lists) -> None:
    content = csv_bytes(table([invented(0)]))
    assert lists.bring(content).id == lists.bring(content).id
    assert lists.bring(content, by="budi").id != lists.bring(content).id


def test_one_nik_in_two_households_of_a_list_is_said(lists: Lists, session: Session) -> None:
    twin = invented(1)
    twin["members"][0]["nik"] = invented(0)["members"][0]["nik"]
    lists.tried([invented(0), twin])
    found = session.scalars(select(IntakeProblem).where(IntakeProblem.kind == "double")).all()
    assert sorted(one.number for one in found) == [2, 4]


def test_matching_and_scores_follow_as_jobs(lists: Lists, session: Session) -> None:
    lists.accept(lists.tried([invented(0)]))
    assert set(session.scalars(select(Job.kind).where(Job.state == JobState.QUEUED))) == {"assess"}


def test_origins_follow_what_is_stored(lists: Lists, session: Session) -> None:
    batch = lists.tried([invented(0)])
    assert session.scalar(select(func.count()).select_from(IntakeOrigin)) == 0
    lists.accept(batch)
    origin = session.scalars(select(IntakeOrigin)).one()
    assert (origin.household_id, origin.version) == (households(session)[0].id, 1)
    lists.undo(batch)
    assert session.scalar(select(func.count()).select_from(IntakeOrigin)) == 0
