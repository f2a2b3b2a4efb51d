"""Addresses that try wrong tokens or codes again and again rest; what was right lately does not."""

import threading
from collections import OrderedDict, deque
from collections.abc import MutableMapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

ALLOWED = 30  # wrong tokens of one address within WINDOW; a phone cut off asks a few times an hour
WINDOW = timedelta(minutes=1)
REMEMBERED = 10_000  # addresses, and tokens, each


class Throttle:
    """What this process saw of late. A token cannot be guessed: this saves work, nothing else.

    Many phones share one address of their network: who was let in before still is, whatever others
    at the same address do.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wrong: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    @classmethod
    def of(cls, kept: MutableMapping[str, Any], door: str) -> "Throttle":
        """Return what an application remembers of a door, in `app.extensions`."""
        return cast(Throttle, kept.setdefault(f"throttle-{door}", cls()))

    def is_resting(self, address: str, digest: str, *, at: datetime) -> bool:
        """Whether a token (by its hash) from this address is not even looked at."""
        with self._lock:
            times = self._wrong.get(address)
            if digest in self._known or times is None:
                return False
            while times and times[0] <= at - WINDOW:
                times.popleft()
            return len(times) >= ALLOWED

    def note_wrong(self, address: str, digest: str, *, at: datetime) -> None:
        """Count a wrong token."""
        with self._lock:
            self._known.pop(digest, None)
            self._wrong.setdefault(address, deque(maxlen=ALLOWED)).append(at)
            self._wrong.move_to_end(address)
            if len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)

    def note_right(self, digest: str) -> None:
        """Remember a token that was let in."""
        with self._lock:
            self._known[digest] = None
            self._known.move_to_end(digest)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)


def digest_of(text: str) -> str:
    """Return what stands for a token or code: nobody reads it here."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()
