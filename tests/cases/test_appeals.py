"""Appeals: one looks, another decides, and the exact decision is opened again."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jps.assessment.models import Assessment
from jps.assessment.services import assess_households, current_scorecard
from jps.audit.models import AuditEvent
from jps.cases.appeal_rules import outcome_lines
from jps.cases.appeals import Received, receive, record_check, withdraw
from jps.cases.deciding import Word, decide
from jps.cases.finding_steps import take_step
from jps.cases.letters import Issue
from jps.cases.replacing import replace_struck
from jps.cases.striking import strike
from jps.errors import Conflict, InvalidData, NotAllowed, NotFound
from jps.identity.rules import LinkState
from jps.programmes.case_models import Appeal, Letter, Strike
from jps.programmes.case_rules import Action, AppealReason, Presence, Visit, VisitResult
from jps.programmes.rules import (
    AppealKind,
    AppealState,
    FindingState,
    LetterKind,
    Standing,
)
from jps.targeting.scores import Score
from tests.cases.conftest import how
from tests.cases.test_striking import GROUNDS, listed, waiting_list
from tests.households.conftest import AT, TODAY
from tests.programmes.world import World

ASKED = Received(AppealKind.PROPOSE, AppealReason.POOR, "Rumah bocor", "Ibu Contoh")
HERE = Visit(VisitResult.COMPLETE, Presence.HERE, TODAY)
DEAD = Visit(VisitResult.COMPLETE, Presence.DIED, TODAY)


def taken(world: World, asked: Received, *, by: str = "desk", day: date = TODAY) -> Appeal:
    """Take an appeal in."""
    return receive(world.session, asked, by=by, at=AT, today=day)


def checked(world: World, appeal: Appeal, visit: Visit = HERE, *, by: str = "wati") -> Appeal:
    """Let somebody look."""
    return record_check(world.session, appeal.id, visit, text="Dilihat", by=by, at=AT)


def test_an_accepted_objection_lists_the_recipient_again(world: World, issue: Issue) -> None:
    decree, recipient = listed(world, link_state=LinkState.MENINGGAL)
    world.find(decree)
    [finding] = world.findings()
    take_step(world.session, finding.id, Action.CONFIRM, "Akta", by="sari", at=AT)
    struck = strike(world.session, recipient.id, GROUNDS, issue, finding_id=finding.id)
    stored_list = waiting_list(world, [world.village.settle()])
    replace_struck(world.session, struck.id, stored_list.id, seen=None, by="sari", at=AT)
    asked = replace(
        ASKED, kind=AppealKind.OBJECT, reason=AppealReason.STILL_HERE, strike_id=struck.id
    )
    appeal = taken(world, asked)
    assert (appeal.number, appeal.due_on) == ("KEBERATAN-2026-00001", date(2026, 12, 7))
    with pytest.raises(Conflict):  # one at a time
        taken(world, asked)
    with pytest.raises(Conflict):  # nobody looked yet
        decide(world.session, appeal.id, Word(True, "Ya"), how("budi"))
    checked(world, appeal)
    with pytest.raises(NotAllowed):  # who looked
        decide(world.session, appeal.id, Word(True, "Ya"), how("wati"))
    with pytest.raises(NotAllowed):  # who struck
        decide(world.session, appeal.id, Word(True, "Ya"), how("sari"))
    with pytest.raises(InvalidData):
        decide(world.session, appeal.id, Word(True, " "), how("budi"))
    decide(world.session, appeal.id, Word(True, "Masih hidup"), how("budi"))
    world.session.expire_all()
    assert recipient.standing == Standing.LISTED
    assert finding.state == FindingState.DISMISSED
    assert appeal.outcome == {"listed_again": True, "findings": 1, "replacement": True}
    assert appeal.state == AppealState.ACCEPTED
    letters = list(world.session.scalars(select(Letter).order_by(Letter.made_at)))
    assert {one.kind for one in letters} == {LetterKind.NOTICE, LetterKind.DECISION}
    with pytest.raises(Conflict):
        decide(world.session, appeal.id, Word(False, "Tidak"), how("budi"))


def test_a_rejected_objection_changes_nothing(world: World, issue: Issue) -> None:
    _, recipient = listed(world)
    struck = strike(world.session, recipient.id, GROUNDS, issue)
    asked = replace(
        ASKED, kind=AppealKind.OBJECT, reason=AppealReason.DATA_WRONG, strike_id=struck.id
    )
    appeal = checked(world, taken(world, asked), DEAD)
    decide(world.session, appeal.id, Word(False, "Akta kematian sah"), how("budi"))
    assert recipient.standing == Standing.STRUCK
    assert (appeal.state, appeal.outcome) == (AppealState.REJECTED, {})
    with pytest.raises(Conflict):  # too late
        taken(world, asked, day=struck.appeal_by + timedelta(days=1))


def test_an_accepted_contest_strikes_with_what_was_seen(world: World) -> None:
    decree, recipient = listed(world, link_state=LinkState.MENINGGAL)
    world.find(decree)
    [finding] = world.findings()
    asked = replace(
        ASKED, kind=AppealKind.CONTEST, reason=AppealReason.DEAD, recipient_id=recipient.id
    )
    appeal = checked(world, taken(world, asked), DEAD)
    decide(world.session, appeal.id, Word(True, "Benar, sudah meninggal"), how("budi"))
    world.session.expire_all()
    assert recipient.standing == Standing.STRUCK
    assert finding.state == FindingState.CONFIRMED
    struck = world.session.scalars(select(Strike)).one()
    assert (struck.reason, struck.source_on, struck.finding_id) == ("dead", TODAY, finding.id)
    letters = {one.kind: one for one in world.session.scalars(select(Letter))}
    for letter in letters.values():
        assert "Ibu Contoh" not in str(letter.facts)
    with pytest.raises(Conflict):
        taken(world, asked)


def test_an_accepted_proposal_is_scored_with_the_data_of_now(world: World) -> None:
    session = world.session
    first, home = world.village.settle(), world.village.settle()
    stored_list = waiting_list(world, [first, home])
    assess_households(session, [home.id], current_scorecard(), at=AT)
    score = session.scalars(select(Assessment).where(Assessment.household_id == home.id)).one()
    right = score.npl100
    score.npl100 = 0.01  # as if from answers that were corrected since
    session.flush()
    programme = world.programme("pkh")
    appeal = taken(world, replace(ASKED, programme_id=programme.id, household_id=home.id))
    checked(world, appeal)
    decide(session, appeal.id, Word(True, "Layak"), how("budi"))
    outcome = appeal.outcome or {}
    assert (outcome["score_before"], outcome["score_after"]) == (0.01, right)
    assert (outcome["list_id"], outcome["rank"]) == (str(stored_list.id), 3)
    assert outcome["list_lapsed"]
    assert outcome["place"] in {1, 2}
    words = " ".join(line.indonesian() for line in outcome_lines(outcome))
    assert "dinilai ulang: peluang miskin 1 %" in words
    assert "Daftar itu beku" in words


def test_a_likelihood_has_no_place_on_a_list_ranked_by_decile(world: World) -> None:
    first, home = world.village.settle(), world.village.settle()
    waiting_list(world, [first, home]).score = Score.DECILE
    programme = world.programme("pkh")
    appeal = taken(world, replace(ASKED, programme_id=programme.id, household_id=home.id))
    checked(world, appeal)
    decide(world.session, appeal.id, Word(True, "Layak"), how("budi"))
    outcome = appeal.outcome or {}
    assert outcome["rank"] == 3
    assert "place" not in outcome


def test_the_list_of_the_programme_that_is_asked_for_counts(world: World) -> None:
    home = world.village.settle()
    waiting_list(world, [world.village.settle(), home]).programme = "Program lain"
    programme = world.programme("pkh")
    appeal = taken(world, replace(ASKED, programme_id=programme.id, household_id=home.id))
    checked(world, appeal)
    decide(world.session, appeal.id, Word(True, "Layak"), how("budi"))
    assert (appeal.outcome or {})["list_missing"]


def test_a_form_sent_twice_is_one_appeal(world: World) -> None:
    home = world.village.settle()
    programme = world.programme("pkh")
    asked = replace(ASKED, programme_id=programme.id, household_id=home.id)
    appeal = taken(world, asked)
    with pytest.raises(Conflict, match=appeal.number):
        taken(world, asked)
    taken(world, replace(asked, appellant="Pak Lain"))
    withdraw(world.session, appeal.id, "Salah program", by="desk", at=AT)
    assert taken(world, asked).number != appeal.number


def test_a_household_outside_the_list_waits_for_the_next(world: World) -> None:
    home = world.village.settle()
    waiting_list(world, [world.village.settle()])
    programme = world.programme("pkh")
    appeal = taken(world, replace(ASKED, programme_id=programme.id, household_id=home.id))
    checked(world, appeal)
    decide(world.session, appeal.id, Word(True, "Layak"), how("budi"))
    assert "Buat daftar baru" in outcome_lines(appeal.outcome)[-1].indonesian()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": None}, "reason"),
        ({"reason": AppealReason.DEAD}, "reason"),
        ({"appellant": "  "}, "appellant"),
        ({"programme_id": 999}, "programme"),
        ({"text": "x" * 1001}, "text"),
    ],
)
def test_what_is_missing_is_said(world: World, wrong: dict[str, Any], field: str) -> None:
    home, programme = world.village.settle(), world.programme("pkh")
    asked = replace(ASKED, programme_id=programme.id, household_id=home.id)
    with pytest.raises(InvalidData) as refused:
        taken(world, replace(asked, **wrong))
    assert set(refused.value.problems) == {field}
    with pytest.raises(NotFound):
        taken(world, replace(asked, household_id=None))


def test_an_appeal_can_be_taken_back_and_everything_is_recorded(world: World) -> None:
    home, programme = world.village.settle(), world.programme("pkh")
    appeal = taken(world, replace(ASKED, programme_id=programme.id, household_id=home.id))
    checked(world, appeal)
    withdraw(world.session, appeal.id, "Pindah", by="desk", at=AT)
    with pytest.raises(Conflict):
        checked(world, appeal)
    events = list(world.session.scalars(select(AuditEvent)))
    actions = {one.action for one in events}
    assert {"appeal-received", "appeal-checked", "appeal-withdrawn"} <= actions
    assert not any("Ibu Contoh" in str(one.details) for one in events)
