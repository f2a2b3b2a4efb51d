"""Find anew for all decrees, as long work: one decree is one step."""

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import date

from jps.jobs.runner import Step, Task
from jps.programmes.findings import decrees_to_look_at
from jps.programmes.stakes import follow_decree, look_aside


def findings_work(task: Task) -> Iterator[Step]:
    """Find anew for the `decrees` of the parameters, or for every decree."""
    asked = task.params.get("decrees")
    ids = [uuid.UUID(one) for one in asked] if asked else list(decrees_to_look_at(task.session))
    after = task.cursor.get("done", 0)
    counts: Counter[str] = Counter(task.cursor.get("counts", {}))
    today = date.fromisoformat(task.params["today"])
    task.session.rollback()  # a reader begins anew
    for place, decree_id in enumerate(ids[after:], start=after + 1):
        looked = look_aside(task.session, decree_id, today)
        renewed = follow_decree(
            task.session, decree_id, at=task.clock(), today=today, looked=looked
        )
        counts.update({"findings": renewed.found, "fresh": renewed.new, "gone": renewed.gone})
        cursor = {"done": place, "counts": dict(counts)}
        yield Step(place, len(ids), cursor, result=dict(counts))
