"""Questions as fields of a page: what was typed comes back as it was, findings stand at the field.

Every field sends something even when it is empty (a hidden blank before radio buttons and boxes),
so that an answer taken away differs from a question that was not on the page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType

from flask_babel import get_locale, gettext
from werkzeug.datastructures import MultiDict

from jps.questionnaire import Problem, Question
from jps.questionnaire.questions import Texts, in_language
from jps.web.formats import iso_day

MANY_CHOICES = 12  # longer lists are drawn as a drop-down
PAIR_WIDTH = 14  # characters of the longest label of two choices that stand side by side
_PARTS = {"date": ("day", "month", "year"), "month": ("month", "year")}


class Kind(StrEnum):
    """How a question is asked on the screen."""

    CHOICE = "choice"
    LIST = "list"
    MANY = "many"
    TEXT = "text"
    DIGITS = "digits"
    NUMBER = "number"
    LINES = "lines"
    DATE = "date"
    MONTH = "month"
    POINT = "point"
    PHOTO = "photo"  # taken on the phone: the page only says so


@dataclass(frozen=True, slots=True)
class Note:
    """A finding as it is shown; `suggested` is offered with a button, written `suggested_text`."""

    level: str
    text: str
    suggested: str = ""
    suggested_text: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A question with what stands in it now."""

    question: Question
    kind: Kind
    values: tuple[str, ...]
    shown: bool
    notes: tuple[Note, ...]
    remarks: tuple[str, ...] = ()  # what an operator wants put right here

    @property
    def name(self) -> str:
        """The question's name, which is the field's too."""
        return self.question.name

    @property
    def value(self) -> str:
        """What stands in a field of one value."""
        return self.values[0] if self.values else ""

    @property
    def label(self) -> str:
        """The question in the reader's language."""
        return self.question.label(language())

    @property
    def hint(self) -> str:
        """The help in the reader's language."""
        return self.question.hint(language())

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """Codes and labels; a stored code that the list does not have stays visible at the end."""
        known = tuple((choice.code, choice.label(language())) for choice in self.question.choices)
        codes = {code for code, _ in known}
        return known + tuple((value, value) for value in self.values if value not in codes)

    @property
    def is_pair(self) -> bool:
        """Do the choices fit side by side?"""
        return len(self.choices) == 2 and all(len(label) <= PAIR_WIDTH for _, label in self.choices)

    @property
    def is_wrong(self) -> bool:
        """Does an error stand here?"""
        return any(note.level == "error" for note in self.notes)

    @property
    def is_optional(self) -> bool:
        """May it always stay empty?"""
        return not (self.question.required or self.question.required_if)

    @property
    def parts(self) -> dict[str, str]:
        """Day, month and year of a date as typed; what is no date stands whole in the first."""
        names = _PARTS[self.kind]
        split = self.value.split("-")
        if len(split) != 3:
            return dict.fromkeys(names, "") | {names[0]: self.value}
        return {name: split[("year", "month", "day").index(name)] for name in names}


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields under one heading; the heading is empty when the page's title says it already."""

    name: str
    heading: str
    fields: tuple[Field, ...]

    @property
    def shown(self) -> bool:
        """Does any of its questions apply?"""
        return any(field.shown for field in self.fields)


def language() -> str:
    """Return the reader's language."""
    return str(get_locale() or "id")


def kind_of(question: Question) -> Kind:
    """Return how `question` is asked."""
    if question.type == "select_one":
        return Kind.LIST if len(question.choices) > MANY_CHOICES else Kind.CHOICE
    if question.type == "text":
        multiline = "multiline" in question.appearance.split()
        return Kind.DIGITS if question.is_digits else Kind.LINES if multiline else Kind.TEXT
    if question.type == "date":
        return Kind.MONTH if "month-year" in question.appearance.split() else Kind.DATE
    kinds = {"select_multiple": Kind.MANY, "geopoint": Kind.POINT, "image": Kind.PHOTO}
    return kinds.get(question.type, Kind.NUMBER)


def texts_of(question: Question, raw: object) -> tuple[str, ...]:
    """Return an answer, typed or as it arrived, as the texts that stand in the field."""
    if raw is None or raw == "":
        return ()
    if question.type == "select_multiple":
        parts = raw.split() if isinstance(raw, str) else raw
        return tuple(map(str, parts)) if isinstance(parts, list | tuple) else (str(parts),)
    if isinstance(raw, float) and raw == int(raw):
        return (str(int(raw)),)
    return (str(raw),)


def read_fields(
    questions: Iterable[Question], posted: MultiDict[str, str]
) -> dict[str, str | list[str]]:
    """Return what was typed, by question; questions that were not on the page are left out."""
    found: dict[str, str | list[str]] = {}
    for question in questions:
        kind, name = kind_of(question), question.name
        if question.is_measured or kind is Kind.PHOTO:
            continue  # a page cannot fill them in: what the phone sent stays
        if kind in _PARTS:
            typed = {part: posted.get(f"{name}.{part}") for part in _PARTS[kind]}
            if any(text is not None for text in typed.values()):
                found[name] = _joined({part: text or "" for part, text in typed.items()})
        elif name in posted:
            filled = [text for text in posted.getlist(name) if text.strip()]
            found[name] = filled if kind is Kind.MANY else (filled or [""])[-1]
    return found


def _joined(typed: Mapping[str, str]) -> str:
    """Return the parts of a date as one text, YYYY-MM-DD when they are numbers."""
    first, *others = (text.strip() for text in typed.values())  # the year comes last
    if not (first or any(others)):
        return ""
    if len(first) > 2 and not any(others):  # a whole date in the first box: as it was typed
        return first
    day = _two(first) if "day" in typed else "01"
    return f"{typed['year'].strip()}-{_two(typed['month'].strip())}-{day}"


def _two(text: str) -> str:
    return text.zfill(2) if text else ""


def notes_of(question: Question, problems: Iterable[Problem]) -> tuple[Note, ...]:
    """Return the findings about one question in the reader's language, worst first."""
    order = {"error": 0, "warning": 1, "suggestion": 2}
    found = sorted(problems, key=lambda problem: order[problem.level])
    return tuple(
        Note(
            problem.level,
            problem_text(problem),
            problem.suggested or "",
            _shown_as(question, problem.suggested),
        )
        for problem in found
    )


def problem_text(problem: Problem) -> str:
    """Return a finding in the reader's language."""
    return problem.text(language(), gettext)


def _shown_as(question: Question, value: str | None) -> str:
    if not value:
        return ""
    return iso_day(value) if question.type == "date" else question.answer_label(value, language())


def field_groups(
    questions: Sequence[Question],
    answers: Mapping[str, object],
    *,
    shown: Iterable[str],
    problems: Mapping[str, Sequence[Problem]],
    heading: Texts | None = None,
    remarks: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[FieldGroup, ...]:
    """Return the fields of a page under the headings of the form.

    `answers` holds what was typed, `shown` the names of the questions that apply, `problems` the
    findings by question, `remarks` those of operators. `heading` is the page's own title, which is
    not repeated.
    """
    visible = set(shown)
    groups = []
    asked = [q for q in questions if not (q.is_calculated or q.is_measured)]
    for name, members in groupby(asked, key=lambda question: question.group.name):
        inside = list(members)
        labels = inside[0].group.labels
        fields = tuple(
            Field(
                question,
                kind_of(question),
                texts_of(question, answers.get(question.name)),
                question.name in visible,
                notes_of(question, problems.get(question.name, ())),
                tuple(remarks.get(question.name, ())),
            )
            for question in inside
        )
        title = "" if labels == heading else in_language(labels, language())
        groups.append(FieldGroup(name, title, fields))
    return tuple(groups)


def notes_as_json(
    questions: Iterable[Question], problems: Mapping[str, Sequence[Problem]]
) -> dict[str, list[dict[str, str]]]:
    """Return the findings by question for the script of the form."""
    return {
        question.name: [asdict(note) for note in notes_of(question, problems[question.name])]
        for question in questions
        if problems.get(question.name)
    }
