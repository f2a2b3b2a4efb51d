"""Bring a decree with its list, look its recipients up, put it in force, withdraw it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.audit.services import Event, record, take_turn
from jps.config import DATA
from jps.db import AreaScope, scope_of
from jps.errors import Conflict, InvalidData, NotAllowed, NotFound
from jps.intake.models import IntakeBatch
from jps.intake.rules import ListKind
from jps.intake.services import Delivery, begin_batch, headers_of, take_list
from jps.jobs.models import Job
from jps.jobs.rules import ENDED
from jps.jobs.services import start_job
from jps.layouts import ColumnMapping, Layout, recipient_layouts
from jps.programmes.finding_rules import FIND
from jps.programmes.models import Decree, Programme, Recipient
from jps.programmes.rules import DecreeState
from jps.programmes.stakes import follow_decree
from jps.questionnaire import load_form
from jps.text import N_, one_line

KIND = "decree"  # of the job
MAX_TEXT = 120  # characters of a number
MAX_REASON = 500
FOLLOWED_AT_ONCE = 300  # recipients looked at while somebody waits; more are a job
NO_NUMBER = N_("Tulis nomor SK.")
NO_PROGRAMME = N_("Program ini belum ada. Buat programnya lebih dahulu pada menu Program.")
NO_AREA = N_("Pilih wilayah SK di dalam wilayah kerja Anda.")
NO_DATE = N_("Tulis tanggalnya.")
LATE_START = N_("Masa berlaku berakhir sebelum dimulai.")
OVER = N_("Masa berlaku ini sudah berakhir. Periksa tanggalnya, atau nyatakan bahwa ini SK lama.")
KNOWN = N_("SK dengan nomor ini untuk program dan wilayah yang sama sudah ada.")
PART_ONLY = N_("SK ini berlaku di wilayah yang lebih luas daripada wilayah kerja Anda.")
BUSY = N_("SK ini sedang dikerjakan. Tunggu sampai selesai.")
NO_COLUMN = N_("Tidak ada kolom nama atau NIK. Pilih kolom mana yang berisi nama penerima.")

# Two who move a decree wait for one another, who names it from another row does not.
_LOCK = {"key_share": True}
_MOVES: Mapping[DecreeState, frozenset[DecreeState]] = {
    DecreeState.IN_FORCE: frozenset({DecreeState.LOADED, DecreeState.WITHDRAWN}),
    DecreeState.WITHDRAWN: frozenset({DecreeState.DRAFT, DecreeState.LOADED, DecreeState.IN_FORCE}),
}
_EVENTS: Mapping[DecreeState, str] = {
    DecreeState.IN_FORCE: "decree-in-force",
    DecreeState.WITHDRAWN: "decree-withdrawn",
}


@dataclass(frozen=True, slots=True)
class Head:
    """What a decree says of itself; `old`: its period may be over. `programme` is a code."""

    programme: str
    number: str
    dated: date | None
    period_from: date | None
    period_to: date | None
    area: str
    title: str = ""
    old: bool = False


def known_layouts() -> tuple[Layout, ...]:
    """Return the makes of lists of recipients."""
    return recipient_layouts(load_form(DATA / "questionnaire"), DATA / "layouts")


def take_recipients(path: Path, *, home: Path) -> Delivery:
    """Look through the list at `path` and keep a copy; raises InvalidFile. Touches no database."""
    return take_list(path, home=home, known=known_layouts())


def check_head(session: Session, head: Head, *, scope: AreaScope, today: date) -> Programme:
    """Return the programme of a decree; raises InvalidData with what is wrong, by field."""
    problems: dict[str, list[str]] = {}
    programme = session.scalars(select(Programme).where(Programme.code == head.programme)).first()
    if programme is None:
        problems["programme"] = [NO_PROGRAMME]
    if not one_line(head.number):
        problems["number"] = [NO_NUMBER]
    for name in ("dated", "period_from"):
        if getattr(head, name) is None:
            problems[name] = [NO_DATE]
    if head.period_from and head.period_to and head.period_to < head.period_from:
        problems["period_to"] = [LATE_START]
    elif head.period_to and head.period_to < today and not head.old:
        problems["period_to"] = [OVER]
    if not scope.covers(head.area) or session.get(Area, head.area) is None:
        problems["area"] = [NO_AREA]
    if programme is not None and _is_known(session, programme.id, head):
        problems["number"] = [KNOWN]
    if problems or programme is None:
        raise InvalidData(N_("SK belum disimpan: periksa isian yang ditandai."), problems)
    return programme


def _is_known(session: Session, programme_id: int, head: Head) -> bool:
    query = select(Decree.id).where(
        Decree.programme_id == programme_id,
        Decree.number == one_line(head.number)[:MAX_TEXT],
        Decree.area_code == head.area,
        Decree.state != DecreeState.WITHDRAWN,
    )
    return session.scalars(query.limit(1)).first() is not None


def bring_decree(
    session: Session,
    head: Head,
    delivery: Delivery,
    *,
    label: str,
    scope: AreaScope,
    by: str,
    at: datetime,
    today: date,
) -> Decree:
    """Register a decree with its list and queue the staging of its rows; raises InvalidData."""
    take_turn(session)  # sent twice, it is kept once
    programme = check_head(session, head, scope=scope, today=today)
    assert head.dated is not None
    assert head.period_from is not None
    decree = Decree(
        id=uuid.uuid4(),
        area_code=head.area,
        programme_id=programme.id,
        number=one_line(head.number)[:MAX_TEXT],
        dated=head.dated,
        title=one_line(head.title)[:200],
        period_from=head.period_from,
        period_to=head.period_to,
        state=DecreeState.DRAFT,
        state_by=by,
        state_at=at,
        made_by=by,
        made_at=at,
    )
    batch = begin_batch(
        session,
        delivery,
        source=f"{programme.code} {decree.id}",
        label=label,
        partial=False,
        scope=scope,
        by=by,
        at=at,
        kind=ListKind.RECIPIENTS,
    )
    decree.batch_id, decree.job_id = batch.id, batch.job_id
    session.add(decree)
    session.flush()
    details = {"programme": programme.code, "number": decree.number}
    event = Event("decree-loaded", "decree", str(decree.id), decree.area_code, details)
    record(session, event, by=by, at=at)
    return decree


def get_decree(session: Session, decree_id: uuid.UUID) -> Decree:
    """Return a decree of the session's areas, or raise `NotFound`."""
    found = session.scalars(select(Decree).where(Decree.id == decree_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def require_whole(session: Session, decree: Decree) -> None:
    """Refuse who sees a part of a decree's area only: they read it, others decide about it."""
    if not scope_of(session).covers(decree.area_code):
        raise NotAllowed(PART_ONLY)


def batch_of_decree(session: Session, decree: Decree) -> IntakeBatch:
    """Return the list of a decree, or raise `NotFound`: a decree may be kept without one."""
    batch = session.get(IntakeBatch, decree.batch_id) if decree.batch_id else None
    if batch is None:
        raise NotFound()
    return batch


def headers_of_list(batch: IntakeBatch) -> Mapping[str, tuple[str, ...]]:
    """Return the headers of a decree's list by table."""
    return headers_of(batch)


def look_up(
    session: Session, decree: Decree, mapping: ColumnMapping, *, by: str, at: datetime, today: date
) -> Job:
    """Queue the loading and looking up of the recipients, by this mapping of columns.

    Raises InvalidData when no column holds names or NIKs, Conflict while it is being worked on and
    once it counts: who receives must not change unseen.
    """
    require_whole(session, decree)
    session.refresh(decree, with_for_update=_LOCK)
    batch = batch_of_decree(session, decree)
    job = session.get(Job, decree.job_id) if decree.job_id else None
    if job is not None and job.kind == KIND and job.state not in ENDED:
        raise Conflict(BUSY)
    if decree.state not in {DecreeState.DRAFT, DecreeState.LOADED}:
        raise Conflict(N_("SK ini sudah berlaku atau ditarik, jadi daftarnya tidak dibaca ulang."))
    filled = {to for targets in mapping.tables.values() for to in targets}
    if not filled & {"name", "nik"}:
        raise InvalidData("", {"columns": [NO_COLUMN]})
    batch.mapping, decree.state = mapping.as_json(), DecreeState.DRAFT
    params = {"decree": str(decree.id), "today": today.isoformat()}
    job = start_job(session, KIND, params, by=by, at=at)
    decree.job_id = job.id
    session.flush()
    return job


def move_decree(
    session: Session,
    decree: Decree,
    to: DecreeState,
    reason: str,
    *,
    by: str,
    at: datetime,
    today: date,
) -> Job | None:
    """Put a decree in force, or withdraw it with a reason; nothing is deleted.

    What is wrong about its recipients is found anew: at once, or of a long list by the queued job
    that is returned.
    """
    require_whole(session, decree)
    session.refresh(decree, with_for_update=_LOCK)
    if decree.state not in _MOVES.get(to, frozenset()):
        raise Conflict(N_("Langkah ini tidak mungkin untuk SK dalam keadaan sekarang."))
    if to is DecreeState.WITHDRAWN and not one_line(reason):
        raise InvalidData("", {"reason": [N_("Tulis alasan penarikan.")]})
    job = session.get(Job, decree.job_id) if decree.job_id else None
    if job is not None and job.state not in ENDED:
        raise Conflict(BUSY)
    decree.state, decree.state_reason = to, one_line(reason)[:500]
    decree.state_by, decree.state_at = by, at
    session.flush()
    event = Event(_EVENTS[to], "decree", str(decree.id), decree.area_code)
    record(session, event, by=by, at=at)
    rows = select(func.count()).select_from(Recipient).where(Recipient.decree_id == decree.id)
    if (session.scalar(rows) or 0) > FOLLOWED_AT_ONCE:
        params = {"decrees": [str(decree.id)], "today": today.isoformat()}
        return start_job(session, FIND, params, by=by, at=at)
    follow_decree(session, decree.id, at=at, today=today)
    return None


def reveal_recipient(
    session: Session, one: Recipient, reason: str, *, by: str, at: datetime
) -> tuple[str, str]:
    """Return NIK and KK of a recipient in full; who asked and why is recorded."""
    event = Event(
        "nik-revealed", "recipient", str(one.id), one.area_code, {"reason": checked_reason(reason)}
    )
    record(session, event, by=by, at=at)
    return one.nik, one.kk


def record_sheet(
    session: Session,
    decree: Decree,
    details: Mapping[str, object],
    *,
    by: str,
    at: datetime,
) -> None:
    """Record that somebody took a list of a decree's recipients away."""
    event = Event("decree-exported", "decree", str(decree.id), decree.area_code, dict(details))
    record(session, event, by=by, at=at)


def checked_reason(reason: str) -> str:
    """Return why somebody wants numbers in full; InvalidData when it is not said."""
    clean = one_line(reason)
    if not 0 < len(clean) <= MAX_REASON:
        text = N_("Alasan wajib diisi, paling banyak 500 karakter.")
        raise InvalidData(N_("Tuliskan alasannya."), {"reason": [text]})
    return clean


def record_taken(
    session: Session, area: str, details: Mapping[str, object], *, by: str, at: datetime
) -> None:
    """Record that somebody took away whom the membership lists find."""
    event = Event("memberships-exported", "area", area, area or None, dict(details))
    record(session, event, by=by, at=at)
