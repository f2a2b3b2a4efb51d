"""Tables of change requests, what each did to a household, and where people lived before."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jps.changes.rules import Kind, RequestState
from jps.db import AREA_CODE, Base, Scoped, UtcDateTime
from jps.households.models import Household


class ChangeRequest(Scoped, Base):
    """A change of a verified household, asked for by one person and decided by another.

    `area_code` is the household's, `target_area_code` the one that people go to when it is another:
    whoever is responsible there decides (see `queries.visible_to`). `asked` is the payload as
    accepted, `versions` the versions of the households when it was proposed.
    """

    __tablename__ = "change_request"
    __table_args__ = (Index(None, "state", "area_code"), Index(None, "state", "target_area_code"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    other_id: Mapped[uuid.UUID | None] = mapped_column(index=True)  # may be yet to come (split)
    target_area_code: Mapped[str | None] = mapped_column(AREA_CODE)
    kind: Mapped[Kind] = mapped_column(String(12))
    state: Mapped[RequestState] = mapped_column(String(12))
    effective_on: Mapped[date] = mapped_column(Date)
    document_number: Mapped[str] = mapped_column(default="")  # of the deed, letter or card
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_reason: Mapped[str | None] = mapped_column(Text)
    undone_by: Mapped[str | None] = mapped_column(String(64))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_reason: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[list[str]] = mapped_column(JSON, default=list)  # names of attachments
    versions: Mapped[dict[str, int]] = mapped_column(JSON)
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)

    household: Mapped[Household] = relationship(viewonly=True, lazy="raise")


class ChangeEffect(Scoped, Base):
    """What an approved request did to one household: from which version to which.

    `before` holds the rows as they were, None for a household that the request made. The history
    of the household has the fields; this row restores it exactly, and dates the version.
    """

    __tablename__ = "change_effect"
    __table_args__ = (UniqueConstraint("request_id", "household_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("change_request.id"))
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    effective_on: Mapped[date] = mapped_column(Date)
    version: Mapped[int]  # of the household after it
    undone_version: Mapped[int | None]  # of the household after it was taken back
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Stay(Scoped, Base):
    """Where a person lived from `valid_from` until before `valid_to`, before living elsewhere.

    The person's row in `member` says where they live now, or lived last. Rows of requests that were
    undone are not `active`.
    """

    __tablename__ = "stay"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    request_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("change_request.id"), index=True)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date] = mapped_column(Date)
    end: Mapped[str] = mapped_column(String(12))
    active: Mapped[bool] = mapped_column(default=True)
