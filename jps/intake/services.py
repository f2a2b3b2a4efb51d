"""Bring a list, map its columns, try it out, accept it, undo it. Long work is queued as jobs."""

import hashlib
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.db import AreaScope
from jps.errors import Conflict, InvalidData
from jps.intake.accepting import wanted
from jps.intake.models import (
    EVERY_AREA,
    IntakeBatch,
    IntakeMapping,
    IntakeProblem,
    IntakeRecord,
    IntakeRow,
)
from jps.intake.opening import described, open_list
from jps.intake.queries import saved_mappings
from jps.intake.rules import ACCEPTABLE, BUSY, DISCARDABLE, MAPPABLE, BatchState, ListKind, Part
from jps.intake.staging import UPLOADS
from jps.intake.timing import deadlines_in_force
from jps.intake.trial import trial_key, villages_of
from jps.intake.undoing import undoable
from jps.jobs.models import Job
from jps.jobs.rules import ENDED, JobState
from jps.jobs.services import start_job
from jps.layouts import ColumnMapping, Layout, Suggestion, recognise
from jps.text import N_, one_line

STAGE, CHECK, ACCEPT, UNDO = "intake-stage", "intake-check", "intake-accept", "intake-undo"
MAX_SOURCE = 80  # characters
MAX_LABEL = 120

BUSY_TEXT = N_("Daftar ini sedang dikerjakan. Tunggu sampai selesai.")
NO_SOURCE = N_("Tulis nama sumber daftar ini, misalnya SIKS-NG.")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file that was looked through and copied into the office's folder."""

    file: str
    digest: str
    format: str
    tables: tuple[dict[str, Any], ...]
    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class Where:
    """What the edge knows and jobs need: the office's day and province, where matching runs."""

    today: date
    province: str
    match: Mapping[str, Any]


def take_list(path: Path, *, home: Path, known: Sequence[Layout]) -> Delivery:
    """Look through the file at `path` and keep a copy. Touches no database: it takes long.

    Raises InvalidFile when it is no table, with what to do about it.
    """
    found = open_list(path, known)
    folder = home / UPLOADS
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"list-{found.digest[:24]}"  # the name it had may be anybody's
    draft = folder / f"{name}-{uuid.uuid4().hex[:8]}.new"
    draft.touch(mode=0o600)
    shutil.copyfile(path, draft)
    draft.rename(folder / name)
    tables = tuple(described(one) for one in found.sources)
    return Delivery(name, found.digest, str(found.format), tables, recognise(found.headers, known))


def begin_batch(
    session: Session,
    delivery: Delivery,
    *,
    source: str,
    label: str,
    partial: bool,
    scope: AreaScope,
    by: str,
    at: datetime,
    kind: ListKind = ListKind.HOUSEHOLDS,
) -> IntakeBatch:
    """Register a list and queue the staging of its rows.

    The same file of the same person that still waits is not taken twice: that batch is returned.
    """
    source = one_line(source)[:MAX_SOURCE]
    if not source:
        raise InvalidData("", {"source": [NO_SOURCE]})
    areas = [EVERY_AREA] if scope.whole else list(scope.codes)
    one = IntakeBatch
    waiting = select(one).where(
        one.digest == delivery.digest,
        one.source == source,
        one.kind == kind,
        one.created_by == by,
        one.state.in_([BatchState.STAGING, BatchState.STAGED, BatchState.CHECKED]),
    )
    for known in session.scalars(waiting):
        if known.areas == areas and not _failed(session, known):
            return known
    batch = IntakeBatch(
        id=uuid.uuid4(),
        kind=kind,
        source=source,
        label=one_line(label)[:MAX_LABEL],
        file=delivery.file,
        digest=delivery.digest,
        format=delivery.format,
        tables=list(delivery.tables),
        partial=partial,
        areas=areas,
        state=BatchState.STAGING,
        created_by=by,
        created_at=at,
    )
    session.add(batch)
    session.flush()
    batch.job_id = start_job(session, STAGE, {"batch": str(batch.id)}, by=by, at=at).id
    details = {"format": batch.format, "tables": len(batch.tables)}
    event = Event("intake-uploaded", "intake-batch", str(batch.id), details=details)
    record(session, event, by=by, at=at)
    return batch


def _failed(session: Session, batch: IntakeBatch) -> bool:
    job = session.get(Job, batch.job_id) if batch.job_id else None
    return job is not None and job.state in {JobState.FAILED, JobState.CANCELLED}


def headers_digest(headers: Mapping[str, Sequence[str]]) -> str:
    """Return what tells the headers of a file apart, whatever their order."""
    names = sorted(header.casefold() for found in headers.values() for header in found if header)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def headers_of(batch: IntakeBatch) -> dict[str, tuple[str, ...]]:
    """Return the headers of a list by table."""
    return {table["sheet"]: tuple(table["headers"]) for table in batch.tables}


def propose_mapping(
    session: Session, batch: IntakeBatch, known: Sequence[Layout]
) -> tuple[ColumnMapping, IntakeMapping | None]:
    """Return the mapping of a list: its own, else one saved for these headers, else a guess."""
    if batch.mapping:
        return ColumnMapping.from_json(batch.mapping), None
    headers = headers_of(batch)
    for saved in saved_mappings(session, headers_digest(headers), batch.kind):
        mapping = ColumnMapping.from_json(saved.mapping)
        if {name: tuple(found) for name, found in mapping.headers.items()} == headers:
            return mapping, saved
    return recognise(headers, known).mapping, None


def save_mapping(
    session: Session,
    batch: IntakeBatch,
    name: str,
    mapping: ColumnMapping,
    *,
    by: str,
    at: datetime,
) -> None:
    """Keep a mapping under a name, for lists with the same headers; the same name is replaced."""
    name = one_line(name)[:MAX_SOURCE]
    saved = session.scalars(select(IntakeMapping).where(IntakeMapping.name == name)).first()
    if saved is None:
        saved = IntakeMapping(id=uuid.uuid4(), name=name)
        session.add(saved)
    saved.kind, saved.source = batch.kind, batch.source
    saved.headers, saved.mapping = headers_digest(headers_of(batch)), mapping.as_json()
    saved.saved_by, saved.saved_at = by, at
    session.flush()


def start_check(
    session: Session,
    batch: IntakeBatch,
    mapping: ColumnMapping,
    *,
    where: Where,
    by: str,
    at: datetime,
) -> Job:
    """Map the columns and queue the dry run. Raises Conflict when the list is past that."""
    require_free(session, batch)
    if batch.state not in MAPPABLE and not _may_repeat(batch):
        raise Conflict(N_("Daftar ini sudah disimpan, jadi pemetaannya tidak diubah lagi."))
    batch.mapping, batch.state = mapping.as_json(), BatchState.CHECKING
    params = {
        "batch": str(batch.id),
        "today": where.today.isoformat(),
        "province": where.province,
    }
    job = start_job(session, CHECK, params, by=by, at=at)
    batch.job_id = job.id
    session.flush()
    return job


def _may_repeat(batch: IntakeBatch) -> bool:
    """Whether a trial that failed or was cancelled is made again."""
    return batch.state == BatchState.CHECKING


def is_in_force(session: Session, batch: IntakeBatch, *, version: str, today: date) -> bool:
    """Whether the trial still holds: same file, mapping, questionnaire, areas, day, deadlines."""
    villages = villages_of(session)
    deadlines = deadlines_in_force(session)
    key = trial_key(batch, version=version, today=today, villages=villages, deadlines=deadlines)
    return batch.trial == key


def accept(
    session: Session,
    batch: IntakeBatch,
    part: Part,
    *,
    version: str,
    where: Where,
    by: str,
    at: datetime,
) -> Job:
    """Queue the storing of a list, or of its clean part.

    When the trial is no longer in force, it is made again instead, for somebody to look at: the
    returned job is then a check.
    """
    require_free(session, batch)
    if batch.state not in ACCEPTABLE:
        raise Conflict(N_("Daftar ini belum diperiksa, atau sudah dibatalkan."))
    if batch.state == BatchState.CHECKED and not is_in_force(
        session, batch, version=version, today=where.today
    ):
        mapping = ColumnMapping.from_json(batch.mapping or {})
        return start_check(session, batch, mapping, where=where, by=by, at=at)
    if not count_wanted(session, batch, part):
        raise Conflict(N_("Tidak ada rumah tangga yang dapat disimpan dari daftar ini."))
    params = {
        "batch": str(batch.id),
        "part": str(part),
        "at": at.isoformat(),
        "match": dict(where.match),
    }
    job = start_job(session, ACCEPT, params, by=by, at=at)
    batch.state, batch.job_id = BatchState.ACCEPTING, job.id
    batch.accepted_by, batch.accepted_at = by, at
    details = {"part": str(part), "households": count_wanted(session, batch, part)}
    event = Event("intake-confirmed", "intake-batch", str(batch.id), details=details)
    record(session, event, by=by, at=at)
    return job


def count_wanted(session: Session, batch: IntakeBatch, part: Part) -> int:
    """Return how many households a part holds that nobody stored yet."""
    query = select(func.count()).select_from(IntakeRecord).where(*wanted(batch.id, part))
    return session.scalar(query) or 0


def undo(session: Session, batch: IntakeBatch, *, where: Where, by: str, at: datetime) -> Job:
    """Queue the undoing of a list that was accepted, whole or in part."""
    require_free(session, batch)
    if batch.state not in {BatchState.ACCEPTED, BatchState.ACCEPTING, BatchState.UNDOING}:
        raise Conflict(N_("Daftar ini tidak ada yang perlu dibatalkan."))
    if not undoable(session, batch.id):
        raise Conflict(N_("Daftar ini tidak ada yang perlu dibatalkan."))
    params = {"batch": str(batch.id), "at": at.isoformat(), "match": dict(where.match)}
    job = start_job(session, UNDO, params, by=by, at=at)
    batch.state, batch.job_id = BatchState.UNDOING, job.id
    batch.undone_by, batch.undone_at = by, at
    event = Event("intake-undo-asked", "intake-batch", str(batch.id))
    record(session, event, by=by, at=at)
    return job


def discard(session: Session, batch: IntakeBatch, *, by: str, at: datetime) -> bool:
    """Throw away a list of which nothing was stored: its rows, households and problems.

    The batch and its counts stay, to say that it was here. Returns whether its file is to go too
    (`forget_file`, after the commit): no other list was brought in it.
    """
    require_free(session, batch)
    if batch.state not in DISCARDABLE:
        raise Conflict(N_("Daftar ini sudah disimpan, jadi tidak dapat dibuang. Batalkan saja."))
    details = {"rows": batch.rows, "households": batch.counts.get("households", 0)}
    forget_rows(session, batch)
    batch.state = BatchState.DISCARDED
    session.flush()
    event = Event("intake-discarded", "intake-batch", str(batch.id), details=details)
    record(session, event, by=by, at=at)
    one = IntakeBatch
    same = select(one.id).where(one.file == batch.file, one.state != BatchState.DISCARDED)
    return session.scalar(same.limit(1)) is None


def forget_rows(session: Session, batch: IntakeBatch) -> None:
    """Remove what was staged and found of a list."""
    for table in (IntakeProblem, IntakeRecord, IntakeRow):
        gone = delete(table).where(table.batch_id == batch.id)
        session.execute(gone, execution_options={"synchronize_session": False})


def forget_file(name: str, *, home: Path) -> None:
    """Remove the copy of a list that was discarded."""
    (home / UPLOADS / Path(name).name).unlink(missing_ok=True)


def require_free(session: Session, batch: IntakeBatch) -> None:
    """Raise Conflict while work on the list waits or runs."""
    if batch.state in BUSY and batch.job_id is not None:
        job = session.get(Job, batch.job_id)
        if job is not None and job.state not in ENDED:
            raise Conflict(BUSY_TEXT)
