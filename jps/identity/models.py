"""Tables of links, models, decisions, duplicates, and of the keys of our own members."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import AREA_CODE, Base, Scoped, UtcDateTime
from jps.identity.rules import LinkState, Step, Verdict


class MatchModel(Base):
    """A trained model of `jps.matching`, as JSON with its training facts. Never changed."""

    __tablename__ = "match_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the content
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("registry_snapshot.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    trained_by: Mapped[str] = mapped_column(String(64))
    trained_at: Mapped[datetime] = mapped_column(UtcDateTime)
    current: Mapped[bool] = mapped_column(default=False, index=True)
    again: Mapped[float]  # bits above `link` from which a person is linked to a further member
    content: Mapped[str] = mapped_column(Text)


class Link(Scoped, Base):
    """What the registry says of one member. Derived: every matching writes it anew.

    `person_id` is the registry person the member is, None where nobody is linked; `candidate_id`
    the best candidate all the same, of whom `weight` (bits), `probability` and `evidence` (field ->
    [level, bits]) speak. `second_id` is the next best, `margin` the bits between. Ids are of
    `registry_person` in `snapshot_id`. `shared`: another member is linked to the same person.
    """

    __tablename__ = "link"
    __table_args__ = (
        Index("ix_link_by_area", "state", "area_code", "member_id"),
        Index(None, "person_id"),
    )

    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), primary_key=True)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    state: Mapped[LinkState] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    candidate_id: Mapped[int | None] = mapped_column(BigInteger)
    weight: Mapped[float | None]
    probability: Mapped[float]
    second_id: Mapped[int | None] = mapped_column(BigInteger)
    margin: Mapped[float | None]
    shared: Mapped[bool]
    decision_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("decision.id"))
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("registry_snapshot.id"))
    model_id: Mapped[int | None] = mapped_column(ForeignKey("match_model.id"))
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    # All that a run over all members wrote, as one number; None: linked one by one since.
    digest: Mapped[int | None] = mapped_column(BigInteger)


class Decision(Scoped, Base):
    """What a person said about a member and a registry person, or about two members.

    It names the registry person by NIK and keeps the record of `jps.matching.COLUMNS` that was
    decided about (`person`), so that it holds for every later snapshot. Undone, never deleted. In
    force while `undone_at` is None; the last word is one that no decision in force `answers`.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_by_time", "at", "id"),
        Index(None, "member_id"),
        Index(None, "other_id"),
        Index(None, "person_nik"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    other_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    person_nik: Mapped[str | None] = mapped_column(String(16))
    verdict: Mapped[Verdict] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(64))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answers: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("decision.id"))  # who was unsure
    person: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))


class ReviewCase(Scoped, Base):
    """A member about whom a person has to say something; gone when it is said.

    `rank` orders the queue, least first: see `rules.rank`, whose inputs are `poverty` (0-1, None:
    not scored), `household_size`, `programmes` and `doubt` (0-1). `first_by` and `second_by` were
    unsure: the case waits for somebody else. `opened_at` stays while the case is open.
    """

    __tablename__ = "review_case"
    __table_args__ = (
        Index("ix_review_case_by_rank", "step", "rank", "member_id"),
        Index("ix_review_case_by_age", "step", "opened_at", "member_id"),
        Index("ix_review_case_by_area", "step", "area_code", "member_id"),
    )

    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), primary_key=True)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    step: Mapped[Step] = mapped_column(String(12))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rank: Mapped[float]
    doubt: Mapped[float]
    poverty: Mapped[float | None]
    household_size: Mapped[int]
    programmes: Mapped[int]
    first_by: Mapped[str | None] = mapped_column(String(64))
    second_by: Mapped[str | None] = mapped_column(String(64))


class Stake(Base):
    """What hangs on a household, told by whoever knows: its score today, its programmes later."""

    __tablename__ = "stake"

    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), primary_key=True)
    poverty: Mapped[float | None]  # probability (0-1) of being poor; None: not scored
    programmes: Mapped[int] = mapped_column(default=0)


class Duplicate(Scoped, Base):
    """Two members of our own list who may be one person. Derived, but for what people decided.

    `member_id` sorts before `other_id`. `verdict` repeats the decision in force, if any.
    """

    __tablename__ = "duplicate"
    __table_args__ = (UniqueConstraint("member_id", "other_id"), Index(None, "other_id"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    other_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    other_area_code: Mapped[str] = mapped_column(AREA_CODE)
    weight: Mapped[float]
    verdict: Mapped[Verdict | None] = mapped_column(String(10))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)


class MemberKey(Base):
    """The keys of `jps.matching` of every member: is this person in our list already?

    Keys are only added when somebody is saved; those that no longer hold stay until the next
    matching and do no harm, because whoever they find is compared as they are now.
    """

    __tablename__ = "member_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    k: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    member_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
