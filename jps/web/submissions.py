"""What came from ODK Collect: what became of each submission, why, and what can be done."""

import uuid
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.areas.queries import names_of
from jps.db import db
from jps.errors import JpsError
from jps.households.documents import roster_of
from jps.households.queries import gate
from jps.http import actor, error_text, now, requires, saves, today, told
from jps.odk.accepting import accept_submission
from jps.odk.instance import read_instance
from jps.odk.models import Submission
from jps.odk.queries import get_submission, list_submissions
from jps.odk.rules import RETRIABLE, STATE_NAMES, SubmissionState
from jps.odk.services import note, require_retriable, retry
from jps.questionnaire import Form, Problem
from jps.text import mask_nik
from jps.web.accounts import full_names
from jps.web.codebook import form_in_force
from jps.web.comparing import shown_answer
from jps.web.fields import language
from jps.web.wake import hurry_worker

bp = Blueprint("submissions", __name__, url_prefix="/submissions")

ICONS = {
    SubmissionState.RECEIVED: "hourglass-split",
    SubmissionState.ACCEPTED: "check-circle",
    SubmissionState.DRAFT: "pencil-square",
    SubmissionState.CONFLICT: "intersect",
    SubmissionState.REFUSED: "exclamation-octagon",
    SubmissionState.REPLACED: "arrow-repeat",
}
_NUMBERS = frozenset({"nik", "kk"})


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer in words."""

    label: str
    answer: str


@dataclass(frozen=True, slots=True)
class Part:
    """The answers about the household, or about one member."""

    heading: str
    answers: tuple[Answered, ...]


@bp.get("/")
@requires(Can.SEE_SUBMISSIONS)
def index() -> ResponseReturnValue:
    """List what was received, newest first; enumerators see their own."""
    asked = request.args.get("state", "")
    state = SubmissionState(asked) if asked in set(SubmissionState) else None
    number = max(1, min(request.args.get("page", 1, type=int), 10_000))
    page = list_submissions(db.session(), state=state, by=_only(), page=number)
    return render_template(
        "odk/submissions.html",
        page=page,
        chosen=state,
        states=STATE_NAMES,
        icons=ICONS,
        reason=_reason,
        names=full_names(db.session(), [row.by for row in page.rows]),
        places=names_of(db.session(), [row.area_code for row in page.rows]),
    )


@bp.get("/<uuid:submission_id>")
@requires(Can.SEE_SUBMISSIONS)
def show(submission_id: uuid.UUID) -> ResponseReturnValue:
    """Show a submission: what became of it, what is to be put right, and what it says."""
    submission = get_submission(db.session(), submission_id, by=_only())
    form = form_in_force()
    return render_template(
        "odk/submission.html",
        submission=submission,
        states=STATE_NAMES,
        icons=ICONS,
        reason=_reason(submission),
        findings=_findings(submission, form),
        parts=_parts(submission, form) if actor().can(Can.SEE_HOUSEHOLDS) else [],
        names=full_names(db.session(), [submission.by]),
        places=names_of(db.session(), [submission.area_code]),
        retriable=submission.state in RETRIABLE,
    )


@bp.post("/<uuid:submission_id>/retry")
@requires(Can.SEE_SUBMISSIONS)
@saves
def check_again(submission_id: uuid.UUID) -> ResponseReturnValue:
    """Send a submission that was held through the checks once more."""
    submission = get_submission(db.session(), submission_id, by=_only())
    retry(db.session(), submission, by=actor().username, at=now())
    hurry_worker()
    flash(gettext("Kiriman diperiksa ulang; hasilnya tampak sebentar lagi."), "success")
    return redirect(url_for(".show", submission_id=submission_id), 303)


@bp.post("/<uuid:submission_id>/draft")
@requires(Can.SEE_SUBMISSIONS)
@saves
def make_draft(submission_id: uuid.UUID) -> ResponseReturnValue:
    """Make a draft of a submission that was held, to be put right in the form."""
    submission = get_submission(db.session(), submission_id, by=_only())
    require_retriable(submission)
    schema = gate(db.session(), form_in_force(), today=today())
    accept_submission(db.session(), submission, schema, at=now(), only_draft=True)
    note(db.session(), submission, "submission-drafted", by=actor().username, at=now())
    hurry_worker()
    told = _reason(submission)
    flash(told, "warning" if submission.state in RETRIABLE else "success")
    return redirect(url_for(".show", submission_id=submission_id), 303)


def _only() -> str:
    """Return whose submissions the reader may see; an empty text for everybody's."""
    sees_all = actor().can(Can.VERIFY_HOUSEHOLDS) or actor().can(Can.MANAGE_USERS)
    return "" if sees_all else actor().username


def _reason(submission: Submission) -> str:
    return told(submission.reason, submission.reason_params) if submission.reason else ""


def _findings(submission: Submission, form: Form) -> list[Answered]:
    """Return what is to be put right, each at its question."""
    found = [Problem(**kept) for kept in submission.problems]
    return [Answered(_where(problem, form), problem.text(language(), gettext)) for problem in found]


def _where(problem: Problem, form: Form) -> str:
    question = form.plan.questions.get(problem.question)
    label = question.label(language()) if question else problem.question
    place = problem.path.partition("[")[2].partition("]")[0]
    if not place.isdigit():
        return label
    return gettext("Anggota %(n)s: %(label)s", n=int(place) + 1, label=label)


def _parts(submission: Submission, form: Form) -> list[Part]:
    """Return what was sent in words, NIK and KK numbers masked."""
    try:
        document = read_instance(submission.xml).document
    except JpsError as error:
        return [Part(error_text(error), ())]
    parts = [Part(gettext("Rumah tangga"), _answers(document, form))]
    for number, entry in enumerate(roster_of(document), 1):
        heading = gettext("Anggota %(n)s", n=number)
        parts.append(Part(heading, _answers(entry, form)))
    return parts


def _answers(record: dict[str, object], form: Form) -> tuple[Answered, ...]:
    found = []
    for name, value in record.items():
        question = form.plan.questions.get(name)
        if question is None or question.is_calculated or isinstance(value, list):
            continue
        if name in _NUMBERS:
            answer = mask_nik(str(value))
        else:
            codes = str(value).split() if question.type == "select_multiple" else value
            answer = shown_answer(question, codes)
        found.append(Answered(question.label(language()), answer))
    return tuple(found)
