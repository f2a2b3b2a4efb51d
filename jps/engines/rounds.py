"""The two searches of every matching on Spark: by the keys that settle a record, then by all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jps.engines.parts import (
    PACKETS,
    PART,
    ROUTED,
    Asking,
    PartFound,
    Router,
    Searcher,
    payloads,
)
from jps.engines.session import Frame, Spark
from jps.matching import Model, Spec
from jps.matching.blocking import BlockCount, BlockingReport
from jps.matching.compare import PairLevels
from jps.matching.hashing import Ints
from jps.matching.partition import Asked, bits_for
from jps.matching.recipes import Recipe
from jps.matching.shared import SharedNumbers


@dataclass(frozen=True)
class Rounds:
    """Both lists as packets on Spark, and into how many parts they are cut."""

    spark: Spark
    spec: Spec
    left: Frame
    right: Frame
    parts: int
    shared: SharedNumbers
    with_people: bool = False

    def settling(self, done: Ints, records: int, model: Model | None) -> "RoundFound":
        """Search by the recipes that settle a record; see `Searcher` for `model`.

        `done` are the places (sorted) of records that are not searched, `records` the number of
        those who are.
        """
        return self._search(self.spec.settling, done, records, model)

    def every(self, done: Ints, records: int, model: Model) -> "RoundFound":
        """Search by all recipes."""
        return self._search(self.spec.recipes, done, records, model)

    def _search(
        self, recipes: tuple[Recipe, ...], done: Ints, records: int, model: Model | None
    ) -> "RoundFound":
        asked = self._asked(recipes, done, records)
        left = Router(self.spec, recipes, self.parts, settled=done)
        right = Router(self.spec, recipes, self.parts, asked=asked)
        work = Searcher(self.spec, recipes, self.parts, self.shared, model, self.with_people)
        self.spark.cut_into(self.parts)
        found = self.spark.cogrouped(
            self.spark.mapped(self.left, left, ROUTED),
            self.spark.mapped(self.right, right, ROUTED),
            PART,
            work,
            PACKETS,
        )
        return _joined(self.spec, [PartFound.unpack(one) for one in payloads(found.toArrow())])

    def _asked(self, recipes: tuple[Recipe, ...], done: Ints, records: int) -> Asked:
        size = bits_for(records * len(recipes))
        asking = self.spark.mapped(self.left, Asking(self.spec, recipes, size, done), PACKETS)
        asked = Asked(size, np.zeros(1 << (size - 3), np.uint8))
        for bits in payloads(asking.toArrow()):
            asked |= Asked(size, np.frombuffer(bits, np.uint8))
        return asked


@dataclass(frozen=True)
class RoundFound:
    """Pairs of all parts, each once, in the order of `find_pairs`; see `PartFound`."""

    i: Ints
    j: Ints
    levels: PairLevels
    report: BlockingReport
    packets: tuple[bytes, ...]


def _joined(spec: Spec, parts: Sequence[PartFound]) -> RoundFound:
    i, j = (
        np.concatenate([np.empty(0, np.int64), *(getattr(one, side) for one in parts)])
        for side in "ij"
    )
    order = np.lexsort((j, i))
    i, j = i[order], j[order]
    new = np.ones(len(i), bool)
    new[1:] = (i[1:] != i[:-1]) | (j[1:] != j[:-1])
    levels = {
        field.name: np.concatenate(
            [np.empty(0, np.int8), *(one.levels[field.name] for one in parts)]
        )[order][new]
        for field in spec.fields
    }
    report = _added(spec, [one.report for one in parts])
    packets = tuple(one.people for one in parts if one.people)
    return RoundFound(i[new], j[new], levels, report, packets)


def _added(spec: Spec, reports: Sequence[BlockingReport]) -> BlockingReport:
    """Add counts up; pairs that meet in several parts are compared, and counted, in each."""
    total = {recipe.name: BlockCount() for recipe in spec.recipes}
    for report in reports:
        for name, count in report.recipes.items():
            both = (vars(count), vars(total[name]))
            total[name] = BlockCount(**{what: sum(one[what] for one in both) for what in both[0]})
    return BlockingReport(total, sum(report.pairs for report in reports))
