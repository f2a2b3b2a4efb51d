"""Training a model as long work: the survey is kept, read in pieces, trained fold by fold.

Nothing is stored before the end, so a killed training begins again and leaves the same one model.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps import filestore
from jps.assessment.consumption import NO_NAME, keep_model
from jps.assessment.features import kinds_of
from jps.assessment.training import open_training, read_in_pieces
from jps.config import DATA
from jps.errors import InvalidData
from jps.jobs.models import Job
from jps.jobs.rules import ENDED
from jps.jobs.runner import Step, Task
from jps.jobs.services import start_job
from jps.questionnaire import load_form
from jps.text import N_, one_line
from jps.welfare.pmt import EVERYWHERE, By
from jps.welfare.pmt_training import FOLDS, train_in_steps

_Result = TypeVar("_Result")

TRAINING_KIND = "model-training"
ROWS = N_("Rumah tangga dalam survei")
VARIABLES = N_("Variabel dalam model")


@dataclass(frozen=True)
class Wish:
    """What is trained: a name, where the survey is from, the poverty line, groups of areas."""

    name: str
    source: str
    line: float
    by: By


def start_training(
    session: Session, home: Path, path: Path, wish: Wish, *, by: str, at: datetime
) -> Job:
    """Keep a survey that can be trained on and queue the training.

    The same survey and wish go on with the job that waits or runs already. Raises `InvalidFile` and
    `InvalidData`.
    """
    name = one_line(wish.name)[:120]
    if not name:
        raise InvalidData(NO_NAME)
    open_training(path, kinds_of(load_form(DATA / "questionnaire")))
    params: dict[str, Any] = {
        "sha256": filestore.keep(home, path.read_bytes()),
        "name": name,
        "source": one_line(wish.source)[:500],
        "line": wish.line,
        "by": str(wish.by),
    }
    waiting = select(Job).where(Job.kind == TRAINING_KIND, Job.state.not_in(ENDED))
    for job in session.scalars(waiting):
        if job.params == params and job.started_by == by:
            return job
    return start_job(session, TRAINING_KIND, params, by=by, at=at)


def training_work(task: Task) -> Iterator[Step]:
    """Train a model and keep it; `result` names it (`model`), for somebody else to approve."""
    params = task.params
    opened = open_training(
        filestore.path_of(task.home, params["sha256"]), kinds_of(load_form(DATA / "questionnaire"))
    )
    guessed = 2 * max(1, opened.source.total)
    read = yield from _followed(
        read_in_pieces(opened), lambda rows: Step(rows, max(guessed, 2 * rows))
    )
    rows = len(read.survey.areas)
    training = train_in_steps(
        read.survey, read.kinds, {EVERYWHERE: params["line"]}, by=By(params["by"])
    )
    yield Step(rows, 2 * rows)
    found = yield from _followed(
        training, lambda done: Step(rows + done * rows // (FOLDS + 1), 2 * rows)
    )
    found.card["file"] = {"sha256": read.digest, "ignored": list(read.ignored)}
    at = task.clock()
    model = keep_model(
        task.session,
        params["name"],
        found,
        version=f"pmt-{at:%Y%m%d}",
        source=params["source"],
        by=task.by,
        at=at,
    )
    result = {ROWS: rows, VARIABLES: len(found.model.variables), "model": str(model.id)}
    yield Step(2 * rows, 2 * rows, {}, result)


def _followed(
    pieces: Generator[int, None, _Result], step: Callable[[int], Step]
) -> Generator[Step, None, _Result]:
    """Tell of every piece as a step; return what the pieces return."""
    while True:
        try:
            done = next(pieces)
        except StopIteration as end:
            result: _Result = end.value
            return result
        yield step(done)
