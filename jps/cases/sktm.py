"""The certificate of poverty (SKTM): for whom, on what grounds, from the record."""

import uuid
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.assessment.models import Assessment
from jps.assessment.services import current_scorecard, find_model
from jps.cases.letter_rules import (
    MOST_MONTHS,
    POOR_FROM,
    Poor,
    long_day,
    sktm_blocks,
)
from jps.cases.letters import About, Issue, heading, issue, village_line
from jps.errors import Conflict, InvalidData, NotFound
from jps.households.counting import kept_of
from jps.households.models import Household, Member
from jps.households.queries import get_household
from jps.households.rules import IN_FORCE, State
from jps.programmes.case_models import Letter
from jps.programmes.rules import LetterKind
from jps.text import N_, one_line

# The village meeting agreed that the household is poor.
AGREED = frozenset({State.AGREED, State.CONFIRMED, State.FINAL})
SEXES = {"1": "Laki-laki", "2": "Perempuan"}
MAX_TEXT = 300  # characters


@dataclass(frozen=True, slots=True)
class Wish:
    """What a certificate is asked for; the village decision where the score is none."""

    purpose: str
    months: int
    decision: str = ""
    decision_number: str = ""
    decision_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a household may have a certificate, and by what it counts as poor.

    `refusal`: why not at all (a message); `basis`: empty where a village decision is needed.
    """

    refusal: str | None
    basis: str
    likelihood: float | None


def standing_of(session: Session, household: Household, *, zone: ZoneInfo) -> Standing:
    """Return on what grounds a household is poor, with the office's days of them."""
    if household.state not in IN_FORCE or kept_of(session, household.id) is not None:
        message = N_("Rumah tangga ini tidak dihitung: belum dikirim, diarsipkan, atau digabung.")
        return Standing(message, "", None)
    model = find_model(session, current_scorecard())
    query = select(Assessment).where(Assessment.household_id == household.id)
    found = session.scalars(query.where(Assessment.model_id == model.id)).first() if model else None
    likelihood = found.npl100 if found else None
    if found is not None and likelihood is not None and likelihood >= POOR_FROM:
        day = long_day(found.assessed_at.astimezone(zone).date())
        share = f"{round(likelihood * 100)} %"
        return Standing(None, f"Peluang miskin {share} menurut PPI, dinilai {day}", likelihood)
    if household.state in AGREED:
        day = long_day(household.state_at.astimezone(zone).date())
        return Standing(None, f"Disepakati musyawarah desa/kelurahan, {day}", likelihood)
    return Standing(None, "", likelihood)


def issue_sktm(
    session: Session, household_id: uuid.UUID, member_id: uuid.UUID, wish: Wish, how: Issue
) -> Letter:
    """Issue a certificate for a member of a poor household; flushes."""
    household = get_household(session, household_id)
    standing = standing_of(session, household, zone=how.zone)
    if standing.refusal is not None:
        raise Conflict(standing.refusal)
    member = next((one for one in household.members if one.id == member_id), None)
    if member is None:
        raise NotFound()
    basis = standing.basis or _decided(wish, how.day)
    purpose = one_line(wish.purpose)
    problems: dict[str, list[str]] = {}
    if not 0 < len(purpose) <= MAX_TEXT:
        problems["purpose"] = [N_("Tulis keperluannya, paling banyak 300 karakter.")]
    if not 1 <= wish.months <= MOST_MONTHS:
        problems["months"] = [N_("Masa berlaku 1 sampai 12 bulan.")]
    if problems:
        raise InvalidData(N_("Surat belum dibuat. Lengkapi isiannya."), problems)
    valid_to = months_later(how.day, wish.months)
    told = _told(session, household, member, basis=basis, purpose=purpose, valid_to=valid_to)
    about = About(
        household.area_code,
        member.name,
        household_id=household.id,
        member_id=member.id,
        valid_to=valid_to,
    )
    return issue(session, LetterKind.SKTM, about, sktm_blocks(told), how)


def months_later(day: date, months: int) -> date:
    """Return the same day some months later, or the last one of a shorter month."""
    place = day.month - 1 + months
    year, month = day.year + place // 12, place % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    return date(year, month, 28)


def _decided(wish: Wish, today: date) -> str:
    """Return the village's decision as grounds; raises `InvalidData` where it is not complete."""
    decision, number = one_line(wish.decision), one_line(wish.decision_number)
    problems: dict[str, list[str]] = {}
    if not 0 < len(decision) <= MAX_TEXT:
        problems["decision"] = [N_("Tulis putusan desa dan alasannya, paling banyak 300 karakter.")]
    if not 0 < len(number) <= MAX_TEXT:
        problems["decision_number"] = [N_("Isi nomor berita acara atau suratnya.")]
    if wish.decision_on is None or wish.decision_on > today:
        problems["decision_on"] = [N_("Isi tanggal putusannya, tidak setelah hari ini.")]
    if problems or wish.decision_on is None:
        raise InvalidData(
            N_(
                "Skor rumah tangga ini tidak menunjukkan miskin. SKTM memerlukan putusan"
                " desa/kelurahan dengan alasan, nomor, dan tanggal."
            ),
            problems,
        )
    return f"{decision} (putusan desa/kelurahan nomor {number}, {long_day(wish.decision_on)})"


def _told(
    session: Session,
    household: Household,
    member: Member,
    *,
    basis: str,
    purpose: str,
    valid_to: date,
) -> Poor:
    lines = heading(session, household.area_code)
    return Poor(
        name=member.name,
        nik=member.nik or "belum ada",
        birth=", ".join(part for part in (member.birth_place, _birth(member.birth_date)) if part),
        sex=SEXES.get(member.sex, ""),
        head=household.head_name,
        kk=member.kk or "belum ada",
        address=household.address,
        village=village_line(lines),
        members=household.household_size or len(household.members),
        basis=basis,
        purpose=purpose,
        valid_to=valid_to,
    )


def _birth(text: str) -> str:
    try:
        return long_day(date.fromisoformat(text))
    except ValueError:
        return text
