"""NIK and KK numbers in answers of the API: masked, and put back when a client sends the mask.

The rule for what comes in: a number with `*` means "unchanged". It is accepted only where it is the
mask of the number that the same member (by id) has now; anywhere else it is refused at its place.
"""

from collections.abc import Mapping
from typing import Any

from jps.errors import InvalidData
from jps.households.documents import ROSTER, Change, Document, roster_of
from jps.text import N_, mask_nik

NUMBERS = ("nik", "kk")
STAR = "*"
NOT_OURS = N_(
    "Nomor yang disamarkan ini bukan nomor anggota ini. Kirim nomor lengkap, atau kosongkan."
)


def masked(document: Mapping[str, Any]) -> Document:
    """Return the document with every NIK and KK number masked."""
    result = dict(document)
    if ROSTER in result:
        result[ROSTER] = [_masked_member(entry) for entry in roster_of(result)]
    return result


def masked_change(change: Change) -> dict[str, Any]:
    """Return a change for the history, numbers masked."""
    found = change.as_json() | {"key": change.key}
    if change.field in NUMBERS:
        found |= {"old": _masked(change.old), "new": _masked(change.new)}
    return found


def unmasked(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> Document:
    """Return `sent` with masked numbers replaced by those of `stored`; see the module's rule.

    Raises `InvalidData` with the path of every mask that fits no number.
    """
    known = {str(entry.get("id")): entry for entry in roster_of(stored)}
    problems: dict[str, list[str]] = {}
    result = dict(sent)
    roster = result.get(ROSTER)
    if not isinstance(roster, list):
        return result
    entries: list[Any] = []
    for place, entry in enumerate(roster):
        if not isinstance(entry, dict):
            entries.append(entry)
            continue
        own = known.get(str(entry.get("id")).lower(), {})
        changed = dict(entry)
        for name in NUMBERS:
            value = entry.get(name)
            if not isinstance(value, str) or STAR not in value:
                continue
            number = own.get(name)
            if isinstance(number, str) and mask_nik(number) == value:
                changed[name] = number
            else:
                problems[f"{ROSTER}[{place}].{name}"] = [NOT_OURS]
        entries.append(changed)
    if problems:
        raise InvalidData(N_("Ada nomor yang disamarkan yang tidak dapat dibaca."), problems)
    return {**result, ROSTER: entries}


def _masked_member(entry: Document) -> Document:
    return {key: _masked(value) if key in NUMBERS else value for key, value in entry.items()}


def _masked(value: Any) -> Any:
    return mask_nik(value) if isinstance(value, str) else value
