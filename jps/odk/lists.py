"""What a phone with ODK Collect downloads besides the form: villages and households to visit.

The same rows give the same bytes: Collect compares hashes to see what is new. The texts are
Indonesian for everybody, so that a hash does not depend on the language of the phone.
"""

import csv
import io
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.orm import Session

from jps.areas.queries import areas_at, names_at
from jps.areas.rules import Level
from jps.db import AreaScope
from jps.households.counting import household_counts
from jps.households.models import Household
from jps.households.rules import EDITABLE, STATE_NAMES, State
from jps.odk.rules import LIST_LIMIT
from jps.questionnaire.collect import HOUSEHOLDS, KEPT, VILLAGES

# Who must be visited again stands first; then what was begun.
_FIRST = case((Household.state == State.RETURNED, 0), (Household.state == State.DRAFT, 1), else_=2)
_COLUMNS = ("name", "label", "__version", *KEPT, "state", "reason")


def villages_csv(session: Session, scope: AreaScope, username: str) -> bytes:
    """Return the villages of `scope` for the question where a household lies."""
    villages = areas_at(session, Level.DESA, inside=scope.codes)
    districts = names_at(session, Level.KECAMATAN)
    rows = [
        (area.code, f"{area.name} ({districts.get(area.parent_code or '', '')})")
        for area in sorted(villages, key=lambda area: (area.name, area.code))
    ]
    return _csv(("name", "label"), rows)


def households_csv(session: Session, scope: AreaScope, username: str) -> bytes:
    """Return the households of the session's areas that `username` can visit, the urgent ones
    first, at most `LIST_LIMIT`; without NIK and KK numbers."""
    names = names_at(session, Level.DESA)
    query = (
        select(
            Household.id,
            Household.version,
            Household.state,
            Household.state_reason,
            Household.area_code,
            Household.address,
            Household.head_name,
            *(_answer(name) for name in KEPT[2:]),
        )
        .where(_can_be_visited(username))
        .order_by(_FIRST, Household.area_code, Household.address, Household.id)
        .limit(LIST_LIMIT)
    )
    return _csv(_COLUMNS, (_line(row, names) for row in session.execute(query)))


def gone(session: Session, ids: Sequence[uuid.UUID], username: str) -> dict[uuid.UUID, bool]:
    """Say of each household whether a phone may forget it.

    One that nobody here knows is not gone: it may still wait on the phone to be sent.
    """
    known = set(session.scalars(select(Household.id).where(Household.id.in_(ids))))
    listed = select(Household.id).where(Household.id.in_(ids), _can_be_visited(username))
    there = set(session.scalars(listed))
    return {one: one in known and one not in there for one in ids}


# File names of the manifest and what makes them.
FILES: Mapping[str, Callable[[Session, AreaScope, str], bytes]] = {
    f"{HOUSEHOLDS}.csv": households_csv,
    f"{VILLAGES}.csv": villages_csv,
}


def _can_be_visited(username: str) -> ColumnElement[bool]:
    sent = Household.state.in_(EDITABLE - {State.DRAFT})
    own_draft = and_(Household.state == State.DRAFT, Household.entered_by == username)
    return and_(or_(sent, own_draft), household_counts())


def _answer(name: str) -> ColumnElement[Any]:
    """Return an answer as text: of the draft where there is one."""
    return func.coalesce(
        Household.draft[name].as_string(), Household.answers[name].as_string(), ""
    ).label(name)


def _line(row: Row[Any], names: Mapping[str, str]) -> tuple[object, ...]:
    who = ", ".join(part for part in (row.head_name, row.address) if part) or "Belum bernama"
    label = f"{who} ({names.get(row.area_code, row.area_code)})"
    if row.state != State.SUBMITTED:
        label = f"{STATE_NAMES[State(row.state)]}: {label}"
    kept = (row.area_code, row.address, row.dusun, row.rt, row.rw)
    reason = row.state_reason if row.state == State.RETURNED else ""
    return (row.id, label, row.version, *kept, row.state, reason or "")


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return file.getvalue().encode()
