"""The builder of rules: rows of conditions, at once in plain words and with counts."""

import json
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from jps.access.rules import Can
from jps.areas.models import Area
from jps.areas.rules import Level
from jps.db import db
from jps.errors import InvalidData, JpsError, NotFound
from jps.http import actor, error_text, now, reads, requires, saves, settings, told
from jps.targeting.building import (
    BuilderRow,
    Built,
    built_of,
    read_rows,
    tree_of,
    wrong_value,
)
from jps.targeting.facts import Catalogue, runs
from jps.targeting.models import TargetRule
from jps.targeting.outcomes import Outcome
from jps.targeting.reading import read_condition
from jps.targeting.services import checked_tree, save_rule
from jps.targeting.simulating import preview_rule, reach
from jps.targeting.wording import OPERATOR_WORDS, Phrase, phrase
from jps.text import N_
from jps.web.places import full_name
from jps.web.target_forms import area_options, catalogue, chosen_area, fact_groups, form_lists

bp = Blueprint("target_rules", __name__, url_prefix="/targeting/rules")

NO_NUMBER = N_("Syarat ke-{n}: isi nilainya dengan angka, misalnya 0,3.")
NOT_JSON = N_("Aturan ini bukan JSON yang utuh.")
MOST_TEXT = 50_000  # characters of a rule as JSON


@bp.get("/new")
@requires(Can.DRAW_LISTS)
def new() -> ResponseReturnValue:
    """Show an empty builder."""
    return _page(None, Built((BuilderRow("npl100", ">=", "0,3"),)), "")


@bp.get("/<int:rule_id>")
@requires(Can.SEE_TARGETING)
def show(rule_id: int) -> ResponseReturnValue:
    """Show a rule in words, with its versions, and the builder filled with it."""
    rule = db.session.get(TargetRule, rule_id)
    if rule is None:
        raise NotFound()
    built = built_of(rule.tree)
    text = "" if built is not None else json.dumps(rule.tree, ensure_ascii=False, indent=1)
    return _page(rule, built or Built(), text)


@bp.post("/preview")
@requires(Can.SEE_TARGETING)
@reads
def preview() -> ResponseReturnValue:
    """Answer with the rule in words and whom it lets in."""
    try:
        tree = _tree()
        checked_tree(db.session(), tree)
        area = chosen_area(area_options())
        snapshot, truth, people = preview_rule(db.session(), settings().home, tree, area)
    except JpsError as error:
        return render_template("targeting/_preview.html", problem=_said(error))
    tally = reach(truth, people)
    length = next((one.code_length for one in Level if one.code_length > len(area)), 13)
    codes, starts = runs(people.areas.astype(f"<U{length}"))
    names = _names(codes.tolist())
    lines: list[tuple[str, Outcome]] = [
        (names.get(code, code), found)
        for code, found in zip(codes.tolist(), tally.runs(starts), strict=True)
    ]
    return render_template(
        "targeting/_preview.html",
        problem=None,
        words=words_of(tree),
        whole=tally.among(),
        unknown=int(truth.unknown.sum()),
        areas=lines,
        snapshot=snapshot,
    )


@bp.post("/")
@requires(Can.DRAW_LISTS)
@saves
def save() -> ResponseReturnValue:
    """Keep the rule; another content under the same name is its next version."""
    name, note = request.form.get("name", ""), request.form.get("note", "").strip()[:1_000]
    try:
        rule = save_rule(db.session(), name, _tree(), note=note, by=actor().username, at=now())
    except InvalidData as error:
        built, text = read_rows(form_lists(request.form)), request.form.get("tree", "")
        return _page(None, built, text, problem=_said(error)), error.status
    return redirect(url_for(".show", rule_id=rule.id), 303)


def words_of(tree: object) -> dict[str, Any]:
    """Return a rule in the reader's words: a text and the lines below it."""
    named = read_condition(tree, catalogue())
    return _shown(phrase(named, _names(_codes(tree))))


def _shown(found: Phrase) -> dict[str, Any]:
    return {
        "text": told(found.text, found.params),
        "below": [_shown(line) for line in found.below],
    }


def _codes(tree: object) -> list[str]:
    """Return the areas that a rule names."""
    if isinstance(tree, dict):
        own = tree.get("area")
        found = [code for code in own if isinstance(code, str)] if isinstance(own, list) else []
        return found + [code for value in tree.values() for code in _codes(value)]
    return [code for value in tree for code in _codes(value)] if isinstance(tree, list) else []


def _names(codes: list[str]) -> dict[str, str]:
    found = db.session.scalars(select(Area).where(Area.code.in_(codes)))
    return {area.code: full_name(area) for area in found}


def _tree() -> object:
    """Return the rule of the form: its JSON when there is any, else its rows."""
    text = request.form.get("tree", "").strip()
    if not text:
        built, known = read_rows(form_lists(request.form)), catalogue()
        if (place := wrong_value(built, known)) is not None:
            raise InvalidData(NO_NUMBER, n=place)
        return tree_of(built, known)
    if len(text) > MOST_TEXT:
        raise InvalidData(NOT_JSON)
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidData(NOT_JSON) from None
    return found


def _choices(known: Catalogue) -> dict[str, dict[str, Any]]:
    """Return what the builder needs of each fact: how it compares, whose it is, its codes."""
    return {
        name: {"kind": fact.kind, "unit": fact.unit, "codes": list(fact.choices.items())}
        for name, fact in known.items()
    }


def _said(error: JpsError) -> str:
    """Return what is wrong, and in which part of the rule."""
    text = error_text(error)
    paths = [path for path in getattr(error, "problems", {}) if path.startswith("rule")]
    written = request.form.get("tree", "").strip()  # rows have no paths that people know
    return f"{text} ({gettext('di')} {paths[0]})" if paths and written else text


def _page(rule: TargetRule | None, built: Built, text: str, problem: str = "") -> str:
    known = catalogue()
    options = area_options()
    versions = []
    if rule is not None:
        query = select(TargetRule).where(TargetRule.name == rule.name)
        versions = list(db.session.scalars(query.order_by(TargetRule.version.desc())))
    return render_template(
        "targeting/rule.html",
        rule=rule,
        versions=versions,
        words=None if rule is None else words_of(rule.tree),
        built=built,
        text=text,
        typed=request.form,
        problem=problem,
        groups=fact_groups(known),
        facts=known,
        choices=_choices(known),
        operators=OPERATOR_WORDS,
        areas=options,
        area=chosen_area(options),
        empty=BuilderRow(),
    )
