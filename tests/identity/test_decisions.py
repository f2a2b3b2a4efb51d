"""What people decide comes first, survives matching and new snapshots, and can be undone."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.models import AuditEvent
from jps.errors import Conflict, InvalidData
from jps.households.models import Member
from jps.identity.models import Duplicate, Link
from jps.identity.rules import Verdict
from jps.identity.services import (
    decide,
    decide_pair,
    propose_links,
    reveal_member,
    reveal_person,
    undo,
)
from jps.registry.models import RegistryPerson
from jps.registry.queries import find_by_nik, needed_snapshot
from tests.conftest import NOW
from tests.households_examples import member_document
from tests.offices import NewHousehold
from tests.registries import FATMA, HASAN, NURUL, Import, RunJob, changed, csv_bytes, strangers

CROWD = strangers(300)


class Actor(TypedDict):
    """Who acts and when."""

    by: str
    at: datetime


BY: Actor = {"by": "budi", "at": NOW}
Find = Callable[[str], Member]


@pytest.fixture
def member(session: Session) -> Find:
    """Find a member by the beginning of the name."""

    def find(name: str) -> Member:
        session.rollback()
        return session.scalars(select(Member).where(Member.name.ilike(f"{name}%"))).one()

    return find


def person(session: Session, nik: str) -> RegistryPerson:
    return find_by_nik(session, needed_snapshot(session).id, nik)[0]


def link(session: Session, member: Member) -> Link:
    session.rollback()
    return session.scalars(select(Link).where(Link.member_id == member.id)).one()


@pytest.fixture
def matched(household: NewHousehold, import_file: Import, match_all: RunJob) -> None:
    """The family of three, all of them in the registry."""
    household("ani")
    import_file(csv_bytes([HASAN, FATMA, NURUL, *CROWD]))
    match_all()


def test_a_person_said_to_be_different_is_never_linked(
    matched: None, session: Session, member: Find, match_all: RunJob, import_file: Import
) -> None:
    hasan = member("Hasan")
    made = decide(session, hasan, person(session, HASAN[0]), Verdict.DIFFERENT, **BY)
    session.commit()
    assert link(session, hasan).person_id is None
    assert link(session, hasan).state == "nik_tidak_ditemukan"
    match_all()
    assert link(session, hasan).person_id is None
    import_file(csv_bytes([*CROWD, HASAN, FATMA, NURUL]))
    match_all()
    assert link(session, hasan).person_id is None
    assert link(session, hasan).decision_id == made.id


def test_a_person_said_to_be_the_same_is_linked_whatever_the_weight(
    matched: None, session: Session, member: Find, match_all: RunJob, import_file: Import
) -> None:
    hasan, stranger = member("Hasan"), CROWD[7]
    decide(session, hasan, person(session, stranger[0]), Verdict.SAME, reason="KTP", **BY)
    session.commit()
    assert link(session, hasan).person_id == person(session, stranger[0]).id
    match_all()
    found = link(session, hasan)
    assert found.person_id == person(session, stranger[0]).id
    assert found.weight is not None
    assert found.weight < 0
    assert found.state == "padan_sebagian"
    import_file(csv_bytes([HASAN, *reversed(CROWD)]))
    match_all()
    assert link(session, hasan).person_id == person(session, stranger[0]).id


def test_undoing_brings_back_what_matching_found(
    matched: None, session: Session, member: Find, match_all: RunJob
) -> None:
    hasan = member("Hasan")
    before = link(session, hasan).person_id
    made = decide(session, hasan, person(session, HASAN[0]), Verdict.DIFFERENT, **BY)
    session.commit()
    undo(session, made, **BY)
    session.commit()
    assert (link(session, hasan).person_id, link(session, hasan).state) == (before, "padan")
    assert link(session, hasan).decision_id is None
    match_all()
    assert link(session, hasan).state == "padan"
    with pytest.raises(Conflict):
        undo(session, made, **BY)


def test_a_new_decision_takes_the_place_of_the_earlier_one(
    matched: None, session: Session, member: Find
) -> None:
    hasan, candidate = member("Hasan"), person(session, HASAN[0])
    first = decide(session, hasan, candidate, Verdict.DIFFERENT, **BY)
    decide(session, hasan, candidate, Verdict.SAME, by="citra", at=NOW)
    assert (first.undone_by, first.undone_at) == ("citra", NOW)
    session.commit()
    assert link(session, hasan).state == "padan"


def test_who_is_said_to_be_one_person_is_no_longer_another(
    matched: None, session: Session, member: Find
) -> None:
    hasan = member("Hasan")
    first = decide(session, hasan, person(session, CROWD[1][0]), Verdict.SAME, **BY)
    decide(session, hasan, person(session, CROWD[2][0]), Verdict.SAME, **BY)
    assert first.undone_at == NOW
    session.commit()
    assert link(session, hasan).person_id == person(session, CROWD[2][0]).id


def test_being_unsure_needs_a_reason_and_keeps_the_pair_in_the_queue(
    matched: None, session: Session, member: Find, match_all: RunJob
) -> None:
    hasan, candidate = member("Hasan"), person(session, HASAN[0])
    with pytest.raises(InvalidData):
        decide(session, hasan, candidate, Verdict.UNSURE, reason="  ", **BY)
    decide(session, hasan, candidate, Verdict.UNSURE, reason="Cek ke desa", **BY)
    session.commit()
    assert link(session, hasan).state == "perlu_ditinjau"
    match_all()
    assert link(session, hasan).state == "perlu_ditinjau"


def test_a_shared_nik_is_told_apart_by_name_and_birth(
    household: NewHousehold,
    import_file: Import,
    match_all: RunJob,
    session: Session,
    member: Find,
) -> None:
    household("ani")
    twin = changed(HASAN, NAMA_LGKP="HUSAIN CONTOH", TGL_LHR="1980-05-06")
    import_file(csv_bytes([HASAN, twin, FATMA, NURUL, *CROWD]))
    match_all()
    hasan = member("Hasan")
    assert link(session, hasan).state == "ganda"
    wrong = find_by_nik(session, needed_snapshot(session).id, HASAN[0])[1]
    assert wrong.name == "HUSAIN CONTOH"
    decide(session, hasan, wrong, Verdict.DIFFERENT, **BY)
    session.commit()
    import_file(csv_bytes([twin, HASAN, FATMA, NURUL, *CROWD]))
    match_all()
    found = link(session, hasan).person_id
    assert found is not None
    assert session.get_one(RegistryPerson, found).name == "HASAN CONTOH"


def test_two_members_said_to_be_different_stay_so(
    household: NewHousehold,
    import_file: Import,
    match_all: RunJob,
    session: Session,
) -> None:
    first = household("ani")
    alone = member_document(nik=None, nik_reason="4", marital_status="1")
    second = household("budi", members=[alone], household_size=1, address="Jalan Lain")
    import_file(csv_bytes([HASAN, FATMA, NURUL, *CROWD]))
    propose_links(session, [uuid.UUID(first), uuid.UUID(second)], at=NOW)
    session.commit()
    pair = session.scalars(select(Duplicate)).one()
    made = decide_pair(session, pair, Verdict.DIFFERENT, **BY)
    session.commit()
    match_all()
    session.rollback()
    assert session.scalars(select(Duplicate.verdict)).all() == ["different"]
    undo(session, made, **BY)
    session.commit()
    assert session.scalars(select(Duplicate.verdict)).all() == [None]


def test_everything_is_recorded_without_personal_data(
    matched: None, session: Session, member: Find
) -> None:
    hasan, candidate = member("Hasan"), person(session, HASAN[0])
    made = decide(session, hasan, candidate, Verdict.DIFFERENT, reason="Hasan lain", **BY)
    undo(session, made, **BY)
    assert reveal_person(session, candidate, "Cek KTP", **BY) == (HASAN[0], HASAN[1])
    assert reveal_member(session, hasan, "Cek KTP", **BY) == (HASAN[0], HASAN[1])
    session.commit()
    mine = select(AuditEvent).where(AuditEvent.actor == "budi").order_by(AuditEvent.seq)
    events = session.scalars(mine).all()
    assert [event.action for event in events] == [
        "identity-decided",
        "decision-undone",
        "nik-revealed",
        "nik-revealed",
    ]
    for event in events:
        assert "asan" not in str({**event.details, "reason": ""})
        assert HASAN[0] not in str(event.details)


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 501])
def test_numbers_are_not_shown_without_a_reason(
    matched: None, session: Session, member: Find, reason: str
) -> None:
    with pytest.raises(InvalidData):
        reveal_member(session, member("Hasan"), reason, **BY)
