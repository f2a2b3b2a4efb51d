"""Hand out households as files: at once when they are few, by a job when they are many."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.errors import InvalidData, NotFound
from jps.exports.files import MOST_ROWS, columns_of, write_file
from jps.exports.orders import SUFFIXES, Format, Order
from jps.exports.records import count_households, count_members, read_pieces
from jps.exports.workbook import Translate
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.services import find_job, start_job
from jps.questionnaire import Form
from jps.text import N_

KIND = "export"
FOLDER = "exports"  # in the office's folder
AT_ONCE = 500  # households that a request writes by itself: a second of one core for a workbook
KEPT = timedelta(days=7)  # that a file of a job can be fetched

TOO_MANY = N_("Terlalu banyak anggota untuk satu lembar Excel: {count}. Pilih CSV atau Parquet.")
GONE = N_("Berkas ini sudah dihapus. Buat ekspor baru.")


def write_export(
    session: Session,
    path: Path,
    form: Form,
    order: Order,
    *,
    translate: Translate,
    language: str = "id",
) -> Iterator[int]:
    """Write the file of an order, and yield how many households it holds so far.

    The file appears under its name when it is whole. Raises InvalidData when a workbook cannot hold
    it.
    """
    if order.format is Format.XLSX and (count := count_members(session, order)) > MOST_ROWS:
        raise InvalidData(TOO_MANY, {"format": [TOO_MANY]}, count=count)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}")
    pieces = read_pieces(session, order)
    expected = count_households(session, order)
    draft.touch(mode=0o600)
    try:
        yield from write_file(
            draft,
            pieces,
            form=form,
            order=order,
            translate=translate,
            language=language,
            expected=expected,
        )
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def record_export(
    session: Session, form: Form, order: Order, *, households: int, by: str, at: datetime
) -> None:
    """Record that households were handed out: which, how many, which columns, and why."""
    details: dict[str, Any] = {
        "format": str(order.format),
        "rows": households,
        "columns": columns_of(form, order),
        "states": [str(state) for state in order.states],
        "names": order.identified,
        "full": order.full,
    }
    if order.full:
        details["reason"] = order.reason
    subject = order.area or "all"
    event = Event("households-exported", "households", subject, order.area or None, details)
    record(session, event, by=by, at=at)


def start_export(session: Session, order: Order, *, by: str, at: datetime) -> Job:
    """Queue the writing of a large file."""
    return start_job(session, KIND, order.as_json(), by=by, at=at)


def own_exports(session: Session, by: str, *, limit: int = 10) -> Sequence[Job]:
    """Return the latest exports that somebody started, newest first."""
    mine = select(Job).where(Job.kind == KIND, Job.started_by == by)
    return session.scalars(mine.order_by(Job.created_at.desc()).limit(limit)).all()


def finished_export(
    session: Session, home: Path, job_id: uuid.UUID, *, by: str
) -> tuple[Order, int, Path]:
    """Return order, households and file of an export; NotFound unless `by` started and it ended."""
    job = find_job(session, job_id)
    if job.kind != KIND or job.started_by != by or job.state != JobState.DONE:
        raise NotFound(N_("Pekerjaan ini tidak ada."))
    order = Order.from_json(job.params)
    path = export_path(home, job_id, order)
    if not path.is_file():
        raise NotFound(GONE)
    return order, job.done, path


def export_path(home: Path, job_id: uuid.UUID, order: Order) -> Path:
    """Return where the file of a job lies; its name tells nothing about anybody."""
    return home / FOLDER / f"{job_id}{SUFFIXES[order.format]}"


def clear_away(home: Path, *, at: datetime) -> None:
    """Delete files of exports that are older than `KEPT`, and what a killed process left."""
    limit = (at - KEPT).timestamp()
    for path in (home / FOLDER).glob("*"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
