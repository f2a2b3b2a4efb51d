"""The history of matchings: what each run left, by kecamatan."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from jps.db import everywhere, scope_of, within
from jps.identity.capture import capture_counts
from jps.identity.link_counts import AreaCount, Tally, from_rows, tally, to_rows
from jps.identity.models import MatchModel
from jps.identity.quality_models import MatchRun, MatchRunArea
from jps.matching import Thresholds
from jps.registry.models import RegistrySnapshot


@dataclass(frozen=True)
class RunKeys:
    """What a run was made with."""

    job_id: uuid.UUID
    snapshot_id: int
    model_id: int
    thresholds: Thresholds


def record_run(
    session: Session, keys: RunKeys, *, facts: dict[str, Any], by: str, at: datetime
) -> MatchRun:
    """Keep what a finished run left; once per job. `facts` are its own counts."""
    known = session.scalars(select(MatchRun).where(MatchRun.job_id == keys.job_id)).one_or_none()
    if known is not None:
        return known
    run = MatchRun(
        job_id=keys.job_id,
        snapshot_id=keys.snapshot_id,
        model_id=keys.model_id,
        link=keys.thresholds.link,
        sure=keys.thresholds.sure,
        by=by,
        at=at,
        facts={**facts, "captured": capture_counts(session)},
    )
    session.add(run)
    session.flush()
    with everywhere(session):
        for area, found in tally(session).items():
            session.add(_area(run.id, area, found))
        session.flush()
    return run


def _area(run_id: int, area: str, found: Tally) -> MatchRunArea:
    count = found.count
    return MatchRunArea(
        run_id=run_id,
        area_code=area,
        members=count.members,
        linked=count.linked,
        chance=count.chance,
        linked_chance=count.linked_chance,
        states=count.states,
        cells=to_rows(found.cells),
    )


def last_run(session: Session) -> MatchRun | None:
    """Return the newest run, None before the first."""
    return session.scalars(select(MatchRun).order_by(MatchRun.id.desc()).limit(1)).one_or_none()


def tallies(session: Session, area: str = "") -> dict[str, Tally]:
    """Return the links of the reader's areas (and of `area`) as the last run left them.

    They are told by kecamatan. Before the first run, and for readers of single villages, they are
    counted now.
    """
    run = last_run(session)
    if run is None or any(len(code) > len("75.01.01") for code in scope_of(session).codes):
        return tally(session, area)
    query = select(MatchRunArea).where(MatchRunArea.run_id == run.id)
    if area:
        query = query.where(within(MatchRunArea.area_code, [area]))
    rows = session.scalars(query.order_by(MatchRunArea.area_code))
    return {one.area_code: Tally(_count(one), from_rows(one.cells)) for one in rows}


def _count(one: MatchRunArea) -> AreaCount:
    return AreaCount(one.members, one.linked, one.chance, one.linked_chance, dict(one.states))


@dataclass(frozen=True)
class PastRun:
    """A run as the reader may see it: with the counts of the reader's areas."""

    run: MatchRun
    as_of: date
    model: str
    count: AreaCount


def past_runs(session: Session, area: str = "", *, limit: int = 12) -> Sequence[PastRun]:
    """Return the newest runs, newest first, counted in the reader's areas (and in `area`)."""
    query = (
        select(MatchRun, RegistrySnapshot.as_of, MatchModel.version)
        .join(RegistrySnapshot, RegistrySnapshot.id == MatchRun.snapshot_id)
        .join(MatchModel, MatchModel.id == MatchRun.model_id)
        .order_by(MatchRun.id.desc())
        .limit(limit)
    )
    rows = session.execute(query).all()
    places = (
        select(MatchRunArea)
        .options(defer(MatchRunArea.cells))
        .where(MatchRunArea.run_id.in_([run.id for run, *_ in rows]))
    )
    if area:
        places = places.where(within(MatchRunArea.area_code, [area]))
    totals: dict[int, AreaCount] = {}
    for one in session.scalars(places):
        totals.setdefault(one.run_id, AreaCount()).add(_count(one))
    return [
        PastRun(run, as_of, version[:8], totals.get(run.id, AreaCount()))
        for run, as_of, version in rows
    ]
