"""Tables of what is followed up about recipients: findings, strikes, appeals and letters."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import AREA_CODE, Base, Scoped, UtcDateTime
from jps.programmes.case_rules import Action, AppealReason, StrikeReason
from jps.programmes.rules import (
    AppealKind,
    AppealState,
    FindingKind,
    FindingState,
    LetterKind,
    Standing,
    Unit,
)


class Finding(Scoped, Base):
    """Something wrong about a recipient, at the level of person, family or household.

    Derived by the matching of a decree, but for its state, owner and deadline, which people set
    and which stay. `key` tells it apart, so that finding it again changes nothing. `other_id` is
    the second recipient of an overlap or of a person listed twice, `other_decree_id` their decree.
    `source` is a code with a day or moment: see `jps.programmes.finding_rules`. Gone: no more so.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(None, "state", "area_code"),
        Index(None, "decree_id", "kind"),
        Index(None, "gone_at", "state", "stake"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[FindingKind] = mapped_column(String(16))
    level: Mapped[Unit] = mapped_column(String(12))
    decree_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decree.id"))
    recipient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recipient.id"), index=True)
    other_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recipient.id"), index=True)
    other_decree_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("decree.id"), index=True)
    household_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("household.id"), index=True)
    source: Mapped[str] = mapped_column(String(60), default="")
    stake: Mapped[int] = mapped_column(BigInteger, default=0)  # rupiah a year
    state: Mapped[FindingState] = mapped_column(String(12))
    owner: Mapped[str | None] = mapped_column(String(64))  # who works on it
    due_on: Mapped[date | None] = mapped_column(Date)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # not found any more
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class FindingStep(Base):
    """What somebody did about a finding. Only ever added; reached through its finding.

    `state`, `owner` and `due_on` are what held after it; `undoes` is the step that it takes back.
    `visit` is what was found on the ground: {result, presence, on, point}.
    """

    __tablename__ = "finding_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("finding.id"), index=True)
    action: Mapped[Action] = mapped_column(String(12))
    state: Mapped[FindingState] = mapped_column(String(12))
    owner: Mapped[str | None] = mapped_column(String(64))
    due_on: Mapped[date | None] = mapped_column(Date)
    visit: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    photo_sha256: Mapped[str | None] = mapped_column(String(64))
    photo_type: Mapped[str | None] = mapped_column(String(40))
    undoes: Mapped[int | None] = mapped_column(ForeignKey("finding_step.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Strike(Scoped, Base):
    """That a recipient was taken off a decree: why, by what evidence, from when. Never deleted.

    `was` is the standing before, which `undone_at` brought back. One of a recipient holds at most.
    """

    __tablename__ = "strike"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    recipient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recipient.id"), index=True)
    finding_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("finding.id"), index=True)
    reason: Mapped[StrikeReason] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text)
    source_on: Mapped[date] = mapped_column(Date)
    from_on: Mapped[date] = mapped_column(Date)  # first day without the aid
    appeal_by: Mapped[date] = mapped_column(Date)  # last day to object
    was: Mapped[Standing] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(64))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_reason: Mapped[str] = mapped_column(Text, default="")


class Appeal(Scoped, Base):
    """What somebody asks about a list: to be on it, that another is not, or to be back on it.

    What is opened again is the strike of an objection, the recipient of a contest, and the place
    of a household on `target_list_id` of a proposal. The clock runs from `received_at` to `due_on`.
    Who contests is shown to those alone who decide. `number` is what the appellant is told.
    """

    __tablename__ = "appeal"
    __table_args__ = (Index(None, "state", "area_code"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[AppealKind] = mapped_column(String(10))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    recipient_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recipient.id"), index=True)
    household_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("household.id"), index=True)
    target_list_id: Mapped[uuid.UUID | None]
    strike_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("strike.id"), index=True)
    appellant: Mapped[str] = mapped_column(String(120), default="")
    contact: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[AppealReason] = mapped_column(String(24))
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
    __table_args__ = (
        UniqueConstraint("kind", "number"),
        UniqueConstraint("kind", "area_code", "year", "serial"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    kind: Mapped[LetterKind] = mapped_column(String(10))
    number: Mapped[str] = mapped_column(String(80))
    year: Mapped[int]
    serial: Mapped[int]  # of its kind in the village and year, from 1
    check: Mapped[str] = mapped_column(String(40), unique=True)  # random, tells nothing of anybody
    household_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("household.id"), index=True)
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    recipient_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recipient.id"), index=True)
    strike_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("strike.id"), index=True)
    appeal_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appeal.id"), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    valid_to: Mapped[date | None] = mapped_column(Date)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str] = mapped_column(Text, default="")
