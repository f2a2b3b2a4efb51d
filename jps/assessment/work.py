"""Scoring as long work: what changed since the last time, chunk by chunk."""

import uuid
from collections import Counter
from collections.abc import Iterator

from jps.assessment.rules import Outcome
from jps.assessment.services import (
    assess_households,
    count_stale,
    current_scorecard,
    score_model,
    stale_households,
)
from jps.jobs.runner import Step, Task

CHUNK = 1_000  # households per transaction, about half a second


def assess_work(task: Task) -> Iterator[Step]:
    """Score every household that has no score or one from earlier answers.

    `result` counts households by outcome; the cursor holds the last one and the counts so far.
    """
    scorecard = current_scorecard()
    model = score_model(task.session, scorecard, at=task.clock())
    same = task.cursor.get("model") == model.content_hash
    tally: Counter[str] = Counter(task.cursor.get("tally", {}) if same else {})
    after = uuid.UUID(task.cursor["after"]) if same and task.cursor.get("after") else None
    total = tally.total() + count_stale(task.session, model)
    while ids := stale_households(task.session, model, after=after, limit=CHUNK):
        found = assess_households(task.session, ids, scorecard, at=task.clock())
        tally.update({str(outcome): number for outcome, number in found.items()})
        after = ids[-1]
        cursor = {"model": model.content_hash, "after": str(after), "tally": dict(tally)}
        yield Step(tally.total(), max(total, tally.total()), cursor, _result(tally))
    yield Step(tally.total(), tally.total(), {}, _result(tally))


def _result(tally: Counter[str]) -> dict[str, int]:
    return {str(outcome): tally[outcome] for outcome in Outcome}
