"""JSON files as rows: a list of objects, or an object that holds one (Kobo, ODK Central)."""

import json
from pathlib import Path
from typing import Any

from jps.errors import InvalidFile
from jps.text import N_

_HOLDERS = ("results", "value", "data", "features")  # Kobo, OData of Central, others, GeoJSON


def read_records(path: Path, encoding: str) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Return the names in the order in which they first appear, and the objects.

    Objects inside objects are opened with a slash (`a/b`), as Kobo names its questions; lists stay.
    Raises InvalidFile when the file is no list of objects.
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
    records = [_opened(entry) for entry in entries]
    headers = tuple(dict.fromkeys(name for record in records for name in record))
    return headers, records


def _opened(entry: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    opened: dict[str, Any] = {}
    for name, value in entry.items():
        if isinstance(value, dict):
            opened |= _opened(value, f"{prefix}{name}/")
        else:
            opened[prefix + name] = value
    return opened
