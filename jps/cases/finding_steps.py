"""Work on findings: who does it until when, what was found on the ground, is it so or not."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.db import AreaScope, locked_row
from jps.errors import Conflict, InvalidData, NotAllowed, NotFound
from jps.programmes.case_models import Finding, FindingStep, Strike
from jps.programmes.case_rules import (
    MAX_NOTE,
    NEEDS_NOTE,
    Action,
    Done,
    Presence,
    Visit,
    VisitResult,
    next_state,
    to_undo,
)
from jps.programmes.rules import FindingState
from jps.text import N_, one_line

MOST_AT_ONCE = 500  # findings given to somebody by one act


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture of a visit that the office keeps."""

    sha256: str
    media_type: str


def get_finding(session: Session, finding_id: uuid.UUID) -> Finding:
    """Return a finding of the session's areas, or raise `NotFound`."""
    found = session.scalars(select(Finding).where(Finding.id == finding_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def steps_of(session: Session, finding_id: uuid.UUID) -> Sequence[FindingStep]:
    """Return what was done about a finding, oldest first."""
    query = select(FindingStep).where(FindingStep.finding_id == finding_id)
    return session.scalars(query.order_by(FindingStep.id)).all()


def visits_of(steps: Iterable[FindingStep]) -> list[Visit]:
    """Return the visits that were not taken back."""
    steps = list(steps)
    gone = {step.undoes for step in steps}
    return [visit_of(step.visit) for step in steps if step.visit and step.id not in gone]


def visit_of(told: dict[str, str]) -> Visit:
    """Return a visit as it was stored."""
    presence = told.get("presence")
    return Visit(
        VisitResult(told["result"]),
        Presence(presence) if presence else None,
        date.fromisoformat(told["on"]),
        told.get("point", ""),
    )


def told_of(visit: Visit) -> dict[str, str]:
    """Return a visit as it is stored."""
    return {
        "result": str(visit.result),
        "presence": str(visit.presence or ""),
        "on": visit.on.isoformat(),
        "point": visit.point,
    }


def assign(
    session: Session,
    finding_ids: Iterable[uuid.UUID],
    *,
    owner: str,
    reach: AreaScope,
    due_on: date | None,
    by: str,
    at: datetime,
) -> int:
    """Give findings to a person until a day; returns how many.

    Those that are closed, or lie outside the areas of that person (`reach`), are left.
    """
    ids = list(dict.fromkeys(finding_ids))[:MOST_AT_ONCE]
    query = select(Finding).where(Finding.id.in_(ids)).order_by(Finding.id).with_for_update()
    done = 0
    for finding in session.scalars(query.execution_options(populate_existing=True)):
        possible = next_state(Action.ASSIGN, FindingState(finding.state)) is not None
        if not possible or not reach.covers(finding.area_code):
            continue
        _step(session, finding, Action.ASSIGN, owner=owner, due_on=due_on, by=by, at=at)
        done += 1
    session.flush()
    return done


def check_on_ground(
    session: Session,
    finding_id: uuid.UUID,
    *,
    owner: str,
    due_on: date | None,
    note: str,
    by: str,
    at: datetime,
) -> Finding:
    """Send somebody to look."""
    finding = _locked(session, finding_id, Action.CHECK)
    _step(session, finding, Action.CHECK, owner=owner, due_on=due_on, note=note, by=by, at=at)
    session.flush()
    return finding


def record_visit(
    session: Session,
    finding_id: uuid.UUID,
    visit: Visit,
    *,
    note: str,
    photo: Photo | None = None,
    by: str,
    at: datetime,
) -> Finding:
    """Keep what was found at a visit."""
    finding = _locked(session, finding_id, Action.VISIT)
    step = _step(session, finding, Action.VISIT, note=note, by=by, at=at)
    step.visit = dict(told_of(visit))
    if photo is not None:
        step.photo_sha256, step.photo_type = photo.sha256, photo.media_type
    session.flush()
    return finding


def take_step(
    session: Session, finding_id: uuid.UUID, action: Action, note: str, *, by: str, at: datetime
) -> Finding:
    """Say that it is so, that it is not, or open it again; each asks for a reason."""
    finding = _locked(session, finding_id, action)
    if action is Action.REOPEN:
        _require_no_strike(session, finding)
    _step(session, finding, action, note=note, by=by, at=at)
    session.flush()
    return finding


def undo_step(
    session: Session, finding_id: uuid.UUID, *, by: str, may_all: bool, at: datetime
) -> Finding:
    """Take back the last step that holds: one's own, or anybody's for who decides (`may_all`)."""
    finding = lock_finding(session, finding_id)
    steps = steps_of(session, finding_id)
    last = to_undo([Done(step.id, Action(step.action), step.undoes) for step in steps])
    if last is None:
        raise Conflict(N_("Tidak ada langkah yang dapat diurungkan."))
    undone = next(step for step in steps if step.id == last.id)
    if undone.by != by and not may_all:
        raise NotAllowed(
            N_("Hanya yang mengambil langkah ini atau pemutus yang dapat mengurungkan.")
        )
    _require_no_strike(session, finding)
    gone = {step.undoes for step in steps} | {last.id}
    held = [step for step in steps if step.id not in gone and step.undoes is None]
    finding.state = held[-1].state if held else FindingState.OPEN
    finding.owner = held[-1].owner if held else None
    finding.due_on = held[-1].due_on if held else None
    _write(session, finding, Action.UNDO, undoes=last.id, by=by, at=at)
    session.flush()
    return finding


def strike_of_finding(session: Session, finding_id: uuid.UUID) -> Strike | None:
    """Return the strike that a finding led to and that holds."""
    query = select(Strike).where(Strike.finding_id == finding_id, Strike.undone_at.is_(None))
    return session.scalars(query).first()


def _require_no_strike(session: Session, finding: Finding) -> None:
    if strike_of_finding(session, finding.id) is not None:
        raise Conflict(
            N_("Penerima sudah dicoret karena temuan ini. Batalkan pencoretannya lebih dahulu.")
        )


def _locked(session: Session, finding_id: uuid.UUID, action: Action) -> Finding:
    finding = lock_finding(session, finding_id)
    if next_state(action, FindingState(finding.state)) is None:
        raise Conflict(
            N_("Temuan ini sudah berubah sejak Anda membukanya. Muat ulang, lalu coba lagi.")
        )
    return finding


def lock_finding(session: Session, finding_id: uuid.UUID) -> Finding:
    """Return a finding that nobody else changes until the commit, or raise `NotFound`."""
    return locked_row(session, Finding, finding_id)


def _step(
    session: Session,
    finding: Finding,
    action: Action,
    *,
    owner: str | None = None,
    due_on: date | None = None,
    note: str = "",
    by: str,
    at: datetime,
) -> FindingStep:
    """Do a step: the state that it leads to, and who works on it from here."""
    note = one_line(note)
    if action in NEEDS_NOTE and not note:
        raise InvalidData(N_("Tuliskan alasannya."), {"note": [N_("Alasan wajib diisi.")]})
    if len(note) > MAX_NOTE:
        message = N_("Keterangan paling banyak 1.000 karakter.")
        raise InvalidData(message, {"note": [message]})
    target = next_state(action, FindingState(finding.state))
    finding.state = target or FindingState(finding.state)
    if owner is not None:
        finding.owner, finding.due_on = owner or None, due_on
    return _write(session, finding, action, note=note, by=by, at=at)


def _write(
    session: Session,
    finding: Finding,
    action: Action,
    *,
    note: str = "",
    undoes: int | None = None,
    by: str,
    at: datetime,
) -> FindingStep:
    finding.changed_at = at
    step = FindingStep(
        finding_id=finding.id,
        action=action,
        state=finding.state,
        owner=finding.owner,
        due_on=finding.due_on,
        note=note,
        undoes=undoes,
        by=by,
        at=at,
    )
    session.add(step)
    event = Event(f"finding-{action}", "finding", str(finding.id), finding.area_code)
    record(session, event, by=by, at=at)
    return step
