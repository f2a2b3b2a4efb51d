"""What every save of a household shares: who acts, what is refused, and how late saves are kept."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.rules import Level, ancestor
from jps.audit.services import Event, record
from jps.db import AreaScope, everywhere, locked_row, scope_of
from jps.deadlines.services import require_open
from jps.errors import Conflict, NotAllowed, NotFound
from jps.households import roster, storing
from jps.households.documents import ROSTER, Document, content_hash
from jps.households.forms import HouseholdForm
from jps.households.models import Household, HouseholdConflict
from jps.households.remarks import answer_remarks
from jps.households.rules import TRANSITIONS, Action, Source, State, is_locked, stage_of_sending
from jps.households.schemas import InvalidHousehold
from jps.questionnaire import Problem
from jps.text import N_

UNKNOWN_VILLAGE = N_("Kode desa ini tidak ada dalam daftar wilayah.")
ID_ELSEWHERE = N_("Id ini sudah dipakai anggota rumah tangga lain.")


@dataclass(frozen=True, slots=True)
class Author:
    """Who saves: the sign-in name, the areas they may write into, and by which way it comes in."""

    username: str
    scope: AreaScope
    source: Source

    def is_of_kabupaten(self, area_code: str) -> bool:
        """Whether the person's areas hold the whole kabupaten of `area_code`."""
        return self.scope.covers(ancestor(area_code, Level.KABKOTA))


class OutsideScope(NotAllowed):
    """The household lies, or would lie, in an area that is not the person's."""

    code = "outside-area"


class NotEditable(Conflict):
    """Verified and archived households are not changed."""

    code = "not-editable"


class ChangedSince(Conflict):
    """The household was changed since it was read; nothing typed is at stake."""

    code = "changed-since"


class StaleHousehold(Conflict):
    """Somebody saved in between. The refused document is kept as conflict `conflict_id`."""

    code = "stale-household"
    keeps = True  # what was flushed before this error is to be committed

    def __init__(self, conflict_id: uuid.UUID, found_version: int) -> None:
        message = N_(
            "Orang lain sudah menyimpan data rumah tangga ini. Isian Anda disimpan terpisah; "
            "bandingkan keduanya lalu pilih."
        )
        super().__init__(message)
        self.conflict_id = conflict_id
        self.found_version = found_version


def load_household(session: Session, household_id: uuid.UUID) -> Household:
    """Return the household, locked until the end of the transaction (PostgreSQL)."""
    return locked_row(session, Household, household_id)


def find_household(session: Session, household_id: uuid.UUID) -> Household | None:
    """Return the household of this id or None; `OutsideScope` when it lies in another area."""
    try:
        return load_household(session, household_id)
    except NotFound:
        with everywhere(session):
            area = session.scalar(select(Household.area_code).where(Household.id == household_id))
        if area is None:
            return None
        if not scope_of(session).covers(area):
            raise OutsideScope() from None
        return load_household(session, household_id)  # stored by another request just now


@contextmanager
def alone(session: Session) -> Iterator[None]:
    """Insert inside the block; a second request that inserts the same id at once is refused."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError:
        message = N_("Rumah tangga ini sedang disimpan oleh permintaan lain. Kirim sekali lagi.")
        raise Conflict(message) from None


def accept(
    session: Session, household: Household, form: HouseholdForm, *, by: Author, at: datetime
) -> None:
    """Store a form over the household, in one of the author's villages and in time."""
    members = roster.all_members(session, household).values()
    form = roster.with_own_ids(form, household.id, list(members))
    require_place(session, form, by)
    require_open(session, stage_of_sending(State(household.state)), form.area_code, at=at)
    storing.overwrite(session, household, form, by=by.username, source=by.source, at=at)
    answer_remarks(session, household.id, form.document(), by=by.username, at=at)
    audit(session, household, TRANSITIONS[Action.SUBMIT].event, by=by, at=at)


def require_place(session: Session, form: HouseholdForm, by: Author) -> None:
    """The village must exist and be the author's, and member ids must not be somebody else's."""
    if not by.scope.covers(form.area_code):
        raise OutsideScope(N_("Desa {area} berada di luar wilayah Anda."), area=form.area_code)
    area = session.get(Area, form.area_code)
    found: list[Problem] = []
    if area is None or area.level != Level.DESA:
        found.append(Problem("area_code", "area_code", "error", UNKNOWN_VILLAGE, rule="choice"))
    foreign = roster.ids_elsewhere(session, [form])
    for place, member in enumerate(form.members):
        if member.id in foreign:
            found.append(Problem(f"{ROSTER}[{place}].id", "id", "error", ID_ELSEWHERE))
    if found:
        raise InvalidHousehold(found)


def require_editable(household: Household) -> None:
    """Raise `NotEditable` for a household that an operator verified, or an archived one."""
    if is_locked(State(household.state)):
        raise NotEditable(TRANSITIONS[Action.SUBMIT].refusal)


def require_version(household: Household, version: int) -> None:
    """Raise `ChangedSince` when the household is not at `version` any more."""
    if household.version != version:
        raise ChangedSince(
            N_("Data rumah tangga ini berubah sejak Anda membukanya. Muat ulang, lalu coba lagi.")
        )


def refuse(
    session: Session,
    household: Household,
    document: Document,
    version: int | None,
    *,
    by: Author,
    at: datetime,
) -> StaleHousehold:
    """Keep a document that came too late and return the error to raise."""
    conflict = keep(session, household, document, version, by=by, at=at)
    return StaleHousehold(conflict.id, household.version)


def keep(
    session: Session,
    household: Household,
    document: Document,
    version: int | None,
    *,
    by: Author,
    at: datetime,
    written_by: str | None = None,
) -> HouseholdConflict:
    """Keep a document that was not taken (`written_by` whom, default: who acts); the same one sent
    again is kept once."""
    digest = content_hash({key: value for key, value in document.items() if key != "id"})
    known = session.scalars(
        select(HouseholdConflict).where(
            HouseholdConflict.household_id == household.id,
            HouseholdConflict.content_hash == digest,
            HouseholdConflict.resolved_at.is_(None),
        )
    ).first()
    if known is not None:
        return known
    conflict = HouseholdConflict(
        id=uuid.uuid4(),
        household_id=household.id,
        area_code=household.area_code,
        base_version=version,
        found_version=household.version,
        document=document,
        content_hash=digest,
        refused_by=written_by or by.username,
        refused_at=at,
        source=by.source,
    )
    session.add(conflict)
    session.flush()
    audit(session, household, "household-conflict", by=by, at=at)
    return conflict


def audit(session: Session, household: Household, action: str, *, by: Author, at: datetime) -> None:
    """Record what was done to the household, in the same transaction."""
    event = Event(
        action,
        "household",
        str(household.id),
        household.area_code,
        {"version": household.version, "source": str(by.source)},
    )
    record(session, event, by=by.username, at=at)
