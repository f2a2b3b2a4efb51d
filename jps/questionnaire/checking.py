"""Checking an answers document against the form: types, choices, relevance, required, constraints.

The document is a flat JSON object by question name with the roster as a list of such objects. The
check never raises: whatever arrives, the result holds what could be read and says what could not.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from jps.questionnaire.answers import Record
from jps.questionnaire.documents import Document
from jps.questionnaire.plan import Plan, Run, Walk
from jps.questionnaire.problems import REQUIRED, Problem, member_path
from jps.questionnaire.questions import Group, Question
from jps.text import N_

NOT_VALID = N_("Isian tidak memenuhi syarat pertanyaan ini.")


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check.

    `answers` is the document as it is stored: typed, calculated answers included, without answers
    to questions that do not apply. Those stand in `dropped` by path, as they arrived, so that
    nothing is lost unseen; so do unknown names. A member that could not be read keeps its place as
    an empty object. `asked` are the questions that apply, by place in the roster (None: the
    household's own).
    """

    answers: dict[str, object]
    problems: tuple[Problem, ...]
    dropped: Mapping[str, object]
    asked: Mapping[int | None, Collection[str]] = field(repr=False)
    roster: str = "members"

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop a submission."""
        return tuple(found for found in self.problems if found.level == "error")

    @property
    def relevant(self) -> frozenset[str]:
        """The paths of all questions that apply to this household."""
        return frozenset(
            member_path(place, name, roster=self.roster)
            for place, names in self.asked.items()
            for name in names
        )

    def is_relevant(self, question: str, member: int | None = None) -> bool:
        """Does the question apply, in roster entry `member` (from 0) or to the household?"""
        return question in self.asked.get(member, ())


def check_answers(plan: Plan, answers: object, today: date) -> Checked:
    """Check a document as it arrived on the day `today`.

    Required, relevant, constraint and calculation are the form's own; an answer to a question that
    does not apply counts as blank for every other expression, as in ODK. Error levels: everything
    the form itself demands is an `error`.
    """
    document = Document(plan, today)
    document.read(answers)
    check = _Check(document)
    check.decide()
    check.judge()
    return check.result()


class _Check:
    """Decides what applies, then judges what was answered."""

    def __init__(self, document: Document) -> None:
        self.plan = document.plan
        self.document = document
        self.answers = document.answers

    # Relevance and calculation, in the order of the form

    def decide(self) -> None:
        plan, answers, own = self.plan, self.answers, self.answers.household
        groups: dict[str, bool] = {}
        self._walk(plan.before, own, groups)
        roster_applies = self._applies(plan.roster, own, groups)
        for member, record in enumerate(answers.members):
            answers.member = member
            self._walk(plan.member, record, {plan.roster.nodeset: roster_applies})
        answers.member = None
        if not roster_applies:
            answers.forget_members()
        self._walk(plan.after, own, groups)

    def _applies(self, group: Group, record: Record, known: dict[str, bool]) -> bool:
        found = known.get(group.nodeset)
        if found is None:
            found = group.within is None or self._applies(group.within, record, known)
            condition = group.logic.relevant
            if found and condition is not None:
                answers = self.answers
                found = bool(condition.run(answers.household.texts, record.texts, answers))
            known[group.nodeset] = found
        return found

    def _walk(self, walk: Walk, record: Record, known: dict[str, bool]) -> None:
        for run in walk.runs:
            if self._applies(run.group, record, known):
                record.asked.update(run.always)
                self._decide(run, record)
            else:
                for name in run.names:
                    self._drop(record, name)

    def _decide(self, run: Run, record: Record) -> None:
        answers = self.answers
        household, texts = answers.household.texts, record.texts
        for step in run.depending:
            name = step.name
            if step.relevant is not None and not step.relevant(household, texts, answers):
                self._drop(record, name)
                continue
            record.asked.add(name)
            if step.calculate is not None:
                text = str(step.calculate(household, texts, answers))
                if text and text != "NaN":
                    record.values[name] = text
                    answers.put(record, name, text)

    def _drop(self, record: Record, name: str) -> None:
        document = self.document
        if document.faults and (name, record.place) in document.faults:
            _, raw = document.faults.pop((name, record.place))
            document.dropped[document.path(name, record.place)] = raw
        elif name in record.values:
            document.dropped[document.path(name, record.place)] = record.values.pop(name)
            self.answers.put(record, name, "")

    # Required and constraints, when every value is settled

    def judge(self) -> None:
        self._judge(self.plan.household, self.answers.household)
        for member, record in enumerate(self.answers.members):
            self.answers.member = member
            self._judge(self.plan.member, record)
        self.answers.member = None

    def _judge(self, walk: Walk, record: Record) -> None:
        document, answers = self.document, self.answers
        household, texts, values = answers.household.texts, record.texts, record.values
        for step in walk.judged if document.faults else walk.strict:
            name = step.name
            if name not in record.asked:
                continue
            if (name, record.place) in document.faults:
                problem, raw = document.faults[name, record.place]
                document.problems.append(problem)
                document.dropped[document.path(name, record.place)] = raw
            elif name in values:
                if step.constraint is not None and not step.constraint(household, texts, answers):
                    document.problems.append(self._refusal(step.question, record.place))
            elif step.required or (
                step.required_if is not None and step.required_if(household, texts, answers)
            ):
                document.add(name, record.place, REQUIRED, rule="required")

    def _refusal(self, question: Question, place: int | None) -> Problem:
        messages = question.messages
        return Problem(
            self.document.path(question.name, place),
            question.name,
            "error",
            next(iter(messages.values()), NOT_VALID),
            translations=messages,
        )

    def result(self) -> Checked:
        members: list[dict[str, object]] = [{} for _ in range(self.document.entries)]
        for record in self.answers.members:
            if record.place is not None:
                members[record.place] = _ordered(record, self.plan.member)
        document = _ordered(self.answers.household, self.plan.household)
        if self.answers.members:
            document[self.plan.roster_name] = members
        records = (self.answers.household, *self.answers.members)
        return Checked(
            answers=document,
            problems=tuple(self.document.problems),
            dropped=self.document.dropped,
            asked={record.place: record.asked for record in records},
            roster=self.plan.roster_name,
        )


def _ordered(record: Record, walk: Walk) -> dict[str, object]:
    values = record.values
    return {name: values[name] for name in walk.steps if name in values}
