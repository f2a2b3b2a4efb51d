"""Tables of what ODK Collect sent: every submission as it came, and its files."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jps.db import Base, Scoped, UtcDateTime
from jps.odk.rules import Due, SubmissionState


class Submission(Scoped, Base):
    """One filled-in form as the phone sent it. `xml` is never changed and never deleted.

    `instance_id` is what makes it one, however often it is sent: the phone's number, or that number
    and a hash where other answers came under a number already taken. It lies where its village
    lies, as far as that is the sender's, else in the first of the areas it was sent for.
    """

    __tablename__ = "odk_submission"
    __table_args__ = (
        Index(None, "due", "received_at"),
        Index(None, "received_at"),
        Index(None, "deprecated_id"),
        Index(None, "household_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    instance_id: Mapped[str] = mapped_column(String(260), unique=True)
    form_id: Mapped[str] = mapped_column(String(200))
    form_version: Mapped[str] = mapped_column(String(200))
    deprecated_id: Mapped[str | None] = mapped_column(String(200))  # the submission it replaces
    sha256: Mapped[str] = mapped_column(String(64))  # of `xml`
    by: Mapped[str] = mapped_column(String(64))  # sign-in name of the token's person
    token_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("device_token.id"))
    areas: Mapped[list[str]] = mapped_column(JSON)  # codes that it may write into
    device_id: Mapped[str] = mapped_column(String(120), default="")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    complete: Mapped[bool]  # its last part has come
    state: Mapped[SubmissionState] = mapped_column(String(12))
    due: Mapped[Due | None] = mapped_column(String(8))  # None: nothing left to do
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(Text)  # a template to translate
    reason_params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    processed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    household_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("household.id"))
    household_version: Mapped[int | None]  # as it was left by this submission
    branch_id: Mapped[str] = mapped_column(String(40), default="")
    # Findings of the gate: `jps.questionnaire.Problem` by its fields, numbers of persons left out.
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    xml: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    files: Mapped[list["SubmittedFile"]] = relationship(
        order_by="SubmittedFile.name", viewonly=True, lazy="raise"
    )


class SubmittedFile(Base):
    """A file of a submission; its content lies in `jps.filestore` under `sha256`.

    Reached only through its submission, whose area scope narrows it.
    """

    __tablename__ = "odk_file"
    __table_args__ = (UniqueConstraint("submission_id", "name", "sha256"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    submission_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("odk_submission.id"))
    name: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]  # bytes
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attached: Mapped[bool] = mapped_column(default=False)  # looked at, and with the household
    note: Mapped[str | None] = mapped_column(Text)  # why it is not
