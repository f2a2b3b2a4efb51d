"""Answers that are right as they stand are taken without being read: reading gives the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.config import DATA
from jps.questionnaire import load_form
from jps.questionnaire.plan import Step
from jps.questionnaire.values import MAX_TEXT, answer_text, read_answer

PLAN = load_form(DATA / "questionnaire").plan
STEPS = [*PLAN.household.steps.values(), *PLAN.member.steps.values()]
ODD = [
    "",
    " ",
    "a  b",
    " a",
    "a\tb",
    "é",
    "é",
    "\x7f",
    "٣",
    "0",
    "007",
    "1 2",
    "99",
    "x" * MAX_TEXT,
]
ODD += [
    "x" * (MAX_TEXT + 1),
    "1" * (MAX_TEXT + 1),
    "2026-02-29",
    "2024-02-29",
    "2024-2-9",
    "0000-01-01",
]
TEXTS = st.sampled_from(ODD) | st.text(st.characters(codec="utf-8")) | st.dates().map(str)


def check(step: Step, text: str) -> None:
    """Hold what the short way takes against what is read."""
    if step.plain(text):
        assert read_answer(step.question, text) == answer_text(text) == text
    if text in step.codes:
        assert read_answer(step.question, [text]) == [text]
        assert answer_text([text]) == text


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_codes_and_odd_texts(step: Step) -> None:
    for text in (*ODD, *step.question.by_code):
        check(step, text)
    if step.question.type == "select_one":
        assert all(map(step.plain, step.question.by_code))
    if step.question.type == "select_multiple":
        assert step.codes == set(step.question.by_code)


@given(st.sampled_from(STEPS), TEXTS)
def test_any_text(step: Step, text: str) -> None:
    check(step, text)


def test_the_short_way_is_the_usual_one() -> None:
    questions = {step.name: step for step in STEPS}
    for name, text in (
        ("name", "Siti Aminah"),
        ("nik", "7501014101809001"),
        ("rt", "001"),
        ("birth_date", "1980-01-01"),
    ):
        assert questions[name].plain(text)
