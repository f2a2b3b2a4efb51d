"""The keys of a snapshot: memory-mapped files for the batch, a table for the look-up of one.

Both come from the same `RegistryIndex`, so that a person is found the same way in both.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from sqlalchemy.orm import Session

from jps.db import reading
from jps.errors import NotFound
from jps.matching import RegistryIndex, StaleIndex
from jps.matching.columns import strings
from jps.matching.hashing import Ints
from jps.matching.written import Written, read_again, written_names
from jps.registry.queries import person_frame

_WRITTEN = ".written"  # end of the files of names as they were written
_AT_ONCE = 50_000  # key rows written in one transaction
_KEY_SPACE = 1 << 63  # keys are spread evenly over 0 to 2**63 - 1


def index_folder(home: Path, snapshot_id: int) -> Path:
    """Return where the index of a snapshot lies."""
    return home / "indexes" / f"registry-{snapshot_id}"


def stored_index(session: Session, home: Path, snapshot_id: int) -> RegistryIndex:
    """Return the index of a snapshot, built when it is missing or was made by other rules.

    Reads only; begin no write before it, for building takes long.
    """
    folder = index_folder(home, snapshot_id)
    try:
        return RegistryIndex.load(folder)
    except (NotFound, StaleIndex):
        with reading():
            table = person_frame(session, snapshot_id)
            session.rollback()
        return store_index(home, snapshot_id, table)


def store_index(
    home: Path, snapshot_id: int, frame: pa.Table, *, before: int | None = None
) -> RegistryIndex:
    """Build the index of a snapshot from its persons (`queries.frame_of`) and keep it.

    Names that the snapshot `before` has too are taken from its index. The result is the same.
    """
    folder = index_folder(home, snapshot_id)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = _keep_texts(folder, written_names(frame))
    people = read_again(frame, {} if before is None else _written(index_folder(home, before)))
    del frame  # a fifth of the memory of an import
    pa.default_memory_pool().release_unused()
    RegistryIndex.of(people).save(folder)
    for name, path in kept.items():
        path.replace(folder / f"{name}{_WRITTEN}")
    return RegistryIndex.load(folder)


def _keep_texts(folder: Path, texts: dict[str, pa.StringArray]) -> dict[str, Path]:
    """Write names beside the folder of the index; return the files by field."""
    paths = {name: folder.with_name(f"{folder.name}.{name}{_WRITTEN}") for name in texts}
    for name, path in paths.items():
        table = pa.table({name: texts[name]})
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
    return paths


def _written(folder: Path) -> dict[str, Written]:
    """Return the names that a stored index knows; none when there is none by today's rules."""
    try:
        people = RegistryIndex.load(folder).people
        texts = {
            path.name.removesuffix(_WRITTEN): pa.ipc.open_file(pa.memory_map(str(path))).read_all()
            for path in folder.glob(f"*{_WRITTEN}")
        }
    except (NotFound, StaleIndex, pa.ArrowException):
        return {}
    known = {name: Written(strings(table.column(0)), people[name]) for name, table in texts.items()}
    return {name: one for name, one in known.items() if len(one.texts) == len(one.names.plain)}


@dataclass(frozen=True)
class KeySlice:
    """The rows of a look-up table between two keys (both included), sorted by key."""

    number: int  # from 1
    slices: int
    low: int
    high: int
    keys: list[int]
    owners: list[int]


def key_slices(index: RegistryIndex, owners: Ints, done: int = 0) -> Iterator[KeySlice]:
    """Yield all keys of an index with the owner of each row, range by range.

    Each slice is gathered from all recipes: memory for one slice at a time, and neighbouring rows
    of the table are written together. The first `done` slices are left out.
    """
    postings = list(index.postings())
    slices = 1 + sum(len(keys) for keys, _ in postings) // _AT_ONCE
    width = _KEY_SPACE // slices
    for number in range(done, slices):
        low, high = width * number, width * (number + 1) - 1
        if number + 1 == slices:
            high = _KEY_SPACE - 1
        parts = [_between(*posting, low, high) for posting in postings]
        keys = np.concatenate([part[0] for part in parts])
        people = owners[np.concatenate([part[1] for part in parts])]
        order = np.lexsort((people, keys))
        keys, people = keys[order], people[order]
        new = np.ones(len(keys), bool)  # false where two recipes give one person one key
        new[1:] = (keys[1:] != keys[:-1]) | (people[1:] != people[:-1])
        yield KeySlice(number + 1, slices, low, high, keys[new].tolist(), people[new].tolist())


def _between(keys: Ints, rows: Ints, low: int, high: int) -> tuple[Ints, Ints]:
    start, end = np.searchsorted(keys, low), np.searchsorted(keys, high, side="right")
    return keys[start:end], rows[start:end]


def forget_index(home: Path, snapshot_id: int) -> None:
    """Remove the stored index of a snapshot."""
    shutil.rmtree(index_folder(home, snapshot_id), ignore_errors=True)
