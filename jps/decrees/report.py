"""The answers of a decree's report: one table of conditions for counts, pages and downloads."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, or_, select, true
from sqlalchemy.orm import Session

from jps.areas.queries import names_of
from jps.areas.rules import Level
from jps.db import within
from jps.decrees.money import amount_of
from jps.identity.rules import LinkState
from jps.programmes.case_models import Finding
from jps.programmes.models import Decree, ProgrammeTerms, Recipient
from jps.programmes.rules import FindingKind, Registered, Standing
from jps.text import N_


class Answer(StrEnum):
    """One question that the report answers for every recipient."""

    ALL = "all"
    REGISTERED = "registered"
    DOUBTFUL = "doubtful"
    NOT_REGISTERED = "not-registered"
    DEAD = "dead"
    MOVED = "moved"
    TWICE = "twice"
    NIK = "nik"
    OVERLAP = "overlap"
    EXCLUDED = "excluded"
    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not-eligible"
    UNKNOWN = "unknown"
    NOT_RANKED = "not-ranked"
    INACTIVE = "inactive"
    STRUCK = "struck"


ANSWER_NAMES: Mapping[Answer, str] = MappingProxyType(
    {
        Answer.ALL: N_("Semua penerima"),
        Answer.REGISTERED: N_("Terdata di JPS"),
        Answer.DOUBTFUL: N_("Mungkin terdata"),
        Answer.NOT_REGISTERED: N_("Belum terdata"),
        Answer.DEAD: N_("Meninggal"),
        Answer.MOVED: N_("Pindah"),
        Answer.TWICE: N_("Tercatat dua kali"),
        Answer.NIK: N_("Masalah NIK"),
        Answer.OVERLAP: N_("Tumpang tindih bantuan"),
        Answer.EXCLUDED: N_("Dikecualikan sumber lain"),
        Answer.ELIGIBLE: N_("Memenuhi syarat"),
        Answer.NOT_ELIGIBLE: N_("Tidak memenuhi syarat"),
        Answer.UNKNOWN: N_("Syarat belum dapat dinilai"),
        Answer.NOT_RANKED: N_("Belum diperingkat"),
        Answer.INACTIVE: N_("Kepesertaan tidak aktif"),
        Answer.STRUCK: N_("Dicoret"),
    }
)
NIK_STATES = (
    LinkState.NIK_TIDAK_DITEMUKAN,
    LinkState.GANDA,
    LinkState.NONAKTIF,
    LinkState.FORMAT_SALAH,
)
_NIK_CODES = '%"nik-%'  # in the JSON of a row's problems
_INACTIVE = ("nonaktif", "non aktif", "tidak aktif", "inactive", "0", "keluar", "berhenti")


def _has(kind: FindingKind) -> ColumnElement[bool]:
    """Return whether a finding names the recipient; what an overlap is with has it as well."""
    stands = (Finding.kind == kind, Finding.gone_at.is_(None))
    named = select(Finding.recipient_id).where(*stands)
    if kind is FindingKind.OVERLAP:
        others = select(Finding.other_id).where(*stands, Finding.other_id.is_not(None))
        return or_(Recipient.id.in_(named), Recipient.id.in_(others))
    return Recipient.id.in_(named)


def condition(answer: Answer) -> ColumnElement[bool]:
    """Return the condition that a recipient is among those of an answer."""
    one = Recipient
    listed = one.standing != Standing.STRUCK
    found: Mapping[Answer, ColumnElement[bool]] = {
        Answer.ALL: listed,
        Answer.REGISTERED: one.registered == Registered.YES,
        Answer.DOUBTFUL: one.registered == Registered.DOUBTFUL,
        Answer.NOT_REGISTERED: one.registered == Registered.NO,
        Answer.DEAD: one.link_state == LinkState.MENINGGAL,
        Answer.MOVED: one.link_state == LinkState.PINDAH,
        Answer.TWICE: one.same_as.is_not(None),
        Answer.NIK: or_(one.link_state.in_(NIK_STATES), cast(one.problems, Text).like(_NIK_CODES)),
        Answer.OVERLAP: _has(FindingKind.OVERLAP),
        Answer.EXCLUDED: _has(FindingKind.EXCLUDED),
        Answer.ELIGIBLE: one.eligible.is_(True),
        Answer.NOT_ELIGIBLE: one.eligible.is_(False),
        Answer.UNKNOWN: one.eligible.is_(None),
        Answer.NOT_RANKED: one.decile == 0,
        Answer.INACTIVE: func.lower(one.status).in_(_INACTIVE),
        Answer.STRUCK: one.standing == Standing.STRUCK,
    }
    return found[answer] if answer is Answer.STRUCK else and_(listed, found[answer])


def counted(session: Session, decree_id: uuid.UUID, area: str = "") -> dict[Answer, int]:
    """Return how many recipients of a decree are among those of each answer."""
    columns = [func.sum(case((condition(one), 1), else_=0)) for one in Answer]
    query = select(*columns).where(Recipient.decree_id == decree_id, inside(area))
    row = session.execute(query).one()
    return {one: int(number or 0) for one, number in zip(Answer, row, strict=True)}


@dataclass(frozen=True, slots=True)
class AreaCount:
    """One area below another: all its recipients, and those of the answer asked for."""

    code: str
    name: str
    recipients: int
    found: int
    delivery: int  # rupiah of one delivery to those found


def area_counts(
    session: Session, decree: Decree, area: str, answer: Answer, terms: ProgrammeTerms | None
) -> list[AreaCount]:
    """Return the counts of the areas one level below `area` (default: the decree's own).

    Rows without a village are counted at the decree's area, which then stands among them.
    """
    above = area or decree.area_code
    level = next((one for one in Level if one.code_length > len(above)), None)
    if level is None:
        return []
    code = func.substr(Recipient.area_code, 1, level.code_length)
    found = func.sum(case((condition(answer), 1), else_=0))
    everybody = func.sum(case((condition(Answer.ALL), 1), else_=0))
    worth = func.sum(case((condition(answer), func.coalesce(amount_of(terms), 0)), else_=0))
    query = (
        select(code, everybody, found, worth)
        .where(Recipient.decree_id == decree.id, inside(area))
        .group_by(code)
        .order_by(code)
    )
    rows = session.execute(query).all()
    names = names_of(session, {row[0] for row in rows})
    return [AreaCount(one, names.get(one, one), *map(int, counts)) for one, *counts in rows]


def inside(area: str) -> ColumnElement[bool]:
    """Return the condition that a recipient lies in an area ("": any), children included."""
    return within(Recipient.area_code, (area,)) if area else true()
