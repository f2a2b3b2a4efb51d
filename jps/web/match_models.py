"""Versions of the model in the browser: what each learnt, two side by side, choosing one."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.db import db
from jps.errors import InvalidData
from jps.http import actor, now, requires, saves
from jps.identity.models import MatchModel
from jps.identity.preview_rules import SIDE_NAMES
from jps.identity.score_rules import score
from jps.identity.thresholds import holds_whole_office, thresholds_in_force
from jps.identity.versions import (
    choices,
    choose_model,
    chosen_id,
    compare_models,
    find_version,
    labelled_pairs,
    scored,
    versions,
)
from jps.matching import FIELDS, Model
from jps.registry.models import RegistrySnapshot
from jps.text import N_
from jps.web.calibration import drawing_of

bp = Blueprint("models", __name__, url_prefix="/matching/models")


@dataclass(frozen=True)
class LevelLine:
    """One way in which two records compare: how often among the same, among strangers, the bits."""

    words: str
    same: float
    one_in: float
    bits: float


@dataclass(frozen=True)
class FieldTable:
    """What a model learnt of one field."""

    label: str
    lines: tuple[LevelLine, ...]


@bp.get("/")
@requires(Can.SEE_QUALITY)
def index() -> ResponseReturnValue:
    """List the models, newest first, and who chose which."""
    return _index_page()


@bp.get("/<int:model_id>")
@requires(Can.SEE_QUALITY)
def show(model_id: int) -> ResponseReturnValue:
    """Show what a model learnt from what, and how well its probabilities hold."""
    return _model_page(find_version(db.session(), model_id))


@bp.get("/compare")
@requires(Can.SEE_QUALITY)
def compare() -> ResponseReturnValue:
    """Show two models on the same pairs."""
    first, second = (request.args.get(name, type=int) for name in ("first", "second"))
    if first is None or second is None:
        return redirect(url_for(".index"))
    found = compare_models(db.session(), first, second)
    return render_template(
        "matching/compare.html",
        found=found,
        sides=SIDE_NAMES,
        drawings=[drawing_of(one.steps) for one in found.scores],
        chosen=chosen_id(db.session()),
        may_set=_may_set(),
    )


@bp.post("/use")
@requires(Can.RUN_MATCHING)
@saves
def use() -> ResponseReturnValue:
    """Let matching use a model from now on, or learn one by each run again."""
    wanted, reason = request.form.get("model", type=int), request.form.get("reason", "")
    try:
        choose_model(db.session(), wanted, reason=reason, by=actor().username, at=now())
    except InvalidData as error:
        return _index_page(gettext(next(iter(error.problems.values()))[0])), error.status
    text = N_("Pilihan model disimpan. Pemadanan berikutnya menerapkannya pada semua anggota.")
    flash(gettext(text), "success")
    return redirect(url_for(".index"), 303)


def _may_set() -> bool:
    return actor().can(Can.RUN_MATCHING) and holds_whole_office(db.session())


def _index_page(problem: str = "") -> str:
    session = db.session()
    return render_template(
        "matching/models.html",
        versions=versions(session),
        choices=choices(session),
        chosen=chosen_id(session),
        may_set=_may_set(),
        problem=problem,
        typed=request.form,
    )


def _model_page(row: MatchModel) -> str:
    session = db.session()
    model = Model.from_json(row.content)
    pairs = scored(labelled_pairs(session), model)
    drawn = [one for one, pair in zip(pairs, labelled_pairs(session), strict=True) if pair.chance]
    result = score(drawn, thresholds_in_force(session))
    return render_template(
        "matching/model.html",
        row=row,
        model=model,
        snapshot=session.get_one(RegistrySnapshot, row.snapshot_id),
        tables=[_table(model, one.name) for one in FIELDS],
        score=result,
        drawing=drawing_of(result.steps),
    )


def _table(model: Model, name: str) -> FieldTable:
    field = next(one for one in FIELDS if one.name == name)
    match, stranger = (model.shares[name][kind] for kind in ("match", "stranger"))
    bits = model.gain(name)
    lines = [
        LevelLine(
            gettext(field.reasons[level]),
            float(match[level]),
            1 / max(float(stranger[level]), 1e-12),
            float(bits[level]),
        )
        for level in range(1, len(match))
    ]
    return FieldTable(gettext(field.label), tuple(lines))
