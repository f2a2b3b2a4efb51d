"""Letters that are handed out: issued once under a number, printed again, checked, revoked."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.rules import lineage
from jps.audit.services import Event, record, take_turn
from jps.cases.letter_rules import (
    CODE_LENGTH,
    KIND_NAMES,
    LETTERS,
    Block,
    Signatory,
    clean_code,
    initials,
    letter_number,
    long_day,
)
from jps.db import everywhere, locked_row
from jps.errors import Conflict, InvalidData, NotFound
from jps.programmes.case_models import Letter, Strike
from jps.programmes.rules import LetterKind
from jps.text import N_, one_line

MAX_REASON = 500  # characters
STRIKE_HOLDS = N_(
    "Pencoretannya masih berlaku, dan keluarga berhak memegang pemberitahuannya. Bila keliru,"
    " batalkan pencoretannya: pemberitahuannya ikut dicabut."
)
PLACE = "{code}"  # stands for the check code in the address that the edge gives


@dataclass(frozen=True, slots=True)
class Issue:
    """How letters are issued: who signs, where they can be checked, by whom, when, in which zone.

    `address` is that of the check page with `PLACE` for the code; `day` the date of the letter.
    """

    signatory: Signatory
    address: str
    day: date
    by: str
    at: datetime
    zone: ZoneInfo

    def day_of(self, moment: datetime) -> date:
        """Return the office's day of a moment: letters name days, the database keeps UTC."""
        return moment.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class About:
    """Whom a letter is about, and what it hangs on."""

    area_code: str
    person: str  # name, of which strangers see the initials
    household_id: uuid.UUID | None = None
    member_id: uuid.UUID | None = None
    recipient_id: uuid.UUID | None = None
    strike_id: uuid.UUID | None = None
    appeal_id: uuid.UUID | None = None
    valid_to: date | None = None


def require_signatory(signatory: Signatory) -> None:
    """Raise `InvalidData` for a letter that nobody signs."""
    problems = {
        field: [N_("Wajib diisi.")]
        for field, value in {
            "signer": signatory.name,
            "title": signatory.title,
            "office": signatory.office,
        }.items()
        if not value
    }
    if problems:
        raise InvalidData(
            N_("Isi siapa yang menandatangani surat, jabatan, dan kantornya."), problems
        )


def issue(
    session: Session, kind: LetterKind, about: About, blocks: Sequence[Block], how: Issue
) -> Letter:
    """Store a letter under the next number of its village and year; flushes."""
    require_signatory(how.signatory)
    take_turn(session)
    with everywhere(session):
        last = session.scalar(
            select(func.max(Letter.serial)).where(
                Letter.kind == kind,
                Letter.area_code == about.area_code,
                Letter.year == how.day.year,
            )
        )
    serial = (last or 0) + 1
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    number = letter_number(kind, serial, about.area_code, how.day)
    facts: dict[str, Any] = {
        "title": KIND_NAMES[kind],
        "number": number,
        "head": heading(session, about.area_code),
        "office": how.signatory.office,
        "blocks": list(blocks),
        "day": long_day(how.day),
        "signer": how.signatory.name,
        "signer_title": how.signatory.title,
        "contact": how.signatory.contact,
        "initials": initials(about.person),
        "address": how.address.replace(PLACE, code),
    }
    letter = Letter(
        id=uuid.uuid4(),
        area_code=about.area_code,
        kind=kind,
        number=number,
        year=how.day.year,
        serial=serial,
        check=code,
        household_id=about.household_id,
        member_id=about.member_id,
        recipient_id=about.recipient_id,
        strike_id=about.strike_id,
        appeal_id=about.appeal_id,
        facts=facts,
        valid_to=about.valid_to,
        made_by=how.by,
        made_at=how.at,
    )
    session.add(letter)
    session.flush()
    _record(session, letter, "letter-issued", by=how.by, at=how.at)
    return letter


def heading(session: Session, area_code: str) -> list[str]:
    """Return the lines at the head of a letter: kabupaten, kecamatan, village."""
    codes = lineage(area_code)[1:]
    rows = session.execute(select(Area.code, Area.name, Area.type).where(Area.code.in_(codes)))
    found = {row.code: row for row in rows}
    lines = ["Pemerintah Provinsi"] if not found else []
    for code in codes:
        if code in found:
            kind, name = found[code].type, found[code].name
            named = name if name.lower().startswith(kind) else f"{kind} {name}"
            lines.append(f"Pemerintah {named}" if not lines else named)
    return [line.upper() for line in lines]


def village_line(head: Sequence[str]) -> str:
    """Return the head of a letter as one line of an address, the village first."""
    return ", ".join(line.removeprefix("PEMERINTAH ").title() for line in reversed(head))


def get_letter(session: Session, letter_id: uuid.UUID) -> Letter:
    """Return a letter of the session's areas, or raise `NotFound`."""
    found = session.scalars(select(Letter).where(Letter.id == letter_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def find_by_code(session: Session, code: str) -> Letter:
    """Return the letter with a check code, whoever asks, or raise `NotFound`."""
    code = clean_code(code[:100])
    query = select(Letter).where(Letter.check == code)
    with everywhere(session):
        found = session.scalars(query).one_or_none() if len(code) == CODE_LENGTH else None
    if found is None:
        raise NotFound(
            N_(
                "Kode ini tidak dikenal. Periksa apakah diketik benar. Bila tetap tidak dikenal,"
                " surat ini tidak dikeluarkan lewat JPS."
            )
        )
    return found


def last_signatory(session: Session, area_code: str, kind: LetterKind) -> Signatory | None:
    """Return who signed the last letter of a kind in an area, to be offered again."""
    query = (
        select(Letter.facts)
        .where(Letter.area_code == area_code, Letter.kind == kind)
        .order_by(Letter.made_at.desc())
    )
    facts = session.scalars(query.limit(1)).first()
    if facts is None:
        return None
    return Signatory(facts["signer"], facts["signer_title"], facts["office"], facts["contact"])


def revoke(session: Session, letter_id: uuid.UUID, reason: str, *, by: str, at: datetime) -> Letter:
    """Declare a letter void; the check page says so from now on."""
    letter = locked_row(session, Letter, letter_id)
    if letter.revoked_at is not None:
        raise Conflict(N_("Surat ini sudah dicabut."))
    if _is_of_strike_in_force(session, letter):
        raise Conflict(STRIKE_HOLDS)
    reason = one_line(reason)
    if not 0 < len(reason) <= MAX_REASON:
        message = N_("Alasan wajib diisi, paling banyak 500 karakter.")
        raise InvalidData(N_("Tuliskan alasannya."), {"reason": [message]})
    letter.revoked_by, letter.revoked_at, letter.revoked_reason = by, at, reason
    session.flush()
    _record(session, letter, "letter-revoked", by=by, at=at)
    return letter


def _is_of_strike_in_force(session: Session, letter: Letter) -> bool:
    """Return whether a family would be left struck without its notice."""
    if letter.strike_id is None or letter.kind != LetterKind.NOTICE:
        return False
    with everywhere(session):
        return session.get_one(Strike, letter.strike_id).undone_at is None


def printed(session: Session, letter: Letter, *, by: str, at: datetime) -> None:
    """Record that somebody took the paper, which shows a person's data."""
    _record(session, letter, "letter-printed", by=by, at=at)


def _record(session: Session, letter: Letter, action: str, *, by: str, at: datetime) -> None:
    details = {"kind": str(letter.kind)}
    event = Event(action, "letter", str(letter.id), letter.area_code, details)
    record(session, event, by=by, at=at)
