"""Quotas that are set by hand: the areas with how many are eligible and expected poor there."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from jps.access.rules import Can
from jps.db import db
from jps.errors import JpsError
from jps.http import error_text, reads, requires, settings
from jps.targeting.quotas import Method
from jps.targeting.simulating import preview_quotas
from jps.web.target_forms import area_names, read_scenario, scenario_fields

bp = Blueprint("target_quotas", __name__, url_prefix="/targeting/quotas")


@dataclass(frozen=True)
class QuotaRow:
    """An area to give a quota to; `quota` as typed, else by expected poor households."""

    code: str
    name: str
    eligible: int
    poor: float
    quota: str


@bp.post("/<letter>")
@requires(Can.SEE_TARGETING)
@reads
def ask(letter: str) -> ResponseReturnValue:
    """Answer with the fields of a scenario's quotas, nothing where they are not set by hand."""
    prefix = f"{letter[:1]}."
    given = scenario_fields(prefix)
    if given.get(f"{prefix}method") != Method.BY_HAND:
        return render_template("targeting/_quotas.html", rows=(), problem=None)
    try:
        asked = given | {f"{prefix}method": str(Method.EXPECTED_POOR)}
        definition = read_scenario(asked, prefix)[1].definition
        found = preview_quotas(db.session(), settings().home, definition)
    except JpsError as error:
        return render_template("targeting/_quotas.html", rows=(), problem=error_text(error))
    names = area_names()
    rows = [
        QuotaRow(
            one.code,
            names.get(one.code, one.code),
            one.eligible,
            one.poor,
            given.get(f"{prefix}q.{one.code}", str(one.quota)),
        )
        for one in found
    ]
    return render_template("targeting/_quotas.html", rows=rows, problem=None, letter=letter[:1])
