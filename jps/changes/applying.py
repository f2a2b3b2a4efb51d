"""Writing a planned change into the tables: new versions, dated stays, what was there before."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.changes.models import ChangeEffect, ChangeRequest, Stay
from jps.changes.planning import Plan
from jps.changes.rules import DIED, DIED_THERE, LEFT, WENT
from jps.changes.snapshots import snapshot_of
from jps.households import storing
from jps.households.documents import Document, changes_between, content_hash
from jps.households.forms import HouseholdForm
from jps.households.models import Family, Household, Member, Merge
from jps.households.roster import all_members
from jps.households.rules import Merged, Source, State
from jps.text import N_

CHANGED = "household-changed"
EMPTY = N_("Tidak ada lagi yang tinggal di rumah tangga ini.")


@dataclass(frozen=True, slots=True)
class Act:
    """One approval: the request, who, when, and the forms that the gate accepted by household."""

    request: ChangeRequest
    plan: Plan
    forms: Mapping[str, HouseholdForm]
    by: str
    at: datetime
    before: dict[uuid.UUID, Document] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The day on which it happened."""
        return self.request.effective_on


def apply_plan(session: Session, act: Act, households: Mapping[str, Household]) -> list[Household]:
    """Write the plan and return the households that it changed, new ones included.

    `households` are the locked rows by id; the session sees all areas.
    """
    effects = {key: _effect(session, act, household) for key, household in households.items()}
    changed = {**households, **_made(session, act, households, effects)}
    for household in changed.values():
        act.before[household.id] = storing.accepted_document(session, household)
    rows = _people(session, act)
    for row in rows.values():
        _end_stay(session, act, row)
    for key, document in act.plan.documents.items():
        _write(session, act, changed[key], key, document, rows)
    follow_merges(session, rows.values())
    for key, household in changed.items():
        _finish(session, act, household, effects[key])
    session.flush()
    return list(changed.values())


def _effect(session: Session, act: Act, household: Household) -> ChangeEffect:
    ids = [
        uuid.UUID(str(entry["id"]))
        for entry in act.plan.documents[str(household.id)].get("members", [])
    ]
    return ChangeEffect(
        id=uuid.uuid4(),
        request_id=act.request.id,
        household_id=household.id,
        area_code=household.area_code,
        effective_on=act.day,
        before=snapshot_of(session, household, ids),
    )


def _made(
    session: Session,
    act: Act,
    households: Mapping[str, Household],
    effects: dict[str, ChangeEffect],
) -> dict[str, Household]:
    """Make the rows of households that only the plan knows: those that split off."""
    made = {}
    for key in act.plan.documents.keys() - households.keys():
        form = act.forms[key]
        household = Household(
            id=uuid.UUID(key),
            area_code=form.area_code,
            source=Source.CHANGE,
            entered_by=act.request.proposed_by,
            entered_at=act.request.proposed_at,
            answers={},
            calculated={},
            warnings=[],
            **storing.state_columns(State.VERIFIED, by=act.by, at=act.at),
        )
        session.add(household)
        session.flush()
        made[key] = household
        effects[key] = ChangeEffect(
            id=uuid.uuid4(),
            request_id=act.request.id,
            household_id=household.id,
            area_code=household.area_code,
            effective_on=act.day,
            before=None,
        )
    return made


def _people(session: Session, act: Act) -> dict[uuid.UUID, Member]:
    """Return the rows of everybody who goes, comes, or is in the documents, by id."""
    ids = {uuid.UUID(key) for key in (*act.plan.left, *act.plan.moved)}
    ids |= {
        uuid.UUID(str(entry["id"]))
        for document in act.plan.documents.values()
        for entry in document.get("members", [])
    }
    return {row.id: row for row in session.scalars(select(Member).where(Member.id.in_(ids)))}


def _end_stay(session: Session, act: Act, row: Member) -> None:
    """Date the end of where a person lived until now, when the plan has them live elsewhere."""
    key = str(row.id)
    here = _home_of(act.plan, key)
    back = here is not None and row.valid_to is not None
    if here == str(row.household_id) and not back:
        return
    if not back or not _is_recorded(session, row):
        stay = Stay(
            id=uuid.uuid4(),
            member_id=row.id,
            household_id=row.household_id,
            area_code=row.area_code,
            request_id=act.request.id,
            valid_from=row.valid_from,
            valid_to=row.valid_to or act.day,
            end=LEFT if back else _end_of(act.plan, key),
        )
        session.add(stay)
    if here is not None:
        row.household_id, row.valid_from, row.valid_to = uuid.UUID(here), act.day, None
    session.flush()


def _end_of(plan: Plan, member: str) -> str:
    if member not in plan.left:
        return WENT
    return DIED_THERE if plan.left[member] == DIED else LEFT


def _is_recorded(session: Session, row: Member) -> bool:
    """Whether a request recorded the end of the stay that the row speaks of."""
    same = select(Stay.id).where(
        Stay.member_id == row.id,
        Stay.household_id == row.household_id,
        Stay.valid_from == row.valid_from,
        Stay.active,
    )
    return session.scalars(same).first() is not None


def _home_of(plan: Plan, member: str) -> str | None:
    for key, document in plan.documents.items():
        if any(str(entry["id"]) == member for entry in document.get("members", [])):
            return key
    return None


def _write(
    session: Session,
    act: Act,
    household: Household,
    key: str,
    document: Document,
    rows: Mapping[uuid.UUID, Member],
) -> None:
    edited = {"edited_by": act.request.proposed_by, "edited_at": act.request.proposed_at}
    storing.assign(household, {**edited, "changed_at": act.at})
    if key in act.plan.emptied:
        _empty(session, act, household, document)
        return
    members = all_members(session, household)
    storing.put_form(session, household, act.forms[key], members, since=act.day)
    for member in members.values():
        if (code := act.plan.left.get(str(member.id))) is not None:
            member.presence = code


def _empty(session: Session, act: Act, household: Household, document: Document) -> None:
    """Close a household in which nobody lives any more; its answers stay as they were."""
    members = all_members(session, household)
    for member in members.values():
        if (code := act.plan.left.get(str(member.id))) is not None:
            member.valid_to, member.presence = act.day, code
    families = select(Family).where(Family.household_id == household.id)
    for family in session.scalars(families.where(Family.valid_to.is_(None))):
        family.valid_to = max(act.day, family.valid_from)
    ends = [member.valid_to for member in members.values() if member.valid_to is not None]
    household.ended_on = max([act.day, *ends, *_stays_until(session, household)])
    household.household_size = 0
    household.content_hash = content_hash(document)
    storing.assign(
        household, storing.state_columns(State.ARCHIVED, by=act.by, at=act.at, reason=EMPTY)
    )
    session.flush()


def _stays_until(session: Session, household: Household) -> Sequence[date]:
    mine = select(Stay.valid_to).where(Stay.household_id == household.id, Stay.active)
    return session.scalars(mine).all()


def follow_merges(session: Session, rows: Iterable[Member]) -> None:
    """Let merges of people say in which households they now live."""
    for row in rows:
        place = {"household_id": row.household_id, "area_code": row.area_code}
        mine = update(Merge).where(Merge.kind == Merged.MEMBER)
        session.execute(mine.where(Merge.record_id == row.id).values(**place))
        kept = {f"kept_{name}": value for name, value in place.items()}
        session.execute(mine.where(Merge.kept_id == row.id).values(**kept))


def merged_households(session: Session, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these households are merged with another one, either way."""
    query = select(Merge.record_id, Merge.kept_id).where(
        Merge.kind == Merged.HOUSEHOLD,
        Merge.undone_at.is_(None),
        or_(Merge.record_id.in_(ids), Merge.kept_id.in_(ids)),
    )
    return {one for row in session.execute(query) for one in row} & set(ids)


def _finish(session: Session, act: Act, household: Household, effect: ChangeEffect) -> None:
    """Write history, audit and the effect of one household at its new version."""
    old = act.before[household.id]
    new = storing.accepted_document(session, household)
    first = effect.before is None
    changes = [] if first else changes_between(str(household.id), old, new)
    storing.add_history(
        session,
        household,
        CHANGED,
        by=act.by,
        source=Source.CHANGE,
        at=act.at,
        reason=act.request.reason,
        document=new if first else None,
        changes=changes,
    )
    effect.version, effect.area_code = household.version, household.area_code
    session.add(effect)
    details = {"request": str(act.request.id), "kind": str(act.request.kind)}
    event = Event(CHANGED, "household", str(household.id), household.area_code, details)
    record(session, event, by=act.by, at=act.at)
