"""The chain of events: it grows, it refuses changes, and it shows them."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Executable, delete, func, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from jps.audit.models import AuditEvent
from jps.audit.services import Event, record, record_many, verify_chain
from jps.db import db
from tests.conftest import NOW


def event(number: int) -> Event:
    """Return some event."""
    return Event("tested", "thing", str(number), "75.01", {"number": number})


def test_chain_is_whole_after_many_events(session: Session) -> None:
    record(session, event(0), by="a", at=NOW)
    record_many(session, map(event, range(1, 50)), by="b", at=NOW)
    session.commit()
    check = verify_chain(session)
    assert (check.events, check.broken_at) == (50, None)


def test_empty_chain_is_whole(session: Session) -> None:
    assert verify_chain(session).broken_at is None


@pytest.mark.parametrize(
    "change", [update(AuditEvent).values(actor="x"), delete(AuditEvent)], ids=["update", "delete"]
)
def test_the_database_refuses_changes(session: Session, change: Executable) -> None:
    record(session, event(1), by="a", at=NOW)
    session.commit()
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(change)
    session.rollback()
    assert verify_chain(session).broken_at is None


def _without_triggers(session: Session, *statements: str) -> None:
    """Do what somebody with the keys of the database could do."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER audit_event_no_update"))
        session.execute(text("DROP TRIGGER audit_event_no_delete"))
    else:
        session.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
    for statement in statements:
        session.execute(text(statement))
    session.commit()


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("UPDATE audit_event SET actor = 'someone' WHERE seq = 3", 3),
        ("DELETE FROM audit_event WHERE seq = 2", 3),
        ("DELETE FROM audit_event WHERE seq = 5", 5),
        ("UPDATE audit_head SET seq = 4", 6),
    ],
)
def test_what_was_changed_behind_our_back_shows(
    session: Session, statement: str, broken_at: int
) -> None:
    record_many(session, map(event, range(1, 6)), by="a", at=NOW)
    session.commit()
    _without_triggers(session, statement)
    session.expire_all()
    assert verify_chain(session).broken_at == broken_at


def test_writers_at_once_leave_one_chain(app: Flask, session: Session) -> None:
    session.rollback()
    errors: list[Exception] = []

    def write(name: str) -> None:
        with app.app_context():
            for number in range(15):
                record(db.session(), event(number), by=name, at=NOW)
                db.session.commit()

    def guarded(work: Callable[[str], None], name: str) -> None:
        try:
            work(name)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(write, f"w{i}")) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 60
    assert verify_chain(session).broken_at is None
