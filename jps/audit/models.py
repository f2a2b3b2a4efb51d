"""The chain of events."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import DDL, JSON, String, event
from sqlalchemy.orm import Mapped, mapped_column

from jps.audit.rules import GENESIS
from jps.db import AREA_CODE, Base, UtcDateTime


class AuditEvent(Base):
    """One thing that somebody did. Never changed, never deleted: triggers refuse both.

    `hash` covers the event and the hash before it, so a row changed behind JPS's back shows.
    """

    __tablename__ = "audit_event"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64), index=True)
    action: Mapped[str] = mapped_column(String(40), index=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64), index=True)
    area_code: Mapped[str | None] = mapped_column(AREA_CODE)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The end of the chain; its one row is locked while an event is appended."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


# The database refuses to change or delete events, whoever asks through it. A superuser can drop
# the triggers: the head hash, kept elsewhere each day, shows that.
APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_event_no_{verb} BEFORE {verb} ON audit_event "
        "BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit events are append-only'; END $$",
        "CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION audit_event_refuse()",
        "CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()",
    ),
}

# The chain begins before its first event, so that two first writers wait for one another.
FIRST_HEAD = f"INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '{GENESIS}')"

event.listen(AuditHead.__table__, "after_create", cast(Any, DDL)(FIRST_HEAD))
for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        _ddl: Any = cast(Any, DDL)(_statement)
        event.listen(AuditEvent.__table__, "after_create", _ddl.execute_if(dialect=_dialect))
