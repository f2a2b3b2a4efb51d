"""`flask models`: train a proxy means test on a survey, look at it, ask it about households."""

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from jps.assessment.consumption import keep_model, trained_models
from jps.assessment.features import kinds_of
from jps.assessment.training import Headers, read_training
from jps.audit.services import SYSTEM
from jps.commands.answers import fail_on_problems
from jps.commands.progress import end_with, run_to_end
from jps.config import DATA
from jps.db import db
from jps.questionnaire import load_form
from jps.welfare.pmt import EVERYWHERE, By
from jps.welfare.pmt_training import train
from jps.worker import utc_now

models_cli = AppGroup("models", help="Score models: train, list, ask.")
_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
_existing = click.Path(exists=True, dir_okay=False, path_type=Path)
_NAMED = Headers()


class Line(click.ParamType[tuple[str, float]]):
    """`480000`, or `75.71=520000` for an area."""

    name = "line"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, float]:
        """Return area ("" everywhere) and rupiah."""
        area, _, rupiah = value.rpartition("=")
        try:
            found = float(rupiah)
        except ValueError:
            found = 0.0
        if not 0 < found < 1e12:
            self.fail(f"{value}: rupiah per head and month, or AREA=RUPIAH", param, ctx)
        return area, found


@models_cli.command("train")
@click.argument("file", type=_existing)
@click.option("--name", required=True, help="Of the model.")
@click.option(
    "--line",
    "lines",
    type=Line(),
    multiple=True,
    required=True,
    help="Poverty line, rupiah per head and month; again as AREA=RUPIAH for others.",
)
@click.option("--survey", "source", default="", help="Which survey, by whom, of which period.")
@click.option(
    "--by",
    type=click.Choice([by.value for by in By]),
    default=By.NONE.value,
    help="One model, or one for each group of areas.",
)
@click.option("--variables", default="", help="Names with commas; default: all that are there.")
@click.option(
    "--folds",
    type=click.IntRange(2, 20),
    default=5,
    show_default=True,
    help="Parts in turn left out, to judge the model by people it has not seen.",
)
@click.option("--seed", default="1", help="Decides which sampling unit is in which fold.")
@click.option("--consumption", default=_NAMED.consumption, show_default=True, help="Its column.")
@click.option("--weight", default=_NAMED.weight, show_default=True, help="Its column.")
@_json
@fail_on_problems
def train_model(
    file: Path,
    name: str,
    lines: tuple[tuple[str, float], ...],
    source: str,
    by: str,
    variables: str,
    folds: int,
    seed: str,
    consumption: str,
    weight: str,
    as_json: bool,
) -> None:
    """Train on FILE (CSV, Excel or Parquet; questions by their names) and keep the model.

    It is used when somebody else has approved it on the page of score models.
    """
    if EVERYWHERE not in dict(lines):
        raise click.UsageError("Give one --line without an area: it holds where no other does.")
    known = kinds_of(load_form(DATA / "questionnaire"))
    only = [one.strip() for one in variables.split(",") if one.strip()]
    headers = Headers(consumption=consumption, weight=weight)
    read = read_training(file, known, headers=headers, only=only)
    found = train(read.survey, read.kinds, dict(lines), by=By(by), folds=folds, seed=seed)
    found.card["file"] = {"sha256": read.digest, "ignored": list(read.ignored)}
    at = utc_now()
    kept = keep_model(
        db.session(),
        name,
        found,
        version=f"pmt-{at:%Y%m%d}",
        source=source,
        by=SYSTEM,
        at=at,
    )
    db.session.commit()
    card = kept.card or {}
    told = {"model": kept.id, "hash": kept.content_hash, "state": str(kept.state)}
    figures = {name: card[name] for name in ("rows", "r2", "r2_left_out", "rmse", "poor")}
    if as_json:
        click.echo(json.dumps(told | figures))
        return
    for key, value in (told | figures).items():
        click.echo(f"{key}: {value}")
    for note in card["notes"]:
        click.echo(f"note: {note['text'].format(**note['params'])}")


@models_cli.command("list")
@_json
@fail_on_problems
def list_models(as_json: bool) -> None:
    """Say which models were trained here."""
    found = [
        {"model": one.id, "name": one.name, "state": str(one.state), "hash": one.content_hash}
        for one in trained_models(db.session())
    ]
    if as_json:
        click.echo(json.dumps(found))
        return
    for one in found:
        click.echo(f"{one['model']}: {one['name']} ({one['state']}) {str(one['hash'])[:12]}")


@models_cli.command("assess")
@_json
@fail_on_problems
def assess(as_json: bool) -> None:
    """Ask the approved model about every household that changed since."""
    job = run_to_end("consumption", {}, title="Model", quiet=as_json)
    text = "{predicted} of {households} households have a prediction."
    end_with(job, as_json=as_json, text=text.format(**job.result) if job.error is None else "")
