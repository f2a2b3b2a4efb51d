"""The key table: every key of a snapshot, packed so that the look-up of one reads few small rows.

A person has about sixteen keys, so a row per key would be twenty million rows for a province. The
upper bits of a key choose a row of about a hundred entries instead. An entry is one 64-bit number:
the next 32 bits of the key above, the person below; a row is sorted, its first number is the lowest
person of the snapshot. The bits that are left out let through one stranger in a million look-ups,
and whoever is found is compared anyway.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jps.bulk import read_rows, write_rows
from jps.matching import RegistryIndex
from jps.matching.hashing import Ints
from jps.registry.models import RegistryKey, RegistrySnapshot

Entries = npt.NDArray[np.uint64]

_KEY_BITS = 63  # keys are spread evenly over 0 to 2**63 - 1
_KEPT_BITS = 32  # of a key, in an entry
_ROW_BITS = 32  # of the id of a row; the snapshot's number stands above
_KEYS_EACH = 16  # of a person, about
_ENTRIES = 96  # of a row at most, on the mean: 0.8 kB, five rows to a page
_AT_ONCE = 500_000  # entries written in one transaction
_PARTS = 16  # pieces in which a snapshot's rows are deleted
_PERSON = np.uint64((1 << _KEPT_BITS) - 1)  # the lower bits of an entry
_LAYOUT = np.dtype("<u8")


@dataclass(frozen=True)
class KeySlice:
    """Neighbouring rows of the table: `number` (from 1) of `slices`; the ids are first to last."""

    number: int
    slices: int
    first: int
    last: int
    rows: list[tuple[int, bytes]]


def row_bits(persons: int) -> int:
    """Return how many upper bits of a key choose its row, in a snapshot of so many persons."""
    return max(0, (persons * _KEYS_EACH - 1) // _ENTRIES).bit_length()


def person_ids(index: RegistryIndex) -> Ints:
    """Return the ids of a snapshot's persons in the order of its index."""
    return index.people.ids.cast(pa.int64()).to_numpy()


def packed_slices(snapshot_id: int, index: RegistryIndex, done: int = 0) -> Iterator[KeySlice]:
    """Yield all keys of an index as rows of the table; the first `done` slices are left out.

    Each slice is gathered from all recipes: memory for one slice at a time.
    """
    owners, bits = person_ids(index), row_bits(len(index))
    base = int(owners.min()) if len(owners) else 0
    postings = list(index.postings())
    slices = 1 + sum(len(keys) for keys, _ in postings) // _AT_ONCE
    bounds = [(number << bits) // slices for number in range(slices + 1)]
    for number in range(done, slices):
        low, high = bounds[number], bounds[number + 1]
        parts = [_between(*one, low, high, _KEY_BITS - bits) for one in postings]
        keys = np.concatenate([part[0] for part in parts])
        people = (owners - base).astype(np.uint64)[np.concatenate([part[1] for part in parts])]
        first = _first_row(snapshot_id)
        rows = list(_rows(keys, people, bits, base, first))
        yield KeySlice(number + 1, slices, first + low, first + high - 1, rows)


def _between(keys: Ints, rows: Ints, low: int, high: int, shift: int) -> tuple[Ints, Ints]:
    start = np.searchsorted(keys, low << shift)
    end = np.searchsorted(keys, (high << shift) - 1, side="right")
    return keys[start:end], rows[start:end]


def _first_row(snapshot_id: int) -> int:
    return snapshot_id << _ROW_BITS


def _rows(
    keys: Ints, people: Entries, bits: int, base: int, first: int
) -> Iterator[tuple[int, bytes]]:
    """Yield (id, packed entries) of the rows that hold these keys of these people."""
    short = keys >> (_KEY_BITS - _KEPT_BITS - bits)
    order = np.argsort(short, kind="stable")
    short, people = short[order], people[order]
    entries = (short.astype(np.uint64) << np.uint64(_KEPT_BITS)) | people
    numbers = short >> _KEPT_BITS
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    ends = np.append(starts[1:], len(numbers))
    head, packed = np.array([base], _LAYOUT).tobytes(), entries.astype(_LAYOUT).tobytes()
    width = _LAYOUT.itemsize
    for number, start, end in zip(
        numbers[starts].tolist(), starts.tolist(), ends.tolist(), strict=True
    ):
        yield first + number, head + packed[start * width : end * width]


def write_keys(session: Session, one: KeySlice) -> None:
    """Add a slice of the table."""
    write_rows(session, RegistryKey, ("id", "entries"), one.rows)


def renew_keys(session: Session, snapshot_id: int, index: RegistryIndex) -> Iterator[KeySlice]:
    """Rewrite the keys of a snapshot that were made by other rules, by slices."""
    for one in packed_slices(snapshot_id, index):
        _delete(session, one.first, one.last)
        write_keys(session, one)
        yield one


def forget_keys(session: Session, snapshot_id: int) -> Iterator[None]:
    """Delete the keys of a snapshot, by pieces; yields after each."""
    first = _first_row(snapshot_id)
    mine = RegistryKey.id.between(first, first + (1 << _ROW_BITS) - 1)
    last = session.scalar(select(func.max(RegistryKey.id)).where(mine))
    width = ((last or first) - first) // _PARTS + 1
    for part in range(_PARTS):
        _delete(session, first + part * width, first + (part + 1) * width - 1)
        yield


def _delete(session: Session, first: int, last: int) -> None:
    session.execute(
        delete(RegistryKey).where(RegistryKey.id.between(first, last)),
        execution_options={"synchronize_session": False},
    )


def holders(session: Session, snapshot_id: int, keys: Iterable[int]) -> Ints:
    """Return the ids of the persons of a snapshot in force who have the keys, once for each key."""
    ((persons,),) = read_rows(session, RegistrySnapshot, ("persons",), "id", [snapshot_id])
    bits, first = row_bits(persons), _first_row(snapshot_id)
    short = np.unique(np.array(list(keys), np.int64)) >> (_KEY_BITS - _KEPT_BITS - bits)
    numbers = short >> _KEPT_BITS
    rows = read_rows(
        session, RegistryKey, ("id", "entries"), "id", (first + np.unique(numbers)).tolist()
    )
    rows.sort()
    if not rows:
        return np.empty(0, np.int64)
    ids = np.array([number for number, _ in rows]) - first
    return _search([packed for _, packed in rows], ids, short)


def _search(rows: list[bytes], ids: Ints, wanted: Ints) -> Ints:
    """Return the persons who have the wanted keys (row and kept bits) in packed rows by id."""
    whole: Entries = np.frombuffer(b"".join(rows), _LAYOUT)
    lengths = np.array([len(row) for row in rows]) // _LAYOUT.itemsize
    heads = np.cumsum(lengths) - lengths
    entries = np.delete(whole, heads)
    owner = np.repeat(np.arange(len(rows)), lengths - 1)
    known = (ids[owner] << _KEPT_BITS) | (entries >> np.uint64(_KEPT_BITS)).astype(np.int64)
    start, end = known.searchsorted(wanted), known.searchsorted(wanted, side="right")
    many = end - start
    found = np.repeat(start - (np.cumsum(many) - many), many) + np.arange(many.sum())
    base: Ints = whole[heads].astype(np.int64)[owner[found]]
    return np.asarray(base + (entries[found] & _PERSON).astype(np.int64), np.int64)
