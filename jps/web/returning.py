"""Returning a household: why, and at which answers something is to be put right."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.assessment.acceptance import follow_up
from jps.db import db
from jps.errors import InvalidData
from jps.households import workflow
from jps.households.models import Household
from jps.households.queries import get_household
from jps.households.remarks import Pointer
from jps.households.rows import member_answers
from jps.http import error_text, now, requires, saves
from jps.questionnaire import Question
from jps.web.codebook import form_in_force
from jps.web.drafts import author
from jps.web.fields import language
from jps.web.household_history import NUMBERS, masked_answer
from jps.web.places import village_name

bp = Blueprint("returning", __name__, url_prefix="/households")

OF_HOUSEHOLD = "household"  # in the name of a remark's field, in the place of a member's id


@dataclass(frozen=True, slots=True)
class Line:
    """A question with its answer; `key` names the field of its remark."""

    key: str
    label: str
    value: str
    typed: str


@dataclass(frozen=True, slots=True)
class Group:
    """The questions of one section, or of one member."""

    title: str
    is_person: bool
    lines: tuple[Line, ...]

    @property
    def is_marked(self) -> bool:
        """Does a remark stand here already?"""
        return any(line.typed for line in self.lines)


@bp.get("/<uuid:household_id>/return")
@requires(Can.VERIFY_HOUSEHOLDS)
def ask(household_id: uuid.UUID) -> ResponseReturnValue:
    """Show the answers with room for a remark at each."""
    return _page(get_household(db.session(), household_id), {})


@bp.post("/<uuid:household_id>/return")
@requires(Can.VERIFY_HOUSEHOLDS)
@saves
def send_back(household_id: uuid.UUID) -> ResponseReturnValue:
    """Send back with a reason, and remarks at the answers."""
    household = get_household(db.session(), household_id)
    try:
        workflow.return_household(
            db.session(),
            household_id,
            request.form.get("reason", ""),
            remarks=list(_pointers(request.form)),
            version=request.form.get("version", -1, type=int),
            by=author(),
            at=now(),
        )
    except InvalidData as error:
        db.session.rollback()
        household = get_household(db.session(), household_id)
        return _page(household, request.form, error_text(error)), error.status
    follow_up(db.session(), household_id, at=now())
    flash(gettext("Dikembalikan kepada pendata."), "success")
    return redirect(url_for("households.show", household_id=household_id), 303)


def _page(household: Household, typed: Mapping[str, str], problem: str = "") -> str:
    return render_template(
        "households/return.html",
        household=household,
        village=village_name(db.session(), household.area_code),
        groups=list(_groups(household, typed)),
        reason=typed.get("reason", ""),
        problem=problem,
    )


def _pointers(posted: Mapping[str, str]) -> Iterator[Pointer]:
    """Yield the remarks that were typed."""
    for key, text in posted.items():
        about, _, field = key.removeprefix("remark.").partition(".")
        if not key.startswith("remark.") or not field or not text.strip():
            continue
        if about == OF_HOUSEHOLD:
            yield Pointer(field, text)
            continue
        try:
            yield Pointer(field, text, uuid.UUID(about))
        except ValueError:
            continue


def _groups(household: Household, typed: Mapping[str, str]) -> Iterator[Group]:
    form = form_in_force()
    for member in household.members:
        lines = _lines(str(member.id), form.roster.questions, member_answers(member), typed)
        yield Group(member.name or gettext("Tanpa nama"), True, lines)
    for section in form.sections:
        if not section.is_roster:
            lines = _lines(OF_HOUSEHOLD, section.questions, household.answers, typed)
            if lines:
                yield Group(section.label(language()), False, lines)


def _lines(
    about: str,
    questions: Sequence[Question],
    answers: Mapping[str, object],
    typed: Mapping[str, str],
) -> tuple[Line, ...]:
    """Return the questions that were answered, and missing numbers, in the order of the form."""
    found = []
    for question in questions:
        value = answers.get(question.name)
        blank = value in (None, "", [])
        if question.is_calculated or (blank and question.name not in NUMBERS):
            continue
        key = f"remark.{about}.{question.name}"
        shown = "" if blank else masked_answer(question, value)
        found.append(Line(key, question.label(language()), shown, typed.get(key, "")))
    return tuple(found)
