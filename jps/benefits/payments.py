"""Bring a payment file, confirm what it means, undo it, throw it away. Long work is queued."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.benefits.models import Payment, PaymentFile
from jps.benefits.reading import MAX_ROWS, find_columns
from jps.benefits.rules import BUSY, FileState, Outcome
from jps.db import everywhere, scope_of
from jps.errors import Conflict, InvalidData, InvalidFile, NotFound
from jps.filestore import keep
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.services import start_job, try_again
from jps.programmes.models import Decree, Programme
from jps.programmes.rules import DecreeState
from jps.tables.files import by_columns, open_source
from jps.text import N_, one_line

CHECK, WRITE, UNDO = "payments-check", "payments-write", "payments-undo"

NO_PROGRAMME = N_("Program ini tidak dikenal. Pilih dari daftar.")
NO_DECREE = N_("Tidak ada SK program ini yang berlaku dan seluruhnya di wilayah Anda.")
NO_SOURCE = N_("Tulis nama bank atau pos, misalnya Bank SulutGo.")
BAD_DUE = N_("Masa penyaluran berakhir sebelum mulai.")
FUTURE = N_("Tanggal bayar tidak boleh sesudah hari ini.")
REFUSED = N_("Berkas ini belum dapat diperiksa. Tidak ada yang disimpan.")
KNOWN = N_("Berkas yang sama sudah pernah dibawa pada {day} dan masih berlaku.")
GOING = N_("Berkas ini sedang dikerjakan, atau tidak ada yang perlu dilanjutkan.")
BUSY_TEXT = N_("Berkas ini sedang dikerjakan. Tunggu sampai selesai.")
NOT_CHECKED = N_("Hanya berkas yang sudah diperiksa dan belum dicatat dapat dikonfirmasi.")
NOT_WRITTEN = N_("Hanya berkas yang tercatat dapat dibatalkan.")
NO_REASON = N_("Tulis alasan pembatalan.")
TOO_LONG = N_("Berkas ini mempunyai {rows} baris; paling banyak {limit}. Bagi menjadi beberapa.")


@dataclass(frozen=True)
class Brought:
    """A file that was looked through and kept."""

    sha256: str
    rows: int


@dataclass(frozen=True)
class About:
    """What a file is said to be about; `decree_id` None: all decrees of the programme."""

    programme_id: int
    decree_id: uuid.UUID | None
    source: str
    label: str
    due_from: date | None = None
    due_to: date | None = None
    paid_on: date | None = None


def bring(path: Path, home: Path) -> Brought:
    """Look through a file and keep it. Touches no database. Raises InvalidFile."""
    source = open_source(path, by_columns(find_columns))
    if source.total > MAX_ROWS:
        raise InvalidFile(TOO_LONG, rows=source.total, limit=MAX_ROWS)
    return Brought(keep(home, path.read_bytes()), source.total)


def take_file(
    session: Session, brought: Brought, about: About, *, today: date, by: str, at: datetime
) -> PaymentFile:
    """Register a payment file and queue its check. Raises InvalidData, Conflict."""
    decrees = _decrees(session, about, today)
    _not_twice(session, brought, about.programme_id)
    found = PaymentFile(
        id=uuid.uuid4(),
        area_code=_common([decree.area_code for decree in decrees]),
        programme_id=about.programme_id,
        decrees=[str(decree.id) for decree in decrees],
        due_from=about.due_from,
        due_to=about.due_to,
        paid_on=about.paid_on,
        source=one_line(about.source)[:80],
        label=one_line(about.label)[:120],
        file_sha256=brought.sha256,
        state=FileState.CHECKING,
        counts={},
        made_by=by,
        made_at=at,
        reason="",
    )
    session.add(found)
    session.flush()
    _note(session, found, "payments-brought", {"rows": brought.rows}, by=by, at=at)
    _queue(session, found, CHECK, {"today": today.isoformat()}, by=by, at=at)
    return found


def _decrees(session: Session, about: About, today: date) -> Sequence[Decree]:
    """Return the decrees in force, wholly in the reader's areas, that a file may be about."""
    problems: dict[str, list[str]] = {}
    if session.get(Programme, about.programme_id) is None:
        problems["programme"] = [NO_PROGRAMME]
    if not one_line(about.source):
        problems["source"] = [NO_SOURCE]
    if about.due_from and about.due_to and about.due_to < about.due_from:
        problems["due_to"] = [BAD_DUE]
    if about.paid_on and about.paid_on > today:
        problems["paid_on"] = [FUTURE]
    query = select(Decree).where(
        Decree.programme_id == about.programme_id, Decree.state == DecreeState.IN_FORCE
    )
    if about.decree_id is not None:
        query = query.where(Decree.id == about.decree_id)
    scope = scope_of(session)
    decrees = session.scalars(query.order_by(Decree.number, Decree.id))
    found = [decree for decree in decrees if scope.covers(decree.area_code)]
    if not found and "programme" not in problems:
        problems["decree"] = [NO_DECREE]
    if problems:
        raise InvalidData(REFUSED, problems)
    return found


def _not_twice(session: Session, brought: Brought, programme_id: int) -> None:
    gone = (FileState.UNDONE, FileState.DISCARDED)
    query = select(PaymentFile).where(
        PaymentFile.file_sha256 == brought.sha256,
        PaymentFile.programme_id == programme_id,
        PaymentFile.state.not_in(gone),
    )
    known = session.scalars(query).first()
    if known is not None:
        raise Conflict(KNOWN, day=known.made_at)


def _common(codes: Sequence[str]) -> str:
    """Return the smallest area that holds all of these."""
    parts = [code.split(".") for code in codes]
    same = [level[0] for level in zip(*parts, strict=False) if len(set(level)) == 1]
    length = next(
        (place for place, level in enumerate(zip(*parts, strict=False)) if len(set(level)) > 1),
        len(same),
    )
    return ".".join(parts[0][:length]) or parts[0][0]


def get_file(session: Session, file_id: uuid.UUID) -> PaymentFile:
    """Return a payment file whose area is the reader's, or raise NotFound."""
    with everywhere(session):
        found = session.get(PaymentFile, file_id)
    if found is None or not scope_of(session).covers(found.area_code):
        raise NotFound()
    return found


def list_files(session: Session, *, limit: int = 100) -> Sequence[PaymentFile]:
    """Return the latest payment files of the reader's areas."""
    query = select(PaymentFile).order_by(PaymentFile.made_at.desc(), PaymentFile.id)
    return session.scalars(query.limit(limit)).all()


def payments_of(
    session: Session, file_id: uuid.UUID, outcomes: Collection[Outcome], *, page: int, size: int
) -> Sequence[Payment]:
    """Return rows of a file with these outcomes, in its order."""
    query = select(Payment).where(Payment.file_id == file_id, Payment.outcome.in_(outcomes))
    query = query.order_by(Payment.outcome, Payment.row)
    return session.scalars(query.limit(size).offset((page - 1) * size)).all()


def confirm(
    session: Session,
    file_id: uuid.UUID,
    *,
    with_differing: bool,
    with_missing: bool,
    by: str,
    at: datetime,
) -> Job:
    """Queue the writing of what a checked file says. Raises Conflict."""
    found = _locked(session, file_id)
    if found.state != FileState.CHECKED:
        raise Conflict(BUSY_TEXT if found.state in BUSY else NOT_CHECKED)
    outcomes = [Outcome.MATCHED]
    outcomes += [Outcome.DIFFERS] if with_differing else []
    outcomes += [Outcome.MISSING] if with_missing else []
    found.state, found.written_by, found.written_at = FileState.WRITING, by, at
    details = {"outcomes": [str(one) for one in outcomes]}
    _note(session, found, "payments-confirmed", details, by=by, at=at)
    return _queue(session, found, WRITE, details, by=by, at=at)


def undo(session: Session, file_id: uuid.UUID, reason: str, *, by: str, at: datetime) -> Job:
    """Queue the undoing of a file that is written, or whose writing stopped half way.

    Raises Conflict, InvalidData.
    """
    found = _locked(session, file_id)
    stopped = found.state == FileState.WRITING and _stopped(session, found) is not None
    if found.state != FileState.WRITTEN and not stopped:
        raise Conflict(BUSY_TEXT if found.state in BUSY else NOT_WRITTEN)
    if not one_line(reason):
        raise InvalidData(NO_REASON, {"reason": [NO_REASON]})
    found.state, found.undone_by, found.undone_at = FileState.UNDOING, by, at
    found.reason = one_line(reason)[:500]
    _note(session, found, "payments-undone", {"reason": found.reason}, by=by, at=at)
    return _queue(session, found, UNDO, {}, by=by, at=at)


def discard(session: Session, file_id: uuid.UUID, *, by: str, at: datetime) -> None:
    """Throw a file that was not written away, with its rows; that it was brought stays."""
    found = _unwritten(session, file_id)
    session.execute(delete(Payment).where(Payment.file_id == found.id))
    found.state = FileState.DISCARDED
    _note(session, found, "payments-discarded", {}, by=by, at=at)


def check_again(session: Session, file_id: uuid.UUID, *, today: date, by: str, at: datetime) -> Job:
    """Queue the check of a file anew: the plan may have changed, or the job failed."""
    found = _unwritten(session, file_id)
    found.state = FileState.CHECKING
    return _queue(session, found, CHECK, {"today": today.isoformat()}, by=by, at=at)


def go_on(session: Session, file_id: uuid.UUID, *, by: str, at: datetime) -> Job:
    """Queue the writing or the undoing of a file that stopped again, from where it stopped."""
    found = _locked(session, file_id)
    job = _stopped(session, found)
    if job is None or found.state == FileState.CHECKING:
        raise Conflict(GOING)
    try_again(session, job, by=by, at=at)
    return job


def _unwritten(session: Session, file_id: uuid.UUID) -> PaymentFile:
    """Return a file that is checked, or whose check stopped: nothing of it is written."""
    found = _locked(session, file_id)
    stopped = found.state == FileState.CHECKING and _stopped(session, found) is not None
    if found.state != FileState.CHECKED and not stopped:
        raise Conflict(BUSY_TEXT if found.state in BUSY else NOT_CHECKED)
    return found


def _stopped(session: Session, found: PaymentFile) -> Job | None:
    """Return the job that left a file in the middle of something: it failed or was cancelled."""
    if found.state not in BUSY or found.job_id is None:
        return None
    job = session.get_one(Job, found.job_id, with_for_update=True)
    return job if job.state in {JobState.FAILED, JobState.CANCELLED} else None


def _locked(session: Session, file_id: uuid.UUID) -> PaymentFile:
    found = get_file(session, file_id)
    session.refresh(found, with_for_update=True)
    return found


def _queue(
    session: Session,
    found: PaymentFile,
    kind: str,
    params: dict[str, Any],
    *,
    by: str,
    at: datetime,
) -> Job:
    job = start_job(session, kind, {"file": str(found.id), **params}, by=by, at=at)
    found.job_id = job.id
    session.flush()
    return job


def _note(
    session: Session,
    found: PaymentFile,
    action: str,
    details: dict[str, Any],
    *,
    by: str,
    at: datetime,
) -> None:
    event = Event(action, "payment-file", str(found.id), found.area_code, details)
    record(session, event, by=by, at=at)


def count_outcomes(session: Session, file_id: uuid.UUID) -> dict[str, dict[str, int]]:
    """Return rows and rupiah per outcome; of what is missing the rupiah planned."""
    query = (
        select(
            Payment.outcome,
            func.count(),
            func.sum(Payment.amount),
            func.sum(Payment.planned),
        )
        .where(Payment.file_id == file_id)
        .group_by(Payment.outcome)
    )
    return {
        str(outcome): {"rows": rows, "amount": int(amount or 0), "planned": int(planned or 0)}
        for outcome, rows, amount, planned in session.execute(query)
    }
