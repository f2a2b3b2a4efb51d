"""Decisions outlive snapshots, households and models; what fits no longer is shown, never lost."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import AreaScope, scoped_to
from jps.households.models import Member
from jps.identity.matchers import use_model
from jps.identity.models import Decision, Link, MatchModel, ReviewCase
from jps.identity.queries import decisions_about
from jps.identity.rules import Step, Verdict
from jps.identity.services import decide, propose_links, undo
from jps.registry.models import RegistryPerson
from jps.registry.queries import find_by_nik, needed_snapshot
from tests.conftest import NOW
from tests.households_examples import member_document
from tests.offices import NewHousehold
from tests.registries import FATMA, HASAN, NURUL, Import, RunJob, changed, csv_bytes, strangers

CROWD = strangers(60)
OTHER = CROWD[7]  # nobody would take him for Hasan


class Actor(TypedDict):
    """Who acts and when."""

    by: str
    at: datetime


BY: Actor = {"by": "budi", "at": NOW}
Renew = Callable[..., None]


@pytest.fixture(autouse=True)
def matched(household: NewHousehold, import_file: Import, match_all: RunJob) -> None:
    """The family of three, all of them in the registry."""
    household("ani")
    import_file(csv_bytes([HASAN, FATMA, NURUL, *CROWD]))
    match_all()


@pytest.fixture
def renew(import_file: Import, match_all: RunJob) -> Renew:
    """Import a snapshot of these people and the crowd, in another order, and match."""

    def run(*people: tuple[str, ...], without: tuple[str, ...] = ()) -> None:
        crowd = [one for one in reversed(CROWD) if one != without]
        import_file(csv_bytes([*crowd, FATMA, *people]))
        match_all()

    return run


def member(session: Session, name: str = "Hasan Contoh") -> Member:
    return session.scalars(select(Member).where(Member.name == name)).one()


def person(session: Session, nik: str) -> RegistryPerson:
    return find_by_nik(session, needed_snapshot(session).id, nik)[0]


def say(session: Session, nik: str, verdict: Verdict = Verdict.SAME) -> Decision:
    made = decide(session, member(session), person(session, nik), verdict, reason="KTP", **BY)
    session.commit()
    return made


def link(session: Session, name: str = "Hasan Contoh") -> Link:
    session.rollback()
    return session.scalars(select(Link).where(Link.member_id == member(session, name).id)).one()


def linked_name(session: Session) -> str | None:
    found = link(session).person_id
    return None if found is None else session.get_one(RegistryPerson, found).name


def step(session: Session, name: str = "Hasan Contoh") -> Step | None:
    session.rollback()
    mine = select(ReviewCase.step).where(ReviewCase.member_id == member(session, name).id)
    return session.scalars(mine).one_or_none()


@pytest.mark.parametrize(
    "cells",
    [
        {"KODE_WILAYAH": "75.02.01.2001", "ALAMAT": "DUSUN BARU", "NO_KK": "7502012301159777"},
        {"NAMA_LGKP": "ZAINAL BARU"},
        {"TGL_LHR": "1999-01-02"},
        {"NIK": "7502010101809888"},
    ],
    ids=["moved", "renamed", "born otherwise", "renumbered"],
)
def test_a_decision_follows_its_person(
    session: Session, renew: Renew, cells: dict[str, str]
) -> None:
    say(session, OTHER[0])
    after = changed(OTHER, **cells)
    renew(HASAN, NURUL, after, without=OTHER)
    assert linked_name(session) == after[2]
    assert step(session) is None


def test_who_was_said_to_be_another_stays_another_with_a_corrected_nik(
    session: Session, renew: Renew
) -> None:
    say(session, HASAN[0], Verdict.DIFFERENT)
    renew(changed(HASAN, NIK="7501010505809333"), NURUL)
    assert linked_name(session) is None


def test_a_person_who_vanished_is_asked_about_and_comes_back(
    session: Session, renew: Renew
) -> None:
    made = say(session, OTHER[0])
    renew(HASAN, NURUL, without=OTHER)
    assert (link(session).state, step(session)) == ("perlu_ditinjau", Step.VANISHED)
    assert link(session).decision_id == made.id
    renew(HASAN, NURUL)
    assert (linked_name(session), step(session)) == (OTHER[2], None)


def test_a_nik_that_is_somebody_elses_now_is_not_followed(session: Session, renew: Renew) -> None:
    say(session, OTHER[0])
    stranger = changed(
        OTHER, NAMA_LGKP="ROSMINI TANGAHU", TGL_LHR="1961-07-08", JENIS_KLMIN="P", NO_KK=HASAN[1]
    )
    renew(HASAN, NURUL, stranger, without=OTHER)
    assert step(session) == Step.VANISHED


def test_taking_back_a_lost_decision_lets_matching_speak(session: Session, renew: Renew) -> None:
    made = say(session, OTHER[0])
    renew(HASAN, NURUL, without=OTHER)
    undo(session, session.get_one(Decision, made.id), by="citra", at=NOW)
    session.commit()
    assert (linked_name(session), step(session)) == (HASAN[2], None)


def test_a_new_decision_ends_a_lost_one(session: Session, renew: Renew) -> None:
    made = say(session, OTHER[0])
    renew(HASAN, NURUL, without=OTHER)
    say(session, HASAN[0])
    session.expire_all()
    assert session.get_one(Decision, made.id).undone_by == "budi"
    assert (linked_name(session), step(session)) == (HASAN[2], None)


def test_two_members_and_one_person_are_a_conflict(session: Session, match_all: RunJob) -> None:
    say(session, OTHER[0])
    fatma = member(session, "Fatma Contoh")
    second = decide(session, fatma, person(session, OTHER[0]), Verdict.SAME, **BY)
    session.commit()
    for _ in range(2):
        assert [step(session), step(session, "Fatma Contoh")] == [Step.CONTESTED] * 2
        assert link(session).state == "perlu_ditinjau"
        session.rollback()
        match_all()
    undo(session, session.get_one(Decision, second.id), **BY)
    session.commit()
    assert [step(session), step(session, "Fatma Contoh")] == [None, None]
    assert linked_name(session) == OTHER[2]


def test_one_person_entered_twice_is_no_conflict(
    household: NewHousehold, session: Session, match_all: RunJob
) -> None:
    again = member_document(name="Hasan Kedua", nik=None, nik_reason="4", marital_status="1")
    household("budi", members=[again], household_size=1, address="Jalan Lain")
    first, other = member(session), member(session, "Hasan Kedua")
    pair = sorted((first.id, other.id))
    area = first.area_code
    session.add(
        Decision(area_code=area, member_id=pair[0], other_id=pair[1], verdict=Verdict.SAME,
                 reason="", **BY)
    )  # fmt: skip
    for one in (first, other):
        decide(session, one, person(session, HASAN[0]), Verdict.SAME, **BY)
    session.commit()
    assert [step(session), step(session, "Hasan Kedua")] == [None, None]
    session.rollback()
    match_all()
    assert [step(session), step(session, "Hasan Kedua")] == [None, None]


def test_decisions_hold_when_models_come_and_go(
    session: Session, renew: Renew, match_all: RunJob
) -> None:
    first = session.scalars(select(MatchModel.id).where(MatchModel.current)).one()
    say(session, OTHER[0])
    renew(HASAN, NURUL)
    use_model(session, first)  # roll back
    session.commit()
    match_all()
    assert linked_name(session) == OTHER[2]
    assert len(decisions_about(session, member(session).id)) == 1


def test_decisions_go_along_when_a_household_moves(session: Session) -> None:
    say(session, OTHER[0])
    hasan = member(session)
    for one in session.scalars(select(Member).where(Member.household_id == hasan.household_id)):
        one.area_code = "75.02.01.2001"
    propose_links(session, [hasan.household_id], at=NOW)
    session.commit()
    assert linked_name(session) == OTHER[2]
    with scoped_to(session, AreaScope(("75.02",))):
        assert len(decisions_about(session, hasan.id)) == 1
    with scoped_to(session, AreaScope(("75.01",))):
        assert decisions_about(session, hasan.id) == []


def test_who_leaves_and_returns_finds_the_decision_again(session: Session) -> None:
    say(session, OTHER[0])
    hasan = member(session)
    hasan.valid_to = NOW.date()
    session.flush()
    propose_links(session, [hasan.household_id], at=NOW)
    session.commit()
    there = select(Link.member_id).where(Link.member_id == hasan.id)
    assert session.scalars(there).all() == []
    assert session.scalars(select(ReviewCase.member_id)).all() == []
    hasan.valid_to = None
    session.flush()
    propose_links(session, [hasan.household_id], at=NOW)
    session.commit()
    assert linked_name(session) == OTHER[2]


def test_a_tie_is_never_linked_silently(
    household: NewHousehold, session: Session, renew: Renew
) -> None:
    twin = changed(HASAN, NIK="7501010505809555", NO_KK="7501012301159555")
    unknown = member_document(
        nik=None, nik_reason="4", kk=None, marital_status="1", name="Hasan Contoh"
    )
    made = household("budi", members=[unknown], household_size=1, address="Jalan Lain")
    renew(HASAN, twin, NURUL)
    session.rollback()
    query = select(Link).join(Member, Member.id == Link.member_id)
    found = session.scalars(query.where(Member.household_id == uuid.UUID(made))).one()
    assert found.margin is not None
    assert abs(found.margin) < 1
    assert found.state == "perlu_ditinjau"
