"""What each machine does with a part of the lists: read it, send it on, search it. No Spark here.

Spark hands over Arrow batches and tables whose last column holds packets (`matching.packets`) and
takes such batches back; in between stands the kernel.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jps.matching import Model, Records, Spec
from jps.matching.blocking import BlockCount, BlockingReport, find_pairs
from jps.matching.compare import PairLevels, compare
from jps.matching.hashing import Ints
from jps.matching.packets import Packet, bytes_tables, tables_bytes
from jps.matching.pairs import compare_staged
from jps.matching.partition import Asked, part_index, routes
from jps.matching.recipes import Recipe
from jps.matching.shared import SharedNumbers

PART, PAYLOAD = "part", "payload"
PACKETS = f"{PAYLOAD} binary"  # columns in Spark's words
ROUTED = f"{PART} int, {PAYLOAD} binary"
Batches = Iterator[pa.RecordBatch]
Flags = npt.NDArray[np.bool_]
_REPORT = b"report"
_AT_ONCE = 50_000  # records compared at once; bounds the memory of candidates


def payloads(batch: "pa.RecordBatch | pa.Table") -> list[bytes]:
    """Return the packets of a batch or table."""
    return [one.as_py() for one in batch.column(PAYLOAD)]


def as_batch(packed: Sequence[bytes], parts: Sequence[int] | None = None) -> pa.RecordBatch:
    """Return packets as Spark takes them, with the part each belongs to."""
    columns: dict[str, Any] = {} if parts is None else {PART: pa.array(parts, pa.int32())}
    return pa.record_batch({**columns, PAYLOAD: pa.array(packed, pa.large_binary())})


@dataclass(frozen=True)
class Reader:
    """Reads text columns to packets. A place is the partition times 2**32 and the row in it."""

    spec: Spec

    def __call__(self, partition: int, batches: Batches) -> Batches:
        """Normalise batch after batch of one partition."""
        place = partition << 32
        for batch in batches:
            records = Records.read(pa.Table.from_batches([batch]), spec=self.spec)
            yield as_batch([Packet(records, place + np.arange(len(records))).pack()])
            place += len(records)


@dataclass(frozen=True)
class Router:
    """Sends records to the parts of their keys.

    Of the registry only those are sent whose keys are `asked` for, of our list only those whose
    places are not `settled` (sorted).
    """

    spec: Spec
    recipes: tuple[Recipe, ...]
    parts: int
    asked: Asked | None = None
    settled: Ints | None = None

    def __call__(self, batches: Batches) -> Batches:
        """Route all packets of a partition."""
        for batch in batches:
            for packed in payloads(batch):
                packet = without(Packet.unpack([packed], self.spec), self.settled)
                rows = routes(packet.records, self.recipes, self.parts, self.asked)
                parts = [part for part, mine in enumerate(rows) if len(mine)]
                yield as_batch([packet.take(rows[part]).pack() for part in parts], parts)


@dataclass(frozen=True)
class Asking:
    """Collects which keys our list asks for, without the records that are `settled`."""

    spec: Spec
    recipes: tuple[Recipe, ...]
    size: int
    settled: Ints | None = None

    def __call__(self, batches: Batches) -> Batches:
        """Return one packet per partition: the bits of `Asked`."""
        asked = Asked(self.size, np.zeros(1 << (self.size - 3), np.uint8))
        for batch in batches:
            for packed in payloads(batch):
                packet = without(Packet.unpack([packed], self.spec), self.settled)
                asked |= Asked.of(packet.records, self.recipes, self.size)
        yield as_batch([asked.bits.tobytes()])


def without(packet: Packet, settled: Ints | None) -> Packet:
    """Return the records whose places are not among these."""
    if settled is None or not len(settled):
        return packet
    at = np.minimum(np.searchsorted(settled, packet.places), len(settled) - 1)
    return packet.take(np.flatnonzero(settled[at] != packet.places))


@dataclass(frozen=True)
class PartFound:
    """Pairs of one part by their places in the whole lists, and what its keys did.

    `people` are the registry persons of these pairs, if they were asked for.
    """

    i: Ints
    j: Ints
    levels: PairLevels
    report: BlockingReport
    people: bytes = b""

    def pack(self) -> bytes:
        """Return the pairs as an Arrow stream, the report beside its schema, then the people."""
        columns: dict[str, Any] = {"i": self.i, "j": self.j, **self.levels}
        table = pa.table(columns)
        report = {_REPORT: json.dumps(asdict(self.report))}
        people = pa.table({"people": pa.array([self.people], pa.large_binary())})
        return tables_bytes([table.replace_schema_metadata(report), people])

    @classmethod
    def unpack(cls, packed: bytes) -> "PartFound":
        """Read what `pack` wrote."""
        table, people = bytes_tables(packed)
        report: Mapping[str, Any] = json.loads((table.schema.metadata or {})[_REPORT])
        recipes = {name: BlockCount(**counts) for name, counts in report["recipes"].items()}
        columns = {name: table.column(name).to_numpy() for name in table.column_names}
        i, j = columns.pop("i"), columns.pop("j")
        blocking = BlockingReport(recipes, report["pairs"])
        return cls(i, j, columns, blocking, people.column("people")[0].as_py())


@dataclass(frozen=True)
class Searcher:
    """Compares the two sides of a part. Without a model all pairs are given back, else those that
    weigh enough."""

    spec: Spec
    recipes: tuple[Recipe, ...]
    parts: int
    shared: SharedNumbers
    model: Model | None
    with_people: bool = False

    def __call__(self, key: tuple[Any, ...], left: pa.Table, right: pa.Table) -> pa.Table:
        """Return one packet of pairs, none where one side is empty."""
        packets: list[bytes] = []
        if len(left) and len(right):
            sides = (Packet.unpack(payloads(side), self.spec) for side in (left, right))
            packets = [self.found(int(key[0].as_py()), *sides).pack()]
        return pa.Table.from_batches([as_batch(packets)])

    def found(self, part: int, left: Packet, right: Packet) -> PartFound:
        """Find and compare the pairs of a part."""
        index = part_index(left.records, right.records, self.recipes, part, self.parts)
        report = BlockingReport.of(index)
        rows, pieces = np.arange(len(left)), []
        for begin in range(0, max(len(rows), 1), _AT_ONCE):
            some = rows[begin : begin + _AT_ONCE]
            i, j = find_pairs(left.records, index, some, report, recipes=self.recipes)
            pieces.append(self._compared(left.records, right.records, i, j))
        i, j = (np.concatenate([piece[side] for piece in pieces]) for side in (0, 1))
        levels = {
            name: np.concatenate([piece[2][name] for piece in pieces]) for name in pieces[0][2]
        }
        people = right.take(np.unique(j)).pack() if self.with_people else b""
        return PartFound(left.places[i], right.places[j], levels, report, people)

    def _compared(
        self, left: Records, right: Records, i: Ints, j: Ints
    ) -> tuple[Ints, Ints, PairLevels]:
        left, right = self.shared.hidden_in(left), self.shared.hidden_in(right)
        if self.model is None:
            return i, j, compare(left, right, i, j)
        pairs = compare_staged(left, right, i, j, self.model)
        return pairs.i, pairs.j, pairs.levels
