"""A day with ODK Collect: download, fill in, send, send again, correct."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from jps.db import EVERYWHERE, db, set_scope
from jps.households.queries import get_household
from jps.odk.rules import SubmissionState
from tests.households_examples import household_document
from tests.openrosa.collect import Filled, LostResponse
from tests.openrosa.conftest import Arrived, NewPhone
from tests.openrosa.filling import JPEG, fill


def test_the_list_the_form_and_its_files_are_as_collect_wants_them(phone: NewPhone) -> None:
    first, second = phone("ani").refresh(), phone("ani").refresh()
    assert [blank.form_id for blank in first] == ["jps_household"]
    assert first[0].media.keys() == {"households.csv", "villages.csv"}
    assert first[0].xml == second[0].xml
    assert first[0].media == second[0].media


def test_a_household_arrives_once_and_is_registered(
    app: Flask, phone: NewPhone, arrived: Arrived
) -> None:
    ani = phone("ani")
    filled = Filled(fill(household_document()))
    assert ani.send(filled).ok
    (submission,) = arrived()
    assert (submission.state, submission.by) == (SubmissionState.ACCEPTED, "ani")
    assert submission.xml == filled.xml
    assert submission.household_id is not None
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        household = get_household(db.session(), submission.household_id)
        assert (household.source, household.entered_by) == ("odk", "ani")
        assert len(household.members) == 3


def test_a_lost_answer_leads_to_one_household(phone: NewPhone, arrived: Arrived) -> None:
    ani = phone("ani")
    filled = Filled(fill(household_document()), {"rumah.jpg": JPEG})
    ani.lose_next = True
    with pytest.raises(LostResponse):
        ani.send(filled)
    arrived()
    assert ani.send(filled).ok
    (submission,) = arrived()
    assert [file.name for file in submission.files] == ["rumah.jpg"]


def test_two_that_send_the_same_at_once_make_one(phone: NewPhone, arrived: Arrived) -> None:
    ani = phone("ani")
    xml = fill(household_document())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ani.post(xml, {"rumah.jpg": JPEG}), range(16)))
    assert {answer.status for answer in answers} == {201}
    (submission,) = arrived()
    assert len(submission.files) == 1


def test_parts_in_any_order_make_one_whole(phone: NewPhone, arrived: Arrived) -> None:
    ani = phone("ani")
    xml = fill(household_document())
    assert ani.post(xml, {"b.jpg": JPEG + b"b"}, last=True).status == 201
    assert ani.post(xml, {"a.jpg": JPEG + b"a"}, last=False).status == 201
    (submission,) = arrived()
    assert [file.name for file in submission.files] == ["a.jpg", "b.jpg"]
    assert submission.complete


def test_a_phone_goes_on_at_the_part_that_failed(phone: NewPhone, arrived: Arrived) -> None:
    ani = phone("ani")
    files = {f"f{number:03}.jpg": JPEG + bytes([number]) for number in range(130)}
    filled = Filled(fill(household_document()), files)
    filled.sent = 1  # part 1 went out with a phone that said so; it never comes again
    result = ani.send(filled)
    assert result.ok
    assert len(result.answers) == 1
    (submission,) = arrived()
    assert len(submission.files) == 30
    assert submission.state == SubmissionState.ACCEPTED


def test_other_answers_under_the_same_number_are_refused_and_kept(
    phone: NewPhone, arrived: Arrived
) -> None:
    ani, number = phone("ani"), f"uuid:{uuid.uuid4()}"
    assert ani.send(Filled(fill(household_document(), instance_id=number))).ok
    other = Filled(fill(household_document(floor_area=99), instance_id=number))
    for _ in range(2):
        result = ani.send(other)
        assert not result.ok
        assert result.last.status == 409
        assert "terpisah" in result.last.message
    first, second = arrived()
    assert (first.state, second.state) == (SubmissionState.ACCEPTED, SubmissionState.CONFLICT)
    assert second.xml == other.xml


def test_answers_in_pieces_over_the_network_arrive_whole(phone: NewPhone, arrived: Arrived) -> None:
    ani = phone("ani", chunked=True)
    assert ani.send(Filled(fill(household_document()), {"rumah.jpg": JPEG * 50})).ok
    (submission,) = arrived()
    assert submission.files[0].size == len(JPEG) * 50
