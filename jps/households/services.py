"""Enter households: drafts, submission, whole forms from elsewhere, and late saves.

Every verb takes the household's id, the `version` it was based on, who acts (`by: Author`) and when
(`at`); it flushes and leaves the commit to the edge. A save based on an old version changes nothing
but is kept as a conflict: `StaleHousehold` carries its id, and the edge commits it all the same.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from jps.deadlines.rules import Stage
from jps.deadlines.services import DeadlinePassed, require_open
from jps.errors import Conflict, NotFound
from jps.households import roster, storing
from jps.households.documents import (
    Document,
    Side,
    content_hash,
    is_same_draft,
    merged,
)
from jps.households.drafting import clean_draft, draft_area, put_draft
from jps.households.forms import HouseholdForm
from jps.households.models import Household, HouseholdConflict
from jps.households.rules import State
from jps.households.saving import (
    Author,
    ChangedSince,
    NotEditable,
    OutsideScope,
    StaleHousehold,
    accept,
    alone,
    audit,
    find_household,
    keep,
    load_household,
    refuse,
    require_editable,
    require_place,
    require_version,
)
from jps.households.schemas import HouseholdSchema
from jps.keys import new_key
from jps.text import N_

__all__ = ["Author", "ChangedSince", "NotEditable", "OutsideScope", "StaleHousehold"]


class Outcome(StrEnum):
    """What became of a form that was sent."""

    CREATED = "created"
    UPDATED = "updated"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Registered:
    """A stored household and what became of the form."""

    household: Household
    outcome: Outcome


def open_draft(
    session: Session,
    document: Mapping[str, Any],
    *,
    household_id: uuid.UUID | None = None,
    by: Author,
    at: datetime,
) -> Household:
    """Begin a household with what is known of it (maybe nothing); idempotent by id and content.

    Without a valid village it lies in the author's first area until one is typed.
    """
    typed, document = document, clean_draft(document)
    if household_id is not None and (known := find_household(session, household_id)) is not None:
        if is_same_draft(typed, current_document(session, known)):
            return known
        raise refuse(session, known, document, None, by=by, at=at)
    household = Household(
        id=household_id or new_key(),
        source=by.source,
        entered_by=by.username,
        entered_at=at,
        answers={},
        **storing.state_columns(State.DRAFT, by=by.username, at=at),
    )
    household.area_code = draft_area(document, by, fallback=None)
    with alone(session):
        session.add(household)
        put_draft(session, household, document, by=by, at=at)
    audit(session, household, "household-draft-opened", by=by, at=at)
    return household


def save_draft(
    session: Session,
    household_id: uuid.UUID,
    document: Mapping[str, Any],
    *,
    version: int,
    by: Author,
    at: datetime,
) -> Household:
    """Keep the whole document as typed, right or wrong; what was accepted before stays in force.

    Raises `InvalidData` when it cannot even be kept, `NotEditable`, `StaleHousehold`.
    """
    household = load_household(session, household_id)
    require_editable(household)
    if household.draft is not None and is_same_draft(document, household.draft):
        return household
    document = clean_draft(document)
    if household.version != version:
        raise refuse(session, household, document, version, by=by, at=at)
    household.area_code = (
        draft_area(document, by, fallback=household.area_code)
        if household.state == State.DRAFT
        else household.area_code
    )
    before = household.draft_by
    put_draft(session, household, document, by=by, at=at)
    if before not in {None, by.username}:
        audit(session, household, "household-draft-continued", by=by, at=at)
    return household


def discard_draft(
    session: Session, household_id: uuid.UUID, *, version: int, by: Author, at: datetime
) -> Household:
    """Forget the unsent changes of a household that was sent before; a mere draft is archived."""
    household = load_household(session, household_id)
    if household.state == State.DRAFT or household.draft is None:
        raise Conflict(N_("Tidak ada perubahan yang belum dikirim pada data ini."))
    require_version(household, version)
    stored = storing.accepted_document(session, household)
    household.draft, household.draft_by, household.changed_at = None, None, at
    storing.store_words(session, household, stored)
    audit(session, household, "household-draft-discarded", by=by, at=at)
    return household


def submit_draft(
    session: Session,
    household_id: uuid.UUID,
    gate: HouseholdSchema,
    *,
    version: int,
    by: Author,
    at: datetime,
) -> Household:
    """Send the draft through the gate; it becomes the accepted answers and the members. A returned
    household may be sent as it is: somebody looked again and it was right.

    Raises `InvalidHousehold` with every problem (the draft stays), `NotEditable`, `Conflict` when
    the version is old or nothing waits to be sent.
    """
    household = load_household(session, household_id)
    require_editable(household)
    if household.draft is None and household.state != State.RETURNED:
        raise Conflict(N_("Tidak ada perubahan yang belum dikirim pada data ini."))
    require_version(household, version)
    form: HouseholdForm = gate.load(current_document(session, household))
    accept(session, household, form, by=by, at=at)
    return household


def register_household(
    session: Session, form: HouseholdForm, *, by: Author, at: datetime
) -> Registered:
    """Store a whole form as a submitted household; idempotent by id.

    The same id with the same content is a duplicate and changes nothing; with other content it is
    kept as a conflict (`StaleHousehold`). After the deadline it is kept as a draft that says why
    (`DeadlinePassed`).
    """
    household_id = form.id or new_key()
    known = find_household(session, household_id)
    if known is not None:
        late = _waits_as(known, form)
        members = roster.all_members(session, known).values()
        form = roster.with_own_ids(form, household_id, list(members))
        if known.content_hash == content_hash(form.document()):
            return Registered(known, Outcome.DUPLICATE)
        if late:
            accept(session, known, form, by=by, at=at)
            return Registered(known, Outcome.CREATED)
        raise refuse(session, known, form.document(), None, by=by, at=at)
    form = roster.with_own_ids(form, household_id, ())
    require_place(session, form, by)
    try:
        require_open(session, Stage.COLLECTION, form.area_code, at=at)
    except DeadlinePassed as late:
        kept = open_draft(session, form.document(), household_id=household_id, by=by, at=at)
        kept.state_reason = str(late)
        session.flush()
        raise
    with alone(session):
        storing.insert_new(session, [form], by=by.username, source=by.source, at=at)
    household = load_household(session, household_id)
    audit(session, household, storing.SENT, by=by, at=at)
    return Registered(household, Outcome.CREATED)


def _waits_as(household: Household, form: HouseholdForm) -> bool:
    """Was this very form kept as a draft because it came after the deadline?"""
    draft = household.draft if household.state == State.DRAFT else None
    return draft is not None and is_same_draft(form.document(), draft)


def update_household(
    session: Session,
    household_id: uuid.UUID,
    form: HouseholdForm,
    *,
    version: int,
    by: Author,
    at: datetime,
) -> Registered:
    """Store a whole form over the household's accepted answers; it is submitted again.

    An unsent draft of somebody is not lost: it becomes a conflict to look at. After the deadline
    the form is kept as the draft (`DeadlinePassed`).
    """
    household = load_household(session, household_id)
    members = list(roster.all_members(session, household).values())
    form = roster.with_own_ids(form, household_id, members)
    document = form.document()
    same = household.content_hash == content_hash(document) and household.draft is None
    if same and household.state != State.RETURNED:
        return Registered(household, Outcome.DUPLICATE)
    require_editable(household)
    if household.version != version:
        raise refuse(session, household, document, version, by=by, at=at)
    waits = household.draft is not None and is_same_draft(document, household.draft)
    if household.draft is not None and household.state != State.DRAFT and not waits:
        writer = household.draft_by
        keep(session, household, household.draft, version, by=by, at=at, written_by=writer)
    try:
        accept(session, household, form, by=by, at=at)
    except DeadlinePassed as late:
        if not waits:
            put_draft(session, household, clean_draft(document), by=by, at=at)
        if household.state == State.DRAFT and household.state_reason != str(late):
            household.state_reason = str(late)
            session.flush()
        raise
    return Registered(household, Outcome.UPDATED)


def resolve_conflict(
    session: Session,
    conflict_id: uuid.UUID,
    choices: Mapping[str, Side],
    *,
    version: int,
    by: Author,
    at: datetime,
) -> Household:
    """Close a conflict: fields whose key is marked "refused" are taken into the household's draft.

    Keys are those of `queries.conflict_differences`; fields without a choice stay as stored. The
    result still has to be submitted and pass the gate.
    """
    conflict = session.get(HouseholdConflict, conflict_id)
    if conflict is None:
        raise NotFound()
    household = load_household(session, conflict.household_id)
    if conflict.resolved_at is not None:
        raise Conflict(N_("Perbedaan ini sudah diselesaikan."))
    require_version(household, version)
    if "refused" in choices.values():
        require_editable(household)
        stored = current_document(session, household)
        document = merged(str(household.id), stored, conflict.document, choices)
        put_draft(session, household, clean_draft(document), by=by, at=at)
    conflict.resolved_by, conflict.resolved_at = by.username, at
    conflict.choices = dict(choices)
    session.flush()
    audit(session, household, "household-conflict-resolved", by=by, at=at)
    return household


def current_document(session: Session, household: Household) -> Document:
    """Return what a form shows: the draft if there is one, else the accepted document."""
    if household.draft is not None:
        return {"id": str(household.id), **household.draft}
    return storing.accepted_document(session, household)
