"""Sums per desa, one GROUP BY each; upper levels are added up from them.

The sums are computed in the reader's own area scope and kept per scope until data change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import TypeAlias

from sqlalchemy import ColumnElement, Float, cast, func, select
from sqlalchemy.orm import Session

from jps.areas.models import AreaPopulation
from jps.assessment.models import Assessment
from jps.assessment.rules import INTERVIEWED, Line
from jps.assessment.services import NOT_COUNTED
from jps.db import AreaScope, chunks, everywhere
from jps.households.counting import household_counts, person_corrections
from jps.households.models import Household, Merge
from jps.maps.figures import Population, Tallies, Tally
from jps.welfare.estimates import Sums

Version: TypeAlias = tuple[datetime | None, ...]

KEPT = 64  # scopes and lines in memory; a province of 300,000 households takes about 20 MB
KEPT_FOR = timedelta(minutes=5)  # at most, should two saves overlap with their times crossed
DEAR = 0.5  # seconds; sums that took longer are not counted anew after every single save
PATIENCE = 20  # times what the sums took, for which they are then shown


@dataclass(frozen=True)
class Kept:
    """Sums of one reader's areas as of the instant `at`; `took` is in seconds."""

    tallies: Tallies
    at: datetime
    version: Version
    took: float

    def serves(self, version: Version, at: datetime) -> bool:
        """Whether the sums may still be shown when the data have `version`."""
        age = at - self.at
        if self.version == version:
            return age < KEPT_FOR
        return self.took > DEAR and age < timedelta(seconds=self.took * PATIENCE)


class VillageSums:
    """Keeps the sums of the last readers; `timer` tells seconds."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._kept: dict[tuple[AreaScope, Line, int | None], Kept] = {}
        self._lock = Lock()

    def get(
        self, session: Session, scope: AreaScope, line: Line, model_id: int | None, *, at: datetime
    ) -> Kept:
        """Return the sums of every desa in `scope`, which must be the session's own.

        They are those of the data as they are, or of a moment ago where counting takes long.
        """
        version = data_version(session)
        key = (scope, line, model_id)
        found = self._kept.get(key)
        if found is not None and found.serves(version, at):
            return found
        begun = self._timer()
        tallies = Tallies(village_sums(session, line, model_id))
        made = Kept(tallies, at, version, self._timer() - begun)
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.pop(next(iter(self._kept)))
        return made


def data_version(session: Session) -> Version:
    """Return when a household, a score or a merge last changed, wherever: look-ups in indexes."""
    with everywhere(session):
        changed = session.scalar(select(func.max(Household.changed_at)))
        assessed = session.scalar(select(func.max(Assessment.assessed_at)))
    merged, undone = (session.scalar(select(func.max(at))) for at in (Merge.at, Merge.undone_at))
    return changed, assessed, merged, undone


def village_sums(session: Session, line: Line, model_id: int | None) -> dict[str, Tally]:
    """Return the tally of every desa with registered households, in the session's scope."""
    villages: dict[str, Tally] = {}
    _registered(session, villages)
    if model_id is not None:
        _scored(session, villages, line, model_id)
    _correct_persons(session, villages, line, model_id)
    return villages


def _counted() -> tuple[ColumnElement[bool], ...]:
    interviewed = Household.visit_result.in_(sorted(INTERVIEWED))
    return Household.state.not_in(NOT_COUNTED), interviewed, household_counts()


def _registered(session: Session, villages: dict[str, Tally]) -> None:
    rows = session.execute(
        select(
            Household.area_code,
            Household.interview_date,
            func.count(),
            func.sum(Household.household_size),
        )
        .where(*_counted())
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
        .where(*_counted(), Assessment.model_id == model_id, p.is_not(None))
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
        query = query.outerjoin(Assessment, mine).where(*_counted(), Household.id.in_(ids))
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
