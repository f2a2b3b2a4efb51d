"""The files of a submission, put with the household that it became."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.errors import JpsError
from jps.filestore import path_of
from jps.households.attachments import store_attachment
from jps.odk.models import Submission, SubmittedFile
from jps.odk.rules import KEPT


def attach_files(session: Session, home: Path, submission: Submission, *, at: datetime) -> None:
    """Put files that wait with the household; flushes.

    A file that arrives later comes here again. One that the household cannot take stays with the
    submission, with the reason.
    """
    submission.due = None
    for file in waiting_files(session, submission):
        if submission.household_id is None or submission.state not in KEPT:
            break
        file.attached = True
        try:
            with session.begin_nested():
                store_attachment(
                    session,
                    home,
                    household_id=submission.household_id,
                    name=file.name,
                    content=path_of(home, file.sha256).read_bytes(),
                    media_type=file.media_type,
                    by=submission.by,
                    at=at,
                )
        except JpsError as error:
            file.note = error.message.format(**error.params)
    session.flush()


def waiting_files(session: Session, submission: Submission) -> Sequence[SubmittedFile]:
    """Return the files of a submission that were not put with a household."""
    query = select(SubmittedFile).where(
        SubmittedFile.submission_id == submission.id, SubmittedFile.attached.is_(False)
    )
    return session.scalars(query.order_by(SubmittedFile.name)).all()
