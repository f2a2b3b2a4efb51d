"""Who receives what, what is wrong about it, and how whole the data are: counts per desa."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Select,
    Subquery,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from jps.areas.rules import Level
from jps.assessment.deciles import newest_deciles
from jps.assessment.models import Assessment
from jps.assessment.rules import INTERVIEWED, Line
from jps.assessment.services import NOT_COUNTED
from jps.households.counting import household_counts, member_counts
from jps.households.models import Household, Member, Merge
from jps.maps.aid import Aid, key_of, parts
from jps.maps.room import clash
from jps.programmes.case_models import Finding
from jps.programmes.models import Decree, OverlapRule, Programme, Recipient
from jps.programmes.receiving import receiving
from jps.programmes.rules import FindingState, Overlap

OPEN = (FindingState.OPEN, FindingState.CHECKING)
MOST_PROGRAMMES = 62  # that fit into one number of the database as bits
LOW_DECILE = 4  # families up to it are whom most programmes are for


def counted() -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a household counts: in force, interviewed, no other's double."""
    interviewed = Household.visit_result.in_(sorted(INTERVIEWED))
    return Household.state.not_in(NOT_COUNTED), interviewed, household_counts()


def aid_version(session: Session) -> tuple[datetime | None, ...]:
    """Return when a decree, a finding or an overlap rule last changed: small look-ups."""
    newest = (Decree.state_at, Decree.matched_at, Finding.changed_at, OverlapRule.made_at)
    return tuple(session.scalar(select(func.max(at))) for at in newest)


def programmes_on(session: Session, on: date) -> dict[str, str]:
    """Return the aid programmes with recipients of ours on a day: names by code, by name."""
    one = aliased(Programme)
    query = select(one.code, one.name).where(_has_recipients(one, on)).order_by(one.name)
    return {row.code: row.name for row in session.execute(query)}


def _has_recipients(one: type[Programme], on: date) -> ColumnElement[bool]:
    """Return whether anybody receives a programme: the first recipient found tells."""
    return receiving(on).with_only_columns(Recipient.id).where(Programme.id == one.id).exists()


@dataclass(frozen=True)
class Received:
    """What every household receives on a day, as bits of the programmes `codes` in their order."""

    bits: Subquery  # household_id, mask
    codes: tuple[str, ...]
    clashes: tuple[int, ...]  # the bits of pairs that exclude each other

    def bit(self, programme: str) -> int:
        """Return the bit of a programme, 0 for one that nobody receives."""
        return 1 << self.codes.index(programme) if programme in self.codes else 0

    def names(self, mask: int) -> tuple[str, ...]:
        """Return the programmes of a mask."""
        return tuple(code for place, code in enumerate(self.codes) if mask >> place & 1)


def received(session: Session, on: date) -> Received:
    """Return what every household receives on a day, to be joined to households."""
    codes = _codes(session, on)
    names = tuple(codes.values())
    pairs = [
        sum(1 << names.index(code) for code in pair)
        for pair in _clashing(session)
        if pair <= set(names)
    ]
    return Received(_bits(list(codes), on), names, tuple(sorted(pairs)))


def village_aid(session: Session, line: Line, model_id: int | None, on: date) -> dict[str, Aid]:
    """Return what reaches the counted households of every desa on a day, in the session's scope."""
    found: dict[str, Aid] = {}
    codes = _codes(session, on)
    if codes:
        _reached(session, found, codes, line, model_id, on)
    _findings(session, found)
    return found


def _codes(session: Session, on: date) -> dict[int, str]:
    one = aliased(Programme)
    query = select(one.id, one.code).where(_has_recipients(one, on)).order_by(one.id)
    return {row.id: row.code for row in session.execute(query.limit(MOST_PROGRAMMES))}


def _reached(
    session: Session,
    found: dict[str, Aid],
    codes: dict[int, str],
    line: Line,
    model_id: int | None,
    on: date,
) -> None:
    pairs = _clashing(session)
    clashing = frozenset(pair for pair in pairs if pair <= set(codes.values()))
    bits = _bits(list(codes), on)
    p: ColumnElement[float] = getattr(Assessment, line)
    mine = (Assessment.household_id == Household.id) & (Assessment.model_id == model_id)
    expected: ColumnElement[float] = func.sum(func.coalesce(p, cast(0, Float)))
    rows = session.execute(
        select(Household.area_code, bits.c.mask, func.count(), expected)
        .join(bits, bits.c.household_id == Household.id)
        .outerjoin(Assessment, mine)
        .where(*counted())
        .group_by(Household.area_code, bits.c.mask)
    )
    names = list(codes.values())
    for village, mask, households, poor in rows:
        key = key_of(name for place, name in enumerate(names) if mask >> place & 1)
        aid = found.setdefault(village, Aid())
        aid.households[key] += households
        aid.poor[key] = aid.poor.get(key, 0.0) + poor
        aid.overlaps += households if clash(frozenset(parts(key)), pairs) else 0
        aid.clashing = clashing


def _bits(programmes: list[int], on: date) -> Subquery:
    """Return per household the programmes that it receives, one bit each.

    What a household merged into another one receives counts for the one that it counts as.
    """
    away = (Merge.record_id == Recipient.household_id) & Merge.active
    counts_as = func.coalesce(Merge.kept_id, Recipient.household_id).label("household_id")
    each = (
        receiving(on)
        .outerjoin(Merge, away)
        .with_only_columns(counts_as, Programme.id.label("programme_id"))
        .distinct()
        .subquery()
    )
    places = {programme: 1 << place for place, programme in enumerate(programmes)}
    bit = case(places or {-1: 0}, value=each.c.programme_id, else_=0)
    mask = cast(func.sum(cast(bit, BigInteger)), BigInteger).label("mask")
    grouped = select(each.c.household_id, mask).group_by(each.c.household_id)
    return grouped.where(each.c.programme_id.in_(programmes)).subquery()


def _clashing(session: Session) -> dict[frozenset[str], Overlap]:
    """Return the pairs of programmes that one household should not receive together."""
    codes = {row.id: row.code for row in session.execute(select(Programme.id, Programme.code))}
    newest: dict[frozenset[str], Overlap] = {}
    for rule in session.scalars(select(OverlapRule).order_by(OverlapRule.made_at, OverlapRule.id)):
        newest[frozenset((codes[rule.first_id], codes[rule.second_id]))] = rule.verdict
    return {pair: verdict for pair, verdict in newest.items() if verdict != Overlap.ALLOWED}


def _findings(session: Session, found: dict[str, Aid]) -> None:
    """Count open findings by desa; those whose desa nobody knows are in none."""
    query = select(Finding.area_code, Finding.kind, func.count()).where(
        Finding.state.in_(OPEN),
        Finding.gone_at.is_(None),
        func.length(Finding.area_code) == Level.DESA.code_length,
    )
    for code, kind, number in session.execute(query.group_by(Finding.area_code, Finding.kind)):
        aid = found.setdefault(code, Aid())
        aid.findings += number
        aid.kinds[str(kind)] += number


def village_people(session: Session) -> dict[str, Counter[str]]:
    """Return members, members without NIK, and families by decile, of every desa.

    Of each family the newest decile counts: "low" up to the fourth, "high", or "unranked", and
    each as "d1" to "d10".
    """
    found: dict[str, Counter[str]] = {}
    without = func.sum(case((Member.nik == "", 1), else_=0))
    members = (
        select(Household.area_code, func.count(), without)
        .join(Member, Member.household_id == Household.id)
        .where(*counted(), Member.valid_to.is_(None), member_counts())
        .group_by(Household.area_code)
    )
    for code, people, no_nik in session.execute(members):
        found[code] = Counter(members=people, no_nik=no_nik)
    for code, decile, families in session.execute(_deciles()):
        people = found.setdefault(code, Counter())
        if decile is None:
            people["unranked"] += families
        else:
            people[f"d{decile}"] += families
            people["low" if decile <= LOW_DECILE else "high"] += families
    return found


def _deciles() -> Select[str, int | None, int]:
    newest = newest_deciles(None)
    return (
        select(Household.area_code, newest.c.decile, func.count())
        .join(newest, newest.c.household == Household.id)
        .where(*counted())
        .group_by(Household.area_code, newest.c.decile)
    )
