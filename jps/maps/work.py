"""Freeze the figures of all areas, as a job."""

from collections.abc import Iterator
from datetime import date

from jps.jobs.runner import Step, Task
from jps.maps.periods import freeze

FREEZE_KIND = "figures-freeze"


def freeze_work(task: Task) -> Iterator[Step]:
    """Keep the figures of the day; one step, so that a killed process begins again."""
    at = task.clock()
    on = date.fromisoformat(task.params["on"])
    period = freeze(task.session, str(task.params["name"]), on=on, by=task.by, at=at)
    yield Step(1, 1, {}, {"period": period.id})
