"""Tables of households, families, members: history, conflicts, files, words, what is merged."""

import uuid
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jps.db import AREA_CODE, Base, Scoped, UtcDateTime
from jps.households.rules import Merged, Source, State

# Words compare byte by byte on PostgreSQL too, so that a prefix is a range of the index.
_WORD = String(40).with_variant(String(40, collation="C"), "postgresql")
_NOT_UNDONE = text("undone_at IS NULL")


class Household(Scoped, Base):
    """People who eat from one kitchen, as they were found on `interview_date`.

    `answers` holds the household's answers as accepted by the gate (canonical, under
    `questionnaire_version`), `calculated` what the questionnaire computed from them. `draft` holds
    a whole document as somebody typed it, right or wrong, until it is submitted. The other columns
    repeat what lists, searches and figures need. Never deleted: archived.
    """

    __tablename__ = "household"
    __table_args__ = (
        Index(None, "changed_at", "id"),
        Index(None, "state", "area_code"),
        Index(None, "state", "changed_at", "id"),
        Index(None, "entered_by"),
        # All that the page of progress counts: it never reads the wide rows themselves.
        Index(
            "ix_household_progress",
            "area_code",
            "state",
            "entered_by",
            "household_size",
            "changed_at",
        ),
        Index(None, "edited_at", "area_code"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    version: Mapped[int] = mapped_column()
    state: Mapped[State] = mapped_column(String(12))
    state_reason: Mapped[str | None] = mapped_column(Text)
    state_by: Mapped[str] = mapped_column(String(64))
    state_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[Source] = mapped_column(String(12))
    questionnaire_version: Mapped[str | None] = mapped_column(String(80))  # None: never submitted
    content_hash: Mapped[str | None] = mapped_column(String(64))  # of the accepted document
    draft_by: Mapped[str | None] = mapped_column(String(64))  # None: no draft
    address: Mapped[str] = mapped_column(default="")
    head_name: Mapped[str] = mapped_column(default="")
    household_size: Mapped[int | None]  # members present; None while unknown
    interview_date: Mapped[date | None] = mapped_column(Date)
    visit_result: Mapped[str | None]
    lat: Mapped[float | None]  # degrees of WGS84, as measured at the door
    lon: Mapped[float | None]
    ended_on: Mapped[date | None] = mapped_column(Date)  # nobody lives there from this day on
    entered_by: Mapped[str] = mapped_column(String(64))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_by: Mapped[str | None] = mapped_column(String(64))  # of the last accepted answers
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)  # drafts and states included
    # Wide columns stand last: a list then reads the first page of a row only (SQLite).
    words: Mapped[str] = mapped_column(Text, default="")  # its rows in household_word
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    calculated: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    families: Mapped[list["Family"]] = relationship(
        primaryjoin="and_(Family.household_id == Household.id, Family.valid_to.is_(None))",
        order_by="Family.position",
        viewonly=True,
        lazy="raise",
    )
    members: Mapped[list["Member"]] = relationship(
        primaryjoin="and_(Member.household_id == Household.id, Member.valid_to.is_(None))",
        order_by="Member.position",
        viewonly=True,
        lazy="raise",
    )

    __mapper_args__ = MappingProxyType({"version_id_col": version})


class Family(Scoped, Base):
    """People on one KK in a household, from `valid_from` until before `valid_to` (None: still).

    A KK number is not an identity: a new head gets a new one. `kk` is empty when nobody showed it.
    """

    __tablename__ = "family"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    position: Mapped[int]  # from 0, in the order of the roster
    kk: Mapped[str] = mapped_column(default="", index=True)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)

    members: Mapped[list["Member"]] = relationship(
        primaryjoin="and_(Member.family_id == Family.id, Member.valid_to.is_(None))",
        order_by="Member.position",
        viewonly=True,
        lazy="raise",
    )


class Member(Scoped, Base):
    """A person in a household from `valid_from` until before `valid_to` (None: still).

    Columns hold what matching, searches and lists need, `answers` the other answers and
    `calculated` what the questionnaire computed. Text that nobody gave is empty. A member without a
    KK number of their own stands in the household's first family.
    """

    __tablename__ = "member"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    family_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("family.id"), index=True)
    position: Mapped[int]  # from 0, in the order of the roster
    presence: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    kk: Mapped[str] = mapped_column(default="")  # as answered; see Family
    nik: Mapped[str] = mapped_column(default="", index=True)
    nik_state: Mapped[str]  # valid, missing, placeholder, ...
    nik_reason: Mapped[str] = mapped_column(default="")
    sex: Mapped[str] = mapped_column(default="")
    birth_date: Mapped[str] = mapped_column(default="")  # YYYY-MM-DD, YYYY or empty
    birth_precision: Mapped[str] = mapped_column(default="")
    birth_place: Mapped[str] = mapped_column(default="")
    mother_name: Mapped[str] = mapped_column(default="")
    relation: Mapped[str] = mapped_column(default="")
    marital_status: Mapped[str] = mapped_column(default="")
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    calculated: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)

    household: Mapped[Household] = relationship(viewonly=True, lazy="raise")
    family: Mapped[Family] = relationship(viewonly=True, lazy="raise")


class HouseholdHistory(Scoped, Base):
    """One accepted save or step of a household. Only ever added.

    `document` is the whole document of the first accepted save; every later row says what differs:
    `changes` is a list of {entity, id, field, old, new}, entity being household or member.
    """

    __tablename__ = "household_history"
    __table_args__ = (
        UniqueConstraint("household_id", "version"),
        Index("ix_household_history_steps", "action", "at", "area_code"),  # of the last months
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"))
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(64))
    source: Mapped[Source] = mapped_column(String(12))
    action: Mapped[str] = mapped_column(String(40))  # as in the audit
    reason: Mapped[str | None] = mapped_column(Text)
    letter: Mapped[str | None] = mapped_column(String(120))  # number of the minutes or decree
    document: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class Remark(Scoped, Base):
    """What is to be put right at one question of a returned household, or of one of its members.

    Open until the household is sent again, which keeps the answer that was given then, or until
    the return is taken back. `before` is the answer that the remark was about.
    """

    __tablename__ = "remark"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    member_id: Mapped[uuid.UUID | None]  # None: about the household
    field: Mapped[str] = mapped_column(String(64))  # name of the question
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered: Mapped[bool] = mapped_column(default=False)  # closed by sending, not taken back
    before: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    after: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)


class HouseholdConflict(Scoped, Base):
    """A document that came too late: somebody else had saved since it was read. Nothing is lost.

    It was based on `base_version` and met `found_version`. Open until `resolved_at`.
    """

    __tablename__ = "household_conflict"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    base_version: Mapped[int | None]  # None: sent as new
    found_version: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    refused_by: Mapped[str] = mapped_column(String(64))
    refused_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[Source] = mapped_column(String(12))
    resolved_by: Mapped[str | None] = mapped_column(String(64))
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    choices: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    household: Mapped[Household] = relationship(viewonly=True, lazy="raise")


class Attachment(Scoped, Base):
    """A photo or a paper of a household; the file lies in `jps.filestore` under `sha256`.

    `name` is what the answers call it. Never changed: another picture has another name.
    """

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("household_id", "name"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"))
    name: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]  # bytes
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PhoneSave(Base):
    """What a phone sent of a household, once, and what became of it; see `jps.households.arrivals`.

    Holds no answers, only their SHA-256; reached only through a household that was found, whose
    area scope narrows it.
    """

    __tablename__ = "phone_save"

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    device: Mapped[str] = mapped_column(String(64))  # as the phone calls itself
    base: Mapped[int | None]  # the version that the phone knew; None: none
    sha256: Mapped[str] = mapped_column(String(64))
    fate: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]  # of the household after it
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by the clock of the phone


class HouseholdWord(Base):
    """One word by which a household is found; see `jps.households.words`.

    Reached only through a join with `Household`, whose area scope narrows it.
    """

    __tablename__ = "household_word"
    __table_args__ = ({"sqlite_with_rowid": False},)

    word: Mapped[str] = mapped_column(_WORD, primary_key=True)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), primary_key=True)


class Merge(Base):
    """A record that counts as another one: a link over two untouched records, never deleted.

    `kept_id` is shown in the place of `record_id`. What was merged by one act shares `act_id`: a
    household, and the people of it who are in the kept household too. `active`: not undone, and the
    kept record is in force; only then does the merged one not count. Holds ids only, and therefore
    has no area scope: see `counting`.
    """

    __tablename__ = "merge"
    __table_args__ = (
        Index(
            "uq_merge_record_id",
            "record_id",
            unique=True,
            sqlite_where=_NOT_UNDONE,
            postgresql_where=_NOT_UNDONE,
        ),
        Index(
            "ix_merge_active",
            "kind",
            "record_id",
            sqlite_where=text("active = 1"),
            postgresql_where=text("active"),
        ),
        Index("ix_merge_by_time", "at", "act_id"),
        Index(None, "undone_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    act_id: Mapped[uuid.UUID] = mapped_column(index=True)
    kind: Mapped[Merged] = mapped_column(String(10))
    record_id: Mapped[uuid.UUID]
    kept_id: Mapped[uuid.UUID] = mapped_column(index=True)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    kept_household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), index=True)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    kept_area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    active: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(64))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
