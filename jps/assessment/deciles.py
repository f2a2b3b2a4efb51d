"""Deciles of families as dated history: take a list, and what families and households have.

What holds for a family on a day is its row of the newest period until then, of several rows of one
period the last. A household has the decile of its poorest ranked family.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session

from jps import filestore
from jps.assessment.decile_rules import Moves, find_columns, lowest, moves
from jps.assessment.models import Decile
from jps.audit.services import Event, record
from jps.db import AreaScope, chunks, within
from jps.errors import InvalidData
from jps.households.counting import surviving
from jps.households.models import Family
from jps.jobs.models import Job
from jps.jobs.rules import ENDED
from jps.jobs.services import start_job
from jps.registry.services import refuse_mangled
from jps.tables.files import Source, by_columns, open_source
from jps.text import N_, one_line

DECILE_KIND = "deciles"
_AT_ONCE = 1_000

BAD_LIST = N_("Daftar desil belum diimpor. Perbaiki isian yang ditandai.")
NO_SOURCE = N_("Isi sumbernya, misalnya DTSEN, paling banyak 40 karakter.")
LATER = N_("Periode ini belum tiba.")


@dataclass(frozen=True)
class Period:
    """What a source said of a period: families by decile (None: not ranked), and when it came."""

    source: str
    period: date
    counts: Mapping[int | None, int]
    loaded_at: datetime

    @property
    def families(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def open_list(path: Path) -> Source:
    """Look through a list of deciles. Raises InvalidFile, also when Excel spoilt its numbers."""
    source = open_source(path, by_columns(find_columns))
    refuse_mangled(source)
    return source


def start_deciles(
    session: Session,
    home: Path,
    path: Path,
    *,
    source: str,
    period: date,
    scope: AreaScope,
    today: date,
    by: str,
    at: datetime,
) -> Job:
    """Keep a list that was looked through and queue its import. Raises InvalidData.

    Only families of `scope` get a decile. The same list for the same period goes on with the job
    that waits or runs already.
    """
    source = one_line(source)
    problems = {}
    if not 0 < len(source) <= 40:
        problems["source"] = [NO_SOURCE]
    if period > today:
        problems["period"] = [LATER]
    if problems:
        raise InvalidData(BAD_LIST, problems)
    params: dict[str, Any] = {
        "sha256": filestore.keep(home, path.read_bytes()),
        "source": source,
        "period": period.isoformat(),
        "areas": None if scope.whole else sorted(scope.codes),
    }
    waiting = select(Job).where(Job.kind == DECILE_KIND, Job.state.not_in(ENDED))
    for job in session.scalars(waiting):
        if job.params == params:
            return job
    job = start_job(session, DECILE_KIND, params, by=by, at=at)
    details = {"source": source, "period": period.isoformat()}
    record(session, Event("deciles-loaded", "job", str(job.id), details=details), by=by, at=at)
    return job


def current_deciles(
    session: Session,
    on: date,
    *,
    households: Iterable[uuid.UUID] | None = None,
    source: str | None = None,
) -> dict[uuid.UUID, int | None]:
    """Return the decile of every household in the session's areas on a day; None: not ranked.

    A household that no source knows is left out. Families of a merged household count for the one
    that it counts as. `households` narrows to some, `source` to what one source says.
    """
    roots = surviving(session)
    wanted = None if households is None else list(households)
    found: dict[uuid.UUID, list[int | None]] = {}
    if wanted is None:
        parts: list[tuple[ColumnElement[bool], ...]] = [()]
    else:
        merged = [record for record, root in roots.items() if root in set(wanted)]
        pieces = chunks([*wanted, *merged], _AT_ONCE)
        parts = [(Family.household_id.in_(piece),) for piece in pieces]
    for part in parts:
        for _, household, decile in session.execute(
            select(newest_deciles(on, *part, source=source))
        ):
            found.setdefault(roots.get(household, household), []).append(decile)
    return {household: lowest(deciles) for household, deciles in found.items()}


def family_deciles(
    session: Session, source: str, period: date, *, area: str = ""
) -> dict[uuid.UUID, int | None]:
    """Return what a source said of each family for one period, in an area or the session's."""
    query = (
        select(Decile.family_id, Decile.decile)
        .where(Decile.source == source, Decile.period == period)
        .order_by(Decile.id)
    )
    if area:
        query = query.where(within(Decile.area_code, [area]))
    return {row.family_id: row.decile for row in session.execute(query)}


def compare(session: Session, source: str, before: date, after: date, *, area: str = "") -> Moves:
    """Return how the families of an area moved from one period to another."""
    old = family_deciles(session, source, before, area=area)
    return moves(old, family_deciles(session, source, after, area=area))


def periods(session: Session) -> list[Period]:
    """Return what was loaded, in the session's areas: the newest period first."""
    last = func.max(Decile.id).over(partition_by=(Decile.source, Decile.period, Decile.family_id))
    rows = select(Decile.id, last.label("last")).subquery()
    query = (
        select(
            Decile.source, Decile.period, Decile.decile, func.count(), func.max(Decile.loaded_at)
        )
        .join(rows, rows.c.id == Decile.id)
        .where(rows.c.id == rows.c.last)
        .group_by(Decile.source, Decile.period, Decile.decile)
    )
    counts: dict[tuple[str, date], dict[int | None, int]] = {}
    loaded: dict[tuple[str, date], datetime] = {}
    for source, period, decile, number, at in session.execute(query):
        key = (source, period)
        counts.setdefault(key, {})[decile] = number
        loaded[key] = max(at, loaded.get(key, at))
    found = [Period(*key, counts[key], loaded[key]) for key in counts]
    return sorted(found, key=lambda one: (one.period, one.source), reverse=True)


def history(session: Session, household_id: uuid.UUID) -> Sequence[Decile]:
    """Return every decile of a household's families, the newest period first."""
    families = select(Family.id).where(Family.household_id == household_id)
    query = select(Decile).where(Decile.family_id.in_(families))
    return session.scalars(query.order_by(Decile.period.desc(), Decile.id.desc())).all()


def newest_deciles(
    on: date | None, *where: ColumnElement[bool], source: str | None = None
) -> Subquery:
    """Return the row of each family that holds on a day: `family`, its `household`, `decile`.

    Without a day the newest. `where` narrows families (`Family`) or rows (`Decile`), `source` to
    what one source says. The last row of a family is the one without a later: in the order of an
    index nothing is sorted.
    """
    later = func.lead(Decile.id).over(
        partition_by=Decile.family_id, order_by=(Decile.period, Decile.id)
    )
    rows = (
        select(
            Decile.family_id.label("family"),
            Family.household_id.label("household"),
            Decile.decile.label("decile"),
            later.label("later"),
        )
        .join(Family, Family.id == Decile.family_id)
        .where(*where)
    )
    if on is not None:
        rows = rows.where(Decile.period <= on)
    if source is not None:
        rows = rows.where(Decile.source == source)
    found = rows.subquery()
    newest = select(found.c.family, found.c.household, found.c.decile)
    return newest.where(found.c.later.is_(None)).subquery()
