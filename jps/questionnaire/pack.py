"""The questionnaire for the browser: plain values, with the expressions that the server compiled.

The offline form evaluates the very text that lxml evaluates here; only the paths are replaced by
the names of their questions, `${age}`, which need no XML to be looked up.
"""

import posixpath
from collections.abc import Iterator, Mapping

from jps.questionnaire.expressions import Expression, tokens
from jps.questionnaire.form import Form
from jps.questionnaire.questions import Choice, Group, Question

Packed = dict[str, object]


class NotForBrowsers(ValueError):
    """An expression reads the form in a way that only the server can follow."""


def pack_form(form: Form) -> Packed:
    """Return `form` as JSON values: titles, lists of choices, groups, sections with questions.

    What is empty is left out. `group` and `within` are places in `groups`. Raises `NotForBrowsers`.
    """
    names = {question.nodeset: question.name for question in form}
    names[form.plan.roster.nodeset] = form.plan.roster_name
    groups = list(_groups(form))
    place = {group.nodeset: number for number, group in enumerate(groups)}
    return {
        "id": form.id,
        "version": form.version,
        "titles": dict(form.titles),
        "roster": form.plan.roster_name,
        "rosterGroup": place[form.plan.roster.nodeset],
        "lists": {q.list_name: _choices(q.choices) for q in form if q.list_name},
        "groups": [_group(group, place, names) for group in groups],
        "sections": [
            _filled(
                name=section.name,
                labels=dict(section.labels),
                roster=section.is_roster,
                questions=[_question(q, place, names) for q in section.questions],
            )
            for section in form.sections
        ],
    }


def _groups(form: Form) -> Iterator[Group]:
    """Yield every group once, the outer before the inner."""
    seen: set[str] = set()
    for question in form:
        chain: list[Group] = []
        group: Group | None = question.group
        while group is not None:
            chain.insert(0, group)
            group = group.within
        for group in chain:
            if group.nodeset not in seen:
                seen.add(group.nodeset)
                yield group


def _choices(choices: tuple[Choice, ...]) -> list[list[object]]:
    return [[choice.code, dict(choice.labels)] for choice in choices]


def _group(group: Group, place: Mapping[str, int], names: Mapping[str, str]) -> Packed:
    return _filled(
        name=group.name,
        labels=dict(group.labels),
        within=None if group.within is None else place[group.within.nodeset],
        relevant=_written(group.logic.relevant, names),
    )


def _question(question: Question, place: Mapping[str, int], names: Mapping[str, str]) -> Packed:
    logic = question.logic
    return _filled(
        name=question.name,
        type=question.type,
        labels=dict(question.labels),
        hints=dict(question.hints),
        messages=dict(question.messages),
        list=question.list_name,
        appearance=question.appearance,
        required=question.required,
        requiredIf=_written(logic.required, names),
        relevant=_written(logic.relevant, names),
        constraint=_written(logic.constraint, names),
        calculate=_written(logic.calculate, names),
        default=question.default,
        group=place[question.group.nodeset],
    )


def _written(expression: Expression | None, names: Mapping[str, str]) -> str | None:
    """Return the compiled text with `${name}` for each path."""
    if expression is None:
        return None
    written = []
    for kind, text in tokens(expression.xpath.path):
        if kind == "path":
            path = posixpath.normpath(posixpath.join(expression.nodeset, text))
            if path not in names:
                raise NotForBrowsers(f"{expression.nodeset}: {text}")
            text = f"${{{names[path]}}}"
        written.append(text)
    return " ".join(written).replace("$ today", "$today")


def _filled(**values: object) -> Packed:
    """Return what says something: no blanks, no empty texts, no `False`; 0 is a place."""
    return {
        name: value
        for name, value in values.items()
        if value is not None and value is not False and value not in ("", {})
    }
