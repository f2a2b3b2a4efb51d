"""Long work on the command line: queue it, run it here, show how it goes, say how it ended."""

import json
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from jps.audit.services import SYSTEM
from jps.commands.answers import PROBLEMS
from jps.db import db
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.services import find_job, start_job
from jps.worker import run_now, this_app, utc_now


def run_to_end(kind: str, params: Mapping[str, Any], *, title: str, quiet: bool) -> Job:
    """Queue work of `kind`, run it in this process with a progress bar, and return its row.

    `quiet` shows no bar. Ctrl-C leaves the job queued; it goes on with the next worker.
    """
    job = start_job(db.session(), kind, params, by=SYSTEM, at=utc_now())
    return finish(job, title=title, quiet=quiet)


def finish(job: Job, *, title: str, quiet: bool) -> Job:
    """Run a queued job in this process with a progress bar, and return its row."""
    db.session.commit()
    job_id = job.id
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet,
    ) as bar:
        task = bar.add_task(title, total=None)

        def show(now: Job) -> None:
            bar.update(task, completed=now.done, total=now.total)

        run_now(this_app(), job, on_step=show)
        return _wait(job_id, show)


def _wait(job_id: uuid.UUID, show: Callable[[Job], None]) -> Job:
    """Return the job once it ended: the server's worker may have been the first to take it."""
    while (job := find_job(db.session(), job_id)).state == JobState.RUNNING:
        show(job)
        db.session.rollback()
        time.sleep(0.5)
    return job


def end_with(job: Job, *, as_json: bool, text: str) -> None:
    """Say what the job found, as `text` or as JSON, and leave with the exit code of its state."""
    if as_json:
        answer = {"job": str(job.id), "state": str(job.state), "error": job.error, **job.result}
        click.echo(json.dumps(answer))
    elif job.error is not None:
        click.echo(job.error, err=True)
    else:
        click.echo(text)
    if job.state != JobState.DONE:
        sys.exit(PROBLEMS)
