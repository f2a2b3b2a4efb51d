"""Take back an approved request: every row as it was, unless something was built on it since."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.changes.applying import follow_merges, merged_households
from jps.changes.models import ChangeEffect, ChangeRequest, Stay
from jps.changes.rules import RequestState
from jps.changes.snapshots import put_back
from jps.errors import Conflict
from jps.households import storing
from jps.households.documents import Document, changes_between
from jps.households.models import Household, HouseholdHistory
from jps.households.rules import Source, State
from jps.text import N_

UNDONE = "household-change-undone"
NEVER = N_("Permohonan yang membentuk rumah tangga ini dibatalkan.")
BUILT_ON = N_(
    "Data rumah tangga ini berubah lagi sesudah permohonan ini. Batalkan perubahan itu dahulu."
)
MERGED = N_("Rumah tangga ini kemudian digabungkan dengan data lain. Pisahkan dahulu.")


class BuiltOn(Conflict):
    """Something happened to the household since that rests on the request."""

    code = "built-on"


def effects_of(session: Session, request: ChangeRequest) -> list[ChangeEffect]:
    """Return what a request did, household by household; the session sees all areas."""
    query = select(ChangeEffect).where(ChangeEffect.request_id == request.id)
    return list(session.scalars(query.order_by(ChangeEffect.household_id)))


def later_steps(session: Session, effect: ChangeEffect) -> list[HouseholdHistory]:
    """Return what happened to the household after an effect, what was taken back left out."""
    later = select(HouseholdHistory).where(
        HouseholdHistory.household_id == effect.household_id,
        HouseholdHistory.version > effect.version,
    )
    undone = select(ChangeEffect.version, ChangeEffect.undone_version).where(
        ChangeEffect.household_id == effect.household_id, ChangeEffect.undone_version.is_not(None)
    )
    gone = {version for row in session.execute(undone) for version in row}
    return [row for row in session.scalars(later) if row.version not in gone]


def take_back(
    session: Session, request: ChangeRequest, reason: str, *, by: str, at: datetime
) -> list[Household]:
    """Restore what the request changed, and return the households; the session sees all areas."""
    effects = effects_of(session, request)
    ids = [effect.household_id for effect in effects]
    query = select(Household).where(Household.id.in_(ids)).order_by(Household.id)
    rows = session.scalars(query.with_for_update().execution_options(populate_existing=True))
    households = {row.id: row for row in rows}
    if any(later_steps(session, effect) for effect in effects):
        raise BuiltOn(BUILT_ON)
    made = [effect.household_id for effect in effects if effect.before is None]
    if merged_households(session, made):
        raise Conflict(MERGED)
    before = {
        key: storing.accepted_document(session, household) for key, household in households.items()
    }
    for effect in effects:
        household = households[effect.household_id]
        household.changed_at = at
        if effect.before is None:
            _never_was(household, effect, by=by, at=at)
    snapshots = [effect.before for effect in effects if effect.before is not None]
    people = put_back(session, households, snapshots)
    _forget_stays(session, request)
    session.flush()
    follow_merges(session, people)
    for effect in effects:
        household = households[effect.household_id]
        _finish(session, effect, household, before, reason, by=by, at=at)
    return list(households.values())


def _never_was(household: Household, effect: ChangeEffect, *, by: str, at: datetime) -> None:
    columns = storing.state_columns(State.ARCHIVED, by=by, at=at, reason=NEVER)
    storing.assign(household, {**columns, "ended_on": effect.effective_on, "household_size": 0})


def _forget_stays(session: Session, request: ChangeRequest) -> None:
    session.execute(update(Stay).where(Stay.request_id == request.id).values(active=False))


def _finish(
    session: Session,
    effect: ChangeEffect,
    household: Household,
    before: Mapping[UUID, Document],
    reason: str,
    *,
    by: str,
    at: datetime,
) -> None:
    restored = storing.accepted_document(session, household)
    if household.state != State.ARCHIVED:
        storing.store_words(session, household, restored)
    storing.add_history(
        session,
        household,
        UNDONE,
        by=by,
        source=Source.CHANGE,
        at=at,
        reason=reason,
        changes=changes_between(str(household.id), before[household.id], restored),
    )
    effect.undone_version = household.version
    effect.area_code = household.area_code
    details = {"request": str(effect.request_id), "version": household.version}
    event = Event(UNDONE, "household", str(household.id), household.area_code, details)
    record(session, event, by=by, at=at)


def is_undoable(request: ChangeRequest) -> bool:
    """Whether a request was approved and holds."""
    return request.state == RequestState.APPROVED
