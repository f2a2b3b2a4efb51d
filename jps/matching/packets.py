"""Records as bytes: how a part of a list travels to another process or machine, normalised once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from jps.matching.columns import distinct, strings, take
from jps.matching.hashing import Ints
from jps.matching.records import Records
from jps.matching.spec import Field, Spec

_PLACE, _ID = "place", "id"
_CODES, _PLAIN = "codes", "plain"  # of a column that holds each distinct text once


@dataclass(frozen=True)
class Packet:
    """Some records of a list, and the place (row) of each in the whole list."""

    records: Records
    places: Ints

    def __len__(self) -> int:
        return len(self.places)

    def take(self, rows: Ints) -> "Packet":
        """Return these rows."""
        return Packet(self.records.take(rows), self.places[rows])

    @classmethod
    def blank(cls, spec: Spec) -> "Packet":
        """Return one record of which nothing is known."""
        table = pa.table({column: [""] for column in spec.columns})
        return cls(Records.read(table, spec=spec), np.zeros(1, np.int64))

    def pack(self) -> bytes:
        """Return the packet as Arrow streams: one of rows, one per column of distinct texts."""
        rows: dict[str, Any] = {_PLACE: self.places, _ID: self.records.ids}
        texts = []
        for name, column in self.records.own_columns().items():
            if is_dataclass(column):
                once, rows[name] = np.unique(getattr(column, _CODES), return_inverse=True)
                texts.append(_distinct_texts(column, once))
            else:
                rows[name] = column
        return tables_bytes([pa.table(rows), *texts])

    @classmethod
    def unpack(cls, packed: Iterable[bytes], spec: Spec) -> "Packet":
        """Read what `pack` wrote, several packets as one (at least one)."""
        parts = [bytes_tables(one) for one in packed]
        rows = pa.concat_tables([tables[0] for tables in parts]).combine_chunks()
        columns: dict[str, Any] = {}
        stream = 1
        for field in spec.fields:
            if field.kind.made_of:
                continue
            if is_dataclass(field.kind.column):
                columns[field.name] = _read_texts(field, parts, stream)
                stream += 1
            else:
                columns[field.name] = _integers(rows, field.name)
        ids = strings(rows.column(_ID))
        return cls(Records.of(ids, columns, spec), _integers(rows, _PLACE))


def tables_bytes(tables: Sequence[pa.Table]) -> bytes:
    """Return tables as Arrow streams, one after the other."""
    sink = pa.BufferOutputStream()
    for table in tables:
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    return sink.getvalue().to_pybytes()


def bytes_tables(packed: bytes) -> list[pa.Table]:
    """Read what `tables_bytes` wrote, without copying."""
    source = pa.BufferReader(packed)
    tables = []
    while source.tell() < len(packed):
        tables.append(pa.ipc.open_stream(source).read_all())
    return tables


def _distinct_texts(column: Any, once: Ints) -> pa.Table:
    """Return these distinct texts of a column with all that is known of each."""
    parts: dict[str, Any] = {}
    for part in fields(column):
        value = getattr(column, part.name)
        if isinstance(value, pa.Array):
            parts[part.name] = take(strings(value), once)
        elif part.name != _CODES:
            for place in range(value.shape[1]):
                parts[f"{part.name}.{place}"] = np.ascontiguousarray(value[once, place])
    return pa.table(parts)


def _read_texts(field: Field, parts: Sequence[Sequence[pa.Table]], stream: int) -> Any:
    """Return a column of texts; all that is known of a text follows from the text itself."""
    starts = np.cumsum([0, *(len(tables[stream]) for tables in parts)])
    codes = [
        _integers(tables[0], field.name) + start
        for tables, start in zip(parts, starts[:-1].tolist(), strict=True)
    ]
    table = pa.concat_tables([tables[stream] for tables in parts]).combine_chunks()
    plain, again = distinct(strings(table.column(_PLAIN)))
    first = np.zeros(len(plain), np.int64)
    first[again[::-1]] = np.arange(len(again))[::-1]
    found: dict[str, Any] = {_CODES: again[np.concatenate(codes)]}
    made: Any = field.kind.column
    for part in fields(made):
        if part.name in table.column_names:
            found[part.name] = take(strings(table.column(part.name)), first)
        elif part.name != _CODES:
            names = [name for name in table.column_names if name.startswith(f"{part.name}.")]
            columns = [_integers(table, name)[first] for name in names]
            found[part.name] = np.stack(columns, axis=1)
    return made(**found)


def _integers(table: pa.Table, name: str) -> Ints:
    return np.asarray(table.column(name).to_numpy(), np.int64)
