"""`flask audit`: prove that nobody changed the record."""

import json
import sys

import click
from flask.cli import AppGroup

from jps.audit.services import verify_chain
from jps.commands.answers import PROBLEMS, fail_on_problems
from jps.db import db, reading

audit_cli = AppGroup("audit", help="The chain of recorded events.")


@audit_cli.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@fail_on_problems
def verify(as_json: bool) -> None:
    """Recompute the whole chain; exit code 1 when a row was changed, removed or added."""
    with reading():
        check = verify_chain(db.session())
    if as_json:
        click.echo(json.dumps(vars(check)))
    elif check.broken_at is None:
        click.echo(f"The chain is whole: {check.events} events, head {check.head_hash}.")
    else:
        click.echo(f"The chain is BROKEN at event {check.broken_at}.", err=True)
    if check.broken_at is not None:
        sys.exit(PROBLEMS)
