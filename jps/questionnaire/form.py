"""The questionnaire as values: sections, questions, choices, and what each may hold.

A `Form` is made by `load_form` from the XLSForm in `data/questionnaire` and never changes. It is
the single description from which the web form, the codebook, the import templates, the labels and
the server's checks come.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from jps.questionnaire.checking import Checked, check_answers
from jps.questionnaire.plan import Plan
from jps.questionnaire.questions import Choice, Question, Section

__all__ = ["Choice", "CodebookRow", "Form", "Question", "Section"]


@dataclass(frozen=True, slots=True)
class CodebookRow:
    """One line of the codebook: a question, its place, and its choices when it has any."""

    section: Section
    question: Question
    relevant: tuple[str, ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The choices in the order of the form; empty for questions without."""
        return self.question.choices


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire. `version` is the settings' version with a hash of its contents; it is stored
    with every set of answers. `xml` is the XForm for ODK Collect and for the offline form. A form
    travels to another process as its `sheets` (survey, choices, settings) and its XForm."""

    id: str
    version: str
    titles: Mapping[str, str]
    languages: tuple[str, ...]
    sections: tuple[Section, ...]
    xml: str = field(repr=False)
    plan: Plan = field(repr=False)
    sheets: tuple[str, str, str] = field(repr=False)

    def title(self, language: str = "id") -> str:
        """Return the form's title."""
        return self.titles.get(language) or next(iter(self.titles.values()))

    def __iter__(self) -> Iterator[Question]:
        """Every question in the order of the form, roster questions included."""
        return (question for section in self.sections for question in section.questions)

    def question(self, name: str) -> Question:
        """Return the question called `name`; KeyError when there is none."""
        return self.plan.questions[name]

    def section(self, name: str) -> Section:
        """Return the section called `name`; KeyError when there is none."""
        return next(section for section in self.sections if section.name == name)

    @property
    def roster(self) -> Section:
        """The section that is answered once per member."""
        return next(section for section in self.sections if section.is_roster)

    def check(self, answers: object, today: date) -> Checked:
        """Check an answers document; see `jps.questionnaire.checking.check_answers`."""
        return check_answers(self.plan, answers, today)

    def codebook(self) -> tuple[CodebookRow, ...]:
        """Return one row per question, with the conditions under which it is asked."""
        return tuple(
            CodebookRow(section, question, question.conditions)
            for section in self.sections
            for question in section.questions
        )

    def columns(self, *, roster: bool) -> tuple[Question, ...]:
        """Return the questions that make the columns of an import template, of the household or of
        its members. Left out is what nobody types: calculated answers, times, pictures."""
        return tuple(
            question
            for section in self.sections
            if section.is_roster == roster
            for question in section.questions
            if question.is_typed
        )
