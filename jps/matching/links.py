"""What linking gives back: one entry per record, counts, and the model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jps.matching.assign import NONE, Assigned
from jps.matching.blocking import BlockingReport
from jps.matching.columns import strings, take, to_texts
from jps.matching.frequencies import Floats
from jps.matching.hashing import Ints
from jps.matching.model import Model, probability
from jps.matching.pairs import Pairs

Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True)
class LinkReport:
    """Counts of one run.

    `settled` records were decided by their NIK, with name and birth date in accord; all others were
    searched by every key, which `blocking` counts. `kept` pairs weigh enough to be worth a look.
    `again` is the weight from which a person was linked to a further record. `shared` counts, per
    field, the numbers that stand under many names and were treated as unknown.
    """

    records: int
    people: int
    settled: int
    kept: int
    again: float
    shared: Mapping[str, int]
    blocking: BlockingReport


@dataclass(frozen=True)
class Link:
    """One record and its best registry person.

    `person` is the id linked, None if nobody is. `candidate` is the best person found even if not
    linked, `weight` (bits), `probability` and `levels` (field -> level) are of that candidate (of
    `person` where linked). `second` is the next best, `margin` the bits between them (None without
    a second). `shared` says that another record is linked to the same person.
    """

    record: str
    person: str | None
    candidate: str | None
    weight: float | None
    probability: float
    second: str | None
    second_weight: float | None
    margin: float | None
    shared: bool
    levels: Mapping[str, int]


@dataclass(frozen=True)
class Links:
    """Columns with one row per record of our list, in its order; see `Link` for their meaning.

    `candidate` and `second` are registry rows or NONE; weights are NaN where there is none. `pairs`
    are all pairs worth a look, record by record from starts[row] to starts[row + 1].
    """

    records: pa.StringArray
    people: pa.StringArray
    linked: npt.NDArray[np.bool_]
    shared: npt.NDArray[np.bool_]
    candidate: Ints
    weight: Floats
    second: Ints
    second_weight: Floats
    levels: Mapping[str, npt.NDArray[np.int8]]
    pairs: Pairs
    starts: Ints
    model: Model
    report: LinkReport

    @classmethod
    def of(
        cls,
        records: pa.StringArray,
        people: pa.StringArray,
        pairs: Pairs,
        assigned: Assigned,
        model: Model,
        report: LinkReport,
    ) -> "Links":
        """Put together sorted pairs and what was assigned of them."""
        starts = np.searchsorted(pairs.i, np.arange(len(records) + 1))
        many = np.diff(starts)
        first = np.where(many > 0, starts[:-1], NONE)
        second = np.where(many > 1, starts[:-1] + 1, NONE)
        best = np.where(assigned.pair == NONE, first, assigned.pair)
        other = np.where(best == first, second, first)
        levels = {
            field.name: _at(pairs.levels[field.name], best, np.int8(0))
            for field in model.spec.fields
        }
        return cls(
            records=records,
            people=people,
            linked=assigned.pair != NONE,
            shared=assigned.shared,
            candidate=_at(pairs.j, best, np.int64(NONE)),
            weight=_at(pairs.weights, best, np.float64(np.nan)),
            second=_at(pairs.j, other, np.int64(NONE)),
            second_weight=_at(pairs.weights, other, np.float64(np.nan)),
            levels=levels,
            pairs=pairs,
            starts=starts,
            model=model,
            report=report,
        )

    @property
    def margin(self) -> Floats:
        """Bits between candidate and second; negative where another record holds a better one."""
        return self.weight - self.second_weight

    def __len__(self) -> int:
        return len(self.candidate)

    def __iter__(self) -> Iterator[Link]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> Link:
        weight = _known(self.weight[row])
        candidate = self._person(self.candidate[row])
        return Link(
            record=self.records[row].as_py(),
            person=candidate if self.linked[row] else None,
            candidate=candidate,
            weight=weight,
            probability=0.0 if weight is None else probability(weight),
            second=self._person(self.second[row]),
            second_weight=_known(self.second_weight[row]),
            margin=_known(self.margin[row]),
            shared=bool(self.shared[row]),
            levels={name: int(levels[row]) for name, levels in self.levels.items()},
        )

    def candidates(self, row: int, most: int = 10) -> list[tuple[str, float]]:
        """Return (id, weight) of the best registry persons for one record, heaviest first."""
        mine = slice(self.starts[row], min(self.starts[row + 1], self.starts[row] + most))
        people = to_texts(take(self.people, self.pairs.j[mine]))
        return list(zip(people, self.pairs.weights[mine].tolist(), strict=True))

    def table(self) -> pa.Table:
        """Return the columns of `Link` as an Arrow table, levels as `level_<field>`."""
        candidate, second = (self._people(rows) for rows in (self.candidate, self.second))
        columns: dict[str, Any] = {
            "record": self.records,
            "person": pc.if_else(pa.array(self.linked), candidate, pa.scalar(None, pa.string())),
            "candidate": candidate,
            "weight": _nullable(self.weight),
            "probability": [0.0 if w != w else probability(w) for w in self.weight.tolist()],
            "second": second,
            "second_weight": _nullable(self.second_weight),
            "margin": _nullable(self.margin),
            "shared": self.shared,
        }
        columns |= {f"level_{name}": levels for name, levels in self.levels.items()}
        return pa.table(columns)

    def _people(self, rows: Ints) -> pa.StringArray:
        found = rows != NONE
        people = take(self.people, np.where(found, rows, 0)) if found.any() else None
        nobody = pa.nulls(len(rows), pa.string())
        return strings(pc.if_else(pa.array(found), people, nobody) if people else nobody)

    def _person(self, row: int) -> str | None:
        return None if row == NONE else str(self.people[int(row)].as_py())


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _nullable(values: Floats) -> "pa.Array[Any]":
    return pa.array(values, mask=np.isnan(values))


def _at(values: "npt.NDArray[Value]", positions: Ints, missing: Value) -> "npt.NDArray[Value]":
    """Return values at positions, `missing` where the position is NONE."""
    out = np.full(len(positions), missing, values.dtype)
    out[positions != NONE] = values[positions[positions != NONE]]
    return out
