"""Link a list of records to the registry: the whole way from two tables to explained links."""

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jps.matching.assign import assign
from jps.matching.decided import Decided
from jps.matching.household import with_households
from jps.matching.index import RegistryIndex
from jps.matching.links import LinkReport, Links
from jps.matching.model import Model
from jps.matching.normalise import Normaliser
from jps.matching.pairs import Pairs
from jps.matching.records import Records
from jps.matching.search import Found, Lists, find_all
from jps.matching.spec import Assignment

# Records entered twice that are expected among so many, before any is seen.
_REPEATED_PRIOR = (1.0, 100.0)


@dataclass(frozen=True)
class Thresholds:
    """Weights in bits: from `link` on a pair is linked, from `sure` on nobody needs to look.

    A person who is linked already is linked to a further record from `again` on: that record may be
    the same member entered twice, or a relative whom the registry does not have. None: from how
    often our list holds somebody twice, see `repeat_bits`.
    """

    link: float = 0.0
    again: float | None = None
    sure: float = 5.0


def link(
    table: pa.Table,
    index: RegistryIndex,
    *,
    model: Model | None = None,
    how: Assignment | None = None,
    thresholds: Thresholds | None = None,
    normaliser: Normaliser | None = None,
    seed: int = 0,
) -> Links:
    """Find for every record of `table` the person of the registry it describes.

    `table` has the text columns of the index's specification, which also says how to assign.
    Without a `model` one is learnt from the two lists (see `train`); a model is the right one for
    these lists only if it was learnt from lists like them. The result has one entry per record, in
    order. Raises InvalidData for a missing column.
    """
    thresholds = thresholds or Thresholds()
    lists = Lists.of(Records.read(table, normaliser, index.people.spec), index)
    found = find_all(lists, model, sure=thresholds.sure, seed=seed)
    return linked(lists, found, how=how or index.people.spec.how, thresholds=thresholds)


def linked(
    lists: Lists,
    found: Found,
    *,
    how: Assignment,
    thresholds: Thresholds,
    decided: Decided | None = None,
) -> Links:
    """Say of every record who it is, from all pairs found and from what people decided."""
    decided = decided or Decided()
    again = thresholds.again
    if again is None:
        again = thresholds.link + repeat_bits(found.pairs, thresholds.sure)
    pairs = with_households(found.pairs, found.model, lists, sure=thresholds.sure)
    pairs = decided.applied(pairs, found.model, lists)
    people = lists.index.people
    assigned = assign(
        decided.for_assignment(pairs, len(people)),
        records=len(lists.left),
        people=len(people),
        how=how,
        least=thresholds.link,
        again=again,
    )
    report = _report(lists, found, again)
    return Links.of(lists.left.ids, people.ids, pairs, assigned, found.model, report)


def repeat_bits(pairs: Pairs, sure: float) -> float:
    """Return the bits against a record being a second one of the same person.

    They follow from the share of records, among those whose best pair is beyond doubt, whose person
    has another such record too. `pairs` are sorted.
    """
    best = pairs.best()
    people = best.j[best.weights >= 2 * sure]
    repeated = len(people) - len(np.unique(people))
    expected, seen = _REPEATED_PRIOR
    return -math.log2((repeated + expected) / (len(people) + seen))


def _report(lists: Lists, found: Found, again: float) -> LinkReport:
    return LinkReport(
        records=len(lists.left),
        people=len(lists.index),
        settled=len(found.settled),
        kept=len(found.pairs),
        again=again,
        shared={name: len(numbers) for name, numbers in lists.shared.numbers.items()},
        blocking=found.report,
    )
