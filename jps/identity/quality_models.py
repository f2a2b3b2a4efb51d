"""Tables of what governs matching and of how good it is: thresholds, runs, samples, checks."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import AREA_CODE, Base, Scoped, UtcDateTime
from jps.identity.quality_rules import Answer


class MatchThreshold(Base):
    """A pair of thresholds in bits, since when, by whom and why; the last row is in force.

    `undoes` names the row that this one took back.
    """

    __tablename__ = "match_threshold"

    id: Mapped[int] = mapped_column(primary_key=True)
    link: Mapped[float]
    sure: Mapped[float]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undoes: Mapped[int | None] = mapped_column(ForeignKey("match_threshold.id"))


class ModelChoice(Base):
    """Which model the matching uses from then on; None: each run learns its own. The last counts.

    `before_id` is the model that was in force until then.
    """

    __tablename__ = "model_choice"

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("match_model.id"))
    before_id: Mapped[int | None] = mapped_column(ForeignKey("match_model.id"))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MatchRun(Base):
    """One finished matching: with what, when, of how many. `facts` are figures without people."""

    __tablename__ = "match_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("registry_snapshot.id"))
    model_id: Mapped[int] = mapped_column(ForeignKey("match_model.id"))
    link: Mapped[float]
    sure: Mapped[float]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class MatchRunArea(Scoped, Base):
    """What a run left in one kecamatan.

    `states` counts members by state. `chance` sums the probabilities of all best candidates,
    `linked_chance` those of the linked ones: what the model expects to be right. `cells` counts
    them by kind and weight (see `link_counts.to_rows`).
    """

    __tablename__ = "match_run_area"

    run_id: Mapped[int] = mapped_column(ForeignKey("match_run.id"), primary_key=True)
    area_code: Mapped[str] = mapped_column(AREA_CODE, primary_key=True, index=True)
    members: Mapped[int]
    linked: Mapped[int]
    chance: Mapped[float]
    linked_chance: Mapped[float]
    states: Mapped[dict[str, int]] = mapped_column(JSON)
    cells: Mapped[list[list[Any]]] = mapped_column(JSON)


class SnapshotCheck(Base):
    """How a registry snapshot behaves beside the one before, by kabupaten.

    `profile` are counts (see `drift.profile_of`), `findings` what differs too much. `held`: nothing
    is linked to the snapshot until somebody accepts it.
    """

    __tablename__ = "snapshot_check"

    snapshot_id: Mapped[int] = mapped_column(ForeignKey("registry_snapshot.id"), primary_key=True)
    before_id: Mapped[int | None] = mapped_column(ForeignKey("registry_snapshot.id"))
    profile: Mapped[dict[str, Any]] = mapped_column(JSON)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    held: Mapped[bool]
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_by: Mapped[str | None] = mapped_column(String(64))
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)


class QualitySample(Base):
    """A random sample of members whose true person reviewers look for; the newest one counts.

    `strata` says of each band how many members there were, and how many of them were decided by
    people already (those are not drawn: their answer is known). `area_code`: of where, empty for
    everywhere.
    """

    __tablename__ = "quality_sample"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE)
    seed: Mapped[int]
    size: Mapped[int]
    strata: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("registry_snapshot.id"))
    link: Mapped[float]
    sure: Mapped[float]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SampleItem(Scoped, Base):
    """A member of a sample with what matching said when it was drawn, and what a reviewer found.

    `chance` is the probability with which the member was drawn. `person` is the best candidate as a
    record of `jps.matching.COLUMNS`, `linked` whether the member was linked to it. `found` is who
    the member is by hand. `reached`: a key leads from the member to that person (None: nobody).
    """

    __tablename__ = "sample_item"
    __table_args__ = (
        UniqueConstraint("sample_id", "member_id"),
        Index("ix_sample_item_by_answer", "sample_id", "answer", "area_code"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    sample_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("quality_sample.id"))
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    stratum: Mapped[str] = mapped_column(String(20))
    chance: Mapped[float]
    weight: Mapped[float | None]
    linked: Mapped[bool]
    person: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    answer: Mapped[Answer | None] = mapped_column(String(10))
    found: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    reached: Mapped[bool | None]
    by: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
