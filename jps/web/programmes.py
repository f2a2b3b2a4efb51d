"""Programmes: what there is, and one of them with its terms through time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from jps.access.rules import Can
from jps.areas.models import Area
from jps.db import db
from jps.http import requires, today
from jps.programmes.models import OverlapRule, Programme, ProgrammeTerms
from jps.programmes.queries import (
    budget_lines,
    overlap_rules,
    programme_of,
    programmes,
    terms_of_programme,
)
from jps.programmes.rules import FREQUENCY_NAMES, KIND_NAMES, OVERLAP_NAMES, UNIT_NAMES, Frequency
from jps.programmes.terms import in_force, shares_of, split, yearly
from jps.targeting.conditions import InvalidRule
from jps.web.accounts import full_names
from jps.web.places import full_name
from jps.web.target_rules import words_of

bp = Blueprint("programmes", __name__, url_prefix="/programmes")

NAMES: Mapping[str, object] = {
    "kinds": KIND_NAMES,
    "units": UNIT_NAMES,
    "frequencies": FREQUENCY_NAMES,
    "verdicts": OVERLAP_NAMES,
}


@dataclass(frozen=True)
class ShownTerms:
    """Terms with what follows from them: rupiah a year, what each payer pays, rules in words."""

    terms: ProgrammeTerms
    yearly: int | None
    parts: tuple[int, ...] | None  # of the yearly amount, by share
    rules: tuple[tuple[str, dict[str, Any]], ...]


@bp.get("/")
@requires(Can.SEE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """List the programmes with what holds today."""
    rows = programmes(db.session(), today())
    kinds = {kind: [row for row in rows if row.programme.kind == kind] for kind in KIND_NAMES}
    return render_template("programmes/index.html", rows=rows, by_kind=kinds, **NAMES)


@bp.get("/<code>")
@requires(Can.SEE_PROGRAMMES)
def show(code: str) -> ResponseReturnValue:
    """Show one programme."""
    session = db.session()
    programme = programme_of(session, code)
    terms = terms_of_programme(session, programme.id)
    current = in_force(terms, today())
    areas = {item["area"] for one in terms for item in one.packages}
    lines = budget_lines(session, programme_id=programme.id)
    areas |= {line.area_code for line in lines}
    return render_template(
        "programmes/show.html",
        programme=programme,
        current=current,
        shown=[_shown(one) for one in terms],
        pairs=_pairs(programme),
        lines=lines,
        areas=area_names(areas),
        names=full_names(session, [one.made_by for one in terms]),
        **NAMES,
    )


def area_names(codes: set[str]) -> dict[str, str]:
    """Return the names of areas by code."""
    found = db.session.scalars(select(Area).where(Area.code.in_(codes)))
    return {area.code: full_name(area) for area in found}


def _shown(terms: ProgrammeTerms) -> ShownTerms:
    amount = yearly(terms.amount, Frequency(terms.frequency), terms.deliveries)
    shares = shares_of(terms.shares)
    parts = split(amount, shares) if amount is not None and len(shares) > 1 else None
    return ShownTerms(terms, amount, parts, tuple(_rules(terms)))


def _rules(terms: ProgrammeTerms) -> list[tuple[str, dict[str, Any]]]:
    """Return the rules in words; one that speaks of an unknown fact is told as it stands."""
    found = []
    for name, tree in (("eligibility", terms.eligibility), ("exclusion", terms.exclusion)):
        if tree is None:
            continue
        try:
            words = words_of(tree)
        except InvalidRule:
            words = {"text": str(tree), "below": []}
        found.append((name, words))
    return found


def _pairs(programme: Programme) -> list[tuple[Programme, OverlapRule]]:
    """Return the programmes about which there is a rule with this one, by name."""
    session = db.session()
    others = {one.id: one for one in session.scalars(select(Programme))}
    found = [
        (others[second if first == programme.id else first], rule)
        for (first, second), rule in overlap_rules(session).items()
        if programme.id in (first, second)
    ]
    return sorted(found, key=lambda one: (str(one[1].verdict) == "allowed", one[0].name))
