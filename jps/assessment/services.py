"""Score households and explain a score."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select
from sqlalchemy.orm import Session

from jps.assessment.consumption import assess_consumption, model_in_force
from jps.assessment.models import Assessment, ScoreModel
from jps.assessment.rules import NOT_COUNTED as NOT_COUNTED
from jps.assessment.rules import Appraisal, Line, Outcome, appraise
from jps.config import DATA
from jps.households.models import Household
from jps.identity.cases import set_stakes
from jps.welfare.ppi import Score, Scorecard

PPI_FILE = DATA / "ppi_indonesia_2022.json"


@lru_cache(maxsize=4)
def _load(path: Path, _changed: int) -> Scorecard:
    return Scorecard.load(path)


def current_scorecard(path: Path = PPI_FILE) -> Scorecard:
    """Return the scorecard in use, read again when its file changes."""
    return _load(path, path.stat().st_mtime_ns)


def score_model(session: Session, scorecard: Scorecard, *, at: datetime) -> ScoreModel:
    """Return the row of `scorecard`, made when it is used for the first time."""
    model = find_model(session, scorecard)
    if model is None:
        model = ScoreModel(
            version=scorecard.version,
            name=scorecard.name,
            source=scorecard.source,
            content_hash=scorecard.content_hash,
            first_used_at=at,
        )
        session.add(model)
        session.flush()
    return model


def find_model(session: Session, scorecard: Scorecard) -> ScoreModel | None:
    """Return the row of `scorecard`, None when nothing was scored with it yet."""
    return session.scalars(
        select(ScoreModel).where(ScoreModel.content_hash == scorecard.content_hash)
    ).one_or_none()


def assess_households(
    session: Session, ids: Sequence[uuid.UUID], scorecard: Scorecard, *, at: datetime
) -> Counter[Outcome]:
    """Score these households anew and return how many had which outcome.

    Households that were never sent, or are archived, keep no score. A trained model that is in
    force is asked too. Flushes.
    """
    model = score_model(session, scorecard, at=at)
    rows = session.execute(
        select(
            Household.id,
            Household.version,
            Household.area_code,
            Household.visit_result,
            Household.household_size,
            Household.answers,
            Household.calculated,
        ).where(Household.id.in_(ids), Household.state.not_in(NOT_COUNTED))
    ).all()
    values = [_values(row, scorecard) | {"model_id": model.id, "assessed_at": at} for row in rows]
    session.execute(
        delete(Assessment)
        .where(Assessment.household_id.in_(ids), Assessment.model_id == model.id)
        .execution_options(synchronize_session=False)
    )
    if values:
        session.execute(insert(Assessment), values)
    trained = model_in_force(session)
    if trained is not None:
        assess_consumption(session, ids, trained, at=at)
    set_stakes(session, {value["household_id"]: value[Line.NPL100] for value in values})
    return Counter(value["outcome"] for value in values)


def count_stale(session: Session, model: ScoreModel) -> int:
    """Return how many households have no score or one from earlier answers."""
    stale = _stale(model).subquery()
    return session.scalar(select(func.count()).select_from(stale)) or 0


def stale_households(
    session: Session, model: ScoreModel, *, after: uuid.UUID | None, limit: int
) -> Sequence[uuid.UUID]:
    """Return up to `limit` households to be scored, by id, beginning after `after`."""
    query = _stale(model).order_by(Household.id).limit(limit)
    if after is not None:
        query = query.where(Household.id > after)
    return session.scalars(query).all()


@dataclass(frozen=True)
class Explanation:
    """A household's score for one line with its arithmetic; `score` is None when not scored."""

    assessment: Assessment
    scorecard: Scorecard
    score: Score | None


def explain(
    session: Session, household_id: uuid.UUID, scorecard: Scorecard, *, line: Line = Line.NPL100
) -> Explanation | None:
    """Return how the household's score for `line` came about, None when it was never assessed."""
    model = find_model(session, scorecard)
    if model is None:
        return None
    assessment = session.scalars(
        select(Assessment).where(
            Assessment.household_id == household_id, Assessment.model_id == model.id
        )
    ).one_or_none()
    if assessment is None:
        return None
    scored = assessment.outcome == Outcome.SCORED
    score = scorecard.score(assessment.responses, line) if scored else None
    return Explanation(assessment, scorecard, score)


def _stale(model: ScoreModel) -> Select[uuid.UUID]:
    return (
        select(Household.id)
        .outerjoin(
            Assessment,
            (Assessment.household_id == Household.id) & (Assessment.model_id == model.id),
        )
        .where(
            Household.state.not_in(NOT_COUNTED),
            Assessment.household_version.is_distinct_from(Household.version),
        )
    )


def _values(row: Row[Any], scorecard: Scorecard) -> dict[str, Any]:
    found = appraise(
        scorecard,
        {**row.answers, **row.calculated},
        area_code=row.area_code,
        visit_result=row.visit_result,
        persons=row.household_size,
    )
    return {
        "household_id": row.id,
        "household_version": row.version,
        "area_code": row.area_code,
        "persons": row.household_size,
        **_outcome(found),
    }


def _outcome(found: Appraisal) -> dict[str, Any]:
    totals = found.totals
    return {
        "outcome": found.outcome,
        "responses": dict(found.responses),
        "scores": {line: total.score for line, total in totals.items()},
        "problems": dict(found.problems),
        **{line: totals[line].likelihood if totals else None for line in Line},
    }
