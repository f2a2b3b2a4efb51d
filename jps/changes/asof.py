"""What a household was on a day: its history replayed, each step on its day. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from jps.households.documents import ROSTER, Document, roster_of


@dataclass(frozen=True, slots=True)
class Step:
    """One version: the day from which it holds, and what it said (a document) or changed."""

    day: date
    version: int
    document: Mapping[str, Any] | None
    changes: tuple[Mapping[str, Any], ...] = ()


def document_on(steps: Iterable[Step], day: date) -> Document | None:
    """Return the document as it held on `day`; None when the household was not recorded yet.

    Of what had happened by that day the word recorded last counts, so that today's document is the
    one in force, and what was taken back never was.
    """
    found: Document | None = None
    for step in sorted(steps, key=lambda one: one.version):
        if step.day > day:
            continue
        if step.document is not None:
            found = dict(step.document)
        elif found is not None:
            found = _changed(found, step.changes)
    return found


def _changed(document: Document, changes: Iterable[Mapping[str, Any]]) -> Document:
    own = {name: value for name, value in document.items() if name != ROSTER}
    people = {str(entry["id"]): dict(entry) for entry in roster_of(document)}
    for change in changes:
        target = own
        if change["entity"] == "member":
            target = people.setdefault(str(change["id"]), {"id": str(change["id"])})
        if change["new"] is None:
            target.pop(str(change["field"]), None)
        else:
            target[str(change["field"])] = change["new"]
    # A change may name somebody who only came later: without a name nobody is there.
    roster = [entry for entry in people.values() if entry.get("name")]
    own.pop("state", None)  # a step of the household, not an answer
    return {**own, ROSTER: roster} if roster else own
