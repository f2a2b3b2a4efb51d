"""What a question is. Built by `reading`, used by `checking`, shown through `form`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jps.questionnaire.expressions import Expression

Texts = Mapping[str, str]  # language code -> text


def in_language(texts: Texts, language: str) -> str:
    """Return the text in `language`, else in the first language that has one, else empty."""
    return texts.get(language) or next((text for text in texts.values() if text), "")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a list: the code that is stored and its labels."""

    code: str
    labels: Texts

    def label(self, language: str = "id") -> str:
        """Return what people read."""
        return in_language(self.labels, language)


@dataclass(frozen=True, slots=True)
class Logic:
    """Compiled expressions of a question or a group; None stands for "always" or "none"."""

    relevant: Expression | None = None
    required: Expression | None = None
    constraint: Expression | None = None
    calculate: Expression | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a section with a condition of its own; `within` is the group around it."""

    name: str
    nodeset: str
    labels: Texts
    relevant: str
    logic: Logic
    within: "Group | None" = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the form.

    `type` is the XLSForm's: text, integer, decimal, date, select_one, select_multiple, geopoint,
    image, start, end or calculate. `required` says that it must always be answered when it is
    asked, `required_if` is the condition otherwise; `relevant`, `constraint` and `calculation` are
    as written in the XLSForm (`${name}`). `source` names where question and codes come from.
    """

    name: str
    type: str
    section: str
    nodeset: str
    labels: Texts
    hints: Texts
    messages: Texts
    list_name: str
    choices: tuple[Choice, ...]
    appearance: str
    required: bool
    required_if: str
    relevant: str
    constraint: str
    calculation: str
    default: str
    source: str
    group: Group
    in_roster: bool
    logic: Logic = field(repr=False)
    by_code: Mapping[str, int] = field(repr=False)  # code -> place in `choices`

    def label(self, language: str = "id") -> str:
        """Return what people read; the name for questions that are never shown."""
        return in_language(self.labels, language) or self.name

    def hint(self, language: str = "id") -> str:
        """Return the help below the question, empty when there is none."""
        return in_language(self.hints, language)

    def choice(self, code: str) -> Choice | None:
        """Return the choice with this code, None when the list has none."""
        place = self.by_code.get(code)
        return None if place is None else self.choices[place]

    def answer_label(self, value: object, language: str = "id") -> str:
        """Return a stored answer as people read it; an unknown code is shown as it is."""
        codes = value if isinstance(value, list | tuple) else [value]
        texts = ["" if code is None else str(code) for code in codes]
        found = [self.choice(text) for text in texts]
        return ", ".join(
            text if choice is None else choice.label(language)
            for text, choice in zip(texts, found, strict=True)
        )

    @property
    def is_calculated(self) -> bool:
        """Is it computed from other answers?"""
        return self.type == "calculate"

    @property
    def is_measured(self) -> bool:
        """Does the device fill it in by itself (start and end of the interview)?"""
        return self.type in {"start", "end"}

    @property
    def is_typed(self) -> bool:
        """Can a person write the answer down: neither calculated, nor measured, nor a picture?"""
        return not (self.is_calculated or self.is_measured or self.type == "image")

    @property
    def is_digits(self) -> bool:
        """Is it a number that is a name, such as a NIK: kept as text, typed on a number pad?"""
        return self.type == "text" and "numbers" in self.appearance.split()

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions under which it is asked, from the outermost group to its own."""
        found = [self.relevant] if self.relevant else []
        group: Group | None = self.group
        while group is not None:
            if group.relevant:
                found.insert(0, group.relevant)
            group = group.within
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Section:
    """A top-level part of the form; `is_roster` when it is answered once per member."""

    name: str
    labels: Texts
    is_roster: bool
    questions: tuple[Question, ...]

    def label(self, language: str = "id") -> str:
        """Return the heading."""
        return in_language(self.labels, language) or self.name
