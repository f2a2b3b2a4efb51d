"""Submissions as JSON (KoboToolbox API, ODK Central OData) to the tables of their CSV exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# What names a submission, best first; and what joins a member to it in the tables made here.
IDENTIFIERS = ("__id", "_uuid", "meta/instanceID", "_id")
KEY, PARENT_KEY = "KEY", "PARENT_KEY"
MAX_DEPTH = 12  # groups within groups; deeper is no form


@dataclass(slots=True)
class Sheet:
    """A table as it grows: headers in the order of their first appearance."""

    headers: dict[str, int] = field(default_factory=dict)
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, values: Mapping[str, object]) -> None:
        """Add a row."""
        for name in values:
            self.headers.setdefault(name, len(self.headers))
        self.rows.append(dict(values))


def tables_of(
    submissions: Sequence[Mapping[str, Any]],
) -> dict[str, tuple[tuple[str, ...], list[dict[str, Any]]]]:
    """Return headers and records by table, the submissions' own table ("") first.

    Groups become paths (`person/nik`), repeats tables of their own, GeoJSON points `lat lon alt
    acc`.
    """
    sheets: dict[str, Sheet] = {"": Sheet()}
    for number, submission in enumerate(submissions, start=1):
        values, repeats = _flat(submission)
        key = next((str(values[name]) for name in IDENTIFIERS if values.get(name)), str(number))
        sheets[""].add({**values, KEY: key})
        for name, entries in repeats.items():
            sheet = sheets.setdefault(name, Sheet())
            for entry in entries:
                sheet.add({**_flat(entry)[0], PARENT_KEY: key})
    return {name: (tuple(sheet.headers), sheet.rows) for name, sheet in sheets.items()}


def _flat(
    record: Mapping[str, Any], path: str = "", depth: int = 0
) -> tuple[dict[str, object], dict[str, list[Mapping[str, Any]]]]:
    """Return the values of a record by path, and its repeats by the last part of theirs."""
    values: dict[str, object] = {}
    repeats: dict[str, list[Mapping[str, Any]]] = {}
    for name, value in record.items():
        where = f"{path}/{name}" if path else str(name)
        if isinstance(value, Mapping):
            if (point := _point(value)) is not None:
                values[where] = point
            elif depth < MAX_DEPTH:
                inner, more = _flat(value, where, depth + 1)
                values |= inner
                repeats |= more
        elif isinstance(value, list):
            entries = [entry for entry in value if isinstance(entry, Mapping)]
            if entries:
                repeats[where.rpartition("/")[2]] = entries
            elif value:
                values[where] = " ".join(map(str, value))
        else:
            values[where] = value
    return values, repeats


def _point(value: Mapping[str, Any]) -> str | None:
    """Return a GeoJSON point as XForms write it, None for anything else."""
    numbers = value.get("coordinates")
    if value.get("type") != "Point" or not isinstance(numbers, list) or len(numbers) < 2:
        return None
    properties = value.get("properties")
    accuracy = properties.get("accuracy") if isinstance(properties, Mapping) else None
    altitude = numbers[2] if len(numbers) > 2 else None
    return f"{numbers[1]} {numbers[0]} {altitude or 0} {accuracy or 0}"
