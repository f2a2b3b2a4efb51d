"""JSON files as rows: a list of objects, or an object that holds one (Kobo, ODK Central)."""

import json
from pathlib import Path
from typing import Any, TypeAlias

from jps.errors import InvalidFile
from jps.tables.submissions import tables_of
from jps.text import N_

_HOLDERS = ("results", "value", "data", "features")  # Kobo, OData of Central, others, GeoJSON


Table: TypeAlias = tuple[tuple[str, ...], list[dict[str, Any]]]  # headers, records


def read_tables(path: Path, encoding: str) -> dict[str, Table]:
    """Return the tables of a file by name: its objects ("") and, of submissions, each repeat.

    Objects inside objects are opened with a slash (`a/b`), as Kobo names its questions. Lists of
    objects are tables of their own, see `tables_of`; other lists stay. Headers stand in the order
    in which they first appear. Raises InvalidFile when the file is no list of objects.
    """
    try:
        found = json.loads(path.read_text(encoding=encoding))
    except (ValueError, RecursionError) as error:
        raise InvalidFile(N_("Berkas JSON ini rusak, jadi tidak dapat dibaca.")) from error
    if isinstance(found, dict):
        found = next((found[name] for name in _HOLDERS if isinstance(found.get(name), list)), found)
    entries = (
        [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
    )
    if not entries:
        raise InvalidFile(N_("Berkas JSON ini tidak berisi daftar objek."))
    if any(_repeats(entry) for entry in entries):
        return tables_of(entries)
    records = [_opened(entry) for entry in entries]
    headers = tuple(dict.fromkeys(name for record in records for name in record))
    return {"": (headers, records)}


def _repeats(entry: dict[str, Any]) -> bool:
    """Whether an object holds lists of objects, at any depth that a form has."""
    return any(
        isinstance(value, list) and any(isinstance(one, dict) for one in value)
        for value in _opened(entry).values()
    )


def _opened(entry: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    opened: dict[str, Any] = {}
    for name, value in entry.items():
        if isinstance(value, dict):
            opened |= _opened(value, f"{prefix}{name}/")
        else:
            opened[prefix + name] = value
    return opened
