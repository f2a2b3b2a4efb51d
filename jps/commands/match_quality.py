"""`flask match quality` and `flask match accept`: how good it is; go on with an odd registry."""

import json
from collections.abc import Mapping
from typing import Any

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.table import Table

from jps.areas.rules import is_code
from jps.audit.services import SYSTEM
from jps.commands.answers import fail_on_problems
from jps.db import db, everywhere
from jps.identity.drift import accept_snapshot
from jps.identity.quality_figures import figures_of
from jps.worker import utc_now

# What is estimated, as commands say it; the keys are those of `figures_of`.
_ESTIMATES = {
    "precision": "Precision",
    "recall": "Recall",
    "sure_precision": "Precision of links nobody looks at",
    "blocking_loss": "Lost by the keys",
}


@click.command("quality")
@click.option("--area", default="", help="Code of a kabupaten or kecamatan; default: everywhere.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@with_appcontext
@fail_on_problems
def quality(area: str, as_json: bool) -> None:
    """Say how good the matching is: from labelled members, and what the model itself expects."""
    if area and not is_code(area):
        raise click.BadParameter("not an area code", param_hint="--area")
    with everywhere(db.session()):
        found = figures_of(db.session(), area, at=utc_now())
    click.echo(json.dumps(found, indent=1) if as_json else _told(found))


@click.command("accept")
@click.argument("reason")
@with_appcontext
@fail_on_problems
def accept(reason: str) -> None:
    """Accept a registry that behaves unlike the last one, for REASON; then run `flask match`."""
    with everywhere(db.session()):
        accept_snapshot(db.session(), reason=reason, by=SYSTEM, at=utc_now())
    db.session.commit()
    click.echo("Accepted. Run `flask match` to link everybody to it.")


def _told(found: Mapping[str, Any]) -> str:
    console = Console()
    with console.capture() as captured:
        console.print(_table(found))
        review, caught = found["review"], found["blocking_loss_by_recapture"]
        console.print(
            f"{found['members']:,} members, {found['linked']:,} linked; {review['members']:,} to "
            f"review, about {review['hours']:,} hours at {review['minutes_each']} minutes each"
            f" ({'measured' if review['minutes_measured'] else 'supposed'})."
        )
        if caught is not None:
            span = f"{caught['low']:.3%} to {caught['high']:.3%}"
            console.print(f"Lost by the keys, by recapture: {caught['loss']:.3%} ({span}).")
        console.print(f"Sample: {found['answered']:,} answered, {found['waiting']:,} waiting.")
    return captured.get().rstrip()


def _table(found: Mapping[str, Any]) -> Table:
    table = Table("", "From labels", "95 %", "Labels", "The model expects")
    for key, name in _ESTIMATES.items():
        one = (found["labels"] or {}).get(key)
        model = found["model"].get(key)
        expects = "-" if model is None else f"{model:.2%}"
        if one is None or one["value"] is None:
            needed = "no sample yet" if one is None else f"{one['needed']:,} more needed for ±2 %"
            table.add_row(name, "not enough", needed, str(one["labels"] if one else 0), expects)
        else:
            span = f"{one['low']:.2%} - {one['high']:.2%}"
            table.add_row(name, f"{one['value']:.2%}", span, str(one["labels"]), expects)
    return table
