"""Tables of households and families that may be in our own list twice, and what was decided."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import AREA_CODE, Base, Scoped, UtcDateTime
from jps.identity.group_rules import Group
from jps.identity.rules import Verdict


class GroupPair(Scoped, Base):
    """Two households, or two families, that may be one. Derived, but for what people decided.

    `first_id` sorts before `other_id`. `weight` (bits) is the sum of `evidence` (fact -> number it
    is about); see `group_rules`. `verdict` repeats the decision in force, if any.
    """

    __tablename__ = "group_pair"
    __table_args__ = (
        UniqueConstraint("first_id", "other_id"),
        Index("ix_group_pair_by_weight", "kind", "weight", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[Group] = mapped_column(String(10))
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    other_area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    first_id: Mapped[uuid.UUID]
    other_id: Mapped[uuid.UUID] = mapped_column(index=True)
    first_household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    other_household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    weight: Mapped[float]
    verdict: Mapped[Verdict | None] = mapped_column(String(10))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)


class GroupDecision(Scoped, Base):
    """What a person said about two households or two families. Undone, never deleted."""

    __tablename__ = "group_decision"
    __table_args__ = (Index("ix_group_decision_pair", "first_id", "other_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    kind: Mapped[Group] = mapped_column(String(10))
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    first_id: Mapped[uuid.UUID]
    other_id: Mapped[uuid.UUID]
    verdict: Mapped[Verdict] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(64))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
