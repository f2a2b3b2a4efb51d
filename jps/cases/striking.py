"""Strike recipients, never without reason, source and notice; take it back exactly."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.cases.finding_queries import given_to
from jps.cases.finding_steps import lock_finding, steps_of, visits_of
from jps.cases.letter_rules import Struck, long_day, notice_blocks
from jps.cases.letters import About, Issue, heading, issue, revoke, village_line
from jps.cases.settling import bring_findings_back, settle_findings
from jps.db import everywhere, locked_row
from jps.errors import Conflict, InvalidData, NotFound
from jps.households.models import Household
from jps.programmes.case_models import Letter, Strike
from jps.programmes.case_rules import (
    DAYS_TO_OBJECT,
    MAX_NOTE,
    STRIKE_REASON_NAMES,
    StrikeReason,
    Visit,
    missing_visits,
)
from jps.programmes.models import Recipient
from jps.programmes.rules import DecreeState, FindingState, LetterKind, Standing
from jps.text import N_, mask_nik, one_line

MAX_SOURCE = 300  # characters
UNDONE = N_("Pencoretan dibatalkan.")
NO_PLACE = N_("Alasan ini hanya untuk pengganti yang penerima semulanya sudah tercantum lagi.")


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why somebody is struck: a code, what says so and of which day, from when it holds."""

    reason: StrikeReason | None
    source: str
    source_on: date | None
    from_on: date | None
    note: str = ""


def get_recipient(session: Session, recipient_id: uuid.UUID) -> Recipient:
    """Return a recipient of the session's areas, or raise `NotFound`."""
    found = session.scalars(select(Recipient).where(Recipient.id == recipient_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def strike(
    session: Session,
    recipient_id: uuid.UUID,
    grounds: Grounds,
    how: Issue,
    *,
    finding_id: uuid.UUID | None = None,
    visits: Sequence[Visit] = (),
) -> Strike:
    """Take a recipient off their decree and issue the notice to the family; flushes.

    Findings about them are settled at once.

    `visits` are those of an appeal; a finding brings its own. Raises `InvalidData` where reason,
    source or signatory are missing: nobody is struck without a word.
    """
    recipient = lock_recipient(session, recipient_id)
    if finding_id is not None:
        finding = lock_finding(session, finding_id)
        if finding.state != FindingState.CONFIRMED:
            raise Conflict(N_("Nyatakan temuannya terbukti lebih dahulu."))
        if recipient_id not in {finding.recipient_id, finding.other_id}:
            raise NotFound()
        visits = visits_of(steps_of(session, finding_id))
    reason, source_on, from_on = _checked(grounds, visits, how.day)
    if reason is StrikeReason.PLACE_RETURNED and came_in_for(session, recipient) is None:
        raise InvalidData(NO_PLACE, {"reason": [NO_PLACE]})
    stored = Strike(
        id=uuid.uuid4(),
        area_code=recipient.area_code,
        recipient_id=recipient.id,
        finding_id=finding_id,
        reason=reason,
        note=one_line(grounds.note),
        source=one_line(grounds.source),
        source_on=source_on,
        from_on=from_on,
        appeal_by=max(how.day, from_on) + timedelta(days=DAYS_TO_OBJECT),
        was=recipient.standing,
        by=how.by,
        at=how.at,
    )
    session.add(stored)
    recipient.standing = Standing.STRUCK
    recipient.struck_reason = str(reason)
    recipient.struck_source = f"{stored.source}, {long_day(source_on)}"
    recipient.struck_by, recipient.struck_at = how.by, how.at
    session.flush()
    settle_findings(session, recipient.id, at=how.at)
    details = {"reason": str(reason)}
    event = Event("recipient-struck", "recipient", str(recipient.id), recipient.area_code, details)
    record(session, event, by=how.by, at=how.at)
    _notify(session, recipient, stored, how)
    return stored


def undo_strike(
    session: Session, strike_id: uuid.UUID, why: str, *, by: str, at: datetime
) -> Strike:
    """List the recipient again as before, with the findings; the notice is void from now on."""
    stored = lock_strike(session, strike_id)
    if stored.undone_at is not None:
        raise Conflict(N_("Pencoretan ini sudah dibatalkan."))
    why = one_line(why)
    if not 0 < len(why) <= MAX_NOTE:
        raise InvalidData(N_("Tuliskan alasannya."), {"reason": [N_("Alasan wajib diisi.")]})
    recipient = get_recipient(session, stored.recipient_id)
    recipient.standing = Standing(stored.was)
    recipient.struck_reason = recipient.struck_source = ""
    recipient.struck_by = recipient.struck_at = None
    stored.undone_by, stored.undone_at, stored.undone_reason = by, at, why
    session.flush()
    bring_findings_back(session, recipient.id)
    event = Event("strike-undone", "recipient", str(recipient.id), recipient.area_code)
    record(session, event, by=by, at=at)
    mine = select(Letter.id).where(Letter.strike_id == strike_id, Letter.revoked_at.is_(None))
    for letter_id in session.scalars(mine.where(Letter.kind == LetterKind.NOTICE)).all():
        revoke(session, letter_id, UNDONE, by=by, at=at)
    return stored


def get_strike(session: Session, strike_id: uuid.UUID) -> Strike:
    """Return a strike of the session's areas, or raise `NotFound`."""
    found = session.scalars(select(Strike).where(Strike.id == strike_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def came_in_for(session: Session, recipient: Recipient) -> Recipient | None:
    """Return whom a replacement came in for, where they stand on the decree again."""
    if recipient.standing != Standing.REPLACEMENT or recipient.replaces is None:
        return None
    with everywhere(session):
        first = session.get(Recipient, recipient.replaces)
    return first if first is not None and first.standing != Standing.STRUCK else None


def lock_strike(session: Session, strike_id: uuid.UUID) -> Strike:
    """Return a strike that nobody else changes until the commit, or raise `NotFound`."""
    return locked_row(session, Strike, strike_id)


def lock_recipient(session: Session, recipient_id: uuid.UUID) -> Recipient:
    """Return a recipient who can be struck and whom nobody else changes until the commit.

    Raises `NotFound`, and `Conflict` for who is struck or on a decree that does not count. Taken
    before the lock of a finding, so that two acts never wait for one another.
    """
    recipient = locked_row(session, Recipient, recipient_id)
    if recipient.standing == Standing.STRUCK:
        raise Conflict(N_("Penerima ini sudah dicoret."))
    decree = given_to(session, [recipient_id])[recipient_id].decree
    if decree.state not in {DecreeState.LOADED, DecreeState.IN_FORCE}:
        raise Conflict(N_("SK ini tidak berlaku; tidak ada yang perlu dicoret."))
    return recipient


def _checked(
    grounds: Grounds, visits: Sequence[Visit], today: date
) -> tuple[StrikeReason, date, date]:
    problems: dict[str, list[str]] = {}
    if grounds.reason is None:
        problems["reason"] = [N_("Pilih alasannya.")]
    elif (missing := missing_visits(grounds.reason, visits)) is not None:
        problems["reason"] = [missing]
    source = one_line(grounds.source)
    if not 0 < len(source) <= MAX_SOURCE:
        problems["source"] = [N_("Tulis sumber atau buktinya, paling banyak 300 karakter.")]
    if grounds.source_on is None:
        problems["source_on"] = [N_("Isi tanggal sumbernya.")]
    elif grounds.source_on > today:
        problems["source_on"] = [N_("Tanggal sumber tidak boleh setelah hari ini.")]
    if grounds.from_on is None:
        problems["from_on"] = [N_("Isi mulai kapan berlaku.")]
    elif abs((grounds.from_on - today).days) > 366:
        problems["from_on"] = [N_("Tanggal mulai paling jauh satu tahun dari hari ini.")]
    if len(grounds.note) > MAX_NOTE:
        problems["note"] = [N_("Keterangan paling banyak 1.000 karakter.")]
    reason, source_on, from_on = grounds.reason, grounds.source_on, grounds.from_on
    if problems or reason is None or source_on is None or from_on is None:
        message = N_("Belum dicoret: alasan dan sumber harus lengkap. Isian Anda masih ada.")
        raise InvalidData(message, problems)
    return reason, source_on, from_on


def _notify(session: Session, recipient: Recipient, stored: Strike, how: Issue) -> Letter:
    given = given_to(session, [recipient.id])[recipient.id]
    decree, programme = given.decree, given.programme
    home = session.get(Household, recipient.household_id) if recipient.household_id else None
    told = Struck(
        family=(home.head_name if home else "") or recipient.name,
        address=(home.address if home else "") or recipient.address or "di tempat",
        village=village_line(heading(session, recipient.area_code)),
        recipient=recipient.name,
        nik=mask_nik(recipient.nik),
        programme=programme.name,
        decree=decree.number,
        decree_on=decree.dated,
        reason=STRIKE_REASON_NAMES[StrikeReason(stored.reason)],
        note=stored.note,
        source=stored.source,
        source_on=stored.source_on,
        from_on=stored.from_on,
        appeal_by=stored.appeal_by,
    )
    about = About(
        recipient.area_code,
        recipient.name,
        household_id=recipient.household_id,
        member_id=recipient.member_id,
        recipient_id=recipient.id,
        strike_id=stored.id,
    )
    return issue(session, LetterKind.NOTICE, about, notice_blocks(told, how.signatory), how)
