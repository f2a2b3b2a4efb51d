"""Nobody is struck without reason, source and notice; taking it back restores exactly."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from jps.assessment.services import current_scorecard, score_model
from jps.audit.models import AuditEvent
from jps.cases.finding_steps import (
    assign,
    check_on_ground,
    record_visit,
    steps_of,
    take_step,
    undo_step,
)
from jps.cases.letters import Issue, revoke
from jps.cases.over_quota import keep_both, over, over_quota
from jps.cases.replacing import candidates, lists_of, replace_struck
from jps.cases.striking import Grounds, strike, undo_strike
from jps.db import EVERYWHERE, AreaScope
from jps.errors import Conflict, InvalidData, NotAllowed
from jps.households.models import Household
from jps.identity.rules import LinkState
from jps.programmes.case_models import Letter, Strike
from jps.programmes.case_rules import Action, Presence, StrikeReason, Visit, VisitResult
from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.rules import DecreeState, FindingKind, FindingState, Standing
from jps.targeting.drawing import Reason
from jps.targeting.drawing import Standing as Place
from jps.targeting.models import TargetEntry, TargetList, TargetRule, TargetSnapshot
from jps.targeting.quotas import Method
from jps.targeting.rules import ListState
from tests.cases.conftest import how
from tests.households.conftest import AT, TODAY
from tests.programmes.world import DESA, World

GROUNDS = Grounds(StrikeReason.DEAD, "Akta kematian 474.3/12", date(2026, 11, 1), TODAY)


def listed(world: World, **given: Any) -> tuple[Decree, Recipient]:
    """Return a decree with the head of a household on it."""
    decree = world.decree(world.programme("pkh"), "1/2026")
    return decree, world.enlist(decree, world.village.settle(), **given)


def row_of(recipient: Recipient) -> dict[str, Any]:
    """Return all that a recipient's row holds."""
    return {c.key: getattr(recipient, c.key) for c in Recipient.__mapper__.column_attrs}


def waiting_list(world: World, homes: list[Household], *, area: str = DESA) -> TargetList:
    """Return an approved list on which these households wait, in this order."""
    session = world.session
    rule = TargetRule(name="Miskin", version=1, tree={}, made_by="sari", made_at=AT)

    model = score_model(session, current_scorecard(), at=AT)
    snapshot = TargetSnapshot(
        content_hash="0" * 64,
        households=1,
        members=1,
        questionnaire_version="1",
        score_model_id=model.id,
        taken_by="sari",
        taken_at=AT,
    )
    session.add_all([rule, snapshot])
    session.flush()
    stored = TargetList(
        area_code="75.01",
        name="Daftar 2026",
        rule_id=rule.id,
        snapshot_id=snapshot.id,
        method=next(iter(Method)),
        level="desa",
        total=1,
        amount=0,
        seed="x",
        quotas={area: 1},
        content_hash="0" * 64,
        counts={},
        state=ListState.APPROVED,
        state_by="sari",
        state_at=AT,
        drawn_by="sari",
        drawn_at=AT,
    )
    session.add(stored)
    session.flush()
    for rank, home in enumerate(homes, start=2):
        session.add(
            TargetEntry(
                list_id=stored.id,
                household_id=home.id,
                area_code=home.area_code,
                standing=Place.WAITING,
                reason=Reason.BELOW_QUOTA,
                rank=rank,
                score=0.9 - rank / 100,
            )
        )
    session.flush()
    return stored


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": None}, "reason"),
        ({"source": "  "}, "source"),
        ({"source_on": None}, "source_on"),
        ({"source_on": TODAY + timedelta(days=1)}, "source_on"),
        ({"from_on": None}, "from_on"),
        ({"from_on": date(2029, 1, 1)}, "from_on"),
    ],
)
def test_without_reason_and_source_nobody_is_struck(
    world: World, issue: Issue, wrong: dict[str, Any], field: str
) -> None:
    _, recipient = listed(world)
    with pytest.raises(InvalidData) as refused:
        strike(world.session, recipient.id, replace(GROUNDS, **wrong), issue)
    assert field in refused.value.problems
    assert recipient.standing == Standing.LISTED


def test_without_a_signed_notice_nobody_is_struck(world: World, issue: Issue) -> None:
    _, recipient = listed(world)
    nobody = replace(issue, signatory=replace(issue.signatory, name=""))
    savepoint = world.session.begin_nested()
    with pytest.raises(InvalidData):
        strike(world.session, recipient.id, GROUNDS, nobody)
    savepoint.rollback()
    world.session.expire_all()
    assert recipient.standing == Standing.LISTED


def test_a_strike_and_its_undoing_leave_the_row_as_it_was(world: World, issue: Issue) -> None:
    _, recipient = listed(world, standing=Standing.REPLACEMENT)
    before = row_of(recipient)
    stored = strike(world.session, recipient.id, GROUNDS, issue)
    assert recipient.standing == Standing.STRUCK
    assert recipient.struck_reason == "dead"
    assert recipient.struck_source == "Akta kematian 474.3/12, 1 November 2026"
    letter = world.session.scalars(select(Letter).where(Letter.strike_id == stored.id)).one()
    assert stored.appeal_by == TODAY + timedelta(days=30)
    with pytest.raises(Conflict):
        strike(world.session, recipient.id, GROUNDS, issue)
    with pytest.raises(Conflict, match="masih berlaku"):  # a family keeps its notice
        revoke(world.session, letter.id, "Salah cetak", by="sari", at=AT)
    with pytest.raises(InvalidData):
        undo_strike(world.session, stored.id, " ", by="sari", at=AT)
    undo_strike(world.session, stored.id, "Salah orang", by="sari", at=AT)
    world.session.expire_all()
    assert row_of(recipient) == before
    assert letter.revoked_at is not None
    with pytest.raises(Conflict):
        undo_strike(world.session, stored.id, "Lagi", by="sari", at=AT)
    actions = list(world.session.scalars(select(AuditEvent.action)))
    for action in ("recipient-struck", "strike-undone", "letter-issued", "letter-revoked"):
        assert action in actions


def test_a_withdrawn_decree_strikes_nobody(world: World, issue: Issue) -> None:
    decree, recipient = listed(world)
    decree.state = DecreeState.WITHDRAWN
    with pytest.raises(Conflict):
        strike(world.session, recipient.id, GROUNDS, issue)


def test_a_strike_settles_findings_at_once_and_its_end_brings_them_back(
    world: World, issue: Issue
) -> None:
    decree, first = listed(world, link_state=LinkState.MENINGGAL)
    blt = world.programme("blt")
    world.clash(world.session.get_one(Programme, decree.programme_id), blt)
    home = world.session.get_one(Household, first.household_id)
    second = world.enlist(world.decree(blt, "2/2026"), home)
    world.find(decree)
    everything = [FindingKind.DEAD, FindingKind.OVERLAP]
    assert world.kinds() == everything
    strikes = [strike(world.session, one.id, GROUNDS, issue).id for one in (first, second)]
    assert world.kinds() == []
    undo_strike(world.session, strikes[0], "Keliru", by="sari", at=AT)
    assert world.kinds() == [FindingKind.DEAD]  # the other of the pair stands no more
    assert world.find(decree).back == 0
    undo_strike(world.session, strikes[1], "Keliru", by="sari", at=AT)
    assert world.kinds() == everything


def test_not_found_needs_two_visits(world: World, issue: Issue) -> None:
    decree, recipient = listed(world, eligible=False)
    world.find(decree)
    [finding] = world.findings()
    absent = replace(GROUNDS, reason=StrikeReason.NOT_FOUND)
    for day in (date(2026, 11, 20), date(2026, 11, 21)):
        visit = Visit(VisitResult.NO_RESPONDENT, None, day, "0,54 123,05")
        record_visit(world.session, finding.id, visit, note="Pintu tertutup", by="lina", at=AT)
        if day == date(2026, 11, 20):
            with pytest.raises(Conflict):  # it is not even confirmed
                strike(world.session, recipient.id, absent, issue, finding_id=finding.id)
            take_step(world.session, finding.id, Action.CONFIRM, "Ya", by="sari", at=AT)
            with pytest.raises(InvalidData):
                strike(world.session, recipient.id, absent, issue, finding_id=finding.id)
            undo_step(world.session, finding.id, by="sari", may_all=True, at=AT)
    take_step(world.session, finding.id, Action.CONFIRM, "Dua kali kosong", by="sari", at=AT)
    stored = strike(world.session, recipient.id, absent, issue, finding_id=finding.id)
    with pytest.raises(Conflict):  # the strike rests on it
        undo_step(world.session, finding.id, by="sari", may_all=True, at=AT)
    undo_strike(world.session, stored.id, "Ternyata ada", by="sari", at=AT)
    assert undo_step(world.session, finding.id, by="sari", may_all=True, at=AT).state == "checking"


def test_steps_are_undone_to_what_held_before(world: World) -> None:
    decree, _ = listed(world, link_state=LinkState.MENINGGAL)
    world.find(decree)
    [finding] = world.findings()
    session, due = world.session, TODAY + timedelta(days=9)
    given: dict[str, Any] = {"owner": "lina", "due_on": due, "by": "sari", "at": AT}
    assert assign(session, [finding.id], reach=AreaScope(codes=("75.02",)), **given) == 0
    assert assign(session, [finding.id], reach=EVERYWHERE, **given) == 1
    check_on_ground(
        session, finding.id, owner="wati", due_on=None, note="Tanya tetangga", by="lina", at=AT
    )
    found = Visit(VisitResult.COMPLETE, Presence.DIED, TODAY)
    record_visit(session, finding.id, found, note="", by="wati", at=AT)
    with pytest.raises(InvalidData):
        take_step(session, finding.id, Action.CONFIRM, "", by="sari", at=AT)
    take_step(session, finding.id, Action.CONFIRM, "Akta ada", by="sari", at=AT)
    with pytest.raises(Conflict):
        take_step(session, finding.id, Action.DISMISS, "Tidak", by="sari", at=AT)
    with pytest.raises(NotAllowed):
        undo_step(session, finding.id, by="wati", may_all=False, at=AT)
    states = []
    for _ in range(4):
        undo_step(session, finding.id, by="sari", may_all=True, at=AT)
        states.append((finding.state, finding.owner, finding.due_on))
    assert states == [
        (FindingState.CHECKING, "wati", None),
        (FindingState.CHECKING, "wati", None),
        (FindingState.OPEN, "lina", due),
        (FindingState.OPEN, None, None),
    ]
    with pytest.raises(Conflict):
        undo_step(session, finding.id, by="sari", may_all=True, at=AT)
    assert len(steps_of(session, finding.id)) == 8


def test_nobody_comes_in_from_the_list_of_another_kabupaten(world: World, issue: Issue) -> None:
    _, recipient = listed(world)
    stored_list = waiting_list(world, [world.village.settle()], area="")
    stored_list.area_code = "75.02"
    stored = strike(world.session, recipient.id, GROUNDS, issue)
    assert candidates(world.session, recipient, stored_list.id) == []
    with pytest.raises(Conflict):
        replace_struck(world.session, stored.id, stored_list.id, seen=None, by="sari", at=AT)


def test_who_waits_first_comes_in(world: World, issue: Issue) -> None:
    decree, recipient = listed(world, amount=150_000)
    first, second = world.village.settle(), world.village.settle()
    stored_list = waiting_list(world, [first, second])
    decree.target_list_id = stored_list.id
    assert [one.id for one in lists_of(world.session, recipient, decree)] == [stored_list.id]
    stored = strike(world.session, recipient.id, GROUNDS, issue)
    waiting = candidates(world.session, recipient, stored_list.id)
    assert [one.household.id for one in waiting] == [first.id, second.id]
    known: dict[str, Any] = {"by": "sari", "at": AT}
    with pytest.raises(Conflict):  # somebody else came first meanwhile
        replace_struck(world.session, stored.id, stored_list.id, seen=second.id, **known)
    came = replace_struck(world.session, stored.id, stored_list.id, seen=first.id, **known)
    assert (came.standing, came.household_id, came.amount, came.replaces) == (
        Standing.REPLACEMENT,
        first.id,
        150_000,
        recipient.id,
    )
    assert came.row == recipient.row + 1
    with pytest.raises(Conflict):
        replace_struck(world.session, stored.id, stored_list.id, seen=None, **known)
    again = strike(world.session, came.id, GROUNDS, how("budi"))
    assert (
        replace_struck(world.session, again.id, stored_list.id, seen=None, **known).household_id
        == second.id
    )


def one_over(world: World, issue: Issue) -> tuple[Strike, Recipient, Recipient, TargetList]:
    """Return an undone strike, whom it was about, who came in for them, and the waiting list."""
    decree, recipient = listed(world)
    stored_list = waiting_list(world, [world.village.settle(), world.village.settle()])
    stored = strike(world.session, recipient.id, GROUNDS, issue)
    known: dict[str, Any] = {"by": "sari", "at": AT}
    came = replace_struck(world.session, stored.id, stored_list.id, seen=None, **known)
    assert over(world.session, stored) is None
    assert over_quota(world.session, decree.id) == []
    undo_strike(world.session, stored.id, "Salah orang", **known)
    assert over(world.session, stored) is came
    assert over_quota(world.session, decree.id) == [stored.id]
    return stored, recipient, came, stored_list


def test_who_came_in_gives_way_with_notice_and_waits_first_again(
    world: World, issue: Issue
) -> None:
    stored, recipient, came, stored_list = one_over(world, issue)
    returned = replace(GROUNDS, reason=StrikeReason.PLACE_RETURNED)
    with pytest.raises(InvalidData):  # it is no reason for anybody else
        strike(world.session, recipient.id, returned, issue)
    gave = strike(world.session, came.id, returned, issue)
    notice = world.session.scalars(select(Letter).where(Letter.strike_id == gave.id)).one()
    assert "Tempat kembali" in str(notice.facts)
    assert over_quota(world.session, recipient.decree_id) == []
    waiting = candidates(world.session, recipient, stored_list.id)
    assert waiting[0].household.id == came.household_id
    undo_strike(world.session, gave.id, "Anggaran ditambah", by="sari", at=AT)
    assert over_quota(world.session, recipient.decree_id) == [stored.id]


def test_both_are_kept_with_a_reason(world: World, issue: Issue) -> None:
    stored, recipient, came, _ = one_over(world, issue)
    with pytest.raises(InvalidData):
        keep_both(world.session, stored.id, " ", by="sari", at=AT)
    keep_both(world.session, stored.id, "Sisa anggaran cukup", by="sari", at=AT)
    assert (recipient.standing, came.standing) == (Standing.LISTED, Standing.LISTED)
    assert "Sisa anggaran cukup" in stored.undone_reason
    assert over_quota(world.session, recipient.decree_id) == []
    assert "recipient-kept-over" in world.session.scalars(select(AuditEvent.action)).all()
    with pytest.raises(Conflict):
        keep_both(world.session, stored.id, "Lagi", by="sari", at=AT)
