"""The sections of the form as a table of contents that says how far each is."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext, ngettext

from jps.households.documents import ROSTER
from jps.questionnaire import Problem
from jps.web.drafts import Draft, household_screen
from jps.web.fields import language, texts_of


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the form's table of contents."""

    name: str
    label: str
    url: str
    applies: bool
    errors: int
    missing: int
    answered: int
    is_roster: bool = False

    @property
    def tone(self) -> str:
        """Which colour and icon the state has: skip, bad, good, open or new."""
        if not self.applies:
            return "skip"
        if self.errors:
            return "bad"
        if not self.answered:
            return "new"
        return "open" if self.missing else "good"

    @property
    def state(self) -> str:
        """The state in words."""
        if not self.applies:
            return gettext("Belum berlaku")
        if self.errors:
            return gettext("%(count)s perlu diperbaiki", count=self.errors)
        if self.is_roster and self.answered and not self.missing:
            return ngettext("%(num)s orang", "%(num)s orang", self.answered)
        if not self.answered:
            return gettext("Belum diisi")
        if self.missing:
            return gettext("%(count)s belum diisi", count=self.missing)
        return gettext("Lengkap")


def steps_of(draft: Draft) -> list[Step]:
    """Return the sections in the order of the form with their states."""
    return [_step(draft, section.name) for section in draft.form.sections]


def _step(draft: Draft, name: str) -> Step:
    section = draft.form.section(name)
    if section.is_roster:
        return _roster_step(draft, section.label(language()))
    screen = household_screen(draft.form, name)
    names = {question.name for question in screen.questions}
    shown = draft.shown(screen)
    answered = [q for q in screen.questions if texts_of(q, draft.document.get(q.name))]
    return Step(
        name,
        section.label(language()),
        url_for("entry.section", household_id=draft.household.id, name=name),
        bool(shown),
        *_counts(problem for problem in draft.problems if problem.question in names),
        sum(question.name in shown for question in answered),
    )


def _roster_step(draft: Draft, label: str) -> Step:
    mine = [problem for problem in draft.problems if problem.path.startswith(ROSTER)]
    url = url_for("entry.members", household_id=draft.household.id)
    return Step(ROSTER, label, url, draft.roster_applies, *_counts(mine), len(draft.members), True)


def _counts(problems: Iterable[Problem]) -> tuple[int, int]:
    """Return how many answers are wrong, and how many are missing."""
    errors = [problem for problem in problems if problem.level == "error"]
    missing = sum(problem.rule == "required" for problem in errors)
    return len(errors) - missing, missing
