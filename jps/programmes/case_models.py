"""Tables of what is followed up about recipients: findings, appeals and letters."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import AREA_CODE, Base, Scoped, UtcDateTime
from jps.programmes.rules import (
    AppealKind,
    AppealState,
    FindingKind,
    FindingState,
    LetterKind,
    Unit,
)


class Finding(Scoped, Base):
    """Something wrong about a recipient, at the level of person, family or household.

    Derived by the matching of a decree, but for its state, owner and deadline, which people set
    and which stay. `key` tells it apart, so that finding it again changes nothing. `other_id` is
    the second recipient of an overlap or of a person listed twice.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "state", "area_code"),
        Index(None, "decree_id", "kind"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[FindingKind] = mapped_column(String(16))
    level: Mapped[Unit] = mapped_column(String(12))
    decree_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decree.id"))
    recipient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recipient.id"), index=True)
    other_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recipient.id"), index=True)
    household_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("household.id"), index=True)
    source: Mapped[str] = mapped_column(Text, default="")  # what says so, of which day
    stake: Mapped[int] = mapped_column(BigInteger, default=0)  # rupiah a year
    state: Mapped[FindingState] = mapped_column(String(12))
    owner: Mapped[str | None] = mapped_column(String(64))  # who works on it
    due_on: Mapped[date | None] = mapped_column(Date)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # not found any more
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FindingStep(Base):
    """What somebody did about a finding. Only ever added; reached through its finding."""

    __tablename__ = "finding_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("finding.id"), index=True)
    state: Mapped[FindingState] = mapped_column(String(12))
    owner: Mapped[str | None] = mapped_column(String(64))
    due_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Appeal(Scoped, Base):
    """What somebody asks about a list: to be on it, that another is not, or to be back on it.

    `decided_about` is the recipient or target entry whose decision is opened again. The clock runs
    from `received_at` to `due_on`. Who contests is shown to those who decide alone.
    """

    __tablename__ = "appeal"
    __table_args__ = (Index(None, "state", "area_code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    kind: Mapped[AppealKind] = mapped_column(String(10))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    recipient_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recipient.id"), index=True)
    household_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("household.id"), index=True)
    target_list_id: Mapped[uuid.UUID | None]
    appellant: Mapped[str] = mapped_column(String(120), default="")
    contact: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(Text, default="")
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    evidence_type: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[AppealState] = mapped_column(String(12))
    received_by: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date] = mapped_column(Date)
    checked_by: Mapped[str | None] = mapped_column(String(64))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    check: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # on the ground
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # what changed


class Letter(Scoped, Base):
    """A letter that was handed out; `check` in its QR code tells on a public page that it is real.

    `facts` is all that was printed, so that the same letter can be printed again.
    """

    __tablename__ = "letter"
    __table_args__ = (UniqueConstraint("kind", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    kind: Mapped[LetterKind] = mapped_column(String(10))
    number: Mapped[str] = mapped_column(String(80))
    check: Mapped[str] = mapped_column(String(40), unique=True)  # random, tells nothing of anybody
    household_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("household.id"), index=True)
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    recipient_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recipient.id"), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    valid_to: Mapped[date | None] = mapped_column(Date)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str] = mapped_column(Text, default="")
