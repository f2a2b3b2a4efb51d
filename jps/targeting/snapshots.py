"""The people a list is drawn from, frozen: files of columns with one hash of their contents.

The hash covers names and values of all columns in the order of areas and ids, not the bytes of the
files: the same households give the same hash on another machine and from another database. It is
made of one hash per column, so that some columns can be proved without the others. The files say
what their codes meant when they were written.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from jps.targeting.facts import Catalogue, Fact, Kind, Population, Unit

_TYPES: Mapping[Kind, pa.DataType] = {
    Kind.NUMBER: pa.float64(),
    Kind.CODE: pa.int16(),
    Kind.CODES: pa.uint64(),
}
FIXED = {Unit.HOUSEHOLD: ("id", "area"), Unit.FAMILY: ("home",), Unit.MEMBER: ("home",)}
_MEANING = b"jps.facts"  # metadata: name -> [kind, unit, codes]


@dataclass(frozen=True)
class Entry:
    """One household as read: id, area, its answers, those of its members, facts of its families."""

    id: str
    area: str
    answers: Mapping[str, Any]
    members: Sequence[Mapping[str, Any]]
    families: Sequence[Mapping[str, Any]] = ()


def column_reader(fact: Fact) -> Callable[[Any], Any]:
    """Return what turns a stored answer into the value of the fact's column."""
    if fact.kind is Kind.NUMBER:
        return _number
    places = {code: place for place, code in enumerate(fact.choices)}
    if fact.kind is Kind.CODE:
        return lambda value: places.get(str(value), -1)
    return lambda value: sum(1 << places[one] for one in set(_listed(value)) if one in places)


def column_heading(unit: Unit, name: str, fact: Fact | None) -> bytes:
    """Return what a column's hash begins with: the same values may mean other answers."""
    meaning = "" if fact is None else f"{fact.kind} {' '.join(fact.choices)}"
    return f"{unit} {name} {meaning}\n".encode()


def raw_column(column: Any) -> bytes:
    """Return the values of a column as its hash reads them."""
    values = column.to_numpy()
    is_text = values.dtype == object
    return "".join(f"{one}\n" for one in values).encode() if is_text else values.tobytes()


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _listed(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return value.split()
    return [str(one) for one in value or ()]


class SnapshotWriter:
    """Writes households chunk by chunk; `finish` returns the hash and puts the files in place."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self._folder = folder
        self._count = 0
        self._facts = {
            unit: [fact for fact in catalogue.values() if fact.unit is unit] for unit in Unit
        }
        self._readers = {fact.name: column_reader(fact) for fact in catalogue.values()}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._writers = {
            unit: pq.ParquetWriter(self._draft(unit), self._schema(unit)) for unit in Unit
        }
        self._digests = {
            (unit, name): sha256(column_heading(unit, name, catalogue.get(name)))
            for unit in Unit
            for name in self._schema(unit).names
        }

    def add(self, entries: Iterable[Entry]) -> int:
        """Write some households, in the order of area and id; return how many there are now."""
        found = list(entries)
        if found:
            self._write(
                Unit.HOUSEHOLD,
                {"id": [one.id for one in found], "area": [one.area for one in found]},
                [one.answers for one in found],
            )
            self._write_inside(Unit.FAMILY, [one.families for one in found])
            self._write_inside(Unit.MEMBER, [one.members for one in found])
            self._count += len(found)
        return self._count

    def _write_inside(self, unit: Unit, found: Sequence[Sequence[Mapping[str, Any]]]) -> None:
        homes = [self._count + place for place, rows in enumerate(found) for _ in rows]
        self._write(unit, {"home": homes}, [row for rows in found for row in rows])

    def _write(
        self, unit: Unit, fixed: Mapping[str, list[Any]], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        columns: dict[str, Any] = dict(fixed)
        for fact in self._facts[unit]:
            read = self._readers[fact.name]
            columns[fact.name] = [read(row.get(fact.name)) for row in rows]
        table = pa.table(columns, schema=self._schema(unit))
        for name in table.column_names:
            self._digests[unit, name].update(raw_column(table.column(name)))
        self._writers[unit].write_table(table)

    def _schema(self, unit: Unit) -> pa.Schema:
        return schema_of(unit, self._facts[unit])

    def _draft(self, unit: Unit) -> Path:
        return self._folder / f".{unit}.new"

    def finish(self) -> str:
        """Close the files, name them by their hash, and return it."""
        for writer in self._writers.values():
            writer.close()
        parts = b"".join(one.digest() for one in self._digests.values())
        digest = sha256(parts).hexdigest()
        for unit in Unit:
            self._draft(unit).replace(snapshot_file(self._folder, digest, unit))
        return digest


def schema_of(unit: Unit, facts: Iterable[Fact]) -> pa.Schema:
    """Return the columns of a unit's file with what they mean."""
    known = list(facts)
    fixed = [(name, pa.int64() if name == "home" else pa.string()) for name in FIXED[unit]]
    meaning = {fact.name: [fact.kind, fact.unit, list(fact.choices)] for fact in known}
    fields = [*fixed, *((fact.name, _TYPES[fact.kind]) for fact in known)]
    return pa.schema(fields, metadata={_MEANING: json.dumps(meaning)})


def facts_in(folder: Path, digest: str) -> dict[str, Fact]:
    """Return the facts of a snapshot by name, as they were when it was written: the codes' labels
    are the codes. Snapshots of before files said so have none.
    """
    found: dict[str, Fact] = {}
    for unit in Unit:
        path = snapshot_file(folder, digest, unit)
        meaning = (pq.read_schema(path).metadata or {}).get(_MEANING) if path.exists() else None
        for name, (kind, _, codes) in json.loads(meaning or b"{}").items():
            found[name] = Fact(name, name, Kind(kind), unit, {code: code for code in codes})
    return found


def snapshot_file(folder: Path, digest: str, unit: Unit) -> Path:
    """Return where the rows of a unit lie."""
    return folder / f"{digest[:32]}.{unit}.parquet"


def open_snapshot(folder: Path, digest: str, facts: Iterable[Fact]) -> Population:
    """Return the population of a snapshot with the columns of `facts` alone; LookupError names
    those that it does not carry."""
    wanted: dict[Unit, list[str]] = {unit: [] for unit in Unit}
    for fact in dict.fromkeys(facts):
        wanted[fact.unit].append(fact.name)
    household = _columns(folder, digest, Unit.HOUSEHOLD, wanted)
    member = _columns(folder, digest, Unit.MEMBER, wanted)
    family: dict[str, Any] = {"home": np.zeros(0, dtype=np.intp)}
    if wanted[Unit.FAMILY]:
        family = _columns(folder, digest, Unit.FAMILY, wanted)
    return Population(
        keys=household.pop("id").astype("<U36"),
        areas=household.pop("area").astype("<U13"),
        home=member.pop("home").astype(np.intp),
        household=household,
        member=member,
        family_home=family.pop("home").astype(np.intp),
        family=family,
    )


def _columns(
    folder: Path, digest: str, unit: Unit, wanted: Mapping[Unit, Sequence[str]]
) -> dict[str, npt.NDArray[Any]]:
    names = [*FIXED[unit], *wanted[unit]]
    path = snapshot_file(folder, digest, unit)
    there = pq.read_schema(path).names if path.exists() else []
    missing = [name for name in names if name not in there]
    if missing:
        raise LookupError(", ".join(name for name in missing if name not in FIXED[unit]))
    table = pq.ParquetFile(path).read(columns=names)
    return {name: table.column(name).to_numpy(zero_copy_only=False) for name in names}
