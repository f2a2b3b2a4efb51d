"""Many households at once: as one by one, only faster."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from jps.audit.models import AuditEvent
from jps.audit.services import verify_chain
from jps.households import bulk, frames, queries, services, workflow
from jps.households.forms import HouseholdForm
from jps.households.models import Household, HouseholdHistory, HouseholdWord
from jps.households.rules import State
from tests.households.conftest import ANI, AT, BUDI, CITRA
from tests.households_examples import household_document, member_document

Read = Callable[[dict[str, Any]], HouseholdForm]


def test_stores_what_one_by_one_would(session: Session, read: Read) -> None:
    ids = [uuid.uuid4() for _ in range(3)]
    forms = [read(household_document(id=str(key), floor_area=30)) for key in ids]
    single = services.register_household(session, forms[0], by=ANI, at=AT).household
    tally = bulk.register_many(session, forms[1:], by=ANI, at=AT)
    assert (tally.created, tally.duplicates, tally.refused) == (2, 0, [])
    other = queries.get_household(session, ids[1])
    skipped = {"id", "content_hash", "words"}
    for column in set(inspect(Household).columns.keys()) - skipped:
        assert getattr(other, column) == getattr(single, column), column
    assert other.words == single.words
    assert session.scalar(select(func.count()).select_from(HouseholdHistory)) == 3
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 3
    assert verify_chain(session).broken_at is None
    assert queries.list_households(session, queries.Filters(text="hasan")).total == 3


def test_sent_twice_stores_once(session: Session, read: Read) -> None:
    forms = [read(household_document(id=str(uuid.uuid4()))) for _ in range(3)]
    first = bulk.register_many(session, forms, by=ANI, at=AT)
    again = bulk.register_many(session, [*forms, *forms], by=ANI, at=AT)
    assert (first.created, again.created, again.duplicates) == (3, 0, 6)


def test_twice_in_one_batch_is_one(session: Session, read: Read) -> None:
    form = read(household_document(id=str(uuid.uuid4())))
    tally = bulk.register_many(session, [form, form], by=ANI, at=AT)
    assert (tally.created, tally.duplicates) == (1, 1)


def test_refuses_one_and_keeps_the_others(session: Session, read: Read) -> None:
    key = str(uuid.uuid4())
    forms = [
        read(household_document()),
        read(household_document(area_code="75.02.01.2001")),
        read(household_document(area_code="75.01.01.2999")),
        read(household_document(id=key)),
        read(household_document(id=key, floor_area=99)),
    ]
    tally = bulk.register_many(session, forms, by=ANI, at=AT)
    assert tally.created == 3
    assert [(place, error.code) for place, error in tally.refused] == [
        (2, "invalid-household"),
        (4, "stale-household"),
    ]
    tally = bulk.register_many(session, forms[:1], by=CITRA, at=AT)
    assert [error.code for _, error in tally.refused] == ["outside-area"]


def test_words_of_everybody_are_stored(session: Session, read: Read) -> None:
    forms = [read(household_document()) for _ in range(2)]
    bulk.register_many(session, forms, by=ANI, at=AT)
    rows = session.scalar(select(func.count()).select_from(HouseholdWord))
    assert rows == sum(len(words.split()) for words in session.scalars(select(Household.words)))


def test_frames_hold_people_in_force(session: Session, read: Read) -> None:
    people = [
        member_document(nik=None, nik_reason="1", birth_precision="year", birth_year=1980)
        | {"birth_date": None}
    ]
    year_only = {k: v for k, v in people[0].items() if v is not None}
    bulk.register_many(
        session,
        [read(household_document()), read(household_document(members=[year_only]))],
        by=ANI,
        at=AT,
    )
    gone = services.register_household(session, read(household_document()), by=ANI, at=AT)
    workflow.archive(session, gone.household.id, "Ganda", version=1, by=BUDI, at=AT)
    services.open_draft(session, household_document(), by=ANI, at=AT)
    members = frames.member_frame(session)
    assert members.column_names == [
        "id",
        "nik",
        "kk",
        "name",
        "birth_date",
        "sex",
        "mother",
        "village",
    ]
    rows = {(row["name"], row["nik"], row["birth_date"]) for row in members.to_pylist()}
    assert rows == {
        ("Hasan Contoh", "7501010505809001", "1980-05-05"),
        ("Hasan Contoh", "", "1980"),
        ("Fatma Contoh", "7501014909829002", "1982-09-09"),
        ("Nurul Contoh", "7501015101219003", "2021-01-11"),
    }
    answers = frames.answer_frame(session, ["floor_material", "ppi_household_size", "power_2"])
    assert answers.num_rows == 2
    first = answers.to_pylist()[0]
    assert (first["floor_material"], first["power_2"]) == ("6", None)
    assert first["interview_date"] == date(2024, 3, 5)
    assert set(answers.column("ppi_household_size").to_pylist()) == {"1", "2"}


def test_frames_of_nothing_have_their_columns(session: Session) -> None:
    assert frames.member_frame(session).num_rows == 0
    assert frames.answer_frame(session, ["floor_material"]).column_names[-1] == "floor_material"
    assert set(queries.state_counts(session).values()) == {0}
    assert State.DRAFT in queries.state_counts(session)
