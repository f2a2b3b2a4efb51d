"""Deadlines as dated rows."""

import uuid
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import AREA_CODE, Base, UtcDateTime
from jps.deadlines.rules import Stage, Window

_IN_FORCE = text("ended_at IS NULL")


class Deadline(Base):
    """From when until when a stage may be done in an area. In force until `ended_at`.

    Never changed: an extension ends the row and adds another with its reason. Not `Scoped`: a
    village reads the rows of the areas around it, and no person stands in them.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        Index(
            "uq_deadline_in_force",
            "stage",
            "area_code",
            unique=True,
            sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    stage: Mapped[Stage] = mapped_column(String(16))
    area_code: Mapped[str] = mapped_column(AREA_CODE, ForeignKey("area.code"))
    opens_on: Mapped[date | None] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def window(self) -> Window:
        """The same as a value."""
        return Window(
            Stage(self.stage),
            self.area_code,
            self.opens_on,
            self.closes_on,
            self.opens_at,
            self.closes_at,
        )
