"""Answers become responses; what is missing is said and never guessed."""

from datetime import date
from typing import Any

import pytest

from jps.assessment.rules import QUESTIONS, Line, Outcome, appraise, responses_of
from jps.assessment.services import current_scorecard
from jps.config import DATA
from jps.questionnaire import load_form
from tests.figures import POOR, POOR_CALCULATED
from tests.households_examples import household_document

CARD = current_scorecard()
ANSWERS = POOR | POOR_CALCULATED


def _appraise(answers: dict[str, Any], visit_result: str = "1", persons: int | None = 5) -> Outcome:
    return appraise(
        CARD, answers, area_code="75.01.01.2001", visit_result=visit_result, persons=persons
    ).outcome


def test_lines_and_questions_are_those_of_the_scorecard() -> None:
    assert tuple(Line) == tuple(CARD.lines)
    assert ("province", *QUESTIONS) == tuple(indicator.key for indicator in CARD.indicators)


def test_every_question_is_in_the_questionnaire_with_the_scorecards_codes() -> None:
    form = load_form(DATA / "questionnaire")
    document = household_document()
    answers = form.check(document, date(2026, 1, 1)).answers
    known = {i.key: {c for r in i.responses for c in r.codes} for i in CARD.indicators}
    for indicator, question in QUESTIONS.items():
        assert answers[question] in known[indicator], question


def test_answers_of_the_form_are_scored() -> None:
    """Three persons 15, cement floor 0, rice 8, clothing 7, gasoline 9, Gorontalo 3: 42 points."""
    form = load_form(DATA / "questionnaire")
    answers = form.check(household_document(), date(2026, 1, 1)).answers
    found = appraise(CARD, answers, area_code="75.01.01.2001", visit_result="1", persons=3)
    assert found.totals["npl100"].score == 42
    assert found.totals["npl100"].likelihood == CARD.likelihood("npl100", 42)


def test_the_province_is_the_areas() -> None:
    assert responses_of({}, "31.71.01.1001") == {"province": "31"}


@pytest.mark.parametrize(
    ("changes", "visit_result", "persons", "outcome", "why"),
    [
        ({}, "1", 5, Outcome.SCORED, "everything answered"),
        ({}, "2", 5, Outcome.SCORED, "incomplete elsewhere, the ten questions answered"),
        ({}, "4", 5, Outcome.NOT_INTERVIEWED, "refused"),
        ({}, "", 5, Outcome.NOT_INTERVIEWED, "no result of the visit"),
        ({"ppi_ate_meat": ""}, "1", 5, Outcome.NOT_ANSWERED, "a question left empty"),
        ({"ppi_car": None}, "1", 5, Outcome.NOT_ANSWERED, "a calculation without a result"),
        ({"ppi_car": "7"}, "1", 5, Outcome.NOT_ANSWERED, "a code that nobody knows"),
        ({}, "1", None, Outcome.NOT_ANSWERED, "nobody counted"),
        ({}, "1", 0, Outcome.NOT_ANSWERED, "nobody present"),
    ],
)
def test_outcomes(
    changes: dict[str, Any], visit_result: str, persons: int | None, outcome: Outcome, why: str
) -> None:
    assert _appraise(ANSWERS | changes, visit_result, persons) is outcome, why


def test_what_is_missing_is_named() -> None:
    found = appraise(
        CARD,
        {**ANSWERS, "ppi_ate_meat": "", "ppi_car": "7"},
        area_code="75.01.01.2001",
        visit_result="1",
        persons=5,
    )
    assert found.problems == {
        "ate_meat_last_week": "Belum dijawab.",
        "owns_car": "Jawaban tidak dikenal.",
    }
    assert not found.totals
