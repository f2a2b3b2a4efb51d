"""Tables of batches: what was asked, and what became of each household."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from jps.batches.rules import Act, Outcome
from jps.db import Base, Scoped, UtcDateTime


class Batch(Base):
    """One step asked for many households by one person, who alone sees it.

    `total`, `done` and `refused` count its items. Nothing happens before `started_at`.
    """

    __tablename__ = "batch"
    __table_args__ = (Index(None, "asked_by", "asked_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    act: Mapped[Act] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, default="")
    letter: Mapped[str] = mapped_column(String(120), default="")
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    undo_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("batch.id"), unique=True)
    job_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("job.id"))


class BatchItem(Scoped, Base):
    """One household of a batch: at which version it was chosen, and what became of it.

    `message` is why it was refused (a template to translate) with its `params`.
    """

    __tablename__ = "batch_item"
    __table_args__ = (Index(None, "batch_id", "outcome", "place"),)

    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)  # from 0, in the order of the list
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"))
    version: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(String(8))
    version_after: Mapped[int | None]
    message: Mapped[str] = mapped_column(Text, default="")
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
