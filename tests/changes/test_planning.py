"""The plan of a change on documents alone, by tables."""

from typing import Any

import pytest

from jps.changes.asof import Step, document_on
from jps.changes.planning import Asked, Plan, plan_change
from jps.changes.rules import Kind, date_problem
from jps.changes.schemas import asked_json, read_asked
from jps.errors import InvalidData
from tests.changes.village import DAY, NEXT_DAY

A, B = "a", "b"


def home(key: str, *people: str, **answers: Any) -> dict[str, Any]:
    """Return a document with people who live there; `x!` is listed but lives elsewhere."""
    members = [
        {"id": one.rstrip("!"), "name": one, "presence": "3" if one.endswith("!") else "1"}
        for one in people
    ]
    return {"id": key, **answers, **({"members": members} if members else {})}


def who(plan: Plan) -> dict[str, list[str]]:
    """Return who is where."""
    return {
        key: [entry["id"] for entry in document.get("members", [])]
        for key, document in plan.documents.items()
    }


@pytest.mark.parametrize(
    ("kind", "asked", "expected", "emptied"),
    [
        (Kind.DEATH, Asked(members=("1",)), {A: ["2"], B: ["3"]}, set()),
        (Kind.DEATH, Asked(members=("1", "2")), {A: [], B: ["3"]}, {A}),
        (Kind.BIRTH, Asked(newcomers=({"id": "9"},)), {A: ["1", "2", "9"], B: ["3"]}, set()),
        (Kind.MOVE, Asked(members=("2",), household=B), {A: ["1"], B: ["3", "2"]}, set()),
        (Kind.MOVE, Asked(members=("1", "2"), household=B), {A: [], B: ["3", "1", "2"]}, {A}),
        (Kind.JOIN, Asked(household=B), {A: ["1", "2", "3"], B: []}, {B}),
        (Kind.SPLIT, Asked(members=("2",), household="n"), {A: ["1"], B: ["3"], "n": ["2"]}, set()),
    ],
)
def test_who_is_where(
    kind: Kind, asked: Asked, expected: dict[str, list[str]], emptied: set[str]
) -> None:
    plan = plan_change(kind, asked, A, {A: home(A, "1", "2"), B: home(B, "3")})
    assert who(plan) == expected
    assert plan.emptied == emptied


@pytest.mark.parametrize(
    ("kind", "asked", "why"),
    [
        (Kind.DEATH, Asked(), "nobody chosen"),
        (Kind.DEATH, Asked(members=("3",)), "lives elsewhere"),
        (Kind.DEATH, Asked(members=("4",)), "listed, but not living there"),
        (Kind.MOVE, Asked(members=("1",), household=A), "the same household"),
        (Kind.MOVE, Asked(members=("1",)), "no household"),
        (Kind.SPLIT, Asked(members=("1", "2"), household="n"), "nobody stays"),
        (Kind.CORRECTION, Asked(), "nothing changes"),
        (Kind.CORRECTION, Asked(answers={"floor": 1}), "nothing changes"),
        (Kind.CORRECTION, Asked(people={"9": {"name": "x"}}), "unknown person"),
        (Kind.CORRECTION, Asked(answers={"members": []}), "the roster is no answer"),
        (Kind.KK, Asked(people={"1": {"name": "x"}}), "another question"),
        (Kind.ADDRESS, Asked(answers={"floor": 2}), "another question"),
    ],
)
def test_what_cannot_be(kind: Kind, asked: Asked, why: str) -> None:
    documents = {A: home(A, "1", "2", "4!", floor=1), B: home(B, "3")}
    with pytest.raises(InvalidData):
        plan_change(kind, asked, A, documents)


def test_who_does_not_live_there_is_not_moved() -> None:
    plan = plan_change(Kind.JOIN, Asked(household=B), A, {A: home(A, "1"), B: home(B, "2", "3!")})
    assert who(plan) == {A: ["1", "2"], B: ["3"]}
    assert plan.emptied == {B}


def test_a_plan_leaves_the_documents_alone() -> None:
    documents = {A: home(A, "1", "2"), B: home(B, "3")}
    before = {key: dict(value) for key, value in documents.items()}
    plan_change(Kind.JOIN, Asked(household=B, people={"3": {"relation": "8"}}), A, documents)
    assert documents == before


def test_payloads_survive_being_stored() -> None:
    member = "6f3c2a64-5b0d-4b52-8a52-0b7f5e6f0a01"
    asked = read_asked(
        Kind.MOVE,
        {"members": [member, member], "area_code": "75.02.01.2001", "hint": " Pak  RT "},
    )
    assert asked.members == (member,)
    assert asked.hint == "Pak RT"
    assert read_asked(Kind.MOVE, asked_json(asked)) == asked


@pytest.mark.parametrize(
    ("kind", "payload", "path"),
    [
        (Kind.DEATH, {"members": ["x"]}, "members"),
        (Kind.DEATH, {"newcomers": [{"id": "x"}]}, "newcomers"),
        (Kind.BIRTH, {"newcomers": [{"name": "tanpa id"}]}, "newcomers"),
        (Kind.MOVED_OUT, {"presence": "2"}, "presence"),
        (Kind.ADDRESS, {"people": {"6f3c2a64-5b0d-4b52-8a52-0b7f5e6f0a01": {"a": 1}}}, "people"),
        (Kind.MOVE, {"area_code": "Boalemo"}, "area_code"),
        (Kind.CORRECTION, {"answers": {"floor": {"a": 1}}}, "floor"),
        (Kind.JOIN, {"household": "lain"}, "household"),
    ],
)
def test_payloads_that_are_refused(kind: Kind, payload: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidData) as caught:
        read_asked(kind, payload)
    assert path in caught.value.problems


def test_days_between_the_record_and_today() -> None:
    assert date_problem(DAY, today=DAY, since=[DAY]) is None
    assert date_problem(NEXT_DAY, today=DAY, since=[]) is not None
    assert date_problem(DAY, today=NEXT_DAY, since=[NEXT_DAY]) is not None


def test_the_word_recorded_last_counts_of_what_had_happened() -> None:
    def became(version: int, day: Any, old: Any, new: Any) -> Step:
        change = {"entity": "household", "id": A, "field": "floor", "old": old, "new": new}
        return Step(day, version, None, (change,))

    steps = [
        Step(DAY, 1, home(A, "1", floor=1)),
        became(2, NEXT_DAY, 1, 2),
        became(3, DAY, 2, 3),
        became(4, DAY, 3, None),
    ]
    before = DAY.replace(day=1).replace(year=2020)
    assert document_on(steps, before) is None
    assert (document_on(steps[:3], DAY) or {})["floor"] == 3
    assert "floor" not in (document_on(steps, NEXT_DAY) or {})
