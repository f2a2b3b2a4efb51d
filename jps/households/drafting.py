"""Drafts: what may be kept as typed, where it lies, and how it is stored."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from jps.areas.rules import is_code
from jps.errors import InvalidData
from jps.households import storing
from jps.households.documents import ROSTER, Document, draft_problems
from jps.households.models import Household, HouseholdWord
from jps.households.rules import Source, State
from jps.households.saving import Author
from jps.households.words import words_of
from jps.matching.normalise import default_normaliser
from jps.text import N_, one_line


def clean_draft(document: Mapping[str, Any]) -> Document:
    """Return the document with an id for each roster entry, or raise `InvalidData`."""
    problems = draft_problems(document)
    if problems:
        raise InvalidData(N_("Isian ini tidak dapat disimpan, juga tidak sebagai draf."), problems)
    clean = {name: value for name, value in document.items() if name != "id"}
    if ROSTER in clean:
        clean[ROSTER] = [
            {**entry, "id": str(uuid.UUID(str(entry["id"])) if entry.get("id") else uuid.uuid4())}
            for entry in clean[ROSTER]
        ]
    return clean


def draft_area(document: Document, by: Author, *, fallback: str | None) -> str:
    """Return the village typed when it is the author's, else `fallback`, else their first area."""
    typed = document.get("area_code")
    if isinstance(typed, str) and is_code(typed) and by.scope.covers(typed):
        return typed
    if fallback is not None:
        return fallback
    if not by.scope.codes:
        raise InvalidData(
            N_("Isian ini belum dapat disimpan."), {"area_code": [N_("Wajib diisi.")]}
        )
    return by.scope.codes[0]


def put_draft(
    session: Session, household: Household, document: Document, *, by: Author, at: datetime
) -> None:
    """Keep a clean document as the household's draft, found by its words and by those accepted."""
    accepted = storing.accepted_document(session, household)
    household.draft, household.draft_by, household.changed_at = document, by.username, at
    if household.state == State.DRAFT:
        household.address, household.head_name = _shown(document)
    storing.store_words(session, household, accepted, document)


def _shown(document: Document) -> tuple[str, str]:
    """Return address and name of the head of a draft, for lists."""
    address, members = document.get("address"), document.get(ROSTER) or [{}]
    heads = [m for m in members if m.get("relation") == "1"] or members
    name = heads[0].get("name")
    return (
        one_line(address)[:200] if isinstance(address, str) else "",
        one_line(name)[:100] if isinstance(name, str) else "",
    )


def draft_rows(
    drafts: Iterable[tuple[uuid.UUID, str, Document]], *, by: str, source: Source, at: datetime
) -> dict[type[Any], list[dict[str, Any]]]:
    """Return the rows of new drafts (id, village, clean document), by table, as in `new_rows`."""
    rows: dict[type[Any], list[dict[str, Any]]] = {Household: [], HouseholdWord: []}
    for key, area_code, document in drafts:
        words = sorted(words_of(document, default_normaliser()))
        address, head_name = _shown(document)
        rows[Household].append(
            {
                "id": key,
                "area_code": area_code,
                "version": 1,
                "source": source,
                "words": " ".join(words),
                "draft": document,
                "draft_by": by,
                "address": address,
                "head_name": head_name,
                "warnings": [],
                "answers": {},
                "calculated": {},
                "entered_by": by,
                "entered_at": at,
                **storing.state_columns(State.DRAFT, by=by, at=at),
            }
        )
        rows[HouseholdWord].extend({"word": word, "household_id": key} for word in words)
    return rows
