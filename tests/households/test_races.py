"""Two people at once: nothing is lost, nothing doubled."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.audit.services import verify_chain
from jps.db import EVERYWHERE, db, set_scope
from jps.errors import Conflict, JpsError
from jps.households import queries, services, workflow
from jps.households.forms import HouseholdForm
from jps.households.models import Household, Member
from jps.households.rules import State
from jps.meetings.closing import close_meeting
from jps.meetings.rules import Facts
from jps.meetings.services import Minutes, agree_to_rest, attach_minutes, open_meeting
from tests.households.conftest import ANI, AT, BUDI, TODAY
from tests.households_examples import household_document

Read = Callable[[dict[str, Any]], HouseholdForm]
AT_ONCE = 6


def _together(app: Flask, act: Callable[[int], str]) -> list[str]:
    """Run `act(0)`, `act(1)`, ... in threads with sessions of their own; return what each says."""

    def run(number: int) -> str:
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            try:
                said = act(number)
                db.session.commit()
            except JpsError as error:
                db.session.commit() if error.keeps else db.session.rollback()
                said = error.code
            finally:
                db.session.remove()
            return said

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_of_many_saves_one_wins_and_all_are_kept(app: Flask, session: Session, read: Read) -> None:
    key = uuid.uuid4()
    form = read(household_document(id=str(key)))
    services.register_household(session, form, by=ANI, at=AT)
    session.commit()
    forms = [read(household_document(floor_area=100 + number)) for number in range(AT_ONCE)]

    def save(number: int) -> str:
        form = forms[number]
        services.update_household(db.session(), key, form, version=1, by=ANI, at=AT)
        return "saved"

    said = _together(app, save)
    assert sorted(said) == ["saved"] + ["stale-household"] * (AT_ONCE - 1)
    session.expire_all()
    household = queries.get_household(session, key)
    kept = {found.document["floor_area"] for found in queries.conflicts(session, key)}
    assert kept | {household.answers["floor_area"]} == {100 + n for n in range(AT_ONCE)}
    assert verify_chain(session).broken_at is None


@pytest.mark.parametrize("how", ["whole", "draft"])
def test_the_same_household_sent_at_once_is_one(
    app: Flask, session: Session, read: Read, how: str
) -> None:
    key = uuid.uuid4()
    document = household_document(id=str(key))
    form = read(document)
    session.commit()

    def send(_number: int) -> str:
        if how == "draft":
            services.open_draft(db.session(), document, household_id=key, by=ANI, at=AT)
            return "kept"
        return services.register_household(db.session(), form, by=ANI, at=AT).outcome

    said = set(_together(app, send))
    # PostgreSQL lets two in at once and refuses all but the first: sent again, they are duplicates.
    assert said <= {"created", "duplicate", "kept", Conflict.code}
    assert session.scalar(select(func.count()).select_from(Household)) == 1
    people = session.scalar(select(func.count()).select_from(Member))
    assert people == (3 if how == "whole" else 0)
    assert queries.conflicts(session) == []


@pytest.mark.parametrize("what", ["verify", "verify or return"])
def test_of_two_operators_one_decides(app: Flask, session: Session, read: Read, what: str) -> None:
    key = uuid.uuid4()
    form = read(household_document(id=str(key)))
    services.register_household(session, form, by=ANI, at=AT)
    session.commit()

    def decide(number: int) -> str:
        by = services.Author(f"operator-{number}", EVERYWHERE, ANI.source)
        if what == "verify" or number % 2:
            workflow.verify(db.session(), key, version=1, by=by, at=AT)
        else:
            workflow.return_household(db.session(), key, "Salah", version=1, by=by, at=AT)
        return "decided"

    said = sorted(_together(app, decide))
    assert said.count("decided") == 1
    assert set(said) <= {"decided", "wrong-state", "changed-since"}
    session.expire_all()
    household = queries.get_household(session, key)
    assert household.version == 2
    assert len(queries.history(session, household)) == 2
    assert verify_chain(session).broken_at is None


def test_a_meeting_is_closed_once(app: Flask, session: Session, read: Read) -> None:
    homes = [services.register_household(session, read(household_document()), by=ANI, at=AT)]
    homes += [services.register_household(session, read(household_document()), by=ANI, at=AT)]
    ids = [home.household.id for home in homes]
    for key in ids:
        workflow.verify(session, key, version=1, by=BUDI, at=AT)
    facts = Facts(TODAY, "Balai desa", "Kepala desa", 31, "BA-1")
    meeting = open_meeting(session, "75.01.01.2001", facts, by=BUDI, at=AT)
    agree_to_rest(session, meeting.id, by=BUDI, at=AT)
    attach_minutes(session, meeting.id, Minutes("a" * 64, "image/png"), by=BUDI, at=AT)
    meeting_id = meeting.id
    session.commit()

    def close(_number: int) -> str:
        close_meeting(db.session(), meeting_id, today=TODAY, by=BUDI, at=AT)
        return "closed"

    said = _together(app, close)
    assert sorted(said) == ["closed"] + [Conflict.code] * (AT_ONCE - 1)
    session.expire_all()
    found = [queries.get_household(session, key) for key in ids]
    assert {(one.state, one.version) for one in found} == {(State.AGREED, 3)}
