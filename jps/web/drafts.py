"""A household while it is filled in: its document, what the checks say, and the steps of the form.

A screen is what one page asks: a section of the household or one member. Everything typed is kept
in the draft, right or wrong; the checks only tell.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from flask import session as cookie
from sqlalchemy.orm import Session

from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.errors import NotAllowed, NotFound
from jps.households.documents import ROSTER, Document, roster_of
from jps.households.models import Household
from jps.households.queries import get_household
from jps.households.rules import Source
from jps.households.saving import Author, require_editable
from jps.households.services import current_document
from jps.http import actor, today
from jps.questionnaire import Checked, Form, Problem, Question
from jps.questionnaire.household_rules import check_household
from jps.text import N_
from jps.web.codebook import form_in_force
from jps.web.fields import texts_of

REVIEW = "review"
EDITING = "editing"  # in the session cookie: households opened for editing, by id
NOT_OPENED = N_("Buka formulir ini dengan tombol Ubah di halaman rumah tangganya; itu dicatat.")


@dataclass(frozen=True, slots=True)
class Screen:
    """The questions of one page: of the household, or of the member whose id is `member`."""

    name: str
    questions: tuple[Question, ...]
    member: str | None = None

    def stored(self, document: Document) -> Document:
        """Return the part of the document that this screen shows; `NotFound` when it is gone."""
        if self.member is None:
            return document
        for entry in roster_of(document):
            if entry.get("id") == self.member:
                return entry
        raise NotFound()

    def put(self, document: Document, typed: Mapping[str, object]) -> Document:
        """Return the document with what was typed; answers that say the same stay as they are."""
        before = self.stored(document)
        after = dict(before)
        for question in self.questions:
            name = question.name
            if name not in typed or texts_of(question, typed[name]) == self.texts(before, question):
                continue
            if texts_of(question, typed[name]):
                after[name] = typed[name]
            else:
                after.pop(name, None)
        if self.member is None:
            return after
        roster = [after if entry is before else entry for entry in roster_of(document)]
        return {**document, ROSTER: roster}

    def differing(self, document: Document, typed: Mapping[str, object]) -> list[Question]:
        """Return the questions in which what was typed is not what is stored."""
        stored = self.stored(document)
        return [
            question
            for question in self.questions
            if question.name in typed
            and texts_of(question, typed[question.name]) != self.texts(stored, question)
        ]

    @staticmethod
    def texts(record: Mapping[str, object], question: Question) -> tuple[str, ...]:
        """Return an answer as texts."""
        return texts_of(question, record.get(question.name))


@dataclass(frozen=True)
class Draft:
    """A household's document with what the questionnaire and the rules say about it."""

    household: Household
    document: Document
    form: Form
    regions: frozenset[str] = field(repr=False)

    @cached_property
    def checked(self) -> Checked:
        """The result of all checks; an empty roster is checked with one blank member in it."""
        answers = _without_ids(self.document)
        if not answers.get(ROSTER):
            answers = {**answers, ROSTER: [{}]}
        return check_household(self.form, answers, today=today(), regions=self.regions)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """All findings, those about the blank member left out."""
        if roster_of(self.document):
            return self.checked.problems
        blank = f"{ROSTER}[0]."
        return tuple(p for p in self.checked.problems if not p.path.startswith(blank))

    @property
    def members(self) -> list[Document]:
        """The roster."""
        return roster_of(self.document)

    @property
    def roster_applies(self) -> bool:
        """Are members asked for at all?"""
        return any(self.checked.is_relevant(q.name, 0) for q in self.form.roster.questions)

    def place(self, screen: Screen) -> int | None:
        """Return the member's place in the roster, None for the household."""
        if screen.member is None:
            return None
        ids = [entry.get("id") for entry in self.members]
        if screen.member not in ids:
            raise NotFound()
        return ids.index(screen.member)

    def shown(self, screen: Screen) -> set[str]:
        """Return the names of the questions of `screen` that apply now."""
        place = self.place(screen)
        names = (q.name for q in screen.questions if not q.is_calculated)
        return {name for name in names if self.checked.is_relevant(name, place)}

    def notes(self, screen: Screen, *, all_of_them: bool) -> dict[str, list[Problem]]:
        """Return the findings by question; what is merely not answered yet only if asked for."""
        place = self.place(screen)
        names = {question.name for question in screen.questions}
        start = "" if place is None else f"{ROSTER}[{place}]."
        found: dict[str, list[Problem]] = {}
        for problem in self.problems:
            here = problem.question in names and problem.path == start + problem.question
            if here and (all_of_them or problem.rule != "required"):
                found.setdefault(problem.question, []).append(problem)
        return found

    def with_document(self, household: Household, document: Document) -> "Draft":
        """Return the draft after a save."""
        return replace(self, household=household, document=document)


def _without_ids(document: Mapping[str, object]) -> dict[str, object]:
    answers = {name: value for name, value in document.items() if name not in {"id", "version"}}
    roster = document.get(ROSTER)
    if isinstance(roster, list):
        answers[ROSTER] = [
            {name: value for name, value in entry.items() if name != "id"}
            if isinstance(entry, Mapping)
            else entry
            for entry in roster
        ]
    return answers


def read_draft(session: Session, household_id: uuid.UUID) -> Draft:
    """Return what the form shows of a household; `NotFound` outside the reader's areas."""
    household = get_household(session, household_id)
    document = current_document(session, household)
    districts = names_at(session, Level.KECAMATAN)
    regions = frozenset(code.replace(".", "") for code in districts)
    return Draft(household, document, form_in_force(), regions)


def open_draft_of(session: Session, household_id: uuid.UUID) -> Draft:
    """Return the draft for the form, which shows numbers in full.

    Whose own work it is may open it; everybody else first opens it on the household's page, which
    is recorded. Raises `NotAllowed`, `NotEditable`, `NotFound`.
    """
    draft = read_draft(session, household_id)
    household = draft.household
    require_editable(household)
    if actor().username != household.entered_by and str(household.id) not in cookie.get(
        EDITING, []
    ):
        raise NotAllowed(NOT_OPENED)
    return draft


def household_screen(form: Form, name: str) -> Screen:
    """Return the screen of a section; `NotFound` when the form has no such section."""
    for section in form.sections:
        if section.name == name and not section.is_roster:
            return Screen(name, section.questions)
    raise NotFound()


def member_screen(form: Form, member: uuid.UUID) -> Screen:
    """Return the screen of one member."""
    return Screen(ROSTER, form.roster.questions, str(member))


def defaults(questions: Sequence[Question]) -> Document:
    """Return what the form fills in by itself when a household or a member begins."""
    values = {question.name: question.default for question in questions if question.default}
    day = today().isoformat()
    return {name: day if text == "today()" else text for name, text in values.items()}


def author() -> Author:
    """Return the person of this request as the author of a save through the form."""
    return Author(actor().username, actor().scope, Source.FORM)
