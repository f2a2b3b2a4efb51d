"""`flask intake`: bring a list, try it out, accept it, undo it, as on the pages."""

import json
import sys
import uuid
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from jps.audit.services import SYSTEM
from jps.commands.answers import PROBLEMS, fail_on_problems
from jps.commands.progress import end_with, finish
from jps.config import DATA, Settings
from jps.db import EVERYWHERE, db, everywhere
from jps.errors import InvalidFile, NotFound
from jps.intake import services
from jps.intake.headings import has_headings
from jps.intake.models import IntakeBatch, IntakeProblem
from jps.intake.problem_file import as_excel, is_correction, problem_tables
from jps.intake.queries import batch_of, list_batches
from jps.intake.rules import BATCH_NAMES, BatchState, Part
from jps.intake.services import Where
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.services import find_job
from jps.layouts import layouts
from jps.questionnaire import load_form
from jps.text import N_
from jps.worker import this_app, utc_now

intake_cli = AppGroup("intake", help="Lists of households from outside: load, accept, undo.")

NO_HEADINGS = N_(
    "Baris pertama tampak seperti data, bukan judul kolom. Tulis judul kolom pada baris pertama, "
    "atau cocokkan kolomnya sekali di halaman Daftar dan simpan pemetaannya."
)

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PART = click.Choice([str(part) for part in Part])


@intake_cli.command("load")
@click.argument("file", type=_FILE)
@click.option("--source", required=True, help="Name of the list, the same each time it comes.")
@click.option("--partial", is_flag=True, help="FILE is a part: what it lacks is not gone.")
@click.option("--accept", "part", type=_PART, help="Store at once what the trial finds good.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, without a progress bar.")
@fail_on_problems
def load(file: Path, source: str, partial: bool, part: str | None, as_json: bool) -> None:
    """Stage FILE as given, and check every household without storing any.

    Columns are mapped as on the page: a mapping saved for these headers, else by what is known.
    Exit code 1 when a household was refused.
    """
    home, form = _settings().home, load_form(DATA / "questionnaire")
    known = layouts(form, DATA / "layouts")
    delivery = services.take_list(file, home=home, known=known)
    session = db.session()
    with everywhere(session):
        batch = services.begin_batch(
            session,
            delivery,
            source=source,
            label=file.name,
            partial=partial or any(is_correction(one["headers"]) for one in delivery.tables),
            scope=EVERYWHERE,
            by=SYSTEM,
            at=utc_now(),
        )
        key = batch.id
        if batch.state == BatchState.STAGING:
            _run(batch, "Staging", quiet=as_json)
        batch = batch_of(session, key)
        mapping, saved = services.propose_mapping(session, batch, known)
        if saved is None and not has_headings(batch):
            raise InvalidFile(NO_HEADINGS)
        services.start_check(session, batch, mapping, where=_where(), by=SYSTEM, at=utc_now())
        job = _run(batch, "Checking", quiet=as_json)
        if part:
            batch = batch_of(session, key)
            services.accept(
                session,
                batch,
                Part(part),
                version=form.version,
                where=_where(),
                by=SYSTEM,
                at=utc_now(),
            )
            job = _run(batch, "Storing", quiet=as_json)
        _tell(batch_of(session, key), job, as_json=as_json)


@intake_cli.command("accept")
@click.argument("batch", type=click.UUID)
@click.option("--part", type=_PART, default=str(Part.ALL), help="all, or only what is clean.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, without a progress bar.")
@fail_on_problems
def accept(batch: uuid.UUID, part: str, as_json: bool) -> None:
    """Store the households of BATCH that its trial found good.

    A trial of another day, questionnaire or list of areas is made again instead.
    """
    session, form = db.session(), load_form(DATA / "questionnaire")
    with everywhere(session):
        found = batch_of(session, batch)
        services.accept(
            session,
            found,
            Part(part),
            version=form.version,
            where=_where(),
            by=SYSTEM,
            at=utc_now(),
        )
        job = _run(found, "Storing", quiet=as_json)
        _tell(batch_of(session, batch), job, as_json=as_json)


@intake_cli.command("undo")
@click.argument("batch", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, without a progress bar.")
@fail_on_problems
def undo(batch: uuid.UUID, as_json: bool) -> None:
    """Take back what BATCH stored, except households that people have worked on since."""
    session = db.session()
    with everywhere(session):
        found = batch_of(session, batch)
        services.undo(session, found, where=_where(), by=SYSTEM, at=utc_now())
        job = _run(found, "Undoing", quiet=as_json)
        _tell(batch_of(session, batch), job, as_json=as_json)


@intake_cli.command("discard")
@click.argument("batch", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@fail_on_problems
def discard(batch: uuid.UUID, as_json: bool) -> None:
    """Throw away BATCH, of which nothing was stored: its rows and its file."""
    session = db.session()
    with everywhere(session):
        found = batch_of(session, batch)
        name, file_too = found.file, services.discard(session, found, by=SYSTEM, at=utc_now())
        session.commit()
        if file_too:
            services.forget_file(name, home=_settings().home)
        found = batch_of(session, batch)
        text = f"Batch {found.id}: {BATCH_NAMES[found.state]}"
        click.echo(json.dumps(_plain(found)) if as_json else text)


@intake_cli.command("problems")
@click.argument("batch", type=click.UUID)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@fail_on_problems
def problems(batch: uuid.UUID, target: Path) -> None:
    """Write the refused rows of BATCH to TARGET (xlsx), to be corrected and loaded again."""
    session = db.session()
    with everywhere(session):
        tables = problem_tables(session, batch_of(session, batch), _told)
    if not tables:
        raise NotFound()
    target.touch(mode=0o600)
    target.write_bytes(as_excel(tables))
    click.echo(str(target))


@intake_cli.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@fail_on_problems
def show(as_json: bool) -> None:
    """List what was brought, newest first."""
    session, console = db.session(), Console()
    with everywhere(session):
        batches = [_plain(batch) for batch in list_batches(session)]
    if as_json:
        console.print_json(data=batches)
        return
    table = Table("Batch", "Source", "State", "Rows", "Households", "Brought")
    for one in batches:
        counts = (f"{one['rows']:,}", f"{one['counts'].get('households', 0):,}")
        state = BATCH_NAMES[BatchState(one["state"])]
        table.add_row(one["id"], one["source"], state, *counts, one["created_at"][:16])
    console.print(table)


def _settings() -> Settings:
    found: Settings = this_app().config["JPS"]
    return found


def _where() -> Where:
    found = _settings()
    today = utc_now().astimezone(ZoneInfo(found.timezone)).date()
    match = {"engine": found.match_engine, "master": found.spark_master}
    return Where(today, found.province, match)


def _told(problem: IntakeProblem) -> str:
    return problem.reason.format(**problem.params) if problem.params else problem.reason


def _run(batch: IntakeBatch, title: str, *, quiet: bool) -> Job:
    """Run the queued work on a list here; leave with its error when it failed."""
    if batch.job_id is None:
        raise NotFound()
    job = finish(find_job(db.session(), batch.job_id), title=title, quiet=quiet)
    if job.state in {JobState.FAILED, JobState.CANCELLED}:
        end_with(job, as_json=quiet, text="")
    return job


def _tell(batch: IntakeBatch, job: Job, *, as_json: bool) -> None:
    refused = batch.counts.get("refused", 0)
    if as_json:
        click.echo(json.dumps({**_plain(batch), "result": job.result}))
    else:
        click.echo(f"Batch {batch.id}: {BATCH_NAMES[batch.state]}")
        click.echo("\n".join(f"{name}: {count:,}" for name, count in job.result.items()))
    if job.state != JobState.DONE or refused:
        sys.exit(PROBLEMS)


def _plain(batch: IntakeBatch) -> dict[str, Any]:
    return {
        "id": str(batch.id),
        "source": batch.source,
        "state": str(batch.state),
        "rows": batch.rows,
        "counts": batch.counts,
        "created_at": batch.created_at.isoformat(),
    }
