"""Sums per desa, one GROUP BY each; upper levels are added up from them.

The sums are of all areas, since what is hidden follows from all of them, and are kept until data
change; a reader gets those of their own areas.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from threading import Lock
from time import perf_counter
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Float, cast, func, select
from sqlalchemy.orm import Session

from jps.areas.models import AreaPopulation
from jps.assessment.models import Assessment, Consumption, Decile
from jps.assessment.rules import Line
from jps.db import EVERYWHERE, AreaScope, chunks, everywhere, scope_of
from jps.households.counting import person_corrections
from jps.households.models import Household, Merge
from jps.maps.aid_queries import aid_version, counted, village_aid, village_people
from jps.maps.fgt_queries import village_fgt
from jps.maps.figures import Population, Tallies, Tally
from jps.maps.frozen import period_sums
from jps.maps.groups import Before, Patterns, patterns
from jps.maps.indicators import Topic
from jps.maps.models import FigurePeriod
from jps.welfare.estimates import Sums

Version: TypeAlias = tuple[datetime | date | int | None, ...]

KEPT = 64  # lines and topics in memory; a province of 300,000 households takes about 20 MB
KEPT_FOR = timedelta(minutes=5)  # at most, should two saves overlap with their times crossed
DEAR = 0.5  # seconds; sums that took longer are not counted anew after every single save
PATIENCE = 20  # times what the sums took, for which they are then shown
LONGEST = timedelta(hours=1)  # that dear sums are shown while others count them anew


@dataclass(frozen=True)
class Wanted:
    """Which sums: of a topic, by a poverty line and score model, of what is received on a day."""

    line: Line
    model_id: int | None
    topic: Topic = Topic.POVERTY
    on: date = date.min
    trained_id: int | None = None  # the model of consumption


class Kept:
    """Sums of all areas as of the instant `at`; `took` is in seconds."""

    def __init__(
        self,
        tallies: Tallies,
        at: datetime,
        version: Version = (),
        took: float = 0.0,
        before: "Kept | None" = None,
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        self.tallies = tallies
        self.at = at
        self._version = version
        self._took = took
        self._before = before  # the last period frozen before it
        self._timer = timer
        self._patterns: dict[int, Patterns] = {}
        self._parts: dict[AreaScope, Tallies] = {EVERYWHERE: tallies}

    def serves(self, version: Version, at: datetime) -> bool:
        """Whether the sums may still be shown when the data have `version`."""
        if self._version == version:
            return self.is_of(version, at)
        patience = timedelta(seconds=self._took * PATIENCE)
        return self._took > DEAR and at - self.at < patience

    def bridges(self, at: datetime) -> bool:
        """Whether the sums may be shown while they are counted anew."""
        return self._took > DEAR and at - self.at < LONGEST

    def hide_like(self, other: "Kept") -> None:
        """Find out what is hidden for every minimum that was asked of other sums."""
        for minimum in tuple(other._patterns):
            self.patterns(minimum)

    def is_of(self, version: Version, at: datetime) -> bool:
        """Whether the sums are those of the data of `version`."""
        return self._version == version and at - self.at < KEPT_FOR

    def patterns(self, minimum: int) -> Patterns:
        """Return what is hidden of them, for every reader alike."""
        if minimum not in self._patterns:
            last = self._before
            before = Before(last.tallies, last.patterns(minimum)) if last else None
            begun = self._timer()
            self._patterns[minimum] = patterns(self.tallies, minimum=minimum, before=before)
            self._took += self._timer() - begun
        return self._patterns[minimum]

    def within(self, scope: AreaScope) -> Tallies:
        """Return the sums of the areas that a reader may see."""
        if scope not in self._parts:
            mine = {
                code: tally for code, tally in self.tallies.villages.items() if scope.covers(code)
            }
            self._parts[scope] = Tallies(mine)
        return self._parts[scope]


Work: TypeAlias = Callable[[Session], None]


class VillageSums:
    """Keeps the last sums; `timer` tells seconds.

    `aside` does work soon with a session of its own, while the sums of before are shown; without it
    whoever asks waits for new sums.
    """

    def __init__(
        self, timer: Callable[[], float], aside: Callable[[Work], None] | None = None
    ) -> None:
        self._timer = timer
        self.aside = aside
        self._counting: set[Wanted] = set()
        self._kept: dict[Wanted, Kept] = {}
        self._periods: dict[int, Kept] = {}
        self._lock = Lock()

    def get(self, session: Session, wanted: Wanted, *, at: datetime) -> Kept:
        """Return the sums of every desa, whatever `session` may see: hiding needs them all.

        They are those of the data as they are, or of a moment ago where counting takes long.
        """
        scope_of(session)  # somebody decided what is seen of them
        version = data_version(session, wanted.topic)
        kept = self._kept.get(wanted)
        if kept is not None and kept.serves(version, at):
            return kept
        if kept is not None and self.aside is not None and kept.bridges(at):
            self._count_aside(self.aside, wanted, kept, at)
            return kept
        return self._count(session, wanted, version, at)

    def _count_aside(
        self, aside: Callable[[Work], None], wanted: Wanted, old: Kept, at: datetime
    ) -> None:
        """Have sums counted by somebody else, once."""
        with self._lock:
            if wanted in self._counting:
                return
            self._counting.add(wanted)

        def work(session: Session) -> None:
            try:
                with everywhere(session):
                    version = data_version(session, wanted.topic)
                    self._count(session, wanted, version, at).hide_like(old)
            finally:
                self._counting.discard(wanted)

        aside(work)

    def _count(self, session: Session, wanted: Wanted, version: Version, at: datetime) -> Kept:
        begun = self._timer()
        before = self._newest(session)
        with everywhere(session):
            if wanted.topic is Topic.POVERTY:
                villages = village_sums(session, wanted)
            else:
                villages = with_topic(session, wanted, self._households(session, wanted, at))
        made = Kept(Tallies(villages), at, version, self._timer() - begun, before, self._timer)
        with self._lock:
            self._kept.pop(wanted, None)
            self._kept[wanted] = made
            while len(self._kept) > KEPT:
                self._kept.pop(next(iter(self._kept)))
        return made

    def _households(self, session: Session, wanted: Wanted, at: datetime) -> Mapping[str, Tally]:
        """Return what every topic says of the households; counted anew unless nothing changed."""
        base = Wanted(wanted.line, wanted.model_id)
        version = data_version(session, base.topic)
        kept = self._kept.get(base)
        if kept is None or not kept.is_of(version, at):
            kept = self._count(session, base, version, at)
        return kept.tallies.villages

    def period(self, session: Session, period_id: int) -> Kept | None:
        """Return the sums of a frozen period, None where there is no such period."""
        scope_of(session)
        found = session.get(FigurePeriod, period_id)
        if found is None:
            return None
        if period_id not in self._periods:
            earlier = select(func.max(FigurePeriod.id)).where(FigurePeriod.id < period_id)
            last = session.scalar(earlier)
            before = self.period(session, last) if last is not None else None
            with everywhere(session):
                tallies = Tallies(period_sums(session, period_id))
            self._periods[period_id] = Kept(tallies, found.made_at, before=before)
        return self._periods[period_id]

    def _newest(self, session: Session) -> Kept | None:
        newest = session.scalar(select(func.max(FigurePeriod.id)))
        return None if newest is None else self.period(session, newest)


def sums_kept_in(store: dict[str, Any]) -> VillageSums:
    """Return the sums that a process keeps in `store` (an application's extensions)."""
    kept: VillageSums = store.setdefault("jps-village-sums", VillageSums(perf_counter))
    return kept


def data_version(session: Session, topic: Topic) -> Version:
    """Return when a household, a score or a merge last changed, wherever: look-ups in indexes."""
    with everywhere(session):
        changed = session.scalar(select(func.max(Household.changed_at)))
        assessed = session.scalar(select(func.max(Assessment.assessed_at)))
        more = _topic_version(session, topic)
    merged, undone = (session.scalar(select(func.max(at))) for at in (Merge.at, Merge.undone_at))
    frozen = session.scalar(select(func.max(FigurePeriod.made_at)))
    return changed, assessed, merged, undone, frozen, *more


def _topic_version(session: Session, topic: Topic) -> Version:
    """Return what a topic counts besides households and their scores."""
    match topic:
        case Topic.AID:
            return aid_version(session)
        case Topic.CONSUMPTION:
            return (session.scalar(select(func.max(Consumption.assessed_at))),)
        case Topic.PEOPLE:
            return (session.scalar(select(func.max(Decile.id))),)
        case Topic.POVERTY:
            return ()


def village_sums(session: Session, wanted: Wanted) -> dict[str, Tally]:
    """Return the tally of every desa with registered households, in the session's scope."""
    villages: dict[str, Tally] = {}
    line, model_id = wanted.line, wanted.model_id
    _registered(session, villages)
    if model_id is not None:
        _scored(session, villages, line, model_id)
    _correct_persons(session, villages, line, model_id)
    return with_topic(session, wanted, villages)


def with_topic(
    session: Session, wanted: Wanted, households: Mapping[str, Tally]
) -> dict[str, Tally]:
    """Return tallies of the households with what a topic adds; those given stay as they are."""
    villages = {code: replace(tally) for code, tally in households.items()}
    line, model_id = wanted.line, wanted.model_id
    if wanted.topic is Topic.AID:
        for code, aid in village_aid(session, line, model_id, wanted.on).items():
            villages.setdefault(code, Tally()).aid = aid
    if wanted.topic is Topic.PEOPLE:
        for code, people in village_people(session).items():
            villages.setdefault(code, Tally()).people = people
    if wanted.trained_id is not None:
        for code, fgt in village_fgt(session, wanted.trained_id).items():
            villages.setdefault(code, Tally()).fgt = fgt
    return villages


def _registered(session: Session, villages: dict[str, Tally]) -> None:
    rows = session.execute(
        select(
            Household.area_code,
            Household.interview_date,
            func.count(),
            func.sum(Household.household_size),
        )
        .where(*counted())
        .group_by(Household.area_code, Household.interview_date)
    )
    for code, day, households, persons in rows:
        tally = villages.setdefault(code, Tally())
        tally.households += households
        tally.persons += persons or 0
        if day is not None:
            tally.dates[day] += households


def _scored(session: Session, villages: dict[str, Tally], line: Line, model_id: int) -> None:
    p: ColumnElement[float] = getattr(Assessment, line)
    w = cast(Assessment.persons, Float)
    sums: Callable[..., ColumnElement[float]] = func.sum
    rows = session.execute(
        select(
            Household.area_code,
            func.count(),
            *(sums(term) for term in (p, p * p, w, w * p, w * w, w * w * p, w * w * p * p)),
        )
        .join(Assessment, Assessment.household_id == Household.id)
        .where(*counted(), Assessment.model_id == model_id, p.is_not(None))
        .group_by(Household.area_code)
    )
    for row in rows:
        code, n, p1, p2, w1, wp, w2, wwp, wwpp = tuple(row)
        tally = villages.setdefault(code, Tally())
        tally.by_household = Sums(n, n, p1, n, p1, p2)
        tally.by_person = Sums(n, w1, wp, w2, wwp, wwpp)


def _correct_persons(
    session: Session, villages: dict[str, Tally], line: Line, model_id: int | None
) -> None:
    """Count every person once, where people were merged into somebody of another household."""
    corrections = person_corrections(session)
    p: ColumnElement[float] = getattr(Assessment, line)
    mine = (Assessment.household_id == Household.id) & (Assessment.model_id == model_id)
    for ids in chunks(sorted(corrections), 5_000):
        query = select(Household.id, Household.area_code, Household.household_size, p)
        query = query.outerjoin(Assessment, mine).where(*counted(), Household.id.in_(ids))
        for household_id, code, size, chance in session.execute(query):
            more = corrections[household_id]
            villages[code].persons += more
            if chance is not None and size is not None:
                squares = (size + more) ** 2 - size**2
                p1, p2 = chance, chance**2
                villages[code].by_person += Sums(
                    0, more, more * p1, squares, squares * p1, squares * p2
                )


def populations(session: Session, *, on: date) -> dict[str, Population]:
    """Return the newest official population of each area that has one."""
    rows = session.execute(
        select(
            AreaPopulation.area_code,
            AreaPopulation.persons,
            AreaPopulation.as_of,
            AreaPopulation.source,
        )
        .where(AreaPopulation.as_of <= on)
        .order_by(AreaPopulation.as_of, AreaPopulation.id)
    )
    return {code: Population(persons, day, source) for code, persons, day, source in rows}
