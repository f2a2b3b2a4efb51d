"""The search of one matching run: by which model, what changed, and who is who as a table.

It reads and computes; nothing is written but files in the office's folder. What it finds depends on
members, registry, model, thresholds and decisions alone, not on what was found before: that only
says what need not be searched again.
"""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.engines import Engine, Matched
from jps.identity.decided import Said, said_of
from jps.identity.matchers import Matcher
from jps.identity.models import Decision
from jps.matching import Assignment, Links, Model, People, RegistryIndex, link
from jps.matching.assign import NONE
from jps.matching.changes import Changes, Search
from jps.matching.columns import text_column, to_texts
from jps.matching.decided import Decided
from jps.matching.hashing import Ints, hash_text, mix_arrays
from jps.matching.linker import linked, repeat_bits
from jps.matching.memory import Memory, hash_texts, rules_version
from jps.matching.search import Lists

TRAIN_ON = 100_000  # members; more tell a model nothing new
_SEED = 75
_RAW = ("nik", "birth_date", "sex", "village")  # of a member: what the state of the number rests on

SaidOf = Mapping[uuid.UUID, Said]


@dataclass(frozen=True)
class Inputs:
    """Members and registry of a run, as they were when it began."""

    frame: pa.Table
    index: RegistryIndex
    lists: Lists

    @classmethod
    def of(cls, frame: pa.Table, index: RegistryIndex) -> "Inputs":
        """Read the members' records."""
        return cls(frame, index, Lists.of(People.read(frame), index))


def learn(inputs: Inputs) -> Model:
    """Learn a model from the two lists; `facts` say how long they were."""
    frame, size = inputs.frame, len(inputs.frame)
    if size > TRAIN_ON:
        rows = np.random.default_rng(_SEED).choice(size, TRAIN_ON, replace=False)
        frame = frame.take(np.sort(rows))
    model = link(frame, inputs.index).model
    facts = {**model.facts, "members": size, "persons": len(inputs.index)}
    return replace(model, facts=facts)


def read_said(session: Session, matcher: Matcher) -> SaidOf:
    """Return what people decided about every member, for the snapshot of the matcher."""
    decided = select(Decision.member_id).where(
        Decision.person_nik.is_not(None), Decision.undone_at.is_(None)
    )
    return said_of(session, sorted(set(session.scalars(decided))), matcher)


class Finder:
    """Searches, and says of every member who it is."""

    table: pa.Table
    again: float

    def __init__(
        self, inputs: Inputs, matcher: Matcher, engine: Engine, memory_file: Path, *, full: bool
    ) -> None:
        self.inputs, self._matcher = inputs, matcher
        basis = _basis(matcher)
        memory = None if full else Memory.load(memory_file, basis)
        self.remembered = memory is not None
        self._gone_from = memory
        self._search = Search(
            inputs.lists,
            matcher.model,
            sure=matcher.thresholds.sure,
            basis=basis,
            memory=memory,
            find=engine.find,
            at_once=engine.at_once,
        )

    @property
    def changes(self) -> Changes:
        """What has to be searched."""
        return self._search.changes

    def run(self) -> Iterator[int]:
        """Search; yield how many members are done."""
        yield from self._search.run()
        found = self._search.found
        self.again = repeat_bits(found.pairs, self._matcher.thresholds.sure)

    def assign(self, said: SaidOf, *, model_id: int, again: float) -> pa.Table:
        """Return who is who: the columns of `Matched.table`, `digest` and `fresh`.

        `digest` is one number for all that the member's link will say. `fresh`: the member is new
        or changed since the last run. The members who are gone stand in the metadata.
        """
        lists, thresholds = self.inputs.lists, self._matcher.thresholds
        links = linked(
            lists,
            self._search.found,
            how=Assignment.MEMBERS,
            thresholds=replace(thresholds, again=thresholds.link + again),
            decided=_rows_decided(said, lists),
        )
        context = (self._matcher.snapshot_id, model_id, thresholds, again)
        digests = _digests(links, self.inputs, said, repr(context))
        table = Matched.of(links, self.inputs.index.people).table
        table = table.append_column("digest", pa.array(digests))
        table = table.append_column("fresh", pa.array(self._fresh()))
        gone = "\n".join(self._gone())
        return table.replace_schema_metadata({"gone": gone})

    def remember(self, path: Path) -> None:
        """Write what the next run need not search again."""
        self._search.memory.save(path)

    def _fresh(self) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        fresh = np.ones(len(self.inputs.frame), bool)
        now = self.changes.records_now
        fresh[now[now != NONE]] = False
        return fresh

    def _gone(self) -> list[str]:
        if self._gone_from is None:
            return []
        there = set(to_texts(self.inputs.lists.left.ids))
        return [one for one in to_texts(self._gone_from.ids) if one not in there]


def gone_of(table: pa.Table) -> list[uuid.UUID]:
    """Return the members of the run before who are in no household any more."""
    text = (table.schema.metadata or {}).get(b"gone", b"").decode()
    return [uuid.UUID(one) for one in text.split("\n") if one]


def _basis(matcher: Matcher) -> str:
    """Return what a remembered search rests on besides the two lists."""
    model = hashlib.sha256(matcher.model.to_json().encode()).hexdigest()
    return f"{rules_version()} {model} {matcher.thresholds.sure:g}"


def _rows_decided(said: SaidOf, lists: Lists) -> Decided:
    """Return what people decided as rows of the two lists; what is in neither is left out."""
    if not said:
        return Decided()
    numbers = person_numbers(lists.index)
    order = np.argsort(numbers)
    ids = numbers[order]
    rows = {text: row for row, text in enumerate(to_texts(lists.left.ids))}

    def pairs(which: str) -> tuple[Ints, Ints]:
        found = [
            (rows[str(member)], person)
            for member, words in said.items()
            for person in getattr(words, which)
            if str(member) in rows
        ]
        i, person = np.array(sorted(found), np.int64).reshape(-1, 2).T
        there = np.isin(person, ids)
        return i[there], order[np.searchsorted(ids, person[there])]

    return Decided(*pairs("same"), *pairs("different"))


def person_numbers(index: RegistryIndex) -> Ints:
    """Return the ids of registry persons in the order of the index."""
    return np.asarray(index.people.ids.cast(pa.int64()).to_numpy(), np.int64)


def _digests(links: Links, inputs: Inputs, said: SaidOf, context: str) -> Ints:
    """Return one number per member for everything that makes its link what it is."""
    ids = np.append(person_numbers(inputs.index), NONE)
    words = {str(member): hash_text(repr(one)) for member, one in said.items()}
    texts = to_texts(inputs.lists.left.ids)
    columns = [
        ids[links.candidate],
        ids[links.second],
        links.linked.astype(np.int64),
        links.shared.astype(np.int64),
        _bits(links.weight),
        _bits(links.second_weight),
        *(levels.astype(np.int64) for levels in links.levels.values()),
        *(hash_texts(text_column(inputs.frame, name)) for name in _RAW),
        np.array([words.get(text, 0) for text in texts], np.int64),
    ]
    return mix_arrays(hash_text(context), *columns)


def _bits(weights: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Ints:
    return np.nan_to_num(weights, nan=-1e9).view(np.int64)
