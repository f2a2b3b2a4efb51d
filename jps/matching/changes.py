"""Search only what changed since the last search; what comes out equals a search of everything.

Whether two records are compared, and what they weigh, depends on the two records, the model, the
numbers hidden as shared, and which keys of the registry are above their cap. So a record is

* searched by every key when it is new or changed, when one of its keys went above or below its cap,
  or when what settled it is gone or came;
* compared with the registry's new and changed persons alone otherwise;
* and keeps its pairs with every person who is there as before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from jps.matching.assign import NONE
from jps.matching.blocking import BlockingReport, find_pairs
from jps.matching.columns import to_texts
from jps.matching.compare import compare
from jps.matching.hashing import Ints
from jps.matching.index import Block, RegistryIndex
from jps.matching.memory import Memory, oversize_keys, seen
from jps.matching.model import Model
from jps.matching.pairs import FLOOR, Pairs, compare_staged
from jps.matching.search import Found, Lists, find_all, settles

AT_ONCE = 25_000  # records between two signs of progress

Flags = npt.NDArray[np.bool_]


class Find(Protocol):
    """Search chosen records by every key: `search.find_all`, or the same spread over machines."""

    def __call__(
        self, lists: Lists, model: Model | None, *, sure: float, rows: Ints | None = None
    ) -> Found:
        """Return all pairs of these records that are worth a look."""


@dataclass(frozen=True)
class Changes:
    """What a search has to do.

    `whole`: records searched by every key. `partly`: compared with the registry rows under `fresh`
    alone. `records_now` and `people_now` say where the rows of the memory stand now, NONE where
    they are gone or changed. `news` counts records that are new or changed, `gone` those that left,
    `came` and `went` persons of the registry.
    """

    whole: Ints
    partly: Ints
    fresh: Flags
    records_now: Ints
    people_now: Ints
    news: int
    gone: int
    came: int
    went: int


class Search:
    """One search: `run` it to its end, then read `found` and `memory`."""

    found: Found
    memory: Memory

    def __init__(
        self,
        lists: Lists,
        model: Model,
        *,
        sure: float,
        basis: str,
        memory: Memory | None = None,
        find: Find = find_all,
        at_once: int = AT_ONCE,
    ) -> None:
        self._lists, self._model, self._sure, self._basis = lists, model, sure, basis
        self._before, self._find, self._at_once = memory, find, at_once
        self._records, self._people = seen(lists)
        self._reports: list[BlockingReport] = []
        self._settled = np.zeros(len(lists.left), bool)
        self._delta: Pairs | None = None
        self.changes = self._look(memory)

    def run(self) -> Iterator[int]:
        """Search; yield how many of `changes.whole` are done."""
        whole, parts = self.changes.whole, self._kept()
        for start in range(0, max(len(whole), 1), self._at_once):
            rows = whole[start : start + self._at_once]
            found = self._find(self._lists, self._model, sure=self._sure, rows=rows)
            parts.append(found.pairs)
            self._settled[rows] = False
            self._settled[found.settled] = True
            self._reports.append(found.report)
            yield start + len(rows)
        pairs = Pairs.joined(parts).sorted()
        settled = np.flatnonzero(self._settled)
        self.found = Found(pairs, self._model, settled, _added(self._reports, self._lists.index))
        self.memory = Memory(
            basis=self._basis,
            ids=self._lists.left.ids,
            records=self._records,
            people=self._people,
            settled=self._settled,
            oversize=oversize_keys(self._lists.index),
            pairs=pairs,
        )

    def _look(self, memory: Memory | None) -> Changes:
        """Compare the lists with the memory; search the registry's new persons on the way."""
        records, people = len(self._lists.left), len(self._lists.index)
        everybody, nobody = np.arange(records), np.empty(0, np.int64)
        if memory is None:
            fresh = np.ones(people, bool)
            return Changes(everybody, nobody, fresh, nobody, nobody, records, 0, people, 0)
        records_now, gone = _where_records(memory, self._lists, self._records)
        people_now = _where_people(memory.people, self._people)
        there = records_now != NONE
        whole = np.ones(records, bool)
        whole[records_now[there]] = False
        news = int(whole.sum())
        self._settled[records_now[there]] = memory.settled[there]
        fresh = np.ones(people, bool)
        fresh[people_now[people_now != NONE]] = False
        lost = memory.pairs.i[people_now[memory.pairs.j] == NONE]
        lost = records_now[np.unique(lost[memory.settled[lost]])]
        whole[lost[lost != NONE]] = True
        whole |= _recapped(memory, self._lists)
        if fresh.any():
            whole[self._among(np.flatnonzero(~whole), fresh)] = True
        partly = np.flatnonzero(~whole) if fresh.any() else nobody
        went = int((people_now == NONE).sum())
        came = int(fresh.sum())
        rows = np.flatnonzero(whole)
        return Changes(rows, partly, fresh, records_now, people_now, news, gone, came, went)

    def _among(self, rows: Ints, fresh: Flags) -> Ints:
        """Find the pairs of records with fresh persons; return the records that this settles."""
        lists = self._lists
        blocks = {name: _only(block, fresh) for name, block in lists.index.blocks.items()}
        index = replace(lists.index, blocks=blocks)
        report = BlockingReport.of(lists.index)
        i, j = find_pairs(lists.left, index, rows, report, recipes=lists.left.spec.settling)
        levels = compare(lists.left_compared, lists.right_compared, i, j)
        early = Pairs.of(i, j, levels, self._model, lists.index.people)
        newly = np.unique(early.i[settles(early, self._sure, lists.left.spec.anchor)])
        newly = newly[~self._settled[newly]]
        parts = [early.take(self._settled[early.i] & (early.weights >= FLOOR))]
        open_rows = rows[~self._settled[rows] & ~np.isin(rows, newly)]
        for start in range(0, len(open_rows), AT_ONCE):
            i, j = find_pairs(lists.left, index, open_rows[start : start + AT_ONCE], report)
            compared = (lists.left_compared, lists.right_compared)
            parts.append(compare_staged(*compared, i, j, self._model))
        self._delta = Pairs.joined(parts)
        self._reports.append(report)
        return newly

    def _kept(self) -> list[Pairs]:
        """Return the pairs that need no search, rows as they are now."""
        if self._before is None:
            return []
        now, pairs = self.changes, self._before.pairs
        i, j = now.records_now[pairs.i], now.people_now[pairs.j]
        searched = np.zeros(len(self._lists.left) + 1, bool)  # NONE is the last place
        searched[now.whole], searched[NONE] = True, True
        kept = replace(pairs, i=i, j=j).take(~searched[i] & (j != NONE))
        return [kept] if self._delta is None else [kept, self._delta]


def _where_records(memory: Memory, lists: Lists, contents: Ints) -> tuple[Ints, int]:
    """Return where each record of the memory stands unchanged, and how many are there no more."""
    rows = {text: row for row, text in enumerate(to_texts(lists.left.ids))}
    now = np.array([rows.get(text, NONE) for text in to_texts(memory.ids)], np.int64)
    gone = int((now == NONE).sum())
    if len(contents):
        now[contents[now] != memory.records] = NONE
    return now, gone


def _where_people(before: Ints, now: Ints) -> Ints:
    """Return where each person stands now, by content; those alike in the order of their rows."""
    old, new = (np.argsort(one, kind="stable") for one in (before, now))
    wanted, sorted_now = before[old], now[new]
    alike = np.arange(len(old)) - np.searchsorted(wanted, wanted)  # which of those with one content
    place = np.searchsorted(sorted_now, wanted) + alike
    there = place < np.searchsorted(sorted_now, wanted, side="right")
    result = np.full(len(before), NONE, np.int64)
    result[old[there]] = new[place[there]]
    return result


def _recapped(memory: Memory, lists: Lists) -> Flags:
    """Say of which records a key is above its cap now and was not, or the other way round."""
    affected = np.zeros(len(lists.left), bool)
    now = oversize_keys(lists.index)
    for recipe in lists.left.spec.recipes:
        then = memory.oversize.get(recipe.name, ())
        for depth, step in enumerate(recipe.steps):
            changed = np.setxor1d(_at(then, depth), _at(now[recipe.name], depth))
            if len(changed):
                affected |= np.isin(step.of_all(lists.left.feature), changed)
    return affected


def _at(steps: tuple[Ints, ...], depth: int) -> Ints:
    return steps[depth] if depth < len(steps) else np.empty(0, np.int64)


def _only(block: Block, chosen: Flags) -> Block:
    """Return a block with the chosen rows alone; which keys are above the cap stays."""
    keep = chosen[block.rows]
    finer = None if block.finer is None else _only(block.finer, chosen)
    keys, rows = np.asarray(block.keys)[keep], np.asarray(block.rows)[keep]
    return Block(keys, rows, block.oversize, block.dropped, finer)


def _added(reports: list[BlockingReport], index: RegistryIndex) -> BlockingReport:
    """Return what the keys did in several searches of one index."""
    total = BlockingReport.of(index)
    for report in reports:
        total.pairs += report.pairs
        for name, count in report.recipes.items():
            total.recipes[name].pairs += count.pairs
            total.recipes[name].unreached += count.unreached
    return total
