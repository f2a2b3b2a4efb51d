"""Tables of village meetings and what each decided."""

import uuid
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import Base, Scoped, UtcDateTime
from jps.meetings.rules import Decision, Facts, Reason


class Meeting(Scoped, Base):
    """A meeting of the village `area_code`; its decisions count once it is closed.

    The minutes are a file of the office under `minutes_sha256` (`jps.filestore`).
    """

    __tablename__ = "meeting"
    __table_args__ = (
        Index(
            "uq_meeting_open",
            "area_code",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    version: Mapped[int] = mapped_column()
    held_on: Mapped[date] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(120), default="")
    chair: Mapped[str] = mapped_column(String(120), default="")
    participants: Mapped[int | None]
    number: Mapped[str] = mapped_column(String(120), default="")  # of the minutes
    minutes_sha256: Mapped[str | None] = mapped_column(String(64))
    minutes_type: Mapped[str | None] = mapped_column(String(40))
    minutes_by: Mapped[str | None] = mapped_column(String(64))
    minutes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened_by: Mapped[str | None] = mapped_column(String(64))
    reopened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopened_reason: Mapped[str | None] = mapped_column(Text)

    __mapper_args__ = MappingProxyType({"version_id_col": version})

    @property
    def is_closed(self) -> bool:
        """Do its decisions count?"""
        return self.closed_at is not None

    @property
    def facts(self) -> Facts:
        """The head of the minutes."""
        return Facts(self.held_on, self.place, self.chair, self.participants, self.number)


class MeetingItem(Scoped, Base):
    """A household on a meeting's list, and what was decided about it (None: nothing yet).

    `applied_version` is the household's version after the decision was written into it; None while
    the record is open, and where the household had been moved elsewhere meanwhile.
    """

    __tablename__ = "meeting_item"
    __table_args__ = (UniqueConstraint("meeting_id", "household_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"))
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    decision: Mapped[Decision | None] = mapped_column(String(10))
    reason: Mapped[Reason | None] = mapped_column(String(12))
    reason_text: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proposed_by: Mapped[str] = mapped_column(String(64))
    applied_version: Mapped[int | None]
