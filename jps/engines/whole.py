"""Two lists in files, matched from beginning to end; no machine reads the registry whole.

The driver holds our list, the pairs worth a look with the registry persons in them, the families
of those who were found, and a sample for training.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from jps.engines.base import Matched, parquet_files
from jps.engines.counting import Adder, Counter, Counts, Relatives, Sampler
from jps.engines.parts import PACKETS, PART, ROUTED, Reader, payloads
from jps.engines.rounds import RoundFound, Rounds
from jps.engines.session import Frame, Spark
from jps.errors import InvalidData
from jps.matching import PERSON, Assignment, Model, Records, RegistryIndex, Spec, Thresholds
from jps.matching.hashing import Ints
from jps.matching.index import Block
from jps.matching.linker import linked
from jps.matching.packets import Packet
from jps.matching.pairs import FLOOR, Pairs
from jps.matching.partition import parts_for
from jps.matching.recipes import NO_KEY
from jps.matching.search import Found, Lists, improved, settles
from jps.matching.tally import drawn, family_keys
from jps.matching.train import train
from jps.text import N_

_LEARNT_FROM = 250_000  # records of either list that the driver learns a model from
# What the kernel reads as text although it is none; all else must be text.
_SPARK_TYPES = {"int64": "bigint", "int32": "int", "date32[day]": "date"}
_NOBODY = np.empty(0, np.int64)


@dataclass(frozen=True)
class _Side:
    """One list: its packets on Spark, and what was counted of it."""

    frame: Frame
    total: int
    counts: Counts


def match_files(
    spark: Spark,
    survey: Path,
    registry: Path,
    *,
    model: Model | None,
    how: Assignment | None,
    thresholds: Thresholds,
    seed: int,
    spec: Spec = PERSON,
) -> Matched:
    """Link every record of one Parquet file (or folder) to the registry in another."""
    with _opened(spark, survey, spec) as ours, _opened(spark, registry, spec) as theirs:
        shared = ours.counts.shared | theirs.counts.shared
        parts = parts_for(theirs.total, spark.cores)
        rounds = Rounds(spark, spec, ours.frame, theirs.frame, parts, shared, with_people=True)
        left = _sorted(spec, payloads(ours.frame.toArrow()))
        found, people = _search(rounds, left, theirs, model, sure=thresholds.sure, seed=seed)
        wanted = _families(rounds, left.records, people.records, found.pairs, thresholds.sure)
        others = spark.mapped(theirs.frame, Relatives(spec, wanted), PACKETS)
        more = _sorted(spec, [people.pack(), *payloads(others.toArrow())])
    rows = np.searchsorted(more.places, people.places)
    found = replace(found, pairs=replace(found.pairs, j=rows[found.pairs.j]))
    index = _index(more.records, theirs.counts)
    compared = shared.hidden_in(left.records), shared.hidden_in(more.records)
    lists = Lists(left.records, index, *compared, shared)
    links = linked(lists, found, how=how or spec.how, thresholds=thresholds)
    links = replace(links, report=replace(links.report, people=theirs.total))
    return Matched.of(links, more.records)


@contextmanager
def _opened(spark: Spark, path: Path, spec: Spec) -> Iterator[_Side]:
    """Normalise a list once, for as long as the block lasts, and count it."""
    schema, total = _look_at(path, spec)
    frame = spark.by_partition(spark.read(path, schema), Reader(spec), PACKETS).persist()
    try:
        parts = parts_for(total, spark.cores)
        spark.cut_into(parts)
        values = spark.mapped(frame, Counter(spec, parts), ROUTED)
        counted = spark.grouped(values, PART, Adder(spec), PACKETS)
        yield _Side(frame, total, Counts.of(payloads(counted.toArrow()), spec))
    finally:
        frame.unpersist()


def _look_at(path: Path, spec: Spec) -> tuple[str, int]:
    """Return the columns of a list in Spark's words, and how many records it has.

    Raises NotFound or InvalidFile for the file, InvalidData for a column.
    """
    files = parquet_files(path)
    schema = files[0].schema_arrow
    columns = []
    for column in spec.columns:
        if column not in schema.names:
            raise InvalidData(N_("Kolom {column} tidak ada"), column=column)
        kind = schema.field(column).type
        if pa.types.is_floating(kind):
            message = N_("Kolom {column} berisi bilangan pecahan; baca sebagai teks.")
            raise InvalidData(message, column=column)
        columns.append(f"`{column}` {_SPARK_TYPES.get(str(kind), 'string')}")
    return ", ".join(columns), sum(file.metadata.num_rows for file in files)


def _search(
    rounds: Rounds, left: Packet, theirs: _Side, model: Model | None, *, sure: float, seed: int
) -> tuple[Found, Packet]:
    """Return what `find_all` returns, and the registry persons that its pairs count."""
    spec, places = rounds.spec, left.places
    early = rounds.settling(_NOBODY, len(left), model)
    start = model or _learn(rounds, left, theirs, early, seed)
    people = _sorted(spec, early.packets)
    pairs = _pairs(early, places, people, start)
    settled = np.unique(pairs.i[settles(pairs, sure, spec.anchor)])
    late = rounds.every(places[settled], len(left) - len(settled), start)
    kept = np.isin(pairs.i, settled) & (pairs.weights >= FLOOR)
    people = _sorted(spec, (*early.packets, *late.packets))
    early = replace(early, i=early.i[kept], j=early.j[kept], levels=pairs.take(kept).levels)
    both = [_pairs(some, places, people, start) for some in (early, late)]
    pairs = Pairs.joined(both).sorted()
    if model is None:
        pairs, start = improved(pairs, start, people.records, len(left))
    return Found(pairs, start, settled, late.report), people


def _learn(rounds: Rounds, left: Packet, theirs: _Side, early: RoundFound, seed: int) -> Model:
    """Learn a model from samples of both lists and the pairs of those in them."""
    some = drawn(left, _LEARNT_FROM / max(len(left), 1))
    share = _LEARNT_FROM / max(theirs.total, 1)
    sampled = rounds.spark.mapped(theirs.frame, Sampler(rounds.spec, share), PACKETS)
    right = _sorted(rounds.spec, payloads(sampled.toArrow())).records
    mine = np.isin(early.i, some.places)
    levels = {name: one[mine] for name, one in early.levels.items()}
    compared = rounds.shared.hidden_in(some.records)
    index = _index(right, theirs.counts)
    return train(compared, index, levels, seed=seed, people=theirs.total)


def _index(people: Records, counts: Counts) -> RegistryIndex:
    """Index families alone."""
    family, rows = people.spec.family, np.arange(len(people), dtype=np.int32)
    blocks = {
        recipe.name: Block.build(people, recipe, 0, rows)
        for recipe in people.spec.recipes
        if family is not None and recipe.name == family.recipe
    }
    return RegistryIndex(people, blocks, counts.frequencies, "")


def _families(rounds: Rounds, left: Records, people: Records, pairs: Pairs, sure: float) -> Ints:
    """Return the registry families (sorted keys) of records found whose card has others not so."""
    ours, theirs = (family_keys(rounds.shared.hidden_in(side)) for side in (left, people))
    best = pairs.best()
    certain = best.take(best.weights >= sure)
    waiting = np.ones(len(left), bool)
    waiting[certain.i] = False
    asking = np.isin(ours[certain.i], ours[waiting & (ours != NO_KEY)])
    families = np.unique(theirs[certain.j[asking]])
    return np.asarray(families[families != NO_KEY], np.int64)


def _sorted(spec: Spec, packets: Sequence[bytes]) -> Packet:
    """Return the records in these packets, each once, by place."""
    if not packets:
        return Packet.blank(spec).take(_NOBODY)
    packet = Packet.unpack(packets, spec)
    return packet.take(np.unique(packet.places, return_index=True)[1])


def _pairs(found: RoundFound, places: Ints, people: Packet, model: Model) -> Pairs:
    """Return pairs that count the records of our list and these people."""
    i = np.searchsorted(places, found.i)
    j = np.searchsorted(people.places, found.j)
    return Pairs.of(i, j, found.levels, model, people.records)
