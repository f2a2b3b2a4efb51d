"""Tables of targeting: frozen populations, rules with versions, lists and who stands on them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import AREA_CODE, Base, Scoped, UtcDateTime
from jps.targeting.drawing import Reason, Standing
from jps.targeting.quotas import Method
from jps.targeting.rules import ListState
from jps.targeting.scores import Score


class TargetSnapshot(Base):
    """The households as they were at `taken_at`, in files named by `content_hash`.

    Never deleted while a list was drawn from it.
    """

    __tablename__ = "target_snapshot"

    id: Mapped[int] = mapped_column(primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64), unique=True)
    households: Mapped[int]
    members: Mapped[int]
    questionnaire_version: Mapped[str] = mapped_column(String(80))
    score_model_id: Mapped[int] = mapped_column(ForeignKey("score_model.id"))
    pmt_model_id: Mapped[int | None]  # of `score_model`
    data_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # newest change in it
    taken_by: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TargetRule(Base):
    """One version of a rule; another content is another version. Never changed, never deleted."""

    __tablename__ = "target_rule"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    tree: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")  # legal basis, source
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TargetList(Scoped, Base):
    """A list drawn for `area_code`: all that it was drawn from, its hash, and who approved it.

    `areas` are those of it that the list is for, None for all of it; `quotas` are the numbers per
    quota area that were used; `counts` what came out, without people;
    `weights` those of a mixed score.
    """

    __tablename__ = "target_list"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(String(120))
    programme: Mapped[str] = mapped_column(String(120), default="")
    rule_id: Mapped[int] = mapped_column(ForeignKey("target_rule.id"), index=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("target_snapshot.id"), index=True)
    areas: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    method: Mapped[Method] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(10))  # of quota areas
    total: Mapped[int]  # households to select
    amount: Mapped[int]  # rupiah for one household
    seed: Mapped[str] = mapped_column(String(40))
    score: Mapped[Score] = mapped_column(String(12), default=Score.PPI)
    weights: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    quotas: Mapped[dict[str, int]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    state: Mapped[ListState] = mapped_column(String(12))
    state_by: Mapped[str] = mapped_column(String(64))
    state_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state_reason: Mapped[str] = mapped_column(Text, default="")
    drawn_by: Mapped[str] = mapped_column(String(64))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[str | None] = mapped_column(String(64))


class TargetEntry(Scoped, Base):
    """Where one household stands on a list, and why."""

    __tablename__ = "target_entry"
    __table_args__ = (
        Index("ix_target_entry_order", "list_id", "standing", "area_code", "rank"),
        Index(None, "household_id"),
    )

    list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("target_list.id"), primary_key=True)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), primary_key=True)
    area_code: Mapped[str] = mapped_column(AREA_CODE)
    standing: Mapped[Standing] = mapped_column(String(10))
    reason: Mapped[Reason] = mapped_column(String(20))
    rank: Mapped[int]  # from 1 within the quota area; 0: excluded
    score: Mapped[float | None]  # by which it is ranked, 0-1, needier higher; None: not scored
