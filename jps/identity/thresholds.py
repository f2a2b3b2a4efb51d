"""The thresholds in force: who moved them, when and why; moving them and taking it back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.rules import Level
from jps.audit.services import Event, record
from jps.db import scope_of
from jps.errors import Conflict, InvalidData, NotAllowed, NotFound
from jps.identity.quality_models import MatchThreshold
from jps.matching import Thresholds
from jps.text import N_, one_line

STEP = 0.25  # bits; what counts are kept by, and what thresholds are multiples of
LEAST, MOST = -4.0, 30.0  # bits; below, nobody looks, and above, nobody is linked
MAX_REASON = 500  # characters


def thresholds_in_force(session: Session) -> Thresholds:
    """Return the weights from which members are linked, and from which nobody needs to look."""
    row = _last(session)
    return Thresholds() if row is None else Thresholds(link=row.link, sure=row.sure)


def threshold_history(session: Session) -> Sequence[MatchThreshold]:
    """Return all changes, newest first."""
    return session.scalars(select(MatchThreshold).order_by(MatchThreshold.id.desc())).all()


def checked_thresholds(link: float | None, sure: float | None) -> Thresholds:
    """Return thresholds on the grid of STEP; InvalidData when they are none."""
    problems = {}
    for name, value in (("link", link), ("sure", sure)):
        if value is None or not LEAST <= value <= MOST:
            problems[name] = [N_("Isi angka antara -4 dan 30.")]
    if link is None or sure is None or problems:
        raise InvalidData(N_("Periksa kedua ambang."), problems)
    if sure < link:
        message = N_("Ambang pasti tidak boleh di bawah ambang padan.")
        raise InvalidData(N_("Periksa kedua ambang."), {"sure": [message]})
    return Thresholds(link=_on_grid(link), sure=_on_grid(sure))


def _on_grid(bits: float) -> float:
    return round(bits / STEP) * STEP


def set_thresholds(
    session: Session, wanted: Thresholds, *, reason: str, by: str, at: datetime
) -> MatchThreshold:
    """Put thresholds in force for new links; the next matching applies them to all.

    Raises InvalidData without a reason, Conflict when nothing changes, NotAllowed for whom the
    office is not wholly theirs.
    """
    need_whole_office(session)
    reason = checked_reason(reason)
    before = thresholds_in_force(session)
    if (wanted.link, wanted.sure) == (before.link, before.sure):
        raise Conflict(N_("Ambang ini sudah berlaku."))
    return _put(session, wanted, before, reason=reason, by=by, at=at)


def undo_thresholds(
    session: Session, threshold_id: int, *, by: str, at: datetime
) -> MatchThreshold:
    """Put the thresholds in force again that the last change replaced.

    Conflict when something else was put in force since.
    """
    need_whole_office(session)
    last = _last(session)
    if last is None:
        raise NotFound()
    if last.id != threshold_id:
        raise Conflict(N_("Ambang sudah diubah lagi sesudah itu."))
    earlier = _before(session, last.id)
    wanted = Thresholds() if earlier is None else Thresholds(link=earlier.link, sure=earlier.sure)
    now = Thresholds(link=last.link, sure=last.sure)
    return _put(session, wanted, now, reason=last.reason, by=by, at=at, undoes=last.id)


def _put(
    session: Session,
    wanted: Thresholds,
    before: Thresholds,
    *,
    reason: str,
    by: str,
    at: datetime,
    undoes: int | None = None,
) -> MatchThreshold:
    row = MatchThreshold(
        link=wanted.link, sure=wanted.sure, reason=reason, by=by, at=at, undoes=undoes
    )
    session.add(row)
    session.flush()
    details = {
        "from": f"{before.link:g} / {before.sure:g}",
        "to": f"{wanted.link:g} / {wanted.sure:g}",
        "reason": reason,
    }
    action = "thresholds-changed" if undoes is None else "thresholds-restored"
    record(session, Event(action, "match-threshold", str(row.id), details=details), by=by, at=at)
    return row


def _last(session: Session) -> MatchThreshold | None:
    return session.scalars(
        select(MatchThreshold).order_by(MatchThreshold.id.desc()).limit(1)
    ).one_or_none()


def _before(session: Session, threshold_id: int) -> MatchThreshold | None:
    query = select(MatchThreshold).where(MatchThreshold.id < threshold_id)
    return session.scalars(query.order_by(MatchThreshold.id.desc()).limit(1)).one_or_none()


def holds_whole_office(session: Session) -> bool:
    """Whether the session's areas hold every province of the office."""
    scope = scope_of(session)
    codes = session.scalars(select(Area.code).where(Area.level == Level.PROVINSI))
    return all(scope.covers(code) for code in codes)


def need_whole_office(session: Session) -> None:
    """Raise NotAllowed for whom only a part of the office is theirs: it concerns everybody."""
    if not holds_whole_office(session):
        raise NotAllowed(N_("Pengaturan ini berlaku juga di luar wilayah Anda."))


def checked_reason(reason: str) -> str:
    """Return a reason on one line; InvalidData when it is missing or too long."""
    clean = one_line(reason)
    if not clean or len(clean) > MAX_REASON:
        raise InvalidData(
            N_("Tuliskan alasannya."),
            {"reason": [N_("Alasan wajib diisi, paling banyak 500 karakter.")]},
        )
    return clean
