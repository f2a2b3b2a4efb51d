"""`flask assess`: score the households that changed."""

import click
from flask.cli import with_appcontext

from jps.assessment.services import current_scorecard
from jps.commands.answers import fail_on_problems
from jps.commands.progress import end_with, run_to_end


@click.command("assess")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, without a progress bar.")
@with_appcontext
@fail_on_problems
def assess(as_json: bool) -> None:
    """Score every household that has no score or one from earlier answers (PPI 2022)."""
    name = current_scorecard().name
    job = run_to_end("assess", {}, title=name, quiet=as_json)
    found = {outcome.replace("-", "_"): number for outcome, number in job.result.items()}
    text = (
        "{scored} households scored; not scored: {not_interviewed} not interviewed, "
        "{not_answered} with answers missing."
    )
    end_with(job, as_json=as_json, text=text.format(**found) if job.error is None else "")
