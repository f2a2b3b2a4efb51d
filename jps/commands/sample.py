"""`flask sample`: invented files to try things on."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from jps.assessment.features import features_of, kinds_of
from jps.commands.answers import fail_on_problems
from jps.commands.demo_office import document_of, invent
from jps.config import DATA
from jps.db import db, everywhere
from jps.households.forms import HouseholdForm
from jps.households.queries import gate
from jps.questionnaire import load_form
from jps.sample.consumption import LINE, Surveyed, survey_consumption
from jps.welfare.pmt import as_text

sample_cli = AppGroup("sample", help="Invented files: nobody in them is real.")
FIXED = ("consumption_per_head", "weight", "area_code", "psu", "stratum")


@sample_cli.command("consumption")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--households",
    default=3000,
    show_default=True,
    type=click.IntRange(1, 300_000),
    help="How many to invent.",
)
@click.option("--seed", default=75, show_default=True, help="Another seed, other households.")
@fail_on_problems
def consumption(file: Path, households: int, seed: int) -> None:
    """Write an INVENTED consumption survey to FILE as CSV, for `flask models train`.

    Questions by name, consumption per head and month, weight, area, sampling unit and stratum.
    """
    session, form = db.session(), load_form(DATA / "questionnaire")
    with everywhere(session):
        sample = invent(session, households, seed)
        schema = gate(session, form, today=sample.on)
        session.rollback()
    names = list(kinds_of(form))
    made = list(sample.households())
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*FIXED, *names])
        rows = 0
        for one in survey_consumption(sample, seed):
            accepted: HouseholdForm = schema.load(document_of(made[one.place]))
            found = features(accepted)
            writer.writerow(row_of(one, accepted.area_code, found, names))
            rows += 1
    click.echo(f"{rows} INVENTED households in {file}; a poverty line that fits them: {LINE}.")


def row_of(
    one: Surveyed, area: str, found: Mapping[str, Any], names: Sequence[str]
) -> list[object]:
    """Return the row of a home in a survey: what is `FIXED`, and its answers by name."""
    own = (one.consumption, one.weight, area, one.unit, one.stratum)
    return [*own, *(as_text(found.get(name)) for name in names)]


def features(form: HouseholdForm) -> dict[str, Any]:
    """Return what a model may read of an accepted document."""
    members = ({**member.answers, **member.calculated} for member in form.members)
    return features_of({**form.answers, **form.calculated}, members)
