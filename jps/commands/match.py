"""`flask match`: link all members to the population registry."""

from collections.abc import Mapping
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console
from rich.table import Table

from jps.commands.answers import fail_on_problems
from jps.commands.match_files import duplicates, files
from jps.commands.match_quality import accept, quality
from jps.commands.progress import end_with, run_to_end
from jps.engines import ENGINES
from jps.identity.rules import STATE_MEANINGS, STATE_NAMES, LinkState
from jps.identity.run_rules import Why
from jps.jobs.models import Job

# In English, as all that commands say.
_WHY = {
    Why.FIRST: "the first run",
    Why.ASKED: "everything was asked for",
    Why.TRAINED: "a new model was learnt",
    Why.MODEL: "another model is in force",
    Why.RULES: "what earlier runs found holds no longer",
    Why.REGISTRY: "the registry changed",
    Why.MEMBERS: "members are new, changed or gone",
    Why.NOTHING: "nothing changed since the last run",
}


@click.group("match", invoke_without_command=True)
@click.option("--full", is_flag=True, help="Search and write everything anew.")
@click.option("--train", is_flag=True, help="Learn a new model from the two lists first.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    help="Where to search; default: setting JPS_MATCH_ENGINE.",
)
@click.option("--master", help="Address of Spark, as local[2]; default: JPS_SPARK_MASTER.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, without a progress bar.")
@click.pass_context
@with_appcontext
@fail_on_problems
def match(
    context: click.Context,
    full: bool,
    train: bool,
    engine: str | None,
    master: str | None,
    as_json: bool,
) -> None:
    """Link every household member to the registry snapshot in force, in Dukcapil's states.

    Only what changed since the last run is searched again: new and changed members, and those whom
    a new snapshot concerns. The model in force is kept until the lists are others by a fifth.
    """
    if context.invoked_subcommand is not None:
        return
    settings = current_app.config["JPS"]
    where = {"engine": engine or settings.match_engine, "master": master or settings.spark_master}
    params = {"full": full, "train": train, **where}
    job = run_to_end("match", params, title="Matching", quiet=as_json)
    end_with(job, as_json=as_json, text=_told(job))


for command in (files, duplicates, quality, accept):
    match.add_command(command)


def _told(job: Job) -> str:
    counts = {state: job.result.get(state, 0) for state in LinkState}
    total = sum(counts.values())
    table = Table("State", "Members", "Share", "Meaning")
    for state, number in counts.items():
        share = f"{number / total:.1%}" if total else "-"
        table.add_row(STATE_NAMES[state], f"{number:,}", share, STATE_MEANINGS[state])
    console = Console()
    with console.capture() as captured:
        console.print(table)
        console.print(effort(job.result))
    return captured.get().rstrip()


def effort(result: Mapping[str, Any]) -> str:
    """Return in words what a run did, from its result or its facts."""
    searched, members, written = (
        int(result.get(name, 0)) for name in ("searched", "members", "written")
    )
    reason = _WHY[Why(result["why"])] if "why" in result else "nothing found"
    return f"Searched {searched:,} of {members:,} members ({reason}); {written:,} links written."
