"""Scores are stored with their inputs, once per change."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.assessment.models import Assessment, ScoreModel
from jps.assessment.rules import Line, Outcome
from jps.assessment.services import (
    assess_households,
    count_stale,
    current_scorecard,
    explain,
    score_model,
    stale_households,
)
from jps.db import AreaScope, scoped_to
from jps.households.models import Household
from jps.households.rules import State
from tests.figures import AT, add_household, add_rich_household

CARD = current_scorecard()
VILLAGE = "75.01.01.2001"


def _assessment(session: Session, household: Household) -> Assessment | None:
    return session.scalars(
        select(Assessment)
        .where(Assessment.household_id == household.id)
        .execution_options(populate_existing=True)
    ).one_or_none()


def test_all_lines_are_stored_with_inputs_version_and_model(session: Session) -> None:
    household = add_household(session, VILLAGE)
    assert assess_households(session, [household.id], CARD, at=AT) == {Outcome.SCORED: 1}
    found = _assessment(session, household)
    assert found is not None
    assert found.household_version == household.version
    assert found.area_code == VILLAGE
    assert found.responses["household_size"] == "4"
    expected = CARD.totals(found.responses)
    assert found.scores == {line: expected[line].score for line in Line}
    for line in Line:
        assert getattr(found, line) == pytest.approx(expected[line].likelihood)
    model = session.get_one(ScoreModel, found.model_id)
    assert (model.content_hash, model.version) == (CARD.content_hash, "ppi-indonesia-2022")


def test_missing_answers_are_a_state_with_reasons(session: Session) -> None:
    household = add_household(session, VILLAGE, answers={"ppi_ate_meat": "1"})
    assert assess_households(session, [household.id], CARD, at=AT) == {Outcome.NOT_ANSWERED: 1}
    found = _assessment(session, household)
    assert found is not None
    assert found.npl100 is None
    assert found.scores == {}
    assert found.problems["head_savings_account"] == "Belum dijawab."


def test_a_visit_without_interview_is_not_scored(session: Session) -> None:
    household = add_household(session, VILLAGE, visit_result="4", household_size=None)
    assert assess_households(session, [household.id], CARD, at=AT) == {Outcome.NOT_INTERVIEWED: 1}


@pytest.mark.parametrize("state", [State.DRAFT, State.ARCHIVED])
def test_drafts_and_archived_households_have_no_score(session: Session, state: State) -> None:
    household = add_household(session, VILLAGE)
    assess_households(session, [household.id], CARD, at=AT)
    household.state = state
    session.flush()
    assert assess_households(session, [household.id], CARD, at=AT) == {}
    assert _assessment(session, household) is None


def test_only_what_changed_is_stale(session: Session) -> None:
    first, second = sorted(
        (add_household(session, VILLAGE) for _ in range(2)), key=lambda found: found.id
    )
    add_household(session, VILLAGE, state=State.DRAFT)
    model = score_model(session, CARD, at=AT)
    assert stale_households(session, model, after=None, limit=9) == [first.id, second.id]
    assert stale_households(session, model, after=first.id, limit=9) == [second.id]
    assess_households(session, [first.id, second.id], CARD, at=AT)
    assert count_stale(session, model) == 0
    second.household_size = 6
    session.flush()
    assert stale_households(session, model, after=None, limit=9) == [second.id]


def test_scoring_again_replaces(session: Session) -> None:
    household = add_household(session, VILLAGE)
    assess_households(session, [household.id], CARD, at=AT)
    household.area_code = "75.71.01.1001"
    session.flush()
    assess_households(session, [household.id], CARD, at=AT + timedelta(days=1))
    found = _assessment(session, household)
    assert found is not None
    assert found.area_code == "75.71.01.1001"
    assert found.assessed_at == AT + timedelta(days=1)


def test_a_person_scores_only_households_of_their_area(session: Session) -> None:
    here, there = add_household(session, VILLAGE), add_household(session, "75.71.01.1001")
    with scoped_to(session, AreaScope(("75.01",))):
        tally = assess_households(session, [here.id, there.id], CARD, at=AT)
        assert tally == {Outcome.SCORED: 1}
        assert explain(session, there.id, CARD) is None
    assert _assessment(session, there) is None


def test_a_score_is_explained_point_by_point(session: Session) -> None:
    household = add_rich_household(session, VILLAGE)
    assert explain(session, household.id, CARD) is None
    assess_households(session, [household.id], CARD, at=AT)
    found = explain(session, household.id, CARD, line=Line.BOTTOM40)
    assert found is not None
    assert found.score is not None
    assert len(found.score.points) == 10
    assert sum(item.points for item in found.score.points) == found.assessment.scores["bottom40"]


def test_no_score_no_arithmetic(session: Session) -> None:
    household = add_household(session, VILLAGE, answers={})
    assess_households(session, [household.id], CARD, at=AT)
    found = explain(session, household.id, CARD)
    assert found is not None
    assert found.score is None
    assert found.assessment.outcome == Outcome.NOT_ANSWERED


def test_unknown_households_are_passed_over(session: Session) -> None:
    assert assess_households(session, [uuid.uuid4()], CARD, at=AT) == {}
