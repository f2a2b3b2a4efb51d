"""The job that writes a large file of households."""

from collections.abc import Iterator

from jps.config import DATA
from jps.exports.orders import Order
from jps.exports.records import count_households
from jps.exports.services import clear_away, export_path, write_export
from jps.jobs.runner import Step, Task
from jps.questionnaire import load_form
from jps.text import N_


def export_work(task: Task) -> Iterator[Step]:
    """Write the file of the job's order; what a process that died had written is written again."""
    order = Order.from_json(task.params)
    form = load_form(DATA / "questionnaire")
    clear_away(task.home, at=task.clock())
    total = count_households(task.session, order)
    yield Step(0, total)
    path = export_path(task.home, task.job_id, order)
    done = 0
    for done in write_export(task.session, path, form, order, translate=str):
        yield Step(done, total)
    yield Step(done, total, result={N_("Rumah tangga"): done})
