"""Compare two records, or many pairs of them, field by field, to levels of agreement."""

from collections.abc import Mapping, Sequence

from jps.matching.hashing import Ints
from jps.matching.kinds import Levels
from jps.matching.records import Record, Records
from jps.matching.spec import SAME, Field

PairLevels = Mapping[str, Levels]  # field name -> level of every pair


def compare_one(a: Record, b: Record) -> dict[str, int]:
    """Return the level of every field for one pair."""
    levels = {
        field.name: int(field.kind.level(a[field.name], b[field.name])) for field in a.spec.fields
    }
    for field in a.spec.fields:
        if levels[field.name] == SAME:
            levels |= dict.fromkeys(field.kind.made_of, 0)
    return levels


def compare(
    a: Records, b: Records, i: Ints, j: Ints, fields: Sequence[Field] | None = None
) -> dict[str, Levels]:
    """Return the levels of the pairs (row i[k] of a, row j[k] of b) for these fields, or all.

    Where a field made of others agrees (two names swapped), those are taken as missing.
    """
    fields = a.spec.fields if fields is None else fields
    levels = {
        field.name: field.kind.levels_of(a[field.name], b[field.name], i, j) for field in fields
    }
    for field in fields:
        for part in field.kind.made_of:
            levels[part][levels[field.name] == SAME] = 0
    return levels
