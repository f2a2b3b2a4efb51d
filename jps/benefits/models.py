"""Tables of reconciliation: a file of payments, and what each of its rows means for our plan."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from jps.benefits.rules import FileState, Outcome
from jps.db import AREA_CODE, Base, Scoped, UtcDateTime


class PaymentFile(Scoped, Base):
    """A file of the bank or the post about a programme, checked against the plan of `decrees`.

    It is about the deliveries due from `due_from` to `due_to` (None: open). `paid_on` is the day of
    rows that tell none. The file lies in `jps.filestore`; `area_code` holds all its decrees.
    """

    __tablename__ = "payment_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    decrees: Mapped[list[str]] = mapped_column(JSON, default=list)  # ids
    due_from: Mapped[date | None] = mapped_column(Date)
    due_to: Mapped[date | None] = mapped_column(Date)
    paid_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(80))  # the bank or the post
    label: Mapped[str] = mapped_column(String(120))  # name of the file
    file_sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[FileState] = mapped_column(String(12))
    job_id: Mapped[uuid.UUID | None]  # of the latest work on it
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by: Mapped[str | None] = mapped_column(String(64))
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(64))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")


class Payment(Scoped, Base):
    """One row of a payment file, or (`row` below 0) a recipient planned whom it does not name.

    `benefits` are the deliveries that it is for; `before` is what they were before the file was
    written, so that it can be taken back.
    """

    __tablename__ = "payment"
    __table_args__ = (Index(None, "file_id", "outcome", "row"),)

    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payment_file.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    account: Mapped[str] = mapped_column(String(40), default="")
    nik: Mapped[str] = mapped_column(String(40), default="")
    name: Mapped[str] = mapped_column(String(160), default="")
    amount: Mapped[int | None] = mapped_column(BigInteger)
    paid_on: Mapped[date | None] = mapped_column(Date)
    reference: Mapped[str] = mapped_column(String(80), default="")
    outcome: Mapped[Outcome] = mapped_column(String(12))
    problems: Mapped[list[str]] = mapped_column(JSON, default=list)  # codes
    recipient_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recipient.id"))
    planned: Mapped[int | None] = mapped_column(BigInteger)
    benefits: Mapped[list[str]] = mapped_column(JSON, default=list)  # ids
    before: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
