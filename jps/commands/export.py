"""`flask export`: households as a file, as the page hands them out."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from jps.audit.services import SYSTEM
from jps.commands.answers import fail_on_problems
from jps.config import DATA
from jps.db import db, everywhere
from jps.errors import InvalidData
from jps.exports.orders import SUFFIXES, Format, Order, Rows, checked_order
from jps.exports.records import count_households
from jps.exports.services import record_export, write_export
from jps.households.rules import IN_FORCE, State
from jps.questionnaire import load_form
from jps.text import N_
from jps.worker import utc_now

export_cli = AppGroup("export", help="Hand out households as files.")

STATES = sorted(str(state) for state in IN_FORCE)


@export_cli.command("households")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--area", default="", help="Kemendagri code; default the whole office.")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(STATES), help="May be repeated."
)
@click.option(
    "--rows",
    type=click.Choice([str(kind) for kind in Rows]),
    default="members",
    help="Of a flat file.",
)
@click.option("--without-names", is_flag=True, help="Leave out who they are and where they live.")
@click.option("--full-numbers", is_flag=True, help="Whole NIK and KK numbers; needs --reason.")
@click.option("--reason", default="", help="What the whole numbers are needed for; is recorded.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, without a progress bar.")
@fail_on_problems
def households(
    file: Path,
    area: str,
    states: tuple[str, ...],
    rows: str,
    without_names: bool,
    full_numbers: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Write households and their members to FILE (.xlsx, .csv, .parquet or .geo.parquet)."""
    order = checked_order(
        Order(
            format=_format(file),
            rows=Rows(rows),
            area=area,
            states=tuple(State(state) for state in states),
            identified=not without_names,
            full=full_numbers,
            reason=reason,
        ),
        may_see=True,
        may_reveal=True,
    )
    session, form, done = db.session(), load_form(DATA / "questionnaire"), 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        everywhere(session),
        Progress(*columns, console=Console(stderr=True), disable=as_json) as bar,
    ):
        task = bar.add_task("Households", total=count_households(session, order))
        for done in write_export(session, file.absolute(), form, order, translate=str):
            bar.update(task, completed=done)
        record_export(session, form, order, households=done, by=SYSTEM, at=utc_now())
        session.commit()
    answer = {"file": str(file), "households": done}
    click.echo(json.dumps(answer) if as_json else f"{done:,} households -> {file}")


def _format(file: Path) -> Format:
    """Return the make of file that a name stands for."""
    for kind in sorted(SUFFIXES, key=lambda kind: -len(SUFFIXES[kind])):
        if file.name.lower().endswith(SUFFIXES[kind]):
            return kind
    text = N_("Akhiran berkas harus .xlsx, .csv, .parquet, atau .geo.parquet.")
    raise InvalidData(text, {"file": [text]})
