"""What is counted of a whole list, when no machine sees all of it: part by part, then together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jps.matching.frequencies import Frequencies
from jps.matching.hashing import Ints, mix_arrays
from jps.matching.packets import Packet
from jps.matching.recipes import NO_KEY
from jps.matching.records import Records
from jps.matching.spec import Spec

LISTED = 20_000  # most frequent values that are kept one by one, as `Frequencies.of` keeps them
_SALT = 0x5EED


@dataclass(frozen=True)
class Tally:
    """Values of one part, no other part has the same ones: the most frequent, and sums of all."""

    values: Ints
    counts: Ints
    distinct: int
    total: int
    squares: float

    @classmethod
    def of(cls, values: Ints, counts: Ints) -> "Tally":
        """Add up counts of values that may stand there several times; 0 is not counted."""
        once, where = np.unique(values[values > 0], return_inverse=True)
        sums = np.bincount(where, counts[values > 0], minlength=len(once)).astype(np.int64)
        top = np.sort(np.argsort(-sums, kind="stable")[:LISTED])
        squares = float((sums.astype(np.float64) ** 2).sum())
        return cls(once[top], sums[top], len(once), int(sums.sum()), squares)

    def table(self) -> pa.Table:
        """Return the tally as a table, the sums of all in its first row."""
        sums = [self.distinct, self.total, self.squares]
        listed = pa.array([self.values.tolist()]), pa.array([self.counts.tolist()])
        return pa.table({"values": listed[0], "counts": listed[1], "sums": pa.array([sums])})

    @classmethod
    def read(cls, table: pa.Table) -> "Tally":
        """Read what `table` gave."""
        values, counts, sums = (table.column(name)[0].as_py() for name in table.column_names)
        listed = np.array(values, np.int64), np.array(counts, np.int64)
        return cls(*listed, int(sums[0]), int(sums[1]), float(sums[2]))


def frequencies_of(parts: Sequence[Tally]) -> Frequencies:
    """Return what `Frequencies.of` gives for the whole column."""
    total = sum(part.total for part in parts)
    if not total:
        return Frequencies.of(np.empty(0, np.int64))
    values = np.concatenate([part.values for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    order = np.argsort(values)
    values, counts = values[order], counts[order]
    top = np.sort(np.argsort(-counts, kind="stable")[:LISTED])
    others = sum(part.distinct for part in parts) - len(top)
    rest = (total - int(counts[top].sum())) / others if others else 1.0
    mean = sum(part.squares for part in parts) / total**2
    return Frequencies(values[top], counts[top], rest, total, mean)


def drawn(packet: Packet, share: float) -> Packet:
    """Return about this share of the records, whole families where the specification has them.

    Who is drawn depends on the record alone: families by their key, others by their place.
    """
    draw, families = mix_arrays(_SALT, packet.places), family_keys(packet.records)
    draw = np.where(families != NO_KEY, mix_arrays(_SALT, families), draw)
    return packet.take(np.flatnonzero(draw < share * 2.0**63))


def family_keys(records: Records) -> Ints:
    """Return the key of everybody's family, NO_KEY where unknown or nobody has one."""
    family = records.spec.family
    for recipe in records.spec.recipes:
        if family is not None and recipe.name == family.recipe:
            return recipe.steps[0].of_all(records.feature)
    return np.full(len(records), NO_KEY)


def counted_fields(spec: Spec) -> tuple[str, ...]:
    """Return the fields whose values are counted: how often they stand, or under how many names."""
    return tuple(field.name for field in spec.fields if field.kind.counted or field.owners)
