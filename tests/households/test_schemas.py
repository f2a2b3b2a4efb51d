"""The gate: everything that comes in is typed and frozen, or refused at its path."""

import pickle
import subprocess
import sys
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from jps.config import DATA
from jps.households import services
from jps.households.forms import HouseholdForm
from jps.households.schemas import HouseholdSchema, InvalidHousehold
from jps.questionnaire import load_form
from tests.households.conftest import ANI, AT, TODAY
from tests.households_examples import household_document, member_document

FORM = load_form(DATA / "questionnaire")
GATE = HouseholdSchema(FORM, today=TODAY)
ASKED = [question for question in FORM if not question.is_calculated]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(JSON | st.dictionaries(st.sampled_from([q.name for q in ASKED] + ["id", "members"]), JSON))
def test_any_json_is_read_or_refused(document: Any) -> None:
    with pytest.raises(InvalidHousehold) as caught:
        GATE.load(document)
    assert caught.value.problems


@given(st.data())
def test_any_change_of_a_good_document_is_read_or_refused(data: st.DataObject) -> None:
    question = data.draw(st.sampled_from(ASKED))
    codes = [choice.code for choice in question.choices]
    value = data.draw(JSON | st.sampled_from(codes or ["1"]))
    document = household_document()
    (document["members"][0] if question.in_roster else document)[question.name] = value
    try:
        form = GATE.load(document)
    except InvalidHousehold:
        return
    assert isinstance(form, HouseholdForm)
    assert GATE.load(form.document()).document() == form.document()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25
)
@given(data=st.data())
def test_what_is_accepted_survives_being_stored(session: Session, data: st.DataObject) -> None:
    document = household_document()
    for question in data.draw(st.lists(st.sampled_from(ASKED), max_size=4)):
        if question.choices:
            code = data.draw(st.sampled_from([choice.code for choice in question.choices]))
            target = document["members"][0] if question.in_roster else document
            target[question.name] = [code] if question.type == "select_multiple" else code
    try:
        form = GATE.load(document)
    except InvalidHousehold:
        return
    household = services.register_household(session, form, by=ANI, at=AT).household
    session.expire_all()
    stored = services.current_document(session, household)
    stored.pop("id")
    for member in stored.get("members", []):
        member.pop("id")
    assert stored == form.document()


def test_answers_that_do_not_apply_are_named_as_warnings(
    read: Callable[[dict[str, Any]], HouseholdForm],
) -> None:
    form = read(household_document(tenure="2"))
    assert "land_certificate" not in form.answers
    assert [warning.path for warning in form.warnings] == ["land_certificate"]


def test_calculated_answers_stand_apart() -> None:
    form = GATE.load(household_document(ppi_car="1", household_size=99))
    assert form.calculated["household_size"] == "3"
    assert form.calculated["ppi_car"] == "2"
    assert "ppi_car" not in form.answers
    assert form.members[0].calculated["age"] == "43"


def test_ids_are_optional_and_checked() -> None:
    person = member_document(id="5d0a6b57-5f0e-4f0f-9a52-6a6f5d0b8a11")
    twice = household_document(members=[person, {**person, "nik": "7501014909829002"}])
    with pytest.raises(InvalidHousehold) as caught:
        GATE.load(twice)
    assert "members[1].id" in caught.value.problems
    wrong_ids: list[Any] = ["x", 7, [], True]
    for wrong in wrong_ids:
        with pytest.raises(InvalidHousehold) as caught:
            GATE.load(household_document(members=[member_document(id=wrong)]))
        assert "members[0].id" in caught.value.problems
    with pytest.raises(InvalidHousehold) as caught:
        GATE.load(household_document(id="x"))
    assert list(caught.value.problems) == ["id"]


def test_the_gate_and_what_it_lets_through_travel_to_other_processes() -> None:
    schema = HouseholdSchema(FORM, today=TODAY, regions={"750101"})
    document = household_document(
        id=str(uuid.uuid4()), members=[member_document(id=str(uuid.uuid4()))]
    )
    form = schema.load(document)
    assert pickle.loads(pickle.dumps(form)) == form
    assert pickle.loads(pickle.dumps(schema)).load(document) == form


def test_a_gate_elsewhere_needs_neither_pyxform_nor_a_database() -> None:
    asked = (
        "import pickle, sys; schema = pickle.load(sys.stdin.buffer);"
        f"found = schema.load({household_document()!r});"
        "print(len(found.members), 'pyxform' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", asked], input=pickle.dumps(GATE), capture_output=True, check=True
    )
    assert run.stdout.split() == [b"3", b"False"]
