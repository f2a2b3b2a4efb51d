"""The form as the checker walks it: what a check needs of each question, looked up beforehand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from lxml import etree

from jps.questionnaire.expressions import Expression, Instance
from jps.questionnaire.parts import Texts
from jps.questionnaire.questions import Group, Question
from jps.questionnaire.values import plain_codes, plain_text

# Takes the household's texts, those of the record at hand, and the answers as a whole.
Test = Callable[[Texts, Texts, Instance], bool | str]


@dataclass(frozen=True, slots=True)
class Step:
    """One question with its logic; None stands for "always" or "none".

    Many answers are right as they stand: texts of which `plain` is true, one of `codes` in a list,
    whole numbers where `whole` says so. `read_answer` would return the same.
    """

    name: str
    question: Question
    plain: Callable[[str], bool]
    codes: frozenset[str]
    whole: bool
    relevant: Test | None
    calculate: Test | None
    constraint: Test | None
    required: bool
    required_if: Test | None

    @property
    def can_fail(self) -> bool:
        """Can a readable answer, or none at all, be wrong?"""
        return self.required or self.required_if is not None or self.constraint is not None


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring questions of one group. `always` are those that apply whenever the group does,
    `depending` have a condition of their own or are calculated."""

    group: Group
    names: tuple[str, ...]
    always: tuple[str, ...]
    depending: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """Some questions in the order of the form, with the runs they make.

    `judged` are those that somebody answers, `strict` those of them of which a readable answer, or
    none, can be wrong.
    """

    steps: Mapping[str, Step]
    runs: tuple[Run, ...]
    judged: tuple[Step, ...]
    strict: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the checker needs, made once: the household's questions before and after the roster,
    those of a member, and empty XML nodes for expressions that only lxml can evaluate (`paths`
    name them in document order)."""

    questions: Mapping[str, Question]
    before: Walk
    member: Walk
    after: Walk
    household: Walk  # before and after the roster
    roster: Group
    roster_name: str
    skeleton: etree._Element
    household_paths: tuple[str, ...]
    entry: etree._Element  # one empty roster entry
    member_paths: tuple[str, ...]
    entry_place: int  # children of the root that stand before the roster


def walk(questions: Sequence[Question]) -> Walk:
    """Return the walk over questions."""
    steps = [_step(question) for question in questions]
    judged = tuple(step for step in steps if not step.question.is_calculated)
    return Walk(
        steps={step.name: step for step in steps},
        runs=tuple(_runs(steps)),
        judged=judged,
        strict=tuple(step for step in judged if step.can_fail),
    )


def _step(question: Question) -> Step:
    logic = question.logic
    return Step(
        name=question.name,
        question=question,
        plain=plain_text(question),
        codes=plain_codes(question) if question.type == "select_multiple" else frozenset(),
        whole=question.type == "integer",
        relevant=_test(logic.relevant),
        calculate=_test(logic.calculate),
        constraint=_test(logic.constraint),
        required=question.required,
        required_if=_test(logic.required),
    )


def _test(expression: Expression | None) -> Test | None:
    return None if expression is None else (expression.closure or expression.run)


def _runs(steps: Sequence[Step]) -> Iterator[Run]:
    for _, found in groupby(steps, key=lambda step: step.question.group.nodeset):
        part = list(found)
        free = [step for step in part if step.relevant is None and step.calculate is None]
        yield Run(
            group=part[0].question.group,
            names=tuple(step.name for step in part),
            always=tuple(step.name for step in free),
            depending=tuple(step for step in part if step not in free),
        )
