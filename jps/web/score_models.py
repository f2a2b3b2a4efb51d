"""Score models: the card of each that was trained here, and its approval by somebody else."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

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
from jps.assessment.training_work import TRAINING_KIND, Wish, start_training
from jps.config import DATA
from jps.db import db
from jps.errors import InvalidData, JpsError
from jps.http import actor, error_text, now, requires, saves, settings, told
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.services import list_jobs, start_job
from jps.questionnaire import load_form
from jps.text import N_
from jps.web.fields import language
from jps.web.jobs import job_view
from jps.web.target_forms import area_names, whole
from jps.web.uploads import saved
from jps.web.wake import wake_worker
from jps.welfare.pmt import BY_NAMES, EVERYWHERE, By, Kind, Model

bp = Blueprint("score_models", __name__, url_prefix="/targeting/models")

SHOWN = 5  # trainings
GROUPS = {"urban": "kelurahan", "rural": "desa"}


@bp.get("/")
@requires(Can.SEE_TARGETING)
def index() -> ResponseReturnValue:
    """List the published scorecard and the models that were trained here."""
    return _index()


def _index(problem: str = "") -> str:
    return render_template(
        "targeting/models.html",
        scorecard=current_scorecard(),
        models=trained_models(db.session()),
        used=model_in_force(db.session()),
        states=MODEL_STATES,
        problem=problem,
        typed=request.form,
        ways=list(BY_NAMES.items()),
        trainings=(trainings := _trainings()),
        busy=any(not one["ended"] for one in trainings),
    )


def _trainings() -> list[dict[str, object]]:
    """Return the latest trainings that have left no model yet, or failed."""
    jobs = [job for job in list_jobs(db.session(), limit=200) if job.kind == TRAINING_KIND]
    return [job_view(job) for job in jobs[:SHOWN] if job.state != JobState.DONE]


@bp.post("/")
@requires(Can.TRAIN_MODELS)
@saves
def train_one() -> ResponseReturnValue:
    """Queue a training on the survey that was sent; a problem is said beside the form."""
    try:
        job = _start(request.files.get("file"))
    except JpsError as error:
        db.session.rollback()
        return _index(error_text(error)), error.status
    wake_worker()
    return redirect(url_for("jobs.show", job_id=job.id), 303)


def _start(file: FileStorage | None) -> Job:
    """Look through the survey before the database is written: that may take seconds."""
    if file is None or not file.filename:
        raise InvalidData(N_("Pilih berkas survei."))
    how = request.form.get("by", "")
    wish = Wish(
        request.form.get("name", ""),
        request.form.get("source", ""),
        float(whole(request.form.get("line", ""), "line", least=1)),
        By(how) if how in set(By) else By.NONE,
    )
    by, at = actor().username, now()
    db.session.rollback()  # lets go of the write lock that this request holds so far
    with saved(file) as path:
        return start_training(db.session(), settings().home, path, wish, by=by, at=at)


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
    """Return a note's parameters in words: variables, their answers, groups of areas."""
    name = str(params.get("name", ""))
    codes = str(params.get("codes", "")).split(", ")
    answers = ", ".join(code_label(name, code) for code in codes)
    label = GROUPS.get(name) or area_names().get(name) or feature_label(name)
    return params | {"name": label, "codes": answers}


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
