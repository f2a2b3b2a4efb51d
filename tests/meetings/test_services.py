"""A meeting decides about its list, and nothing counts before its record is closed."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from jps.audit.services import verify_chain
from jps.db import scoped_to
from jps.errors import Conflict, InvalidData, NotAllowed, NotFound
from jps.households import workflow
from jps.households.models import Household
from jps.households.queries import history
from jps.households.rules import State
from jps.households.saving import OutsideScope
from jps.meetings.closing import close_meeting, reopen_meeting
from jps.meetings.models import Meeting
from jps.meetings.queries import get_meeting, list_meetings, listed
from jps.meetings.rules import Decision, Facts, Reason, Verdict
from jps.meetings.services import (
    Minutes,
    agree_to_rest,
    attach_minutes,
    change_meeting,
    open_meeting,
    propose,
    propose_verified,
    strike,
    write_verdicts,
)
from tests.households.conftest import ANI, AT, BUDI, CITRA, DESA, DEWI, TODAY
from tests.households.store import Read, registered

VILLAGE = "75.01.01.2001"
LATER = AT + timedelta(hours=1)
FACTS = Facts(TODAY, "Balai desa", "Kepala desa", 31, "BA-1")


def verified(session: Session, read: Read, count: int = 1, **overrides: Any) -> list[Household]:
    """Return households that Budi verified."""
    found = [registered(session, read, **overrides) for _ in range(count)]
    for one in found:
        workflow.verify(session, one.id, version=1, by=BUDI, at=AT)
    return found


def ready(session: Session, read: Read, count: int = 2) -> tuple[Meeting, list[Household]]:
    """Return a meeting that decided: the last household is rejected, the others agreed."""
    homes = verified(session, read, count)
    meeting = open_meeting(session, VILLAGE, FACTS, by=DESA, at=AT)
    rejected = Verdict(Decision.REJECTED, Reason.BETTER_OFF)
    write_verdicts(session, meeting.id, {homes[-1].id: rejected}, by=DESA, at=AT)
    agree_to_rest(session, meeting.id, by=DESA, at=AT)
    attach_minutes(session, meeting.id, Minutes("a" * 64, "application/pdf"), by=DESA, at=AT)
    return meeting, homes


def test_nothing_counts_before_it_is_closed(session: Session, read: Read) -> None:
    meeting, homes = ready(session, read)
    assert {one.state for one in homes} == {State.VERIFIED}
    applied = close_meeting(session, meeting.id, today=TODAY, by=DESA, at=LATER)
    assert (applied.done, applied.left) == (2, ())
    assert [one.state for one in homes] == [State.AGREED, State.REJECTED]
    assert homes[1].state_reason == "Sudah mampu"
    assert history(session, homes[0])[0].letter == "BA-1"
    with pytest.raises(Conflict):
        close_meeting(session, meeting.id, today=TODAY, by=DESA, at=LATER)
    with pytest.raises(Conflict):
        change_meeting(session, meeting.id, FACTS, by=DESA, at=LATER)
    assert verify_chain(session).broken_at is None


def test_closing_writes_all_or_none(session: Session, read: Read) -> None:
    meeting, homes = ready(session, read)
    change_meeting(session, meeting.id, replace(FACTS, number=""), by=DESA, at=AT)
    session.commit()
    with pytest.raises(InvalidData) as refused:
        close_meeting(session, meeting.id, today=TODAY, by=DESA, at=LATER)
    assert len(refused.value.problems["_"]) == 1
    session.rollback()
    assert {one.state for one in homes} == {State.VERIFIED}


def test_who_went_elsewhere_meanwhile_is_left_and_named(session: Session, read: Read) -> None:
    meeting, homes = ready(session, read)
    workflow.return_household(session, homes[0].id, "Salah", version=2, by=BUDI, at=AT)
    applied = close_meeting(session, meeting.id, today=TODAY, by=DESA, at=LATER)
    assert (applied.done, applied.left) == (1, (homes[0].id,))
    assert homes[0].state == State.RETURNED


def test_the_kabupaten_reopens_what_nobody_took_further(session: Session, read: Read) -> None:
    meeting, homes = ready(session, read, 3)
    close_meeting(session, meeting.id, today=TODAY, by=DESA, at=LATER)
    workflow.confirm(session, homes[0].id, version=3, by=DEWI, at=LATER)
    with pytest.raises(NotAllowed):
        reopen_meeting(session, meeting.id, "Keliru", by=DESA, at=LATER)
    with pytest.raises(InvalidData):
        reopen_meeting(session, meeting.id, " ", by=DEWI, at=LATER)
    applied = reopen_meeting(session, meeting.id, "Keliru", by=DEWI, at=LATER)
    assert (applied.done, applied.left) == (2, (homes[0].id,))
    assert [one.state for one in homes] == [State.CONFIRMED, State.VERIFIED, State.VERIFIED]
    verdict = Verdict(Decision.AGREED)
    write_verdicts(session, meeting.id, {homes[2].id: verdict}, by=DESA, at=LATER)
    again = close_meeting(session, meeting.id, today=TODAY, by=DESA, at=LATER)
    assert again.left == (homes[0].id,)
    assert [one.state for one in homes] == [State.CONFIRMED, State.AGREED, State.AGREED]


def test_the_list(session: Session, read: Read) -> None:
    (first,) = verified(session, read)
    sent = registered(session, read)
    meeting = open_meeting(session, VILLAGE, Facts(TODAY), by=DESA, at=AT)
    assert [one.id for one in listed(session, meeting.id)] == [first.id]
    with pytest.raises(Conflict):
        propose(session, first, by=DESA)  # listed already
    with pytest.raises(Conflict):
        propose(session, sent, by=DESA)  # not verified
    (late,) = verified(session, read)
    assert propose_verified(session, meeting, by=DESA) == 1
    strike(session, meeting.id, first.id)
    assert [one.id for one in listed(session, meeting.id)] == [late.id]
    propose(session, first, by=DESA)
    (summary,) = list_meetings(session)
    assert (summary.total, summary.waiting) == (2, 2)
    (elsewhere,) = verified(session, read, area_code="75.01.01.2002")
    with pytest.raises(Conflict):
        propose(session, elsewhere, by=BUDI)  # no meeting in that village


def test_one_open_meeting_per_village(session: Session) -> None:
    open_meeting(session, VILLAGE, Facts(TODAY), by=DESA, at=AT)
    with pytest.raises(Conflict):
        open_meeting(session, VILLAGE, Facts(TODAY), by=DESA, at=AT)


def test_only_in_ones_own_villages(session: Session) -> None:
    for area in (VILLAGE, "75.02.01", "75.02.99.2001"):
        with pytest.raises(OutsideScope):
            open_meeting(session, area, Facts(TODAY), by=CITRA, at=AT)
    meeting = open_meeting(session, VILLAGE, Facts(TODAY), by=DESA, at=AT)
    with scoped_to(session, CITRA.scope):
        with pytest.raises(NotFound):
            get_meeting(session, meeting.id)
        with pytest.raises(NotFound):
            agree_to_rest(session, meeting.id, by=CITRA, at=AT)
        assert list_meetings(session) == []


def test_a_rejection_without_a_reason_saves_nothing(session: Session, read: Read) -> None:
    homes = verified(session, read, 2)
    meeting = open_meeting(session, VILLAGE, Facts(TODAY), by=DESA, at=AT)
    verdicts = {homes[0].id: Verdict(Decision.AGREED), homes[1].id: Verdict(Decision.REJECTED)}
    with pytest.raises(InvalidData) as refused:
        write_verdicts(session, meeting.id, verdicts, by=DESA, at=AT)
    assert set(refused.value.problems) == {str(homes[1].id)}
    assert {one.item.decision for one in listed(session, meeting.id)} == {None}
    nobody = {uuid.uuid4(): Verdict(Decision.AGREED)}
    assert write_verdicts(session, meeting.id, nobody, by=ANI, at=AT) == 0
