"""What becomes of a submission: the same gate as everywhere, and nothing is ever lost."""

import csv
import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from jps.access.rules import Role
from jps.access.services import change_user, find_user
from jps.config import DATA
from jps.db import EVERYWHERE, db, set_scope
from jps.deadlines.rules import Stage
from jps.deadlines.services import Term, set_deadline
from jps.households.attachments import attachments_of
from jps.households.documents import content_hash
from jps.households.models import Household
from jps.households.queries import conflicts, gate, get_household
from jps.households.rules import Source, State
from jps.households.saving import Author
from jps.households.services import current_document, submit_draft
from jps.households.workflow import archive, return_household
from jps.odk.models import Submission
from jps.odk.rules import SubmissionState
from jps.questionnaire import Question, load_form
from tests.conftest import NOW, SignIn
from tests.households_examples import child_document, household_document, member_document
from tests.offices import end_stages
from tests.openrosa.collect import Collect, Filled
from tests.openrosa.conftest import VILLAGE, Arrived, NewPhone
from tests.openrosa.filling import JPEG, EntityMark, fill, form
from tests.web.conftest import Visitor

ELSEWHERE = "75.02.01.2001"


Stored = Callable[[uuid.UUID | None], tuple[Household, dict[str, Any]]]


@pytest.fixture
def stored(app: Flask) -> Stored:
    """Read a household and the document that its form shows."""

    def read(household_id: uuid.UUID | None) -> tuple[Household, dict[str, Any]]:
        assert household_id is not None
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            found = get_household(db.session(), household_id)
            document = current_document(db.session(), found)
            db.session.expunge_all()
            return found, document

    return read


def households_of(phone: Collect) -> list[dict[str, str]]:
    """Return the households that the phone lists."""
    content = phone.refresh()[0].media["households.csv"]
    return list(csv.DictReader(content.decode().splitlines()))


def without_ids(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document as somebody types it."""
    rest = {name: value for name, value in document.items() if name not in {"id", "members"}}
    members = [
        {name: value for name, value in entry.items() if name != "id"}
        for entry in document["members"]
    ]
    return {**rest, "members": members}


def as_fields(questions: tuple[Question, ...], record: dict[str, Any]) -> dict[str, Any]:
    """Return answers as the fields of a screen: dates in three."""
    fields: dict[str, Any] = {}
    for question in questions:
        value = record.get(question.name)
        if question.type == "date" and value:
            parts = zip(("year", "month", "day"), str(value).split("-"), strict=True)
            fields |= {f"{question.name}.{name}": text for name, text in parts}
        elif value is not None and not question.is_calculated:
            fields[question.name] = value
    return fields


def typed_in_the_form(ani: Visitor, document: dict[str, Any]) -> str:
    """Type a document into the screens of the web form, send it, and return its id."""
    address = ani.begin()
    for section in form().sections:
        if not section.is_roster:
            ani.send(f"{address}/{section.name}", **as_fields(section.questions, document))
            continue
        for member in document["members"]:
            begun = ani.client.post(f"{address}/members")
            ani.send(begun.location, **as_fields(section.questions, member))
    version = re.search(r'name="version" value="(\d+)"', ani.get(f"{address}/review").text)
    assert version is not None
    answer = ani.client.post(f"{address}/send", data={"version": version[1]})
    assert answer.location == "/work", answer.text
    return address.rpartition("/")[2]


def test_collect_and_the_web_form_make_the_same_household(
    phone: NewPhone, arrived: Arrived, sign_in: SignIn, stored: Stored
) -> None:
    document = household_document()
    assert phone("ani").send(Filled(fill(document))).ok
    (submission,) = arrived()
    visitor = Visitor(sign_in(Role.ENUMERATOR, "75.01", username="budi"), "budi")
    typed = uuid.UUID(typed_in_the_form(visitor, document))
    sent, by_phone = stored(submission.household_id)
    written, by_form = stored(typed)
    assert (sent.source, written.source) == (Source.ODK, Source.FORM)
    assert content_hash(without_ids(by_phone)) == content_hash(without_ids(by_form))
    assert content_hash(without_ids(by_phone)) == content_hash(document)


def test_what_the_gate_refuses_becomes_a_draft_of_its_enumerator(
    phone: NewPhone, arrived: Arrived, stored: Stored
) -> None:
    document = household_document(floor_area=5_000, members=[member_document(nik="123")])
    assert phone("ani").send(Filled(fill(document))).ok
    (submission,) = arrived()
    assert submission.state == SubmissionState.DRAFT
    found = {problem["path"] for problem in submission.problems if problem["level"] == "error"}
    assert {"floor_area", "members[0].nik"} <= found
    household, kept = stored(submission.household_id)
    assert (household.state, household.draft_by) == (State.DRAFT, "ani")
    assert (kept["floor_area"], kept["members"][0]["nik"]) == ("5000", "123")


def test_what_no_draft_can_hold_is_held_and_named(
    phone: NewPhone, arrived: Arrived, sign_in: SignIn
) -> None:
    document = household_document(members=[member_document(name="x" * 10_001)])
    assert phone("ani").send(Filled(fill(document))).ok
    (held,) = arrived()
    assert held.state == SubmissionState.REFUSED
    page = Visitor(sign_in(Role.OPERATOR, "75.01"), "").get(f"/submissions/{held.id}").text
    assert "Anggota 1: Nama lengkap" in page
    assert "paling banyak 10.000 karakter" in page


def test_what_lies_elsewhere_is_held_and_accepted_after_a_fix(
    app: Flask, phone: NewPhone, arrived: Arrived, sign_in: SignIn, stored: Stored
) -> None:
    assert phone("ani", "75.01").send(Filled(fill(household_document(area_code=ELSEWHERE)))).ok
    (held,) = arrived()
    assert held.state == SubmissionState.REFUSED
    assert (held.area_code, held.household_id) == ("75.01", None)
    with app.app_context():
        user = find_user(db.session(), "ani")
        assert user is not None
        set_scope(db.session(), EVERYWHERE)
        areas = ("75.01", "75.02")
        change_user(
            db.session(), user, full_name="Ani", role=Role.ENUMERATOR, areas=areas, by="b", at=NOW
        )
        db.session.commit()
    operator = sign_in(Role.OPERATOR, "75.01")
    assert operator.post(f"/submissions/{held.id}/retry").status_code == 303
    (again,) = arrived()
    assert again.state == SubmissionState.REFUSED, "the phone was connected for one area"
    assert operator.post(f"/submissions/{held.id}/draft").status_code == 303
    (drafted,) = arrived()
    assert drafted.state == SubmissionState.DRAFT
    household, document = stored(drafted.household_id)
    assert (household.area_code, document["area_code"]) == ("75.01", ELSEWHERE)


def test_photos_go_to_the_household_whenever_they_come(
    app: Flask, phone: NewPhone, arrived: Arrived
) -> None:
    ani, xml = phone("ani"), fill(household_document(photo_house="rumah.jpg"))
    assert ani.post(xml, {"rumah.jpg": JPEG}, last=False).status == 201
    (first,) = arrived()
    assert ani.post(xml, {"kk.jpg": JPEG + b"2"}).status == 201
    (second,) = arrived()
    assert (first.complete, second.complete) == (False, True)
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        assert second.household_id is not None
        found = attachments_of(db.session(), second.household_id)
        assert {file.name for file in found} == {"rumah.jpg", "kk.jpg"}


def test_a_household_of_the_list_is_changed_and_its_people_stay(
    phone: NewPhone, arrived: Arrived, stored: Stored
) -> None:
    ani, new = phone("ani"), str(uuid.uuid4())
    assert ani.send(Filled(fill(household_document(), entity=EntityMark(new)))).ok
    arrived()
    (listed,) = households_of(ani)
    assert (listed["name"], listed["area_code"], listed["rt"]) == (new, VILLAGE, "001")
    assert "7501010505809001" not in "".join(listed.values())
    before, _ = stored(uuid.UUID(new))
    mark = EntityMark(
        new, base=listed["__version"], trunk=listed["__version"], branch="b1", updates=True
    )
    grown = household_document(
        floor_area=48, members=[*household_document()["members"], child_document(name="Adik")]
    )
    assert ani.send(Filled(fill(grown, entity=mark))).ok
    submission = arrived()[-1]
    assert submission.state == SubmissionState.DRAFT, "two children share one NIK"
    grown["members"][-1].update(nik="7501015202229004", birth_date="2022-02-12")
    again = EntityMark(new, base="9", trunk=listed["__version"], branch="b1", updates=True)
    assert ani.send(Filled(fill(grown, entity=again))).ok
    assert arrived()[-1].state == SubmissionState.ACCEPTED
    after, document = stored(uuid.UUID(new))
    assert document["floor_area"] == 48
    assert {m.id for m in before.members} < {m.id for m in after.members}
    assert len(after.members) == 4


def test_a_change_based_on_an_old_list_is_kept_beside_the_other(
    app: Flask, phone: NewPhone, arrived: Arrived
) -> None:
    ani, budi, new = phone("ani"), phone("budi"), uuid.uuid4()
    ani.send(Filled(fill(household_document(), entity=EntityMark(str(new)))))
    arrived()
    version = households_of(ani)[0]["__version"]
    for number, someone in enumerate((ani, budi)):
        mark = EntityMark(str(new), version, version, f"b{number}", updates=True)
        someone.send(Filled(fill(household_document(floor_area=50 + number), entity=mark)))
        arrived()
    states = [submission.state for submission in arrived()]
    assert states == [SubmissionState.ACCEPTED, SubmissionState.ACCEPTED, SubmissionState.CONFLICT]
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        (late,) = conflicts(db.session(), new)
        assert late.document["floor_area"] == 51


def test_a_returned_household_is_corrected_without_a_new_list(
    app: Flask, phone: NewPhone, arrived: Arrived, stored: Stored
) -> None:
    ani = phone("ani")
    number = f"uuid:{uuid.uuid4()}"
    ani.send(Filled(fill(household_document(), instance_id=number)))
    (first,) = arrived()
    household, _ = stored(first.household_id)
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        boss = Author("operator", EVERYWHERE, Source.FORM)
        return_household(
            db.session(), household.id, "Luas lantai?", version=household.version, by=boss, at=NOW
        )
        db.session.commit()
    assert households_of(ani)[0]["reason"] == "Luas lantai?"
    edited = fill(household_document(floor_area=40), deprecated=number)
    assert ani.send(Filled(edited)).ok
    assert [one.state for one in arrived()] == [SubmissionState.REPLACED, SubmissionState.ACCEPTED]
    corrected, document = stored(first.household_id)
    assert (corrected.state, document["floor_area"]) == (State.SUBMITTED, 40)


def test_a_correction_that_comes_first_stays(
    phone: NewPhone, arrived: Arrived, stored: Stored
) -> None:
    ani, number = phone("ani"), f"uuid:{uuid.uuid4()}"
    ani.send(Filled(fill(household_document(floor_area=40), deprecated=number)))
    (edited,) = arrived()
    ani.send(Filled(fill(household_document(), instance_id=number)))
    assert [one.state for one in arrived()] == [SubmissionState.ACCEPTED, SubmissionState.REPLACED]
    assert stored(edited.household_id)[1]["floor_area"] == 40


def test_a_phone_forgets_only_what_is_gone(
    app: Flask, phone: NewPhone, arrived: Arrived, stored: Stored
) -> None:
    ani, there, waiting = phone("ani"), str(uuid.uuid4()), str(uuid.uuid4())
    ani.send(Filled(fill(household_document(), entity=EntityMark(there))))
    arrived()
    (blank,) = ani.refresh()
    assert ani.deleted(blank, [there, waiting, "x"]) == {there: False, waiting: False, "x": False}
    household, _ = stored(uuid.UUID(there))
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        boss = Author("operator", EVERYWHERE, Source.FORM)
        archive(db.session(), household.id, "Ganda", version=household.version, by=boss, at=NOW)
        db.session.commit()
    (later,) = ani.refresh()
    assert ani.deleted(blank, [there, waiting]) == {there: True, waiting: False}
    assert later.manifest_hash != blank.manifest_hash
    assert there not in later.media["households.csv"].decode()


def test_a_phone_knows_its_own_areas_only(phone: NewPhone, arrived: Arrived) -> None:
    ani, tono = phone("ani", "75.01"), phone("tono", "75.02")
    ani.send(Filled(fill(household_document())))
    arrived()
    assert len(households_of(ani)) == 1
    assert households_of(tono) == []
    villages = tono.refresh()[0].media["villages.csv"].decode()
    assert ELSEWHERE in villages
    assert VILLAGE not in villages


def end(app: Flask, year: int, stage: Stage) -> None:
    """Let a stage end with a year."""
    with app.app_context():
        end_stages(db.session(), year, stage)


def test_what_comes_after_the_deadline_is_a_draft_with_the_reason(
    app: Flask, phone: NewPhone, arrived: Arrived, stored: Stored
) -> None:
    end(app, 2020, Stage.COLLECTION)
    document = household_document()
    assert phone("ani").send(Filled(fill(document))).ok
    (submission,) = arrived()
    assert submission.state == SubmissionState.DRAFT
    assert "Batas waktu pendataan" in (submission.reason or "")
    household, kept = stored(submission.household_id)
    assert (household.state, household.draft_by) == (State.DRAFT, "ani")
    assert household.content_hash is None
    assert content_hash(without_ids(kept)) == content_hash(document)
    end(app, 2090, Stage.COLLECTION)
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        schema = gate(db.session(), load_form(DATA / "questionnaire"), today=date(2026, 11, 23))
        by = Author("ani", EVERYWHERE, Source.FORM)
        version = household.version
        submit_draft(db.session(), household.id, schema, version=version, by=by, at=NOW)
        db.session.commit()
    assert stored(household.id)[0].state == State.SUBMITTED


def test_a_correction_after_the_deadline_is_the_draft_of_the_household(
    app: Flask, phone: NewPhone, arrived: Arrived, stored: Stored
) -> None:
    ani = phone("ani")
    number = f"uuid:{uuid.uuid4()}"
    assert ani.send(Filled(fill(household_document(), instance_id=number))).ok
    (before,) = arrived()
    end(app, 2020, Stage.VERIFICATION)
    again = fill(household_document(floor_area=60), deprecated=number)
    assert ani.send(Filled(again)).ok
    after = next(one for one in arrived() if one.id != before.id)
    assert (after.state, after.household_id) == (SubmissionState.DRAFT, before.household_id)
    household, shown = stored(before.household_id)
    assert (household.state, household.answers["floor_area"]) == (State.SUBMITTED, 36)
    assert shown["floor_area"] == 60


def test_what_came_in_time_is_in_time_however_long_it_waits(
    app: Flask, phone: NewPhone, arrived: Arrived, stored: Stored
) -> None:
    assert phone("ani").send(Filled(fill(household_document()))).ok
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        came = db.session.scalars(select(Submission.received_at)).one()
        ends = Term(None, came.date(), None, came + timedelta(microseconds=1))
        how: dict[str, Any] = {"reason": "", "by": "mira", "scope": EVERYWHERE, "at": came}
        set_deadline(db.session(), Stage.COLLECTION, "75.01", ends, **how)
        db.session.commit()
    (submission,) = arrived()
    assert submission.state == SubmissionState.ACCEPTED
    household, _ = stored(submission.household_id)
    assert (household.state, household.entered_at) == (State.SUBMITTED, came)
