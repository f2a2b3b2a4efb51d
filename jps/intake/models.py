"""Tables of lists: the batch, its rows as given, its households, problems, origins, mappings."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import AreaScope, Base, Scoped, UtcDateTime
from jps.intake.rules import BatchState, Fate, ListKind, Outcome

EVERY_AREA = "*"  # in `areas`: whoever brought the list sees all areas


class IntakeBatch(Base):
    """A list that somebody brought. Seen by those whose areas hold all of `areas`, its bringer's.

    `label` is the name that the file had, for people only; `file` the name under which it lies in
    the office's folder. `source` names the list across its editions: a household is known again by
    (`source`, key). `tables` says how each table of the file is read. `trial` is a digest of all
    that the result of the trial rests on. `partial`: what is missing in the file is not gone.
    """

    __tablename__ = "intake_batch"
    __table_args__ = (Index(None, "created_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[ListKind] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(120))
    file: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    format: Mapped[str] = mapped_column(String(10))
    tables: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    partial: Mapped[bool] = mapped_column(default=False)
    areas: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[BatchState] = mapped_column(String(12))
    job_id: Mapped[uuid.UUID | None]  # of the latest work on it
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    trial: Mapped[str | None] = mapped_column(String(64))
    trial_on: Mapped[date | None] = mapped_column(Date)  # the office's day of the trial
    rows: Mapped[int] = mapped_column(default=0)  # that hold anything
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_by: Mapped[str | None] = mapped_column(String(64))
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(64))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def scope(self) -> AreaScope:
        """The areas into which this list may bring households."""
        return AreaScope(tuple(self.areas), whole=EVERY_AREA in self.areas)


class IntakeRow(Base):
    """One row of a list with all its cells, as given (JSON). Reached through its batch only."""

    __tablename__ = "intake_row"
    __table_args__ = ({"sqlite_with_rowid": False},)

    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("intake_batch.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)  # of the table in `tables`
    number: Mapped[int] = mapped_column(primary_key=True)  # as people see it in Excel
    cells: Mapped[str] = mapped_column(Text)


class IntakeRecord(Scoped, Base):
    """One household of a list as the trial found it, and what became of it.

    It lies in the village that it names, else in the first area of who brought it. `form` is what
    passed the gate (JSON, see `frozen`), empty when refused; `digest` tells its content apart.
    `doubles` are households with the same NIK or KK. `expected` is the version over which it may
    be stored. `before` brings back what was there.
    """

    __tablename__ = "intake_record"
    __table_args__ = (
        Index(None, "batch_id", "fate"),
        Index(None, "batch_id", "key"),
        Index(None, "household_id"),
    )

    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("intake_batch.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(default="")  # of the head
    fate: Mapped[Fate] = mapped_column(String(10))
    warnings: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")
    household_id: Mapped[uuid.UUID | None]
    expected: Mapped[int | None]
    outcome: Mapped[Outcome | None] = mapped_column(String(10))
    version: Mapped[int | None]  # of the household after accepting
    note: Mapped[str | None] = mapped_column(Text)  # why not: a text to translate
    rows: Mapped[list[list[int]]] = mapped_column(JSON)  # table and number
    double_count: Mapped[int] = mapped_column(default=0)
    doubles: Mapped[list[str]] = mapped_column(JSON, default=list)
    form: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class IntakeProblem(Base):
    """What is wrong in one cell of a list. Reached through its batch only.

    `reason` is a template for `params`, `value` the cell as given, NIK and KK masked.
    """

    __tablename__ = "intake_problem"
    __table_args__ = (
        Index(None, "batch_id", "record"),
        Index("ix_intake_problem_level", "batch_id", "level", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("intake_batch.id"))
    record: Mapped[int | None]  # place of the household; None: of a row that belongs to none
    place: Mapped[int]  # of the table
    number: Mapped[int]  # row; 0 speaks of the whole file
    column: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    suggestion: Mapped[str] = mapped_column(Text, default="")


class IntakeOrigin(Base):
    """Which household a key of a source is, and what that source said of it last.

    `version` is the household's after it was stored: a higher one means that people worked on it.
    Holds keys and ids only; whoever shows it joins `Household`, whose area scope narrows it.
    """

    __tablename__ = "intake_origin"
    __table_args__ = (UniqueConstraint("kind", "source", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ListKind] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(Text)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    batch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("intake_batch.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]


class IntakeMapping(Base):
    """A mapping that somebody named, offered again for the same headers."""

    __tablename__ = "intake_mapping"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[ListKind] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80), unique=True)
    headers: Mapped[str] = mapped_column(String(64), index=True)  # digest of all headers
    source: Mapped[str] = mapped_column(String(80))
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_by: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
