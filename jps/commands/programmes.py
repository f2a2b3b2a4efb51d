"""`flask programmes`: the programmes that come with JPS, or those of an office's own folder."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from jps.audit.services import SYSTEM
from jps.commands.answers import fail_on_problems
from jps.config import DATA
from jps.db import db, everywhere
from jps.errors import InvalidFile
from jps.programmes.files import read_programmes
from jps.programmes.loading import Loaded, load_programmes
from jps.targeting.services import checked_tree
from jps.worker import utc_now

FOLDER = DATA / "programmes"
programmes_cli = AppGroup("programmes", help="Programmes with their terms and overlap rules.")


@programmes_cli.command("load")
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=FOLDER
)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@fail_on_problems
def load(folder: Path, as_json: bool) -> None:
    """Add or renew the programmes in FOLDER (default: those that come with JPS).

    What people of the office stated stays as they stated it.
    """
    session = db.session()
    with everywhere(session):
        found = load_folder(session, folder)
        session.commit()
    if as_json:
        click.echo(json.dumps(asdict(found)))
        return
    told = f"{found.added} added, {found.changed} changed, {found.unchanged} unchanged"
    click.echo(f"{told}, {found.kept} kept as stated here")


def load_folder(session: Session, folder: Path = FOLDER) -> Loaded:
    """Load a folder whose rules speak of facts that exist. Raises InvalidFile, InvalidData."""
    programmes = read_programmes(folder)
    if not programmes:
        raise InvalidFile("No programme (*.toml) in this folder.")
    for one in programmes:
        for terms in one.terms:
            for tree in (terms.eligibility, terms.exclusion):
                if tree is not None:
                    checked_tree(session, tree)
    return load_programmes(session, folder, by=SYSTEM, at=utc_now())
