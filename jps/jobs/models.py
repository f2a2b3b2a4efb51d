"""Long work as rows."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import Base, UtcDateTime
from jps.jobs.rules import JobState


class Job(Base):
    """One piece of long work: what it is, where it stands, whether it lives.

    `cursor` is what the work needs to go on after a crash; it is committed together with the rows
    that it counts. `result` is what the work found, for people. Neither holds personal data.
    """

    __tablename__ = "job"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[JobState] = mapped_column(String(20), index=True)
    cursor: Mapped[dict[str, Any]] = mapped_column(JSON)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    done_before: Mapped[int] = mapped_column(default=0)  # by earlier attempts
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    message: Mapped[str | None] = mapped_column(Text)  # why it failed: a template to translate
    message_params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    problem_file: Mapped[str | None] = mapped_column(Text)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    started_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def error(self) -> str | None:
        """Why it failed, in Indonesian."""
        return None if self.message is None else self.message.format(**self.message_params)
