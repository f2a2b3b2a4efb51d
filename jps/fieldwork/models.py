"""Tables of the field work: facts of interviews, what they add up to, and back-checks."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import Base, Scoped, UtcDateTime
from jps.fieldwork.comparing import Grey
from jps.fieldwork.rules import CheckState, UnitKind


class FieldFact(Scoped, Base):
    """What is kept of one interview; see `facts.Facts`. Derived: made again when `version` is not
    the household's any more. `flags` are the indicators it speaks for (`indicators.BITS`)."""

    __tablename__ = "field_fact"
    __table_args__ = (Index(None, "entered_by", "area_code"),)

    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), primary_key=True)
    version: Mapped[int]
    entered_by: Mapped[str] = mapped_column(String(64))
    day: Mapped[date | None] = mapped_column(Date)
    size: Mapped[int | None]
    complete: Mapped[bool]
    minutes: Mapped[float | None]
    night: Mapped[bool]
    spot: Mapped[str | None] = mapped_column(String(24))
    accuracy: Mapped[float | None]
    outside: Mapped[float | None]  # metres beyond boundary and accuracy
    pattern: Mapped[str | None] = mapped_column(String(16))
    counts: Mapped[list[int]] = mapped_column(JSON)  # unknown, blank, niks, births, ages: pairs
    returned: Mapped[bool]
    flags: Mapped[int] = mapped_column(default=0)


class FieldTally(Scoped, Base):
    """Counts of one enumerator in one village in one indicator, as of the last run."""

    __tablename__ = "field_tally"
    __table_args__ = (UniqueConstraint("area_code", "entered_by", "indicator"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entered_by: Mapped[str] = mapped_column(String(64), index=True)
    indicator: Mapped[str] = mapped_column(String(16))
    of: Mapped[int]
    hits: Mapped[int]


class FieldVerdict(Base):
    """How one enumerator, or one village, stands beside colleagues; see `comparing.Verdict`.

    Made over the whole office, whoever reads it: shown only beside tallies that the reader sees.
    """

    __tablename__ = "field_verdict"

    kind: Mapped[UnitKind] = mapped_column(String(12), primary_key=True)
    unit: Mapped[str] = mapped_column(String(64), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(16), primary_key=True)
    of: Mapped[int]
    hits: Mapped[int]
    expected: Mapped[float | None]
    chance: Mapped[float | None]
    flagged: Mapped[bool] = mapped_column(index=True)
    grey: Mapped[Grey | None] = mapped_column(String(8))


class FieldSummary(Base):
    """Figures of an enumerator that are no shares: pace, length, variety of answers."""

    __tablename__ = "field_summary"

    entered_by: Mapped[str] = mapped_column(String(64), primary_key=True)
    interviews: Mapped[int]
    days: Mapped[int]
    minutes: Mapped[float | None]  # median
    variety: Mapped[float | None]  # entropy of patterns, 0-1


class FieldRun(Base):
    """One counting of all interviews."""

    __tablename__ = "field_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(64))
    interviews: Mapped[int]
    boundaries: Mapped[str] = mapped_column(String(64))  # version of the villages' outlines
    schematic: Mapped[bool]


class BackCheck(Scoped, Base):
    """Households drawn at random to be asked a few questions again by somebody else.

    Drawn from `seed`, within every enumerator `share` of the interviews, at least `least`.
    `questions` are the names asked.
    """

    __tablename__ = "back_check"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    seed: Mapped[int]
    share: Mapped[float]
    least: Mapped[int]
    questions: Mapped[list[str]] = mapped_column(JSON)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BackCheckItem(Scoped, Base):
    """One household to be asked again. `first` are its answers when it was drawn, never shown to
    who asks; `second` the answers then given; `kinds` what the office says of each difference."""

    __tablename__ = "back_check_item"
    __table_args__ = (UniqueConstraint("back_check_id", "household_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    back_check_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("back_check.id"))
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    enumerator: Mapped[str] = mapped_column(String(64), index=True)
    assigned_to: Mapped[str | None] = mapped_column(String(64), index=True)
    state: Mapped[CheckState] = mapped_column(String(12))
    first: Mapped[dict[str, Any]] = mapped_column(JSON)
    second: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    kinds: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str | None] = mapped_column(String(64))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
