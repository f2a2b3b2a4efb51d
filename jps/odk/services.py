"""Receive what ODK Collect sends: keep it as it came, once, whatever order and however often.

Nothing is judged here but whether it can be read at all; `accepting` does the rest afterwards.
Everything flushes; the edge commits before it answers.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from jps.areas.rules import is_code
from jps.audit.services import Event, record
from jps.db import AreaScope, everywhere
from jps.errors import Conflict
from jps.filestore import keep
from jps.odk.instance import Instance
from jps.odk.models import Submission, SubmittedFile
from jps.odk.rules import RETRIABLE, Due, SubmissionState
from jps.text import N_

OTHER_ANSWERS = N_(
    "Kiriman dengan nomor yang sama sudah diterima dengan isian yang berbeda. Isian ini disimpan "
    "terpisah; operator akan membandingkannya."
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the person of the token, the areas it may write into, and the phone."""

    token_id: uuid.UUID
    username: str
    scope: AreaScope
    device_id: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a submission, looked at already."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """The submission, and whether its number was taken by other answers before."""

    submission: Submission
    collides: bool


def receive(
    session: Session,
    home: Path,
    xml: bytes,
    instance: Instance,
    files: Sequence[Upload],
    *,
    complete: bool,
    sender: Sender,
    at: datetime,
) -> Received:
    """Keep one part of a submission: the same again only adds its files.

    Other answers under a number that is taken are kept under a number of their own. Files lie on
    the disk before their rows are written; OSError when it is full.
    """
    kept = [(upload, keep(home, upload.content)) for upload in files]
    digest = sha256(xml).hexdigest()
    number = instance.instance_id
    found = _insert(session, number, xml, digest, instance, complete, sender, at)
    collides = found.sha256 != digest
    if collides:
        number = f"{number}#{digest[:24]}"
        found = _insert(session, number, xml, digest, instance, complete, sender, at)
        found.state, found.due, found.reason = SubmissionState.CONFLICT, None, OTHER_ANSWERS
    found.complete = found.complete or complete
    if _add_files(session, found, kept, at=at) and found.due is None:
        found.due = Due.FILES
    session.flush()
    return Received(found, collides)


def retry(session: Session, submission: Submission, *, by: str, at: datetime) -> None:
    """Send a submission through the checks once more, after something was put right."""
    require_retriable(submission)
    submission.state, submission.due = SubmissionState.RECEIVED, Due.ACCEPT
    submission.attempts = 0
    session.flush()
    note(session, submission, "submission-retried", by=by, at=at)


def require_retriable(submission: Submission) -> None:
    """Raise `Conflict` when there is nothing to do again about a submission."""
    if submission.state not in RETRIABLE:
        raise Conflict(N_("Kiriman ini tidak perlu diperiksa ulang."))


def note(session: Session, submission: Submission, action: str, *, by: str, at: datetime) -> None:
    """Record what somebody did to a submission."""
    event = Event(action, "submission", str(submission.id), submission.area_code)
    record(session, event, by=by, at=at)


def _insert(
    session: Session,
    number: str,
    xml: bytes,
    digest: str,
    instance: Instance,
    complete: bool,
    sender: Sender,
    at: datetime,
) -> Submission:
    """Insert first: of two that send the same at once, the second finds the first one's row."""
    row = Submission(
        id=uuid.uuid4(),
        instance_id=number,
        form_id=instance.form_id,
        form_version=instance.form_version,
        deprecated_id=instance.deprecated_id,
        sha256=digest,
        by=sender.username,
        token_id=sender.token_id,
        areas=list(sender.scope.codes),
        area_code=_area_of(instance, sender),
        device_id=sender.device_id,
        received_at=at,
        complete=complete,
        state=SubmissionState.RECEIVED,
        due=Due.ACCEPT,
        xml=xml,
    )
    try:
        with session.begin_nested():
            session.add(row)
        return row
    except IntegrityError:
        with everywhere(session):
            query = select(Submission).where(Submission.instance_id == number)
            return session.scalars(query.with_for_update()).one()


def _area_of(instance: Instance, sender: Sender) -> str:
    typed = instance.document.get("area_code")
    if isinstance(typed, str) and is_code(typed) and sender.scope.covers(typed):
        return typed
    return sender.scope.codes[0]


def _add_files(
    session: Session,
    submission: Submission,
    kept: Sequence[tuple[Upload, str]],
    *,
    at: datetime,
) -> bool:
    """Add the files that are not there yet; whether there were any."""
    query = select(SubmittedFile.name, SubmittedFile.sha256).where(
        SubmittedFile.submission_id == submission.id
    )
    known = {(row.name, row.sha256) for row in session.execute(query)} if kept else set()
    new = {(upload.name, digest): upload for upload, digest in kept}
    for (name, digest), upload in new.items():
        if (name, digest) in known:
            continue
        session.add(
            SubmittedFile(
                submission_id=submission.id,
                name=name,
                sha256=digest,
                media_type=upload.media_type,
                size=len(upload.content),
                received_at=at,
            )
        )
    return bool(new.keys() - known)
