"""One number used by many persons is nobody's number: it neither speaks for nor against a pair."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from jps.matching.hashing import Ints, mix_arrays
from jps.matching.records import Record, Records


@dataclass(frozen=True)
class SharedNumbers:
    """Per field, the numbers found under as many names as its `owners` says or more, sorted."""

    numbers: Mapping[str, Ints]

    @classmethod
    def of(cls, records: Records) -> "SharedNumbers":
        """Find them in one list."""
        guarded = [field for field in records.spec.fields if field.owners]
        names = names_of(records) if guarded else None
        return cls(
            {
                field.name: under_many_names(records.feature(field.name), names, field.owners)
                for field in guarded
                if names is not None
            }
        )

    def __or__(self, other: "SharedNumbers") -> "SharedNumbers":
        numbers = {name: np.union1d(one, other.numbers[name]) for name, one in self.numbers.items()}
        return SharedNumbers(numbers)

    def hidden_in(self, records: Records) -> Records:
        """Return the records with these numbers unknown."""
        return records.without(self.numbers)


def without_shared(record: Record, candidates: Iterable[Record]) -> Record:
    """Return the record without the numbers that too many names among the candidates have."""
    people = list(candidates)
    for field in record.spec.fields:
        if not field.owners:
            continue
        number = record.feature(field.name)
        if number:
            alike = (one for one in people if one.feature(field.name) == number)
            names = {tuple(one.feature(name) for name in one.spec.naming) for one in alike}
            record = record.without(field) if len(names) >= field.owners else record
    return record


def names_of(records: Records) -> Ints:
    """Return one number per distinct name, by which the owners of a number are counted."""
    columns = [records.feature(name) for name in records.spec.naming]
    return columns[0] if len(columns) == 1 else mix_arrays(0, *columns)


def under_many_names(numbers: Ints, names: Ints, least: int) -> Ints:
    """Return the numbers that stand beside `least` different names or more, sorted."""
    order = np.lexsort((names, numbers))
    numbers, names = numbers[order], names[order]
    new = np.ones(len(numbers), bool)
    new[1:] = (numbers[1:] != numbers[:-1]) | (names[1:] != names[:-1])
    values, counts = np.unique(numbers[new & (numbers > 0)], return_counts=True)
    return values[counts >= least]
