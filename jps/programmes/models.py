"""Tables of programmes, decrees with their recipients, and benefits."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import AREA_CODE, Base, Scoped, ScopedBelow, UtcDateTime
from jps.identity.rules import LinkState
from jps.programmes.rules import (
    BenefitState,
    DecreeState,
    Frequency,
    Overlap,
    ProgrammeKind,
    Registered,
    Standing,
    Unit,
)


class Programme(Base):
    """What an agency gives, insures or flags. `code` is its name in files and rules ("pkh")."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(24), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[ProgrammeKind] = mapped_column(String(12))
    unit: Mapped[Unit] = mapped_column(String(12))
    owner: Mapped[str] = mapped_column(String(120), default="")  # the agency (OPD)
    note: Mapped[str] = mapped_column(Text, default="")
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProgrammeTerms(Base):
    """What holds for a programme from `valid_from` until before `valid_to` (None: still).

    `amount` is rupiah per unit and delivery; None where it depends on components or the area.
    `components` are {code, name, amount, most}: `most` of one kind in a family, `most_components`
    of all, the dearest first. `packages` are {area, contents, value} per kabupaten. `shares` are
    {payer, percent}. `eligibility` and `exclusion` are rules as in `jps.targeting`; None: none.
    Of each of them, `verified` says that the agency confirmed it; of the terms, that it confirmed
    amount, deliveries and limits.
    """

    __tablename__ = "programme_terms"
    __table_args__ = (UniqueConstraint("programme_id", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    verified: Mapped[bool] = mapped_column(default=False)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    frequency: Mapped[Frequency] = mapped_column(String(12))
    deliveries: Mapped[int | None]  # in a year; None: unknown
    most_components: Mapped[int | None]
    most_deciles: Mapped[int | None]  # families up to this decile; None: any
    components: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    packages: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    shares: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    eligibility: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    exclusion: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OverlapRule(Base):
    """What it means to be on the lists of two programmes; `first_id` < `second_id`.

    Changed by a new row: the newest of a pair holds. Pairs without a row are allowed.
    """

    __tablename__ = "overlap_rule"
    __table_args__ = (Index(None, "first_id", "second_id", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    verdict: Mapped[Overlap] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(Text, default="")
    verified: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BudgetLine(Scoped, Base):
    """A line of a budget by SIPD code for a year and the area whose budget it is (rupiah)."""

    __tablename__ = "budget_line"
    __table_args__ = (UniqueConstraint("code", "year", "area_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    code: Mapped[str] = mapped_column(String(40))  # normalised: 1.06.05.2.02.0003
    name: Mapped[str] = mapped_column(String(200))
    owner: Mapped[str] = mapped_column(String(120), default="")
    year: Mapped[int]
    ceiling: Mapped[int | None] = mapped_column(BigInteger)
    realised: Mapped[int | None] = mapped_column(BigInteger)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Decree(ScopedBelow, Base):
    """An agency's decree (SK) or list of members for the area `area_code`, with a period.

    Counts while in force and the day lies in `period_from` to `period_to` (None: open). The file
    of the decree lies in `jps.filestore` under `file_sha256`, its rows as given in `intake_row`
    under `batch_id`.
    """

    __tablename__ = "decree"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    number: Mapped[str] = mapped_column(String(120))
    dated: Mapped[date] = mapped_column(Date)
    title: Mapped[str] = mapped_column(String(200), default="")
    period_from: Mapped[date] = mapped_column(Date)
    period_to: Mapped[date | None] = mapped_column(Date)
    budget_line_id: Mapped[int | None] = mapped_column(ForeignKey("budget_line.id"))
    target_list_id: Mapped[uuid.UUID | None]  # the approved list it was made from
    batch_id: Mapped[uuid.UUID | None]
    job_id: Mapped[uuid.UUID | None]  # of the latest work on it
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    file_type: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[DecreeState] = mapped_column(String(12))
    state_by: Mapped[str] = mapped_column(String(64))
    state_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state_reason: Mapped[str] = mapped_column(Text, default="")
    matched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("registry_snapshot.id"))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Recipient(Scoped, Base):
    """One row of a decree as given, and whom the registry and our list know it as.

    Text that the row did not give is empty; `nik` and `kk` are as given when they are no numbers.
    `link_state`, `person_id`, `candidate_id`, `weight` and `evidence` are those of `Link`.
    `registered` says whether `member_id` in `household_id` is the person; `doubtful` names a
    candidate. `same_as` is the recipient of this decree who is the same person and stands first.
    `eligible` is None where nobody can tell. Struck recipients keep reason, source and notice.
    """

    __tablename__ = "recipient"
    __table_args__ = (
        UniqueConstraint("decree_id", "row"),
        Index(None, "decree_id", "area_code"),
        Index(None, "household_id", "decree_id"),
        Index(None, "member_id"),
        Index(None, "person_id"),
        Index(None, "nik"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    decree_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decree.id"))
    row: Mapped[int]  # of the list, as people see it in Excel
    name: Mapped[str] = mapped_column(default="")
    nik: Mapped[str] = mapped_column(default="")
    kk: Mapped[str] = mapped_column(default="")
    sex: Mapped[str] = mapped_column(default="")
    birth_date: Mapped[str] = mapped_column(default="")
    birth_place: Mapped[str] = mapped_column(default="")
    mother_name: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    account: Mapped[str] = mapped_column(default="")  # at the bank or the post
    component: Mapped[str] = mapped_column(default="")  # of the programme's terms
    status: Mapped[str] = mapped_column(default="")  # as given: active, inactive (PBI)
    amount: Mapped[int | None] = mapped_column(BigInteger)  # rupiah a delivery; None: the terms'
    standing: Mapped[Standing] = mapped_column(String(12), default=Standing.LISTED)
    link_state: Mapped[LinkState | None] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    candidate_id: Mapped[int | None] = mapped_column(BigInteger)
    weight: Mapped[float | None]
    registered: Mapped[Registered | None] = mapped_column(String(10))
    member_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    family_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("family.id"), index=True)
    household_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("household.id"))
    decile: Mapped[int | None]  # at the day of matching; 0: not ranked; None: unknown
    eligible: Mapped[bool | None]
    same_as: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recipient.id"))
    struck_reason: Mapped[str] = mapped_column(Text, default="")
    struck_source: Mapped[str] = mapped_column(Text, default="")
    struck_by: Mapped[str | None] = mapped_column(String(64))
    struck_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaces: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recipient.id"))
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    problems: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes, of the row as given


class Benefit(Scoped, Base):
    """One delivery to one recipient: planned, and what became of it. Rupiah."""

    __tablename__ = "benefit"
    __table_args__ = (
        UniqueConstraint("recipient_id", "instalment"),
        Index(None, "decree_id", "area_code", "instalment"),
        Index("ix_benefit_delivered", "state", "delivered_on", "area_code"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    decree_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decree.id"))
    recipient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recipient.id"))
    instalment: Mapped[int]  # from 1
    due_on: Mapped[date] = mapped_column(Date)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    contents: Mapped[str] = mapped_column(Text, default="")  # of a package
    state: Mapped[BenefitState] = mapped_column(String(14))
    delivered_on: Mapped[date | None] = mapped_column(Date)
    delivered_amount: Mapped[int | None] = mapped_column(BigInteger)
    proof: Mapped[str] = mapped_column(String(12), default="")  # photo, signature, list, bank
    proof_sha256: Mapped[str | None] = mapped_column(String(64))
    proof_type: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(16), default="")  # why not delivered
    note: Mapped[str] = mapped_column(Text, default="")
    taker: Mapped[str] = mapped_column(String(120), default="")  # who took it, if another
    reference: Mapped[str] = mapped_column(String(80), default="")  # of the bank or the post
    state_by: Mapped[str] = mapped_column(String(64))
    state_at: Mapped[datetime] = mapped_column(UtcDateTime)
