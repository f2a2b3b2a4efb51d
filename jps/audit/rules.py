"""How an event is hashed."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from jps.jsontext import canonical

GENESIS = "0" * 64  # hash before the first event


def chain_hash(previous: str, event: Mapping[str, object]) -> str:
    """Return SHA-256 (hex) over `previous` and the canonical JSON of `event`.

    Canonical: keys sorted, no spaces, UTF-8, times as ISO 8601 in UTC with microseconds.
    """
    return hashlib.sha256(previous.encode() + b"\n" + canonical(event, _plain)).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} has no canonical form")
