"""Appeals: received at a desk, looked into on the ground by one, decided by another."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record, take_turn
from jps.cases.appeal_rules import OPEN, appeal_number, duty_problem
from jps.cases.finding_queries import given_to
from jps.cases.finding_steps import Photo, told_of, visit_of
from jps.cases.striking import get_recipient, lock_strike
from jps.db import everywhere, locked_row
from jps.errors import Conflict, InvalidData, NotAllowed, NotFound
from jps.households.models import Household
from jps.programmes.case_models import Appeal, Strike
from jps.programmes.case_rules import (
    MAX_NOTE,
    REASONS_OF,
    AppealReason,
    Visit,
    due_day,
)
from jps.programmes.models import Programme
from jps.programmes.rules import AppealKind, AppealState, ProgrammeKind, Standing
from jps.text import N_, one_line

MAX_NAME = 120  # characters
KNOWN = N_("Permohonan ini sudah diterima dengan nomor {number} dan belum diputuskan.")


@dataclass(frozen=True, slots=True)
class Received:
    """What somebody asks for at the desk. About a household, a recipient or a strike."""

    kind: AppealKind
    reason: AppealReason | None
    text: str
    appellant: str
    contact: str = ""
    programme_id: int | None = None
    household_id: uuid.UUID | None = None
    recipient_id: uuid.UUID | None = None
    strike_id: uuid.UUID | None = None
    target_list_id: uuid.UUID | None = None
    evidence: Photo | None = None


def receive(session: Session, asked: Received, *, by: str, at: datetime, today: date) -> Appeal:
    """Take an appeal in under a number; its clock begins; flushes."""
    _check(session, asked)
    about = _about(session, asked, today)
    take_turn(session)
    _not_twice(session, asked, about)
    with everywhere(session):
        serial = (session.scalar(select(func.count()).select_from(Appeal)) or 0) + 1
    evidence = asked.evidence
    appeal = Appeal(
        id=uuid.uuid4(),
        number=appeal_number(asked.kind, today.year, serial),
        kind=asked.kind,
        target_list_id=asked.target_list_id,
        strike_id=asked.strike_id,
        appellant=one_line(asked.appellant)[:MAX_NAME],
        contact=one_line(asked.contact)[:MAX_NAME],
        reason=asked.reason,
        text=one_line(asked.text),
        evidence_sha256=evidence.sha256 if evidence else None,
        evidence_type=evidence.media_type if evidence else None,
        state=AppealState.RECEIVED,
        received_by=by,
        received_at=at,
        due_on=due_day(asked.kind, today),
        **about,
    )
    session.add(appeal)
    session.flush()
    note(session, appeal, "appeal-received", by=by, at=at)
    return appeal


def _not_twice(session: Session, asked: Received, about: dict[str, Any]) -> None:
    """Refuse what the same person asked already and is not decided: a form sent twice."""
    same = select(Appeal.number).where(
        Appeal.kind == asked.kind,
        Appeal.appellant == one_line(asked.appellant)[:MAX_NAME],
        Appeal.state.in_(OPEN),
        *(getattr(Appeal, name) == value for name, value in about.items()),
    )
    number = session.scalars(same.limit(1)).first()
    if number is not None:
        raise Conflict(KNOWN, number=number)


def get_appeal(session: Session, appeal_id: uuid.UUID) -> Appeal:
    """Return an appeal of the session's areas, or raise `NotFound`."""
    found = session.scalars(select(Appeal).where(Appeal.id == appeal_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def record_check(
    session: Session,
    appeal_id: uuid.UUID,
    visit: Visit,
    *,
    text: str,
    photo: Photo | None = None,
    by: str,
    at: datetime,
) -> Appeal:
    """Keep what was found on the ground; a second visit stands beside the first."""
    appeal = locked(session, appeal_id)
    if appeal.state not in OPEN:
        raise Conflict(N_("Permohonan ini sudah diputuskan atau ditarik."))
    told: dict[str, Any] = {**told_of(visit), "note": one_line(text)[:MAX_NOTE], "by": by}
    told["at"] = at.isoformat()
    if photo is not None:
        told["photo"], told["photo_type"] = photo.sha256, photo.media_type
    appeal.check = {"visits": [*visit_rows(appeal), told]}
    appeal.checked_by, appeal.checked_at = by, at
    appeal.state = AppealState.CHECKING
    session.flush()
    note(session, appeal, "appeal-checked", by=by, at=at)
    return appeal


def withdraw(session: Session, appeal_id: uuid.UUID, why: str, *, by: str, at: datetime) -> Appeal:
    """End an appeal because the appellant takes it back."""
    appeal = locked(session, appeal_id)
    if appeal.state not in OPEN:
        raise Conflict(N_("Permohonan ini sudah diputuskan atau ditarik."))
    appeal.decision = required(why, "reason")
    appeal.state, appeal.decided_by, appeal.decided_at = AppealState.WITHDRAWN, by, at
    session.flush()
    note(session, appeal, "appeal-withdrawn", by=by, at=at)
    return appeal


def visit_rows(appeal: Appeal) -> list[dict[str, Any]]:
    """Return the visits of an appeal as they were kept, oldest first."""
    return list((appeal.check or {}).get("visits", []))


def visits_of(appeal: Appeal) -> list[Visit]:
    """Return the visits of an appeal."""
    return [visit_of(row) for row in visit_rows(appeal)]


def refusal(session: Session, appeal: Appeal, by: str) -> str | None:
    """Return why somebody may not decide this appeal (a message), or None."""
    strike = session.get(Strike, appeal.strike_id) if appeal.strike_id else None
    return duty_problem(
        by,
        state=AppealState(appeal.state),
        checkers={row["by"] for row in visit_rows(appeal)},
        struck_by=strike.by if strike else None,
    )


def require_duty(session: Session, appeal: Appeal, by: str) -> None:
    """Raise where this person may not decide, or nothing is to be decided."""
    problem = refusal(session, appeal, by)
    if problem is not None:
        raise (NotAllowed if appeal.state in OPEN and appeal.check else Conflict)(problem)


def locked(session: Session, appeal_id: uuid.UUID) -> Appeal:
    """Return an appeal that nobody else changes until the commit, or raise `NotFound`."""
    return locked_row(session, Appeal, appeal_id)


def required(text: str, field: str) -> str:
    """Return a text in one line; raises `InvalidData` when it is empty or too long."""
    clean = one_line(text)
    if not 0 < len(clean) <= MAX_NOTE:
        message = N_("Wajib diisi, paling banyak 1.000 karakter.")
        raise InvalidData(N_("Tuliskan alasannya."), {field: [message]})
    return clean


def note(
    session: Session,
    appeal: Appeal,
    action: str,
    *,
    details: dict[str, Any] | None = None,
    by: str,
    at: datetime,
) -> None:
    """Record an act on an appeal; never who asked."""
    told = {"kind": str(appeal.kind), **(details or {})}
    record(session, Event(action, "appeal", str(appeal.id), appeal.area_code, told), by=by, at=at)


def appeals_of(session: Session, household_id: uuid.UUID) -> Sequence[Appeal]:
    """Return the appeals of and about a household, newest first."""
    query = select(Appeal).where(Appeal.household_id == household_id)
    return session.scalars(query.order_by(Appeal.received_at.desc())).all()


def _check(session: Session, asked: Received) -> None:
    problems: dict[str, list[str]] = {}
    if asked.reason not in REASONS_OF[asked.kind]:
        problems["reason"] = [N_("Pilih alasannya.")]
    if not one_line(asked.appellant):
        problems["appellant"] = [N_("Tulis nama pemohon. Pada sanggahan nama ini dirahasiakan.")]
    if len(asked.text) > MAX_NOTE:
        problems["text"] = [N_("Keterangan paling banyak 1.000 karakter.")]
    programme = session.get(Programme, asked.programme_id) if asked.programme_id else None
    gives = programme is not None and programme.kind != ProgrammeKind.FLAG
    if asked.kind is AppealKind.PROPOSE and not gives:
        problems["programme"] = [N_("Pilih program yang diusulkan.")]
    if problems:
        message = N_("Permohonan belum tersimpan. Lengkapi isiannya; yang sudah diketik masih ada.")
        raise InvalidData(message, problems)


def _about(session: Session, asked: Received, today: date) -> dict[str, Any]:
    """Return area, programme, recipient and household of an appeal."""
    if asked.kind is AppealKind.PROPOSE:
        query = select(Household).where(Household.id == asked.household_id)
        home = session.scalars(query).one_or_none() if asked.household_id else None
        if home is None:
            raise NotFound(N_("Pilih dahulu rumah tangganya; yang belum didata didata dahulu."))
        return {
            "area_code": home.area_code,
            "programme_id": asked.programme_id,
            "household_id": home.id,
        }
    recipient_id = asked.recipient_id
    if asked.kind is AppealKind.OBJECT:
        recipient_id = _contested_strike(session, asked, today).recipient_id
    if recipient_id is None:
        raise NotFound()
    recipient = get_recipient(session, recipient_id)
    if asked.kind is AppealKind.CONTEST and recipient.standing == Standing.STRUCK:
        raise Conflict(N_("Penerima ini sudah dicoret; tidak ada yang perlu disanggah."))
    given = given_to(session, [recipient.id])[recipient.id]
    return {
        "area_code": recipient.area_code,
        "programme_id": given.programme.id,
        "recipient_id": recipient.id,
        "household_id": recipient.household_id,
    }


def _contested_strike(session: Session, asked: Received, today: date) -> Strike:
    if asked.strike_id is None:
        raise NotFound()
    strike = lock_strike(session, asked.strike_id)
    if strike.undone_at is not None:
        raise Conflict(N_("Pencoretan ini sudah dibatalkan."))
    if strike.appeal_by < today:
        raise Conflict(
            N_(
                "Batas keberatan berakhir {day}. Keluarga ini masih dapat diusulkan lagi"
                " lewat usul."
            ),
            day=strike.appeal_by.isoformat(),
        )
    waiting = select(Appeal.id).where(Appeal.strike_id == strike.id, Appeal.state.in_(OPEN))
    if session.scalars(waiting).first() is not None:
        raise Conflict(N_("Keberatan atas pencoretan ini sudah diterima dan sedang diperiksa."))
    return strike
