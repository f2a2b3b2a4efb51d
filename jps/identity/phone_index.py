"""What an enumerator's phone may recognise: the registry and the households of their areas.

Only keys leave the office (`jps.matching.phone_keys`). Households of the kecamatan around the
areas are recognised too, without saying which: who moved across the river was counted there.
"""

import hashlib
import os
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.db import AreaScope, everywhere, scope_of, scoped_to
from jps.households.counting import household_counts
from jps.households.documents import roster_of
from jps.households.models import Household, Member
from jps.households.rules import State
from jps.matching.phone_keys import UNKNOWN, VERSION, Keys, keys_of, write_index
from jps.registry.queries import current_snapshot, person_table

People = list[Mapping[str, str]]

FIELDS = ("nik", "kk", "name", "birth_date", "mother_name")


def index_state(session: Session) -> str:
    """Return what the index of the session's areas stands on; another text is another index."""
    snapshot = current_snapshot(session)
    with scoped_to(session, around(scope_of(session))):
        query = select(func.count(), func.max(Household.changed_at)).select_from(Household)
        count, changed = session.execute(query).one()
    parts = (VERSION, None if snapshot is None else snapshot.id, count, changed)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def make_index(session: Session, secret: bytes, folder: Path) -> bytes:
    """Return the index of the session's areas; keys of the registry are kept in `folder`."""
    return write_index(secret, _registry_keys(session, secret, folder), _households(session))


def around(scope: AreaScope) -> AreaScope:
    """Return the kecamatan in which the areas lie; larger areas as they are."""
    length = Level.KECAMATAN.code_length
    return AreaScope(tuple(sorted({code[:length] for code in scope.codes})), whole=scope.whole)


def _registry_keys(session: Session, secret: bytes, folder: Path) -> Keys:
    snapshot = current_snapshot(session)
    if snapshot is None:
        return np.empty(0, np.uint32)
    name = hashlib.sha256(secret + f"{VERSION}:{snapshot.id}".encode()).hexdigest()[:24]
    path = folder / f"phone-{name}.npy"
    if path.is_file():
        return np.asarray(np.load(path), np.uint32)
    table = person_table(session, snapshot.id).select(FIELDS)
    columns = [table.column(name).to_pylist() for name in FIELDS]
    keys = keys_of(
        secret, (dict(zip(FIELDS, row, strict=True)) for row in zip(*columns, strict=True))
    )
    draft = path.with_name(f".{path.name}-{os.getpid()}.npy")
    np.save(draft, keys)
    draft.replace(path)  # whole or not at all
    return keys


def _households(session: Session) -> Iterator[tuple[uuid.UUID, People]]:
    """Yield the households of the areas and of those around, with their people."""
    own = scope_of(session)
    wide = around(own)
    with everywhere(session) if own.whole else scoped_to(session, wide):
        people = _people(session)
        areas = session.execute(
            select(Household.id, Household.area_code).where(
                Household.state != State.ARCHIVED, household_counts()
            )
        ).all()
    for row in areas:
        if found := people.get(row.id):
            yield (row.id if own.covers(row.area_code) else UNKNOWN), found


def _people(session: Session) -> dict[uuid.UUID, People]:
    """Return who lives in which household, as accepted, and as typed in drafts."""
    columns = (Member.household_id, *(getattr(Member, name) for name in FIELDS))
    found: dict[uuid.UUID, People] = {}
    for row in session.execute(select(*columns).where(Member.valid_to.is_(None))):
        found.setdefault(row.household_id, []).append(dict(zip(FIELDS, row[1:], strict=True)))
    drafts = select(Household.id, Household.draft).where(Household.draft_by.is_not(None))
    for key, draft in session.execute(drafts):
        found.setdefault(key, []).extend(_typed(entry) for entry in roster_of(draft or {}))
    return found


def _typed(entry: Mapping[str, object]) -> Mapping[str, str]:
    born = entry.get("birth_date") or entry.get("birth_year") or ""
    texts = {name: str(entry.get(name) or "") for name in FIELDS}
    return texts | {"birth_date": str(born)}
