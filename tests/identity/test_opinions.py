"""Who is unsure hands a pair to somebody else, whose word is final; nothing said is lost."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import AreaScope, everywhere, scoped_to
from jps.errors import Conflict
from jps.households.models import Member
from jps.identity.models import Decision, Duplicate, Link, ReviewCase
from jps.identity.rules import Step, Verdict
from jps.identity.services import decide, decide_pair, propose_links, undo
from jps.registry.models import RegistryPerson
from jps.registry.queries import find_by_nik, needed_snapshot
from tests.conftest import NOW
from tests.households_examples import member_document
from tests.offices import NewHousehold
from tests.registries import FATMA, HASAN, NURUL, Import, RunJob, csv_bytes, strangers

CROWD = strangers(60)
VILLAGE, REGENCY = AreaScope(("75.01.01.2001",)), AreaScope(("75.01",))
Say = Callable[..., Decision]


@pytest.fixture(autouse=True)
def matched(household: NewHousehold, import_file: Import, match_all: RunJob) -> None:
    """The family of three, all of them in the registry."""
    household("ani")
    import_file(csv_bytes([HASAN, FATMA, NURUL, *CROWD]))
    match_all()


@pytest.fixture
def say(session: Session) -> Say:
    """Let somebody of an area speak about Hasan and a registry person, a minute after another."""
    minutes = iter(range(1, 99))

    def speak(
        by: str, verdict: Verdict, *, area: AreaScope = VILLAGE, nik: str = HASAN[0]
    ) -> Decision:
        at = NOW + timedelta(minutes=next(minutes))
        with scoped_to(session, area):
            made = decide(
                session, hasan(session), person(session, nik), verdict,
                reason="Perlu dicek", by=by, at=at,
            )  # fmt: skip
        session.commit()
        return made

    return speak


def hasan(session: Session) -> Member:
    return session.scalars(select(Member).where(Member.name == "Hasan Contoh")).one()


def person(session: Session, nik: str) -> RegistryPerson:
    with everywhere(session):
        return find_by_nik(session, needed_snapshot(session).id, nik)[0]


def case(session: Session) -> ReviewCase | None:
    session.expire_all()
    member = hasan(session).id
    return session.scalars(select(ReviewCase).where(ReviewCase.member_id == member)).one_or_none()


def state(session: Session) -> str:
    session.expire_all()
    member = hasan(session).id
    return str(session.scalars(select(Link.state).where(Link.member_id == member)).one())


def test_who_is_unsure_may_not_answer_their_own_question(session: Session, say: Say) -> None:
    say("ani", Verdict.UNSURE)
    waiting = case(session)
    assert waiting is not None
    assert (waiting.step, waiting.first_by, waiting.second_by) == (Step.SECOND, "ani", None)
    for verdict in Verdict:
        with pytest.raises(Conflict):
            say("ani", verdict, area=REGENCY)
    with pytest.raises(Conflict):
        say("ani", Verdict.SAME, nik=CROWD[3][0])  # naming somebody else would answer it too
    assert state(session) == "perlu_ditinjau"


def test_the_second_word_is_final_and_the_first_one_stays(session: Session, say: Say) -> None:
    first = say("ani", Verdict.UNSURE)
    second = say("budi", Verdict.SAME)
    assert (case(session), state(session)) == (None, "padan")
    assert (second.answers, first.undone_at) == (first.id, None)
    with pytest.raises(Conflict):  # neither another word nor taking it back
        say("ani", Verdict.DIFFERENT)
    for decision in (first, second):
        with scoped_to(session, REGENCY), pytest.raises(Conflict):
            undo(session, decision, by="ani", at=NOW)
    with scoped_to(session, VILLAGE), pytest.raises(Conflict):
        undo(session, second, by="citra", at=NOW)
    assert state(session) == "padan"


def test_taking_the_second_word_back_asks_a_second_person_again(session: Session, say: Say) -> None:
    say("ani", Verdict.UNSURE)
    second = say("budi", Verdict.DIFFERENT)
    assert state(session) == "nik_tidak_ditemukan"
    with scoped_to(session, VILLAGE):
        undo(session, second, by="budi", at=NOW)
    session.commit()
    waiting = case(session)
    assert waiting is not None
    assert (waiting.step, waiting.first_by) == (Step.SECOND, "ani")
    with pytest.raises(Conflict):
        say("ani", Verdict.SAME)
    say("citra", Verdict.SAME)
    assert state(session) == "padan"


def test_when_both_are_unsure_the_kabupaten_decides(session: Session, say: Say) -> None:
    say("ani", Verdict.UNSURE)
    say("budi", Verdict.UNSURE)
    waiting = case(session)
    assert waiting is not None
    assert (waiting.step, waiting.first_by, waiting.second_by) == (Step.THIRD, "ani", "budi")
    for who, area in (("ani", REGENCY), ("budi", REGENCY), ("citra", VILLAGE)):
        with pytest.raises(Conflict):
            say(who, Verdict.SAME, area=area)
    say("dewi", Verdict.UNSURE, area=REGENCY)  # and may come back to it
    assert case(session) is not None
    last = say("dewi", Verdict.SAME, area=REGENCY)
    assert (case(session), state(session)) == (None, "padan")
    said = session.scalars(select(Decision).order_by(Decision.at)).all()
    assert [(one.by, one.verdict, one.undone_at) for one in said] == [
        ("ani", "unsure", None),
        ("budi", "unsure", None),
        ("dewi", "unsure", None),
        ("dewi", "same", None),
    ]
    assert last.answers == said[2].id


def test_only_who_was_unsure_takes_the_doubt_back(session: Session, say: Say) -> None:
    first = say("ani", Verdict.UNSURE)
    with scoped_to(session, VILLAGE), pytest.raises(Conflict):
        undo(session, first, by="budi", at=NOW)
    with scoped_to(session, VILLAGE):
        undo(session, first, by="ani", at=NOW)
    session.commit()
    assert (case(session), state(session)) == (None, "padan")


def test_the_kabupaten_may_correct_a_final_word(session: Session, say: Say) -> None:
    say("ani", Verdict.UNSURE)
    second = say("budi", Verdict.SAME)
    say("dewi", Verdict.DIFFERENT, area=REGENCY)
    session.expire_all()
    assert second.undone_by == "dewi"
    assert state(session) == "nik_tidak_ditemukan"
    with pytest.raises(Conflict):  # it is final as well
        say("ani", Verdict.SAME, area=REGENCY)


def test_doubts_outlive_matching(session: Session, say: Say, match_all: RunJob) -> None:
    say("ani", Verdict.UNSURE)
    opened = case(session)
    assert opened is not None
    since = opened.opened_at
    session.rollback()
    match_all()
    waiting = case(session)
    assert waiting is not None
    assert (waiting.step, waiting.first_by, waiting.opened_at) == (Step.SECOND, "ani", since)


def test_doubts_about_two_members_are_answered_by_somebody_else(
    household: NewHousehold, session: Session
) -> None:
    again = member_document(nik=None, nik_reason="4", marital_status="1")
    made = household("budi", members=[again], household_size=1, address="Jalan Lain")
    propose_links(session, [uuid.UUID(made)], at=NOW)
    session.commit()
    pair = session.scalars(select(Duplicate)).one()
    with scoped_to(session, VILLAGE):
        first = decide_pair(session, pair, Verdict.UNSURE, reason="Cek", by="ani", at=NOW)
        with pytest.raises(Conflict):
            decide_pair(session, pair, Verdict.SAME, by="ani", at=NOW)
        second = decide_pair(session, pair, Verdict.SAME, by="budi", at=NOW)
        assert (second.answers, first.undone_at) == (first.id, None)
        for decision in (first, second):
            with pytest.raises(Conflict):
                undo(session, decision, by="ani", at=NOW)
        undo(session, second, by="budi", at=NOW)
    assert pair.verdict == Verdict.UNSURE
