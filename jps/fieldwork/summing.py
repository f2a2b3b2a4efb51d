"""From the facts of all interviews to counts, verdicts and flags."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from jps.fieldwork.comparing import Unit, compare
from jps.fieldwork.facts import Facts, entropy
from jps.fieldwork.indicators import (
    FAR,
    FAR_SCHEMATIC,
    FEW_LENGTHS,
    Around,
    Count,
    flags_of,
    measure,
)
from jps.fieldwork.models import FieldFact, FieldSummary, FieldTally, FieldVerdict
from jps.fieldwork.rules import UnitKind
from jps.households.counting import household_counts
from jps.households.models import Household, Member
from jps.households.rules import IN_FORCE
from jps.identity.group_models import GroupPair
from jps.identity.group_rules import Group
from jps.identity.models import Duplicate
from jps.identity.rules import Verdict

KECAMATAN = 8  # characters of its code


@dataclass(frozen=True, slots=True)
class Line:
    """The facts of one interview with whose it is."""

    household: uuid.UUID
    area_code: str
    entered_by: str
    day: date | None
    size: int | None
    facts: Facts
    outside: float | None
    returned: bool
    flags: int


@dataclass
class Sums:
    """Everything that one counting finds."""

    tallies: dict[tuple[str, str], dict[str, Count]] = field(default_factory=dict)
    flags: dict[uuid.UUID, int] = field(default_factory=dict)  # those that changed
    interviews: int = 0


def read_lines(session: Session) -> list[Line]:
    """Return the facts of all interviews that count."""
    fact = FieldFact
    query = (
        select(
            fact.household_id, fact.area_code, fact.entered_by, fact.day, fact.size, fact.complete,
            fact.minutes, fact.night, fact.spot, fact.accuracy, fact.pattern, fact.counts,
            fact.outside, fact.returned, fact.flags,
        )
        .join(Household, Household.id == fact.household_id)
        .where(Household.state.in_(IN_FORCE), household_counts())
    )  # fmt: skip
    return [
        Line(
            household, area, by, day, size,
            Facts(
                complete, minutes, night, spot, accuracy, pattern,
                (c[0], c[1]), (c[2], c[3]), (c[4], c[5]), (c[6], c[7]), (c[8], c[9]),
            ),
            outside, returned, flags,
        )
        for household, area, by, day, size, complete, minutes, night, spot, accuracy, pattern, c,
        outside, returned, flags in session.execute(query)
    ]  # fmt: skip


def add_up(lines: Sequence[Line], doubled: set[uuid.UUID], *, schematic: bool) -> Sums:
    """Return the counts per village and enumerator, and the flags that changed. Pure."""
    sums = Sums(interviews=len(lines))
    usual = _medians(lines)
    spots = Counter((one.entered_by, one.facts.spot) for one in lines)
    days = Counter((one.entered_by, one.day) for one in lines if one.facts.complete)
    common = _commonest(lines)
    far = FAR_SCHEMATIC if schematic else FAR
    for one in lines:
        around = Around(
            median=usual,
            same_spot=spots[one.entered_by, one.facts.spot],
            same_day=days[one.entered_by, one.day],
            common=common.get(one.entered_by),
            doubled=one.household in doubled,
            returned=one.returned,
            outside=one.outside,
            far=far,
            size=one.size,
        )
        measured = measure(one.facts, around)
        flags = flags_of(measured)
        if flags != one.flags:
            sums.flags[one.household] = flags
        tally = sums.tallies.setdefault((one.area_code, one.entered_by), {})
        for key, (of, hits) in measured.items():
            before = tally.get(key, (0, 0))
            tally[key] = before[0] + of, before[1] + hits
    return sums


def _medians(lines: Sequence[Line]) -> dict[int | None, float]:
    lengths: defaultdict[int | None, list[float]] = defaultdict(list)
    for one in lines:
        if one.facts.minutes is not None and one.facts.complete:
            lengths[one.size].append(one.facts.minutes)
            lengths[None].append(one.facts.minutes)
    return {size: median(found) for size, found in lengths.items() if len(found) >= FEW_LENGTHS}


def _patterns(lines: Sequence[Line]) -> dict[str, Counter[str]]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in lines:
        if one.facts.pattern is not None:
            found[one.entered_by][one.facts.pattern] += 1
    return found


def _commonest(lines: Sequence[Line]) -> dict[str, str]:
    """Return every enumerator's commonest pattern, if any two interviews share one."""
    return {
        by: min(found, key=lambda pattern: (-found[pattern], pattern))
        for by, found in _patterns(lines).items()
        if max(found.values()) > 1
    }


def doubled_households(session: Session) -> set[uuid.UUID]:
    """Return the households that may be listed twice, or whose members may be."""
    group = select(GroupPair.first_household_id, GroupPair.other_household_id).where(
        GroupPair.kind == Group.HOUSEHOLD,
        GroupPair.verdict.is_distinct_from(Verdict.DIFFERENT),
    )
    pairs = (Duplicate.verdict.is_distinct_from(Verdict.DIFFERENT),)
    found = {key for row in session.execute(group) for key in row}
    for side in (Duplicate.member_id, Duplicate.other_id):
        query = select(Member.household_id).join(Duplicate, side == Member.id).where(*pairs)
        found |= set(session.scalars(query))
    return found


def write_flags(session: Session, flags: Sequence[tuple[uuid.UUID, int]]) -> None:
    """Store the flags of some households."""
    rows = [{"household_id": household, "flags": value} for household, value in flags]
    if rows:
        session.execute(update(FieldFact), rows)


def write_sums(session: Session, sums: Sums, lines: Sequence[Line]) -> None:
    """Replace counts, verdicts and summaries by those of this counting, and flush."""
    for table in (FieldTally, FieldVerdict, FieldSummary):
        session.execute(delete(table).execution_options(synchronize_session=False))
    tallies = [
        {"area_code": area, "entered_by": by, "indicator": key, "of": of, "hits": hits}
        for (area, by), counts in sums.tallies.items()
        for key, (of, hits) in counts.items()
        if of
    ]
    verdicts = [
        {
            "kind": kind, "unit": one.unit, "indicator": one.indicator, "of": one.of,
            "hits": one.hits, "expected": one.expected, "chance": one.chance,
            "flagged": one.flagged, "grey": one.grey,
        }
        for kind in UnitKind
        for one in compare(units_of(sums, kind))
    ]  # fmt: skip
    tables = ((FieldTally, tallies), (FieldVerdict, verdicts), (FieldSummary, list(_sums(lines))))
    for model, rows in tables:
        if rows:
            session.execute(insert(model), rows)
    session.flush()


def units_of(sums: Sums, kind: UnitKind) -> list[Unit]:
    """Return the units to compare: enumerators, or villages."""
    found: dict[str, dict[str, dict[str, Count]]] = {}
    for (area, by), counts in sums.tallies.items():
        key = by if kind is UnitKind.ENUMERATOR else area
        places = found.setdefault(key, {}).setdefault(area[:KECAMATAN], {})
        for indicator, (of, hits) in counts.items():
            before = places.get(indicator, (0, 0))
            places[indicator] = before[0] + of, before[1] + hits
    return [Unit(key, counts) for key, counts in sorted(found.items())]


def _sums(lines: Sequence[Line]) -> Iterator[dict[str, object]]:
    own: defaultdict[str, list[Line]] = defaultdict(list)
    for one in lines:
        own[one.entered_by].append(one)
    patterns = _patterns(lines)
    for by, found in own.items():
        done = [one for one in found if one.facts.complete]
        minutes = [one.facts.minutes for one in done if one.facts.minutes is not None]
        yield {
            "entered_by": by,
            "interviews": len(done),
            "days": len({one.day for one in done}),
            "minutes": median(minutes) if minutes else None,
            "variety": entropy(patterns.get(by, Counter()).values()),
        }
