"""Keys of one record and of many: the same for a record wherever it stands."""

from jps.matching.hashing import Ints
from jps.matching.records import Record, Records


def record_keys(record: Record) -> dict[str, int]:
    """Return every key of one record by step name, refinements included; unknown ones left out.

    The values equal those of `all_keys` for the same record in any table.
    """
    features = record.features()
    keys = {step.name: step.of(features) for step in record.spec.steps}
    return {name: key for name, key in keys.items() if key is not None}


def all_keys(records: Records) -> dict[str, Ints]:
    """Return every key of every row by step name, NO_KEY where a feature is unknown."""
    return {step.name: step.of_all(records.feature) for step in records.spec.steps}
