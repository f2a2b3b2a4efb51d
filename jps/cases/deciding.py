"""Decide an appeal: the exact decision is opened again, and what changed is kept and told."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.assessment.models import Assessment
from jps.assessment.services import assess_households, current_scorecard, score_model
from jps.cases.appeal_rules import outcome_lines
from jps.cases.appeals import locked, note, require_duty, required, visits_of
from jps.cases.finding_queries import WORKING, given_to
from jps.cases.finding_steps import take_step
from jps.cases.letter_rules import Decided, decision_blocks
from jps.cases.letters import About, Issue, heading, issue, village_line
from jps.cases.replacing import replaced_by
from jps.cases.striking import Grounds, get_strike, lock_recipient, strike, undo_strike
from jps.db import everywhere, within
from jps.households.models import Household
from jps.programmes.case_models import Appeal, Finding
from jps.programmes.case_rules import (
    APPEAL_KIND_NAMES,
    LEADS_TO,
    STRIKES,
    Action,
    AppealReason,
)
from jps.programmes.models import Programme
from jps.programmes.rules import AppealKind, AppealState, LetterKind
from jps.targeting.drawing import Standing as Place
from jps.targeting.models import TargetEntry, TargetList
from jps.targeting.rules import ListState
from jps.targeting.scores import Score


@dataclass(frozen=True, slots=True)
class Word:
    """What was decided and why; `from_on` is when a strike holds (contests)."""

    accepted: bool
    decision: str
    from_on: date | None = None


def decide(session: Session, appeal_id: uuid.UUID, word: Word, how: Issue) -> Appeal:
    """Decide an appeal, do what follows, and issue the notice of the decision; flushes."""
    appeal = locked(session, appeal_id)
    require_duty(session, appeal, how.by)
    decision = required(word.decision, "decision")
    outcome: dict[str, Any] = {}
    if word.accepted:
        kind = AppealKind(appeal.kind)
        if kind is AppealKind.OBJECT:
            outcome = _list_again(session, appeal, decision, by=how.by, at=how.at)
        elif kind is AppealKind.CONTEST:
            outcome = _strike(session, appeal, word, how)
        else:
            outcome = _score_again(session, appeal, at=how.at)
    appeal.state = AppealState.ACCEPTED if word.accepted else AppealState.REJECTED
    appeal.decided_by, appeal.decided_at, appeal.decision = how.by, how.at, decision
    appeal.outcome = outcome
    session.flush()
    note(session, appeal, f"appeal-{appeal.state}", by=how.by, at=how.at)
    _tell(session, appeal, how)
    return appeal


def _list_again(
    session: Session, appeal: Appeal, decision: str, *, by: str, at: datetime
) -> dict[str, Any]:
    """Take back the strike that was objected to, and the finding that led to it."""
    stored = get_strike(session, appeal.strike_id or uuid.UUID(int=0))
    why = f"{appeal.number}: {decision}"[:500]
    undo_strike(session, stored.id, why, by=by, at=at)
    findings = 0
    if stored.finding_id is not None:
        for action in (Action.REOPEN, Action.DISMISS):
            take_step(session, stored.finding_id, action, why, by=by, at=at)
        findings = 1
    successor = replaced_by(session, stored.recipient_id)
    return {"listed_again": True, "findings": findings, "replacement": successor is not None}


def _strike(session: Session, appeal: Appeal, word: Word, how: Issue) -> dict[str, Any]:
    """Strike the contested recipient by what was found on the ground."""
    recipient_id = lock_recipient(session, appeal.recipient_id or uuid.UUID(int=0)).id
    reason = STRIKES[AppealReason(appeal.reason)]
    seen = max(visit.on for visit in visits_of(appeal))
    kinds = [kind for kind, leads in LEADS_TO.items() if leads is reason]
    query = select(Finding).where(
        Finding.recipient_id == recipient_id,
        Finding.kind.in_(kinds),
        Finding.state.in_(WORKING),
        Finding.gone_at.is_(None),
    )
    found = session.scalars(query.order_by(Finding.found_at)).all()
    for one in found:
        text = f"{appeal.number}: cek lapangan"
        take_step(session, one.id, Action.CONFIRM, text, by=how.by, at=how.at)
    grounds = Grounds(reason, f"Cek lapangan atas {appeal.number}", seen, word.from_on or how.day)
    stored = strike(
        session,
        recipient_id,
        grounds,
        how,
        finding_id=found[0].id if found else None,
        visits=visits_of(appeal),
    )
    return {"struck": str(stored.id), "findings": len(found)}


def _score_again(session: Session, appeal: Appeal, *, at: datetime) -> dict[str, Any]:
    """Score the household from its data of now, and say where it stands among those who wait."""
    household_id = appeal.household_id or uuid.UUID(int=0)
    before = _likelihood(session, household_id, at=at)
    with everywhere(session):
        assess_households(session, [household_id], current_scorecard(), at=at)
    after = _likelihood(session, household_id, at=at)
    outcome: dict[str, Any] = {"score_before": before, "score_after": after}
    return outcome | place_of(session, appeal, household_id, after)


def _likelihood(session: Session, household_id: uuid.UUID, *, at: datetime) -> float | None:
    model = score_model(session, current_scorecard(), at=at)
    return session.scalar(
        select(Assessment.npl100).where(
            Assessment.household_id == household_id, Assessment.model_id == model.id
        )
    )


def place_of(
    session: Session, appeal: Appeal, household_id: uuid.UUID, score: float | None
) -> dict[str, Any]:
    """Return where a household stands on the approved list of its area, and would stand now.

    A list is frozen with its data: the new place is told, and counts for the next list.
    """
    with everywhere(session):
        home = session.get_one(Household, household_id)
        stored = _list_for(session, appeal, home)
        if stored is None:
            return {"list_missing": True}
        entry = session.get(TargetEntry, (stored.id, household_id))
        told: dict[str, Any] = {"list": stored.name, "list_id": str(stored.id)}
        if entry is None or score is None:
            return told
        told |= {"standing": str(entry.standing), "rank": entry.rank, "list_lapsed": True}
        if entry.standing == Place.SELECTED or stored.score != Score.PPI:
            return told  # a list ranked by something else is not compared with this score
        length = min(Level(stored.level).code_length, len(home.area_code))
        area = stored.area_code if "" in stored.quotas else home.area_code[:length]
        ahead = session.scalar(
            select(func.count())
            .select_from(TargetEntry)
            .where(
                TargetEntry.list_id == stored.id,
                TargetEntry.standing.in_((Place.SELECTED, Place.WAITING)),
                TargetEntry.household_id != household_id,
                within(TargetEntry.area_code, (area,)),
                TargetEntry.score > score,
            )
        )
        return told | {"place": (ahead or 0) + 1}


def _list_for(session: Session, appeal: Appeal, home: Household) -> TargetList | None:
    if appeal.target_list_id is not None:
        return session.get(TargetList, appeal.target_list_id)
    programme = session.get(Programme, appeal.programme_id) if appeal.programme_id else None
    query = select(TargetList).where(TargetList.state == ListState.APPROVED)
    found = [
        one
        for one in session.scalars(query.order_by(TargetList.drawn_at.desc()))
        if f"{home.area_code}.".startswith(f"{one.area_code}.")
    ]
    named = (one for one in found if programme is not None and one.programme == programme.name)
    return next(named, None) or next((one for one in found if not one.programme), None)


def _tell(session: Session, appeal: Appeal, how: Issue) -> None:
    name = _person(session, appeal)
    with everywhere(session):
        programme = session.get(Programme, appeal.programme_id) if appeal.programme_id else None
    what = f"{programme.name}, {name}" if programme else name
    told = Decided(
        number=appeal.number,
        kind=APPEAL_KIND_NAMES[AppealKind(appeal.kind)],
        received_on=how.day_of(appeal.received_at),
        about=what,
        accepted=appeal.state == AppealState.ACCEPTED,
        decision=appeal.decision,
        changes=[line.indonesian() for line in outcome_lines(appeal.outcome)],
        village=village_line(heading(session, appeal.area_code)),
    )
    about = About(
        appeal.area_code,
        name,
        household_id=appeal.household_id,
        recipient_id=appeal.recipient_id,
        appeal_id=appeal.id,
    )
    issue(session, LetterKind.DECISION, about, decision_blocks(told, how.signatory), how)


def _person(session: Session, appeal: Appeal) -> str:
    """Return whom an appeal is about."""
    if appeal.recipient_id is not None:
        return given_to(session, [appeal.recipient_id])[appeal.recipient_id].recipient.name
    with everywhere(session):
        home = session.get(Household, appeal.household_id) if appeal.household_id else None
    return home.head_name if home else ""
