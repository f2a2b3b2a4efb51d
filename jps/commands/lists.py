"""`flask lists`: freeze the people, draw lists by a rule, prove that a list is what it says."""

import json
import sys
import uuid
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from jps.areas.rules import Level
from jps.audit.services import SYSTEM
from jps.commands.answers import PROBLEMS, fail_on_problems
from jps.commands.progress import end_with, run_to_end
from jps.config import Settings
from jps.db import db, everywhere
from jps.errors import InvalidFile
from jps.targeting.bundles import prove_bundle
from jps.targeting.quotas import Method
from jps.targeting.rules import Definition
from jps.targeting.scores import PARTS, Score, checked_weights
from jps.targeting.services import draw_list, save_rule, verify_list, write_list_bundle
from jps.text import N_
from jps.worker import this_app, utc_now

lists_cli = AppGroup("lists", help="Target lists: freeze, draw, verify.")
_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
_existing = click.Path(exists=True, dir_okay=False, path_type=Path)


@lists_cli.command("snapshot")
@_json
@fail_on_problems
def snapshot(as_json: bool) -> None:
    """Freeze the households that count, so that lists can be drawn from them and proved later."""
    settings: Settings = this_app().config["JPS"]
    zone = {"zone": settings.timezone}
    job = run_to_end("target-snapshot", zone, title="Snapshot", quiet=as_json)
    text = "{households} households with {members} members are frozen."
    end_with(job, as_json=as_json, text=text.format(**job.result) if job.error is None else "")


@lists_cli.command("draw")
@click.argument("rule", type=_existing)
@click.option("--name", required=True, help="Of the list; the rule is kept under the same name.")
@click.option("--area", required=True, help="Kemendagri code of the area the list is for.")
@click.option("--total", type=click.IntRange(1), required=True, help="Households to select.")
@click.option("--amount", type=click.IntRange(0), default=0, help="Rupiah for one household.")
@click.option(
    "--quotas",
    type=click.Choice([m.value for m in Method if m is not Method.BY_HAND]),
    default=Method.EXPECTED_POOR.value,
    help="How the total is divided among areas.",
)
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    default=Level.KECAMATAN.value,
    help="Of the areas that get a quota.",
)
@click.option("--seed", default="1", help="Decides between equal scores.")
@click.option(
    "--score",
    type=click.Choice([score.value for score in Score]),
    default=Score.PPI.value,
    help="By what households are ranked.",
)
@click.option("--weight", "weights", multiple=True, help="Of a mix, again for each: npl100=60")
@_json
@fail_on_problems
def draw(
    rule: Path,
    name: str,
    area: str,
    total: int,
    amount: int,
    quotas: str,
    level: str,
    seed: str,
    score: str,
    weights: tuple[str, ...],
    as_json: bool,
) -> None:
    """Draw a list by the RULE in a JSON file, from the newest snapshot."""
    session, at = db.session(), utc_now()
    with everywhere(session):
        kept = save_rule(session, name, _read_json(rule), by=SYSTEM, at=at)
        definition = Definition(
            kept.tree,
            area,
            Method(quotas),
            Level(level),
            total,
            seed,
            {},
            Score(score),
            checked_weights(Score(score), _weights(weights)),
        )
        found = draw_list(
            session, _home(), kept, definition, name=name, amount=amount, by=SYSTEM, at=at
        )
        session.commit()
        told = {"list": str(found.id), "hash": found.content_hash, **found.counts}
    if as_json:
        click.echo(json.dumps(told))
        return
    for key, value in told.items():
        click.echo(f"{key}: {value}")


@lists_cli.command("bundle")
@click.argument("list_id", type=click.UUID)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@fail_on_problems
def bundle(list_id: uuid.UUID, file: Path) -> None:
    """Write the list LIST_ID with all it was drawn from into FILE (ZIP), to be verified elsewhere.

    It holds ids and answers of the whole snapshot, no names: keep it like other household data.
    """
    session = db.session()
    with everywhere(session):
        found = write_list_bundle(session, _home(), list_id, file)
        session.rollback()
    click.echo(f"{file}: {found}")


@lists_cli.command("verify")
@click.argument("which")
@_json
@fail_on_problems
def verify(which: str, as_json: bool) -> None:
    """Draw a list again from what it was drawn from; compare all entries and the hash.

    WHICH is the id of a list of this office, or the file of a bundle, which needs no database.
    """
    if Path(which).is_file():
        _verify_file(Path(which), as_json=as_json)
        return
    try:
        list_id = uuid.UUID(which)
    except ValueError:
        raise click.BadParameter("neither a list's id nor a file", param_hint="WHICH") from None
    session = db.session()
    with everywhere(session):
        found = verify_list(session, _home(), list_id)
        session.rollback()
    if as_json:
        click.echo(json.dumps({"same": found.same, "hash": found.content_hash}))
    elif found.same:
        click.echo(f"The list is what it says: {found.content_hash}")
    else:
        click.echo(f"NOT the same: {found.entries_differ} entries differ.", err=True)
        click.echo(f"  stored {found.content_hash}\n  drawn  {found.drawn_hash}", err=True)
    if not found.same:
        sys.exit(PROBLEMS)


def _verify_file(path: Path, *, as_json: bool) -> None:
    found = prove_bundle(path)
    if as_json:
        problems = [str(problem) for problem in found.problems]
        told = {"same": found.same, "hash": found.content_hash, "problems": problems}
        click.echo(json.dumps(told))
    elif found.same:
        click.echo(f"The list is what it says: {found.content_hash} ({found.entries} entries)")
    else:
        click.echo("NOT what it says:", err=True)
        for problem in found.problems:
            click.echo(f"  {problem}", err=True)
    if not found.same:
        sys.exit(PROBLEMS)


def _weights(texts: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for text in texts:
        part, _, number = text.partition("=")
        if part not in PARTS or not number.isdigit():
            raise click.BadParameter(f"{text}: one of {', '.join(PARTS)} and a whole number")
        found[part] = int(number)
    return found


def _home() -> Path:
    settings: Settings = this_app().config["JPS"]
    return settings.home


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InvalidFile(N_("Berkas aturan ini bukan JSON.")) from error
