"""Score models: the card of each that was trained here, and its approval by somebody else."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.assessment.consumption import (
    as_model,
    decide_model,
    get_trained,
    model_in_force,
    trained_models,
)
from jps.assessment.features import answer_label, label_of
from jps.assessment.models import ScoreModel
from jps.assessment.rules import MODEL_STATES, ModelState
from jps.assessment.services import current_scorecard
from jps.config import DATA
from jps.db import db
from jps.errors import InvalidData
from jps.http import actor, error_text, now, requires, saves, told
from jps.jobs.services import start_job
from jps.questionnaire import load_form
from jps.web.fields import language
from jps.web.target_forms import area_names
from jps.web.wake import wake_worker
from jps.welfare.pmt import BY_NAMES, EVERYWHERE, Kind, Model

bp = Blueprint("score_models", __name__, url_prefix="/targeting/models")

GROUPS = {"urban": "kelurahan", "rural": "desa"}


@bp.get("/")
@requires(Can.SEE_TARGETING)
def index() -> ResponseReturnValue:
    """List the published scorecard and the models that were trained here."""
    return render_template(
        "targeting/models.html",
        scorecard=current_scorecard(),
        models=trained_models(db.session()),
        used=model_in_force(db.session()),
        states=MODEL_STATES,
    )


@bp.get("/<int:model_id>")
@requires(Can.SEE_TARGETING)
def show(model_id: int) -> ResponseReturnValue:
    """Show the card of a model: its data, how well it does, and its coefficients."""
    found = get_trained(db.session(), model_id)
    model = as_model(found)
    return render_template(
        "targeting/model.html",
        found=found,
        model=model,
        card=found.card or {},
        by=BY_NAMES[model.by],
        used=model_in_force(db.session()),
        states=MODEL_STATES,
        notes=_notes(found),
        groups=[(name, _group_label(name), _terms(found, model, name)) for name in model.groups],
        names=area_names(),
        may_approve=actor().can(Can.APPROVE_LISTS) and found.made_by != actor().username,
        ModelState=ModelState,
    )


@bp.post("/<int:model_id>/approve")
@requires(Can.APPROVE_LISTS)
@saves
def approve(model_id: int) -> ResponseReturnValue:
    """Approve a model that somebody else trained; then ask it about everybody."""
    return _decide(model_id, ModelState.APPROVED)


@bp.post("/<int:model_id>/withdraw")
@requires(Can.APPROVE_LISTS)
@saves
def withdraw(model_id: int) -> ResponseReturnValue:
    """Withdraw a model, saying why; lists drawn by it stay as they are."""
    return _decide(model_id, ModelState.WITHDRAWN)


def _decide(model_id: int, target: ModelState) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        decide_model(db.session(), model_id, target, reason=reason, by=actor().username, at=now())
    except InvalidData as error:
        db.session.rollback()
        flash(error_text(error), "danger")
        return redirect(url_for(".show", model_id=model_id), 303)
    if target is ModelState.APPROVED:
        start_job(db.session(), "consumption", {}, by=actor().username, at=now())
        wake_worker()
        flash(gettext("Model disetujui. Rumah tangga sedang dinilai; lalu ambil potret baru."))
    return redirect(url_for(".show", model_id=model_id), 303)


def _notes(found: ScoreModel) -> list[str]:
    """Return what training had to say, in the reader's language."""
    notes = (found.card or {}).get("notes", ())
    return [told(note["text"], _labelled(note["params"])) for note in notes]


def _labelled(params: dict[str, Any]) -> dict[str, Any]:
    name = params.get("name")
    return params if name is None else params | {"name": feature_label(str(name))}


def feature_label(name: str) -> str:
    """Return what people read for a variable of a model."""
    return gettext(label_of(load_form(DATA / "questionnaire"), name, language()))


def code_label(name: str, code: str) -> str:
    """Return what people read for an answer of a variable; nothing answered is said."""
    if not code:
        return gettext("tidak ditanyakan")
    return answer_label(load_form(DATA / "questionnaire"), name, code, language())


def _group_label(name: str) -> str:
    if name == EVERYWHERE:
        return gettext("semua")
    return GROUPS.get(name) or area_names().get(name, name)


def _terms(found: ScoreModel, model: Model, name: str) -> list[tuple[str, float, float | None]]:
    """Return label, coefficient and standard error of each term of a group."""
    group = model.groups[name]
    errors = iter(((found.card or {}).get("errors") or {}).get(name, ()))
    rows = [(gettext("Titik awal"), group.intercept, next(errors, None))]
    for variable, terms in zip(model.variables, group.coefficients, strict=True):
        for term, coefficient in terms.items():
            label = feature_label(variable.name)
            if variable.kind is Kind.CODE or not term:
                label = f"{label}: {code_label(variable.name, term)}"
            rows.append((label, coefficient, next(errors, None)))
    return rows
