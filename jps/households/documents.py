"""Answers documents of one household: compare two, put two together, and tell them apart by hash.

A document is flat JSON by question name with the roster under `members`; members carry an `id`.
"""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jps.jsontext import canonical
from jps.text import N_, one_line

ROSTER = "members"
MAX_TEXT = 10_000  # characters of one answer in a draft; more is a mistake or an attack
MAX_NAME = 64  # characters of a question's name
MAX_ENTRIES = 200  # of the roster or of one list in a draft

NOT_OBJECT = N_("Isian harus berupa objek JSON dengan nama pertanyaan.")
NOT_NAME = N_("Nama pertanyaan ini tidak dapat disimpan.")
NOT_ANSWER = N_("Isian ini harus berupa teks, angka, atau daftar teks.")
TOO_LONG = N_("Isian terlalu panjang: paling banyak 10.000 karakter.")
TOO_MANY = N_("Terlalu banyak isian dalam daftar ini.")
NOT_UUID = N_("Id harus berupa UUID.")
SAME_ID = N_("Dua anggota memakai id yang sama.")
CONTROL = N_("Isian memuat karakter kendali yang tidak dapat disimpan.")

Document = dict[str, Any]
Entity = Literal["household", "member"]
Side = Literal["stored", "refused"]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changed from `old` to `new`; None means that there was no answer."""

    entity: Entity
    id: str
    field: str
    old: Any
    new: Any

    @property
    def key(self) -> str:
        """The field's address in a document: `floor_material`, `members[<id>].name`."""
        return self.field if self.entity == "household" else f"{ROSTER}[{self.id}].{self.field}"

    def as_json(self) -> dict[str, Any]:
        """Return the change as the history stores it."""
        return {
            "entity": self.entity,
            "id": self.id,
            "field": self.field,
            "old": self.old,
            "new": self.new,
        }


def roster_of(document: Mapping[str, Any]) -> list[Document]:
    """Return the roster's entries that are objects; the document may be anything typed."""
    entries = document.get(ROSTER)
    return (
        [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    )


def changes_between(household: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return every field that differs, the household's first, then by member in roster order.

    Members are told apart by `id`; one that is only in one document differs in all its fields.
    """
    found = list(_fields("household", household, old, new))
    before, after = _by_id(old), _by_id(new)
    for member in (*before, *(key for key in after if key not in before)):
        found += _fields("member", member, before.get(member, {}), after.get(member, {}))
    return found


def merged(
    household: str,
    stored: Mapping[str, Any],
    refused: Mapping[str, Any],
    choices: Mapping[str, Side],
) -> Document:
    """Return `stored` with the fields whose key `choices` marks "refused" taken from `refused`.

    A member left without any field is taken out; a new member stands at the end of the roster.
    """
    result: Document = {key: value for key, value in stored.items() if key != ROSTER}
    members = {key: dict(entry) for key, entry in _by_id(stored).items()}
    for change in changes_between(household, stored, refused):
        if choices.get(change.key) != "refused":
            continue
        target = result
        if change.entity == "member":
            target = members.setdefault(change.id, {"id": change.id})
        if change.new is None:
            target.pop(change.field, None)
        else:
            target[change.field] = change.new
    kept = [entry for entry in members.values() if entry.keys() - {"id"}]
    return {**result, ROSTER: kept} if kept else result


def content_hash(document: Mapping[str, Any]) -> str:
    """Return SHA-256 (hex) over the canonical JSON of a document."""
    return hashlib.sha256(canonical(document)).hexdigest()


def is_same_draft(typed: object, stored: Mapping[str, Any]) -> bool:
    """Whether `typed` says what `stored` says; entries typed without an id may have any."""
    if not isinstance(typed, Mapping):
        return False
    entries, known = typed.get(ROSTER, []), stored.get(ROSTER, [])
    if not (isinstance(entries, list) and isinstance(known, list) and len(entries) == len(known)):
        return False
    for entry, other in zip(entries, known, strict=True):
        if not isinstance(entry, Mapping) or {"id": other.get("id"), **entry} != other:
            return False
    ours, theirs = dict(typed), dict(stored)
    for name in ("id", ROSTER):
        ours.pop(name, None)
        theirs.pop(name, None)
    return ours == theirs


def draft_problems(document: object) -> dict[str, list[str]]:
    """Return why `document` cannot even be kept as a draft: path -> messages (to translate).

    Wrong answers are welcome in a draft; what is refused is what no form can show again.
    """
    if not isinstance(document, Mapping):
        return {"_": [NOT_OBJECT]}
    problems = dict(_record_problems(document, ""))
    roster = document.get(ROSTER, [])
    if not isinstance(roster, list) or len(roster) > MAX_ENTRIES:
        problems[ROSTER] = [NOT_ANSWER if not isinstance(roster, list) else TOO_MANY]
        return problems
    seen: set[str] = set()
    for place, entry in enumerate(roster):
        path = f"{ROSTER}[{place}]"
        if not isinstance(entry, Mapping):
            problems[path] = [NOT_OBJECT]
            continue
        problems |= _record_problems(entry, path + ".")
        member = str(entry.get("id") or "").lower()
        if member and not is_uuid(member):
            problems[path + ".id"] = [NOT_UUID]
        elif member and member in seen:
            problems[path + ".id"] = [SAME_ID]
        seen.add(member)
    return problems


def _fields(
    entity: Entity, key: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Change]:
    for name in (*old, *(name for name in new if name not in old)):
        if name in {"id", "version", ROSTER} and not (name == ROSTER and entity == "member"):
            continue
        before, after = old.get(name), new.get(name)
        if before != after and not (_blank(before) and _blank(after)):
            yield Change(entity, key, name, before, after)


def _blank(value: object) -> bool:
    return value is None or value in ("", [])


def _by_id(document: Mapping[str, Any]) -> dict[str, Document]:
    return {
        str(entry.get("id") or f"#{place}"): entry
        for place, entry in enumerate(roster_of(document))
    }


def is_uuid(text: str) -> bool:
    """Is `text` a UUID, in any of the ways to write one?"""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _record_problems(
    record: Mapping[object, object], prefix: str
) -> Iterator[tuple[str, list[str]]]:
    for name, value in record.items():
        if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or _scalar_problem(name):
            yield prefix + (one_line(str(name)[:MAX_NAME]) or "_"), [NOT_NAME]
        elif name != ROSTER and (problem := _answer_problem(value)) is not None:
            yield prefix + name, [problem]


def _answer_problem(value: object) -> str | None:
    if isinstance(value, list):
        if len(value) > MAX_ENTRIES:
            return TOO_MANY
        return next((found for item in value if (found := _scalar_problem(item))), None)
    return _scalar_problem(value)


def _scalar_problem(value: object) -> str | None:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            return TOO_LONG
        return CONTROL if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value) else None
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return NOT_ANSWER
    return None if value is None or isinstance(value, bool | int | float) else NOT_ANSWER
