"""Snapshots: all frames of one moment as files, with what they are and a hash of each."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jps.analysis.frames import Frame
from jps.analysis.rules import Ask, chosen_columns
from jps.analysis.services import META
from jps.errors import Conflict, InvalidFile, NotAllowed, NotFound
from jps.text import N_

if TYPE_CHECKING:
    import pyarrow as pa

ABOUT = "snapshot.json"
_SHARED = (
    "on", "read_at", "data_changed_at", "questionnaire", "score_model", "trained_model",
    "matched_at", "registry_as_of", "areas", "notice",
)  # fmt: skip

NO_NAMES = N_("Potret ini tidak memuat nama, alamat, dan titik.")
NOT_EMPTY = N_("Folder {folder} berisi hal lain. Pilih folder baru.")
NO_SNAPSHOT = N_("Tidak ada potret di folder {folder}.")
NOT_THERE = N_("Potret ini tidak memuat {frame}.")
CHANGED = N_("Berkas {file} tidak lagi seperti ketika potret dibuat.")


def write_snapshot(folder: Path, tables: Mapping[Frame, "pa.Table"]) -> Path:
    """Write frames to a folder of its owner alone; Conflict when it holds something else."""
    import pyarrow.parquet as pq

    about = folder / ABOUT
    if folder.exists() and any(folder.iterdir()) and not about.is_file():
        raise Conflict(NOT_EMPTY, folder=folder.name)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    about.unlink(missing_ok=True)  # a snapshot is whole when it says what it is
    described: dict[str, Any] = {}
    for frame, table in tables.items():
        path = _path(folder, frame)
        path.touch(mode=0o600)
        pq.write_table(table, path, compression="zstd")
        described[str(frame)] = {
            "file": path.name,
            "rows": table.num_rows,
            "columns": table.column_names,
            "sha256": _digest(path),
        }
    facts = _shared_facts(tables)
    draft = folder / f".{ABOUT}"
    draft.write_text(json.dumps(facts | {"frames": described}, indent=1) + "\n")
    draft.replace(about)
    return folder


def _shared_facts(tables: Mapping[Frame, "pa.Table"]) -> dict[str, Any]:
    for table in tables.values():
        facts = json.loads((table.schema.metadata or {}).get(META, b"{}"))
        return {name: facts.get(name) for name in _SHARED}
    return {}


class SnapshotSource:
    """Frames of a snapshot; each file is compared with its hash when it is read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self.about: dict[str, Any] = json.loads((folder / ABOUT).read_text())
        except (OSError, ValueError):
            raise NotFound(NO_SNAPSHOT, folder=folder.name) from None

    def frames(self) -> tuple[Frame, ...]:
        """Return the frames that it holds."""
        return tuple(frame for frame in Frame if str(frame) in self.about["frames"])

    def fetch(self, asked: Mapping[Frame, Ask], *, purpose: str) -> dict[Frame, "pa.Table"]:
        """Return frames from their files; `InvalidFile` when one was changed."""
        return {frame: self._read(frame, ask) for frame, ask in asked.items()}

    def _read(self, frame: Frame, ask: Ask) -> "pa.Table":
        import pyarrow.parquet as pq

        if ask.identified:
            raise NotAllowed(NO_NAMES)
        if frame not in self.frames():
            raise NotFound(NOT_THERE, frame=str(frame))
        path = _path(self._folder, frame)
        if not path.is_file() or _digest(path) != self.about["frames"][str(frame)]["sha256"]:
            raise InvalidFile(CHANGED, file=path.name)
        table = pq.ParquetFile(path).read()
        if ask.area:
            table = _inside(table, frame, ask.area)
        return table.select(list(chosen_columns(ask.columns, table.column_names)))


def _inside(table: "pa.Table", frame: Frame, area: str) -> "pa.Table":
    """Return the rows of an area and of those in it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    name = "code" if frame is Frame.AREAS else "area"
    if name not in table.column_names:
        return table
    codes = table.column(name)
    return table.filter(pc.or_(pc.equal(codes, pa.scalar(area)), pc.starts_with(codes, area + ".")))


def _path(folder: Path, frame: Frame) -> Path:
    return folder / f"{frame}.parquet"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
