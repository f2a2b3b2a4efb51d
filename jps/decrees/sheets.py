"""The lists that a decree's report hands out, and why each recipient stands on one."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from jps.assessment.models import Assessment, Decile, ScoreModel
from jps.assessment.services import current_scorecard
from jps.db import chunks, everywhere
from jps.decrees.queries import Touch, rows_of, touches_of
from jps.decrees.report import NIK_STATES, Answer, condition, inside
from jps.households.models import Household
from jps.identity.rules import LinkState
from jps.programmes.models import Decree, Recipient
from jps.programmes.rules import FindingKind, Registered
from jps.registry.models import RegistrySnapshot
from jps.targeting.drawing import Standing as Place
from jps.targeting.models import TargetEntry, TargetList
from jps.targeting.rules import ListState
from jps.text import N_

POOR = 0.5  # least probability of being among the poorest 40 %: more likely than not
_AT_ONCE = 500


class Sheet(StrEnum):
    """One list to take away."""

    ALL = "all"
    PROPOSE = "propose"
    CHECK = "check"
    STRIKE = "strike"
    REPLACE = "replace"


SHEET_NAMES: Mapping[Sheet, str] = MappingProxyType(
    {
        Sheet.ALL: N_("Semua penerima dengan jawabannya"),
        Sheet.PROPOSE: N_("Usulkan ke data nasional"),
        Sheet.CHECK: N_("Cek lapangan"),
        Sheet.STRIKE: N_("Coret"),
        Sheet.REPLACE: N_("Ganti dari daftar tunggu"),
    }
)
SHEET_WORDS: Mapping[Sheet, str] = MappingProxyType(
    {
        Sheet.ALL: N_("Setiap baris SK beserta hasil pemeriksaannya."),
        Sheet.PROPOSE: N_(
            "Terdata dan miskin menurut JPS, tetapi belum diperingkat atau tidak ada dalam data "
            "nasional. Kosong selama data nasional (desil) belum dimuat."
        ),
        Sheet.CHECK: N_("Belum terdata, masih ragu, pindah, atau NIK-nya bermasalah."),
        Sheet.STRIKE: N_(
            "Meninggal, tercatat dua kali, tumpang tindih, dikecualikan, atau tidak memenuhi "
            "syarat; dengan alasan dan sumber."
        ),
        Sheet.REPLACE: N_(
            "Sebanyak yang diusulkan dicoret, diambil berurutan dari daftar tunggu yang disetujui."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Why:
    """A reason to strike or check, to translate; `source` is who says so, of when."""

    reason: str
    source: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient of a sheet, with the reasons."""

    recipient: Recipient
    reasons: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A household of the waiting list that may come in for somebody."""

    entry: TargetEntry
    head: str
    address: str


REGISTRY, LISTS, RULES, ROW = (
    N_("Data kependudukan per {day}"),
    N_("Perbandingan SK yang berlaku"),
    N_("Syarat program"),
    N_("Daftar SK"),
)
DEAD = Why(N_("Meninggal"), REGISTRY)
MOVED = Why(N_("Pindah menurut data kependudukan"), REGISTRY)
BAD_NIK = Why(N_("NIK kosong, salah, tidak ditemukan, atau ganda"), REGISTRY)
DOUBTFUL = Why(N_("Orangnya belum pasti"), REGISTRY)
UNKNOWN = Why(N_("Belum terdata di JPS"), N_("Data JPS"))
MAYBE = Why(N_("Mungkin terdata; pastikan orangnya"), N_("Data JPS"))
NOT_ELIGIBLE = Why(N_("Tidak memenuhi syarat program"), RULES)
NOT_RANKED = Why(N_("Terdata dan miskin, belum diperingkat"), N_("Data JPS"))
NOT_LISTED = Why(N_("Terdata dan miskin, tidak ada dalam data nasional"), N_("Data JPS"))
TWICE = N_("Orang yang sama dengan baris {row}")
OVERLAP = N_("Juga menerima {programme} ({number})")
EXCLUDED = N_("Tercatat pada {programme} ({number})")

_CHECKED = (Answer.NOT_REGISTERED, Answer.DOUBTFUL, Answer.MOVED, Answer.NIK)
_STRUCK = (Answer.DEAD, Answer.TWICE, Answer.OVERLAP, Answer.EXCLUDED, Answer.NOT_ELIGIBLE)


def poor_households() -> Select[uuid.UUID]:
    """Return the households that are poor by the scorecard in use."""
    card = current_scorecard().content_hash
    model = select(ScoreModel.id).where(ScoreModel.content_hash == card).scalar_subquery()
    return select(Assessment.household_id).where(
        Assessment.model_id == model, Assessment.bottom40 >= POOR
    )


def poor_household(household_id: Any) -> ColumnElement[bool]:
    """Return the condition that a household is one of them; for some, not for all."""
    return poor_households().where(Assessment.household_id == household_id).exists()


def wanted(sheet: Sheet) -> ColumnElement[bool]:
    """Return the condition that a recipient stands on a sheet."""
    one, listed = Recipient, condition(Answer.ALL)
    if sheet is Sheet.ALL:
        return listed
    if sheet is Sheet.PROPOSE:
        alive = or_(one.link_state.is_(None), one.link_state != LinkState.MENINGGAL)
        unranked = or_(one.decile.is_(None), one.decile == 0)
        known = one.registered == Registered.YES
        poor = poor_household(one.household_id)
        return and_(listed, known, one.same_as.is_(None), alive, unranked, poor, exists(Decile.id))
    if sheet is Sheet.CHECK:
        unsure = one.link_state == LinkState.PERLU_DITINJAU
        return and_(listed, or_(unsure, *(condition(answer) for answer in _CHECKED)))
    return or_(*(condition(answer) for answer in _STRUCK))


def sheet_counts(session: Session, decree: Decree, area: str) -> dict[Sheet, int]:
    """Return how many recipients stand on each sheet; of replacements, how many are to be found."""
    sheets = (Sheet.ALL, Sheet.PROPOSE, Sheet.CHECK, Sheet.STRIKE)
    columns = [func.sum(case((wanted(one), 1), else_=0)) for one in sheets]
    query = select(*columns).where(Recipient.decree_id == decree.id, inside(area))
    row = session.execute(query).one()
    found = {one: int(number or 0) for one, number in zip(sheets, row, strict=True)}
    return found | {Sheet.REPLACE: len(replacements(session, decree, area))}


def lines(
    session: Session, decree: Decree, sheet: Sheet, area: str, among: ColumnElement[bool]
) -> Iterator[Line]:
    """Yield the recipients of a sheet that are `among` others too, in the order of the list."""
    query = (
        select(Recipient)
        .where(Recipient.decree_id == decree.id, inside(area), wanted(sheet), among)
        .order_by(Recipient.row)
    )
    everybody = session.scalars(query).all()
    for piece in chunks(everybody, _AT_ONCE):
        touches = touches_of(session, [one.id for one in piece])
        rows = rows_of(session, [one.same_as for one in piece])
        for one in piece:
            yield Line(one, reasons_of(one, sheet, touches.get(one.id, ()), rows))


def reasons_of(
    one: Recipient, sheet: Sheet, touches: Sequence[Touch], rows: Mapping[uuid.UUID, int]
) -> tuple[Why, ...]:
    """Return why a recipient stands on a sheet; of everybody, all that is to be said."""
    if sheet is Sheet.PROPOSE:
        return (NOT_RANKED if one.decile == 0 else NOT_LISTED,)
    check = tuple(_to_check(one))
    strike = tuple(_to_strike(one, touches, rows))
    return {Sheet.CHECK: check, Sheet.STRIKE: strike}.get(sheet, strike + check)


def _to_strike(
    one: Recipient, touches: Sequence[Touch], rows: Mapping[uuid.UUID, int]
) -> Iterator[Why]:
    if one.link_state == LinkState.MENINGGAL:
        yield DEAD
    if one.same_as is not None:
        yield Why(TWICE, ROW, {"row": rows.get(one.same_as, "?")})
    for touch in touches:
        text = OVERLAP if touch.kind is FindingKind.OVERLAP else EXCLUDED
        yield Why(text, LISTS, {"programme": touch.programme, "number": touch.number})
    if one.eligible is False:
        yield NOT_ELIGIBLE


def _to_check(one: Recipient) -> Iterator[Why]:
    if one.registered == Registered.NO:
        yield UNKNOWN
    elif one.registered == Registered.DOUBTFUL:
        yield MAYBE
    if one.link_state == LinkState.PINDAH:
        yield MOVED
    elif one.link_state in NIK_STATES or any(code.startswith("nik-") for code in one.problems):
        yield BAD_NIK
    elif one.link_state == LinkState.PERLU_DITINJAU:
        yield DOUBTFUL


def replacements(session: Session, decree: Decree, area: str) -> list[Waiting]:
    """Return who of the waiting list comes next, as many as are to be struck in each quota area.

    The list is the newest approved one that holds for the decree's area. Households that the
    decree names are left out.
    """
    found = waiting_list(session, decree)
    if found is None:
        return []
    length = len(next(iter(found.quotas), ""))
    place = func.substr(Recipient.area_code, 1, length)  # one quota over all: no letter of it
    query = (
        select(place, func.count())
        .where(Recipient.decree_id == decree.id, inside(area), wanted(Sheet.STRIKE))
        .group_by(place)
    )
    needed = {str(code): number for code, number in session.execute(query)}
    mine = select(Recipient.household_id).where(
        Recipient.decree_id == decree.id, Recipient.household_id.is_not(None)
    )
    one = TargetEntry
    waiting = (
        select(one, Household.head_name, Household.address)
        .join(Household, Household.id == one.household_id)
        .where(one.list_id == found.id, one.standing == Place.WAITING)
        .where(one.household_id.not_in(mine))
        .order_by(func.substr(one.area_code, 1, length), one.rank, one.household_id)
    )
    chosen = []
    for entry, head, address in session.execute(waiting):
        code = entry.area_code[:length]
        if needed.get(code, 0) > 0:
            needed[code] -= 1
            chosen.append(Waiting(entry, head, address))
    return chosen


def waiting_list(session: Session, decree: Decree) -> TargetList | None:
    """Return the newest approved list for the decree's area, or for one that it lies in."""
    one = TargetList
    with everywhere(session):
        approved = select(one).where(one.state == ListState.APPROVED)
        for found in session.scalars(approved.order_by(one.state_at.desc())):
            if decree.area_code == found.area_code or decree.area_code.startswith(
                found.area_code + "."
            ):
                return found
    return None


def registry_day(session: Session, decree: Decree) -> str:
    """Return the ISO day of the registry that the decree was compared with."""
    snapshot = session.get(RegistrySnapshot, decree.snapshot_id) if decree.snapshot_id else None
    return snapshot.as_of.isoformat() if snapshot else ""
