"""Whether the first row of a list names its columns or is data already, and turning it."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.errors import Conflict
from jps.intake.models import IntakeBatch
from jps.intake.opening import is_numbered, reread
from jps.intake.rules import MAPPABLE, BatchState
from jps.intake.services import STAGE, forget_rows, require_free
from jps.intake.staging import UPLOADS
from jps.jobs.models import Job
from jps.jobs.services import start_job
from jps.tables.files import FileFormat
from jps.text import N_


def has_headings(batch: IntakeBatch) -> bool:
    """Whether the columns of a list have names of its own in every table."""
    return not any(is_numbered(table["headers"]) for table in batch.tables)


def turns(batch: IntakeBatch) -> bool:
    """Whether the first row of a list can be taken for headings instead of data, or back."""
    return len(batch.tables) == 1 and batch.format in {FileFormat.CSV, FileFormat.EXCEL}


def turn_first_row(
    session: Session, batch: IntakeBatch, *, home: Path, by: str, at: datetime
) -> Job:
    """Take the first row for headings where it was taken for data, or for data where it was taken
    for headings, and queue the staging anew. Raises Conflict, or InvalidFile when the row names no
    columns.
    """
    require_free(session, batch)
    if batch.state not in MAPPABLE or not turns(batch):
        raise Conflict(N_("Baris pertama daftar ini tidak dapat diubah lagi."))
    batch.tables = [reread(home / UPLOADS / Path(batch.file).name, batch.tables[0])]
    forget_rows(session, batch)
    batch.mapping, batch.trial, batch.rows, batch.counts = None, None, 0, {}
    batch.state = BatchState.STAGING
    job = start_job(session, STAGE, {"batch": str(batch.id)}, by=by, at=at)
    batch.job_id = job.id
    details = {"headings": has_headings(batch)}
    record(
        session,
        Event("intake-reread", "intake-batch", str(batch.id), details=details),
        by=by,
        at=at,
    )
    return job
