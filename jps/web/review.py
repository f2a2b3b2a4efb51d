"""The last page of the form: what is still odd, with the way to its field, and sending."""

import re
import uuid
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.assessment.acceptance import follow_up
from jps.db import db
from jps.deadlines.services import DeadlinePassed
from jps.households.documents import ROSTER
from jps.households.queries import gate
from jps.households.rules import State
from jps.households.schemas import InvalidHousehold
from jps.households.services import submit_draft
from jps.http import actor, error_text, now, requires, saves, today
from jps.questionnaire import Problem
from jps.web.drafts import REVIEW, Draft, author, open_draft_of
from jps.web.fields import Note, language, notes_of, problem_text
from jps.web.remarks import open_at
from jps.web.screens import page_of

bp = Blueprint("review", __name__, url_prefix="/entry")

FEW_MISSING = 2  # missing answers of a section that are named one by one
_MEMBER_PATH = re.compile(rf"{ROSTER}\[(\d+)\](?:\.(.+))?")


@dataclass(frozen=True, slots=True)
class Line:
    """A finding with the question it is about and the address of its field."""

    label: str
    note: Note
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """The findings of one section or of one member."""

    title: str
    lines: tuple[Line, ...]
    missing: int = 0
    url: str = ""  # of the first answer that is missing

    @property
    def count(self) -> int:
        """How many findings there are."""
        return len(self.lines) + self.missing


@bp.get("/<uuid:household_id>/review")
@requires(Can.ENTER_HOUSEHOLDS)
def show(household_id: uuid.UUID) -> ResponseReturnValue:
    """Show what is wrong, what is odd, and the button that sends."""
    return review_page(open_draft_of(db.session(), household_id))


@bp.post("/<uuid:household_id>/send")
@requires(Can.ENTER_HOUSEHOLDS)
@saves
def send(household_id: uuid.UUID) -> ResponseReturnValue:
    """Send the household through the gate; what it refuses is shown and stays a draft."""
    draft = open_draft_of(db.session(), household_id)
    version = request.form.get("version", type=int)
    if version != draft.household.version:
        text = gettext("Isian berubah sejak halaman ini dibuka. Periksa sekali lagi, lalu kirim.")
        flash(text, "warning")
        return redirect(url_for(".show", household_id=household_id), 303)
    try:
        submit_draft(
            db.session(),
            household_id,
            gate(db.session(), draft.form, today=today()),
            version=version,
            by=author(),
            at=now(),
        )
    except InvalidHousehold:
        return review_page(draft), InvalidHousehold.status
    except DeadlinePassed as late:
        flash(error_text(late), "warning")
        return redirect(url_for(".show", household_id=household_id), 303)
    follow_up(db.session(), household_id, at=now())
    flash(gettext("Terkirim. Data rumah tangga ini menunggu pemeriksaan."), "success")
    mine = draft.household.entered_by == actor().username
    page = url_for("work.index") if mine else url_for("households.show", household_id=household_id)
    return redirect(page, 303)


def review_page(draft: Draft) -> str:
    """Return the page: errors first, warnings apart."""
    return render_template(
        "entry/review.html",
        draft=draft,
        page=page_of(draft, REVIEW),
        errors=parts(draft, "error"),
        warnings=parts(draft, "warning"),
        remarks=open_at(db.session(), draft.household, draft.form, draft.document),
        unchanged=draft.household.draft is None and draft.household.state != State.RETURNED,
    )


def parts(draft: Draft, level: str) -> list[Part]:
    """Return the findings of one level by section and member, in the order of the form."""
    found: dict[str, list[tuple[Problem, Line]]] = {}
    for problem in draft.problems:
        if problem.level == level:
            title, line = _line(draft, problem)
            found.setdefault(title, []).append((problem, line))
    return [_part(title, lines) for title, lines in found.items()]


def _part(title: str, lines: list[tuple[Problem, Line]]) -> Part:
    """Many answers that are merely missing become one line: nobody reads thirty of them."""
    missing = [line for problem, line in lines if problem.rule == "required"]
    if len(missing) <= FEW_MISSING:
        return Part(title, tuple(line for _, line in lines))
    wrong = tuple(line for problem, line in lines if problem.rule != "required")
    return Part(title, wrong, len(missing), missing[0].url)


def _line(draft: Draft, problem: Problem) -> tuple[str, Line]:
    member = _MEMBER_PATH.fullmatch(problem.path)
    known = draft.form.plan.questions.get(problem.question)
    note = notes_of(known, [problem])[0] if known else Note(problem.level, problem_text(problem))
    label = known.label(language()) if known else ""
    household = draft.household.id
    if member is not None and int(member[1]) < len(draft.members):
        entry = draft.members[int(member[1])]
        title = str(entry.get("name") or gettext("Anggota %(number)s", number=int(member[1]) + 1))
        url = url_for("entry.member", household_id=household, member_id=entry["id"], all="1")
    elif known is not None and not known.in_roster:
        title = draft.form.section(known.section).label(language())
        url = url_for("entry.section", household_id=household, name=known.section, all="1")
    else:
        title = draft.form.roster.label(language())
        url = url_for("entry.members", household_id=household)
    return title, Line(label, note, f"{url}#f-{problem.question}" if known else url)
