"""`flask deciles`: load a list of deciles (DTSEN)."""

from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import AppGroup

from jps.assessment.decile_rules import read_period
from jps.assessment.deciles import open_list, start_deciles
from jps.audit.services import SYSTEM
from jps.commands.answers import fail_on_problems
from jps.commands.progress import end_with, finish
from jps.config import Settings
from jps.db import EVERYWHERE, db, everywhere
from jps.jobs.models import Job
from jps.worker import utc_now

deciles_cli = AppGroup("deciles", help="Deciles of families, by source and period.")


@deciles_cli.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="DTSEN", show_default=True, help="Who ranked the families.")
@click.option("--period", required=True, help="Month or quarter: 2026-07, 2026-Q3.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, without a progress bar.")
@fail_on_problems
def load(file: Path, source: str, period: str, as_json: bool) -> None:
    """Load the deciles in FILE (CSV, Excel, Parquet): columns DESIL and NO_KK or NIK.

    Loading it again changes nothing. Exit code 1: some rows had problems (see the problem file).
    """
    job = load_deciles(file, source, period, quiet=as_json)
    told = "\n".join(f"{name}: {number}" for name, number in job.result.items())
    file_told = f"\nProblem file: {job.problem_file}" if job.problem_file else ""
    end_with(job, as_json=as_json, text=told + file_told)


def load_deciles(file: Path, source: str, period: str, *, quiet: bool) -> Job:
    """Import a list to the end and return its job."""
    try:
        begins = read_period(period)
    except ValueError:
        raise click.BadParameter("write it like 2026-07 or 2026-Q3", param_hint="period") from None
    settings: Settings = current_app.config["JPS"]
    open_list(file)
    with everywhere(db.session()):
        job = start_deciles(
            db.session(),
            settings.home,
            file,
            source=source,
            period=begins,
            scope=EVERYWHERE,
            today=utc_now().astimezone(ZoneInfo(settings.timezone)).date(),
            by=SYSTEM,
            at=utc_now(),
        )
        return finish(job, title="Deciles", quiet=quiet)
