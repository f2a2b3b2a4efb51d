"""How an event is hashed."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

GENESIS = "0" * 64  # hash before the first event


def chain_hash(previous: str, event: Mapping[str, object]) -> str:
    """Return SHA-256 (hex) over `previous` and the canonical JSON of `event`.

    Canonical: keys sorted, no spaces, UTF-8, times as ISO 8601 in UTC with microseconds.
    """
    body = json.dumps(
        event, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} has no canonical form")
