"""What the driver must know of lists that it has not read: counts, samples, families."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from jps.engines.parts import Batches, as_batch, payloads
from jps.matching import Spec
from jps.matching.frequencies import Frequencies
from jps.matching.hashing import Ints, mix_arrays
from jps.matching.packets import Packet, bytes_tables, tables_bytes
from jps.matching.shared import SharedNumbers, names_of, under_many_names
from jps.matching.tally import Tally, counted_fields, drawn, family_keys, frequencies_of


@dataclass(frozen=True)
class Sampler:
    """Draws a share of the records."""

    spec: Spec
    share: float

    def __call__(self, batches: Batches) -> Batches:
        """Return a packet of every packet."""
        for batch in batches:
            for packed in payloads(batch):
                some = drawn(Packet.unpack([packed], self.spec), self.share)
                yield as_batch([some.pack()] if len(some) else [])


@dataclass(frozen=True)
class Relatives:
    """Picks everybody of some families (sorted keys)."""

    spec: Spec
    families: Ints

    def __call__(self, batches: Batches) -> Batches:
        """Return a packet of every packet."""
        for batch in batches:
            for packed in payloads(batch):
                packet = Packet.unpack([packed], self.spec)
                here = np.isin(family_keys(packet.records), self.families)
                yield as_batch([packet.take(np.flatnonzero(here)).pack()] if here.any() else [])


@dataclass(frozen=True)
class Counter:
    """Sends every value that is counted to the part where all equal ones meet."""

    spec: Spec
    parts: int

    def __call__(self, batches: Batches) -> Batches:
        """Return values with counts, and with names where numbers may be shared."""
        for batch in batches:
            for packed in payloads(batch):
                columns = self._columns(Packet.unpack([packed], self.spec))
                pieces = [
                    tables_bytes([_piece(values, part, self.parts) for values in columns.values()])
                    for part in range(self.parts)
                ]
                yield as_batch(pieces, range(self.parts))

    def _columns(self, packet: Packet) -> dict[str, tuple[Ints, Ints]]:
        """Return (values, what stands beside each) by field: a name, or else the count."""
        records, columns = packet.records, {}
        for name in counted_fields(self.spec):
            values = records.feature(name)
            known = values > 0
            if self.spec.field(name).owners:
                columns[name] = values[known], names_of(records)[known]
            else:
                columns[name] = np.unique(values[known], return_counts=True)
        return columns


def _piece(values: tuple[Ints, Ints], part: int, parts: int) -> pa.Table:
    here = mix_arrays(0, values[0]) % parts == part
    return pa.table({"value": pa.array(values[0][here]), "beside": pa.array(values[1][here])})


@dataclass(frozen=True)
class Adder:
    """Adds up the values of one part."""

    spec: Spec

    def __call__(self, key: tuple[Any, ...], table: pa.Table) -> pa.Table:
        """Return one packet: per counted field its tally, then its shared numbers."""
        pieces = [bytes_tables(packed) for packed in payloads(table)]
        tables = []
        for name, columns in zip(counted_fields(self.spec), zip(*pieces, strict=True), strict=True):
            whole = pa.concat_tables(columns)
            value, beside = (
                np.asarray(whole.column(one).to_numpy(), np.int64) for one in ("value", "beside")
            )
            owners = self.spec.field(name).owners
            shared = under_many_names(value, beside, owners) if owners else value[:0]
            tally = Tally.of(value, np.ones_like(value) if owners else beside)
            tables += [tally.table(), pa.table({"value": pa.array(shared)})]
        return pa.Table.from_batches([as_batch([tables_bytes(tables)])])


@dataclass(frozen=True)
class Counts:
    """What `Frequencies` and `SharedNumbers` are for the whole list."""

    frequencies: dict[str, Frequencies]
    shared: SharedNumbers

    @classmethod
    def of(cls, packed: Sequence[bytes], spec: Spec) -> "Counts":
        """Put together what `Adder` gave."""
        parts = [bytes_tables(one) for one in packed]
        frequencies, shared = {}, {}
        for at, name in enumerate(counted_fields(spec)):
            tallies = [Tally.read(part[2 * at]) for part in parts]
            if spec.field(name).kind.counted:
                frequencies[name] = frequencies_of(tallies)
            if spec.field(name).owners:
                numbers = [part[2 * at + 1].column("value").to_numpy() for part in parts]
                shared[name] = np.unique(np.concatenate([np.empty(0, np.int64), *numbers]))
        return cls(frequencies, SharedNumbers(shared))
