"""The engine of many machines: Spark moves parts of the lists, the kernel does the rest.

Both lists are normalised once. Every record is sent to the parts of its keys (`matching.partition`)
and every part is searched by itself, so that the pairs are those of the local engine. Training and
assignment, which need little per record, are done on the driver.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jps.engines.base import Matched, Registry, Source, match_index, read_source
from jps.engines.parts import PACKETS, PAYLOAD
from jps.engines.rounds import Rounds
from jps.engines.session import Frame, Spark
from jps.engines.whole import match_files
from jps.matching import Assignment, Model, Records, RegistryIndex, Thresholds
from jps.matching.columns import of_texts
from jps.matching.hashing import Ints
from jps.matching.packets import Packet
from jps.matching.pairs import FLOOR, Pairs
from jps.matching.partition import parts_for
from jps.matching.search import Found, Lists, improved, settles
from jps.matching.train import train

_PACKET = 25_000  # records written as one packet


@dataclass
class SparkEngine:
    """Matches on a running Spark."""

    spark: Spark
    at_once: int = 5_000_000  # every search sends the registry around
    _sent: dict[int, tuple[Records, Frame]] = field(default_factory=dict)

    def find(
        self,
        lists: Lists,
        model: Model | None = None,
        *,
        sure: float,
        seed: int = 0,
        rows: Ints | None = None,
    ) -> Found:
        """See `Engine.find`. Lists that were searched before need not be sent again."""
        people, anchor = lists.index.people, lists.left.spec.anchor
        rows = np.arange(len(lists.left)) if rows is None else rows
        others = np.setdiff1d(np.arange(len(lists.left)), rows)
        rounds = Rounds(
            self.spark,
            lists.left.spec,
            self._send(lists.left),
            self._send(people),
            parts_for(len(people), self.spark.cores),
            lists.shared,
        )
        early = rounds.settling(others, len(rows), model)
        start = model or train(lists.left_compared, lists.index, early.levels, seed=seed)
        pairs = Pairs.of(early.i, early.j, early.levels, start, people)
        settled = np.unique(pairs.i[settles(pairs, sure, anchor)])
        late = rounds.every(np.union1d(others, settled), len(rows) - len(settled), start)
        more = Pairs.of(late.i, late.j, late.levels, start, people)
        kept = pairs.take(np.isin(pairs.i, settled) & (pairs.weights >= FLOOR))
        pairs = Pairs.joined([kept, more]).sorted()
        if model is None:
            pairs, start = improved(pairs, start, people, len(lists.left))
        return Found(pairs, start, settled, late.report)

    def match(
        self,
        survey: Source,
        registry: Registry,
        *,
        model: Model | None = None,
        how: Assignment | None = None,
        thresholds: Thresholds | None = None,
        seed: int = 0,
    ) -> Matched:
        """See `Engine.match`. Only files are never read whole by one machine."""
        thresholds = thresholds or Thresholds()
        if isinstance(survey, Path) and isinstance(registry, Path):
            return match_files(
                self.spark, survey, registry, model=model, how=how, thresholds=thresholds, seed=seed
            )
        if not isinstance(registry, RegistryIndex):
            registry = RegistryIndex.build(read_source(registry))
        return match_index(
            self.find, survey, registry, model=model, how=how, thresholds=thresholds, seed=seed
        )

    def _send(self, records: Records) -> Frame:
        """Write records as packets to where all machines read them."""
        if id(records) in self._sent:
            return self._sent[id(records)][1]
        path = self.spark.work / f"sent-{len(self._sent)}.parquet"
        schema = pa.schema([(PAYLOAD, pa.binary())])
        bare = Records(of_texts([""] * len(records)), records.values, records.spec)
        packet = Packet(bare, np.arange(len(records)))
        with pq.ParquetWriter(path, schema, compression="none") as writer:
            for begin in range(0, max(len(records), 1), _PACKET):
                some = packet.take(np.arange(begin, min(begin + _PACKET, len(records))))
                writer.write_table(pa.table({PAYLOAD: [some.pack()]}, schema=schema))
        frame = self.spark.read(path, PACKETS)
        self._sent[id(records)] = records, frame  # who is kept keeps its id
        return frame
