"""`flask decrees`: bring a decree with its list, look its recipients up, put it in force."""

import json
import uuid
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from jps.audit.services import SYSTEM
from jps.commands.answers import fail_on_problems
from jps.commands.progress import end_with, finish
from jps.config import Settings
from jps.db import EVERYWHERE, db, everywhere
from jps.decrees import services
from jps.decrees.report import ANSWER_NAMES, Answer
from jps.decrees.services import Head
from jps.intake.services import propose_mapping
from jps.jobs.models import Job
from jps.jobs.services import find_job
from jps.programmes.models import Decree, Programme
from jps.programmes.rules import DecreeState
from jps.worker import utc_now

decrees_cli = AppGroup("decrees", help="Decrees (SK) with their recipients.")

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])


@decrees_cli.command("load")
@click.argument("file", type=_FILE)
@click.option("--programme", required=True, help="Code of the programme: pkh, sembako, ...")
@click.option("--number", required=True, help="Number of the decree.")
@click.option("--date", "dated", required=True, type=_DAY, help="Day of the decree.")
@click.option("--from", "begins", required=True, type=_DAY, help="First day of its period.")
@click.option("--to", "ends", type=_DAY, help="Last day of its period.")
@click.option("--area", help="Kemendagri code; default: the province of this office.")
@click.option("--old", is_flag=True, help="Its period may be over.")
@click.option("--in-force", is_flag=True, help="Put it in force when its recipients are known.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, without a progress bar.")
@fail_on_problems
def load(
    file: Path,
    programme: str,
    number: str,
    dated: datetime,
    begins: datetime,
    ends: datetime | None,
    area: str | None,
    old: bool,
    in_force: bool,
    as_json: bool,
) -> None:
    """Load the list FILE of a decree and look every recipient up; prints the report's counts."""
    head = Head(
        programme,
        number,
        dated.date(),
        begins.date(),
        ends.date() if ends else None,
        area or _settings().province,
        old=old,
    )
    with everywhere(db.session()):
        job = bring(file, head, in_force=in_force, quiet=as_json)
        decree = services.get_decree(db.session(), uuid.UUID(job.params["decree"]))
        if not as_json:
            _show(decree)
        end_with(job, as_json=as_json, text=f"{decree.id} {decree.state}")


def bring(file: Path, head: Head, *, in_force: bool, quiet: bool) -> Job:
    """Do all of it, in this process; the caller sees every area."""
    session, settings = db.session(), _settings()
    day = today()
    delivery = services.take_recipients(file, home=settings.home)
    decree = services.bring_decree(
        session,
        head,
        delivery,
        label=file.name,
        scope=EVERYWHERE,
        by=SYSTEM,
        at=utc_now(),
        today=day,
    )
    key, job_id = decree.id, decree.job_id
    assert job_id is not None
    finish(find_job(session, job_id), title="Reading", quiet=quiet)
    decree = services.get_decree(session, key)
    batch = services.batch_of_decree(session, decree)
    mapping, _ = propose_mapping(session, batch, services.known_layouts())
    job = services.look_up(session, decree, mapping, by=SYSTEM, at=utc_now(), today=day)
    job = finish(job, title=f"Recipients of {head.programme}", quiet=quiet)
    decree = services.get_decree(session, key)
    if in_force and decree.state == DecreeState.LOADED:
        follow = services.move_decree(
            session, decree, DecreeState.IN_FORCE, "", by=SYSTEM, at=utc_now(), today=day
        )
        session.commit()
        if follow is not None:
            finish(follow, title="Findings", quiet=quiet)
    return job


@decrees_cli.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@fail_on_problems
def list_(as_json: bool) -> None:
    """Show the decrees, the newest first."""
    query = select(Decree, Programme).join(Programme, Programme.id == Decree.programme_id)
    with everywhere(db.session()):
        found = db.session.execute(query.order_by(Decree.dated.desc(), Decree.id)).all()
    rows = [
        {
            "id": str(one.id),
            "programme": programme.code,
            "number": one.number,
            "dated": one.dated.isoformat(),
            "state": str(one.state),
            "recipients": one.counts.get(Answer.ALL, 0),
        }
        for one, programme in found
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    table = Table(*(rows[0] if rows else ("No decree yet",)))
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)


def today() -> date:
    """Return the office's day."""
    return utc_now().astimezone(ZoneInfo(_settings().timezone)).date()


def _show(decree: Decree) -> None:
    table = Table("Answer", "Recipients", title=decree.number)
    for answer, name in ANSWER_NAMES.items():
        table.add_row(name, f"{decree.counts.get(answer, 0):,}")
    Console().print(table)


def _settings() -> Settings:
    found: Settings = current_app.config["JPS"]
    return found
