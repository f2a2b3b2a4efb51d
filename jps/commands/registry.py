"""`flask registry`: import what the population registry gave us, and list the snapshots."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from jps.audit.services import SYSTEM
from jps.commands.answers import fail_on_problems
from jps.commands.progress import end_with, finish
from jps.db import db, everywhere
from jps.registry.columns import read_mapping
from jps.registry.models import RegistrySnapshot
from jps.registry.queries import list_snapshots
from jps.registry.rules import SNAPSHOT_NAMES, SnapshotState
from jps.registry.services import start_import, take_file
from jps.worker import this_app, utc_now

registry_cli = AppGroup("registry", help="The population registry: import and list snapshots.")

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@registry_cli.command("import")
@click.argument("file", type=_FILE)
@click.option("--mapping", "mapping_file", type=_FILE, help="TOML or CSV: columns, status words.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Date of the data; default today.")
@click.option("--delta", is_flag=True, help="FILE holds only people who are new or changed.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, without a progress bar.")
@fail_on_problems
def import_file(
    file: Path, mapping_file: Path | None, as_of: datetime | None, delta: bool, as_json: bool
) -> None:
    """Import FILE (CSV, Excel or Parquet) as the registry snapshot in force.

    With --delta everybody whom FILE does not name stays as in the snapshot in force; who died or
    moved is named with that status.

    Exit code 1 also when rows had problems; the snapshot is in force all the same unless more than
    half of the rows were refused.
    """
    settings = this_app().config["JPS"]
    mapping = read_mapping(mapping_file.name, mapping_file.read_bytes()) if mapping_file else None
    date = as_of.date() if as_of else None
    today = utc_now().astimezone(ZoneInfo(settings.timezone)).date()
    delivery = take_file(
        file, home=settings.home, today=today, as_of=date, mapping=mapping, delta=delta
    )
    with everywhere(db.session()):
        start = start_import(db.session(), delivery, by=SYSTEM, at=utc_now())
        known = start.known is not None
        job = start.job if known else finish(start.job, title="Registry", quiet=as_json)
    text = "This file is in force already." if known else _told(job.result)
    if job.problem_file and not known:
        text += f"\nProblems: {settings.home / job.problem_file}"
    end_with(job, as_json=as_json, text=text)


def _told(result: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value:,}" for name, value in result.items())


@registry_cli.command("snapshots")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@fail_on_problems
def snapshots(as_json: bool) -> None:
    """List what was imported, newest first."""
    found = list_snapshots(db.session())
    console = Console()
    if as_json:
        console.print_json(data=[_plain(snapshot) for snapshot in found])
        return
    table = Table("No", "As of", "State", "Persons", "Refused", "Format", "Imported")
    for one in found:
        state = SNAPSHOT_NAMES[SnapshotState(one.state)]
        counts = (f"{one.persons:,}", f"{one.refused:,}")
        when = f"{one.created_at:%Y-%m-%d %H:%M}Z"
        table.add_row(str(one.id), one.as_of.isoformat(), state, *counts, one.format, when)
    console.print(table)


def _plain(snapshot: RegistrySnapshot) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "base": snapshot.base_id,
        "as_of": snapshot.as_of.isoformat(),
        "state": str(snapshot.state),
        "rows": snapshot.rows,
        "persons": snapshot.persons,
        "refused": snapshot.refused,
        "format": snapshot.format,
        "created_at": snapshot.created_at.isoformat(),
    }
