"""Start the import of a registry file, put a snapshot in force, and forget the ones before."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.errors import Conflict, InvalidData, InvalidFile
from jps.jobs.models import Job
from jps.jobs.rules import ENDED, JobState
from jps.jobs.services import start_job
from jps.registry.columns import SHOWN, FileMapping
from jps.registry.files import FileFormat, Source, open_source
from jps.registry.index import forget_index
from jps.registry.keytable import forget_keys
from jps.registry.models import RegistryPerson, RegistrySnapshot
from jps.registry.queries import current_snapshot
from jps.registry.rules import SnapshotState
from jps.tables.cells import plain
from jps.text import N_

IMPORT_KIND = "registry-import"
NO_BASE = N_(
    "Belum ada data kependudukan yang dapat diubah. Impor berkas yang lengkap terlebih dahulu."
)
_LOOK_AT = 1_000  # rows looked at before a file is taken
_FORGET = 20_000  # persons deleted in one transaction


@dataclass(frozen=True)
class Delivery:
    """A registry file that was looked through and copied into the office's folder."""

    file: str
    fingerprint: str
    format: FileFormat
    as_of: date
    mapping: FileMapping
    delta: bool = False


@dataclass(frozen=True)
class Start:
    """What starting an import led to: a job, or the snapshot that the same file made before."""

    job: Job
    known: RegistrySnapshot | None = None


def take_file(
    path: Path,
    *,
    home: Path,
    today: date,
    as_of: date | None = None,
    mapping: FileMapping | None = None,
    delta: bool = False,
) -> Delivery:
    """Look through the file at `path` and keep a copy of it. Touches no database: it takes long.

    `as_of` is the date that the data describe (default today); `delta`: the file holds only what
    changed, see `jps.registry.carrying`. Raises InvalidFile when the file is
    no table of persons or a spreadsheet has destroyed its numbers, InvalidData for a date to come.
    """
    mapping, as_of = mapping or FileMapping(), as_of or today
    if as_of > today:
        raise InvalidData(
            N_("Tanggal data belum tiba."), {"as_of": [N_("Isi tanggal hari ini atau sebelumnya.")]}
        )
    source = open_source(path, mapping)
    refuse_mangled(source)
    fingerprint = _fingerprint(source.digest, mapping, as_of, delta=delta)
    kept = _keep(path, home, fingerprint)
    return Delivery(kept, fingerprint, source.format, as_of, mapping, delta)


def start_import(session: Session, delivery: Delivery, *, by: str, at: datetime) -> Start:
    """Queue the import of a file.

    The same file with the same mapping and date is not imported again while its snapshot is in
    force or its import waits or runs: `known` or that job is returned. Raises InvalidFile for
    changes when there is no snapshot in force.
    """
    if (start := _known(session, delivery.fingerprint)) is not None:
        return start
    if delivery.delta and current_snapshot(session) is None:
        raise InvalidFile(NO_BASE)
    params = {
        "file": delivery.file,
        "fingerprint": delivery.fingerprint,
        "format": str(delivery.format),
        "as_of": delivery.as_of.isoformat(),
        "mapping": delivery.mapping.as_json(),
        "delta": delivery.delta,
    }
    return Start(start_job(session, IMPORT_KIND, params, by=by, at=at))


def refuse_mangled(source: Source) -> None:
    """Raise InvalidFile when the first rows show that a spreadsheet has destroyed the numbers."""
    rows = [row.cells for row in islice(source.rows(), _LOOK_AT) if row.cells is not None]
    for name in ("nik", "kk"):
        place = source.columns.get(name)
        cells = [cells[place] for cells in rows if place is not None and len(cells) > place]
        given = [cell for cell in cells if cell not in ("", None)]
        figures = [cell for cell in given if isinstance(cell, float) or "E+" in plain(cell)]
        numbers = [plain(cell) for cell in given]
        rounded = len(given) >= 20 and all(number.endswith("0") for number in numbers)
        if rounded or len(figures) > len(given) / 2:
            raise InvalidFile(
                N_(
                    "Kolom {column} tersimpan sebagai angka. Excel hanya menyimpan 15 angka, "
                    "sehingga angka ke-16 sudah hilang dan tidak dapat dipulihkan. Ekspor ulang "
                    "dari sumbernya dengan kolom ini berformat Teks, atau sebagai CSV."
                ),
                column=SHOWN.get(name, name.upper()),
            )


def _fingerprint(digest: str, mapping: FileMapping, as_of: date, *, delta: bool) -> str:
    text = json.dumps([digest, mapping.as_json(), as_of.isoformat(), delta], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _known(session: Session, fingerprint: str) -> Start | None:
    """Return the import of the same file that is in force, or that waits or runs."""
    current = current_snapshot(session)
    if current is not None and current.fingerprint == fingerprint:
        return Start(session.get_one(Job, current.job_id), current)
    open_jobs = select(Job).where(Job.kind == IMPORT_KIND, Job.state.not_in(ENDED))
    for job in session.scalars(open_jobs):
        if job.params.get("fingerprint") == fingerprint:
            return Start(job)
    return None


def _keep(path: Path, home: Path, fingerprint: str) -> str:
    """Copy the file into the office's folder under a neutral name; return the name."""
    folder = home / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"registry-{fingerprint[:24]}"
    draft = folder / f"{name}.new"
    draft.touch(mode=0o600)
    shutil.copyfile(path, draft)
    draft.rename(folder / name)
    return name


def begin_snapshot(session: Session, job: Job, *, at: datetime) -> RegistrySnapshot:
    """Add the snapshot that the import `job` fills. Raises InvalidFile as `start_import` does."""
    base = current_snapshot(session) if job.params.get("delta") else None
    if base is None and job.params.get("delta"):
        raise InvalidFile(NO_BASE)
    snapshot = RegistrySnapshot(
        as_of=date.fromisoformat(job.params["as_of"]),
        format=job.params["format"],
        fingerprint=job.params["fingerprint"],
        state=SnapshotState.LOADING,
        base_id=base.id if base else None,
        job_id=job.id,
        created_by=job.started_by,
        created_at=at,
    )
    session.add(snapshot)
    session.flush()
    return snapshot


def publish(session: Session, snapshot: RegistrySnapshot, *, by: str, at: datetime) -> None:
    """Put a complete snapshot in force; the one before stays until nothing refers to it.

    Raises Conflict when changes stand on a snapshot that is in force no more.
    """
    before = current_snapshot(session)
    if snapshot.base_id is not None and (before is None or before.id != snapshot.base_id):
        raise Conflict(
            N_(
                "Sementara perubahan ini diimpor, data kependudukan lain mulai berlaku. Data itu "
                "tetap berlaku; impor berkas perubahan ini sekali lagi."
            )
        )
    if before is not None and before.id != snapshot.id:
        before.state = SnapshotState.REPLACED
        session.flush()
    snapshot.state, snapshot.current_at = SnapshotState.CURRENT, at
    session.flush()
    details = {"persons": snapshot.persons, "refused": snapshot.refused, "rows": snapshot.rows}
    event = Event("registry-imported", "registry-snapshot", str(snapshot.id), details=details)
    record(session, event, by=by, at=at)


def stale_snapshots(session: Session, *, replaced: bool) -> list[int]:
    """Return the snapshots whose persons nobody needs: refused, or left by an import that ended.

    With `replaced` also those that a newer one replaced; only right when all links are renewed.
    """
    dead_jobs = select(Job.id).where(
        Job.state.in_([JobState.FAILED, JobState.CANCELLED, JobState.DONE, JobState.PROBLEMS])
    )
    stale = (RegistrySnapshot.state == SnapshotState.REFUSED) | (
        (RegistrySnapshot.state == SnapshotState.LOADING) & RegistrySnapshot.job_id.in_(dead_jobs)
    )
    if replaced:
        stale |= RegistrySnapshot.state == SnapshotState.REPLACED
    held = select(RegistryPerson.snapshot_id).distinct()
    query = select(RegistrySnapshot.id).where(stale, RegistrySnapshot.id.in_(held))
    return list(session.scalars(query.order_by(RegistrySnapshot.id)))


def forget(session: Session, home: Path, snapshot_id: int) -> Iterator[None]:
    """Delete persons, keys and index of a snapshot; its row stays. Yields between pieces."""
    snapshot = session.get_one(RegistrySnapshot, snapshot_id)
    if snapshot.state == SnapshotState.LOADING:  # nobody goes on with it from here
        snapshot.state = SnapshotState.REFUSED
    forget_index(home, snapshot_id)
    for _ in forget_keys(session, snapshot_id):
        yield
    one = RegistryPerson
    bounds = select(func.min(one.id), func.max(one.id)).where(one.snapshot_id == snapshot_id)
    first, last = session.execute(bounds).one()
    for low in range(first or 0, (last or -1) + 1, _FORGET):
        piece = one.id.between(low, low + _FORGET - 1)
        session.execute(
            delete(one).where(one.snapshot_id == snapshot_id, piece),
            execution_options={"synchronize_session": False},
        )
        yield
