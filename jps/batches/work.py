"""A batch as long work: piece by piece, so that a crash repeats nothing."""

import uuid
from collections.abc import Iterator

from sqlalchemy import select

from jps.access.models import User
from jps.batches.models import Batch
from jps.batches.rules import KINDS, Act
from jps.batches.services import PIECE, get_batch, run_piece
from jps.db import scoped_to
from jps.errors import NotAllowed
from jps.households.rules import Source
from jps.households.saving import Author
from jps.jobs.runner import Step, Task


def batch_work(task: Task) -> Iterator[Step]:
    """Do a started batch in the name, with the rights and within the areas of who asked.

    `result` counts the households that were done and refused.
    """
    batch_id = uuid.UUID(task.params["batch"])
    left = PIECE
    while left == PIECE:
        batch = get_batch(task.session, batch_id, by=task.by)
        person = _person(task, batch)
        author = Author(person.username, person.scope, Source.FORM)
        with scoped_to(task.session, person.scope):
            left = run_piece(task.session, batch, by=author, at=task.clock())
        done = batch.done + batch.refused
        result = {"done": batch.done, "refused": batch.refused}
        yield Step(done, batch.total, {}, result, problems=batch.refused > 0)


def _person(task: Task, batch: Batch) -> User:
    """Return who asked, while they still may: an account may be switched off meanwhile."""
    query = select(User).where(User.username == task.by)
    person = task.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if person is None or not person.active or not person.can(KINDS[Act(batch.act)].can):
        raise NotAllowed()
    return person
