"""Reads of lists: batches, their counts, problems and households."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.db import scope_of
from jps.errors import NotFound
from jps.intake.models import (
    EVERY_AREA,
    IntakeBatch,
    IntakeMapping,
    IntakeOrigin,
    IntakeProblem,
    IntakeRecord,
    IntakeRow,
)
from jps.intake.rules import Fate, ListKind, Outcome

LATEST = 100  # lists shown
SAMPLE_ROWS = 200  # looked at for sample values


def batch_of(session: Session, batch_id: str | uuid.UUID) -> IntakeBatch:
    """Return the list if the session may see all areas of its bringer, or raise `NotFound`."""
    key = batch_id if isinstance(batch_id, uuid.UUID) else uuid.UUID(batch_id)
    batch = session.get(IntakeBatch, key)
    if batch is None or not _sees(session, batch):
        raise NotFound()
    return batch


def list_batches(session: Session) -> Sequence[IntakeBatch]:
    """Return the latest lists of households that the session may see, newest first."""
    one = IntakeBatch
    query = select(one).where(one.kind == ListKind.HOUSEHOLDS)
    query = query.order_by(one.created_at.desc()).limit(5 * LATEST)
    return [batch for batch in session.scalars(query) if _sees(session, batch)][:LATEST]


def _sees(session: Session, batch: IntakeBatch) -> bool:
    scope = scope_of(session)
    return scope.whole or all(code != EVERY_AREA and scope.covers(code) for code in batch.areas)


@dataclass(frozen=True, slots=True)
class Kind:
    """How often one finding occurs: of which level, why, in which column."""

    level: str
    reason: str
    column: str
    params: dict[str, Any]
    count: int


def problem_kinds(session: Session, batch_id: uuid.UUID) -> list[Kind]:
    """Return the findings by reason and column, errors first, the most frequent first."""
    one = IntakeProblem
    query = (
        select(one.level, one.reason, one.column, func.min(one.id), func.count())
        .where(one.batch_id == batch_id)
        .group_by(one.level, one.reason, one.column)
        .order_by(one.level, func.count().desc(), one.column, one.reason)
    )
    found = session.execute(query).all()
    first = select(one.id, one.params).where(one.id.in_([row[3] for row in found]))
    params: dict[int, dict[str, Any]] = dict(session.execute(first).all())
    return [
        Kind(level, why, column, params[key], count) for level, why, column, key, count in found
    ]


def problems_of(
    session: Session,
    batch_id: uuid.UUID,
    *,
    level: str = "",
    column: str = "",
    reason: str = "",
    after: int = 0,
    limit: int = 100,
) -> Sequence[IntakeProblem]:
    """Return findings in the order of the file, those after the id `after`."""
    one = IntakeProblem
    query = select(one).where(one.batch_id == batch_id, one.id > after)
    for attribute, wanted in ((one.level, level), (one.column, column), (one.reason, reason)):
        if wanted:
            query = query.where(attribute == wanted)
    return session.scalars(query.order_by(one.id).limit(limit)).all()


def fates(session: Session, batch_id: uuid.UUID) -> dict[Fate, int]:
    """Return how many households of the list are new, changed, same, in conflict, refused."""
    one = IntakeRecord
    query = select(one.fate, func.count()).where(one.batch_id == batch_id).group_by(one.fate)
    found = {Fate(fate): count for fate, count in session.execute(query)}
    return {fate: found.get(fate, 0) for fate in Fate}


def outcomes(session: Session, batch_id: uuid.UUID) -> dict[Outcome, int]:
    """Return what became of the households of the list."""
    one = IntakeRecord
    query = (
        select(one.outcome, func.count())
        .where(one.batch_id == batch_id, one.outcome.is_not(None))
        .group_by(one.outcome)
    )
    return {Outcome(outcome): count for outcome, count in session.execute(query) if outcome}


def gone_count(session: Session, batch: IntakeBatch) -> int:
    """Return how many households this source brought before that the list does not name."""
    if batch.partial:
        return 0
    here = select(IntakeRecord.key).where(IntakeRecord.batch_id == batch.id)
    origin = IntakeOrigin
    query = select(func.count()).where(
        origin.kind == batch.kind, origin.source == batch.source, origin.key.not_in(here)
    )
    return session.scalar(query) or 0


def records_of(
    session: Session,
    batch_id: uuid.UUID,
    *,
    fate: str = "",
    outcome: str = "",
    doubles: bool = False,
    after: int = -1,
    limit: int = 50,
) -> Sequence[IntakeRecord]:
    """Return households of the list that the session may see, in the order of the file."""
    one = IntakeRecord
    query = select(one).where(one.batch_id == batch_id, one.place > after)
    if fate:
        query = query.where(one.fate == fate)
    if outcome:
        query = query.where(one.outcome == outcome)
    if doubles:
        query = query.where(one.double_count > 0)
    return session.scalars(query.order_by(one.place).limit(limit)).all()


def first_rows(session: Session, batch: IntakeBatch, place: int) -> Sequence[str]:
    """Return the cells (JSON) of the first rows of a table, as staged."""
    query = (
        select(IntakeRow.cells)
        .where(IntakeRow.batch_id == batch.id, IntakeRow.place == place)
        .order_by(IntakeRow.number)
        .limit(SAMPLE_ROWS)
    )
    return session.scalars(query).all()


def saved_mappings(session: Session, headers: str, kind: str) -> Sequence[IntakeMapping]:
    """Return the mappings saved for these headers of lists of a kind, the newest first."""
    one = IntakeMapping
    query = select(one).where(one.headers == headers, one.kind == kind)
    return session.scalars(query.order_by(IntakeMapping.saved_at.desc())).all()
