"""From survey rows and XForm binds to questions with compiled expressions."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from lxml import etree

from jps.questionnaire.expressions import (
    Expression,
    InvalidExpression,
    Reference,
    UnknownFunction,
    compile_expression,
    constant,
)
from jps.questionnaire.form import Form
from jps.questionnaire.plan import Plan, walk
from jps.questionnaire.questions import Choice, Group, Logic, Question, Section, Texts
from jps.questionnaire.values import READERS

Row = dict[str, str]

TYPES = frozenset(READERS) | {"calculate"}
SHOWN_ONLY = frozenset({"note"})
METADATA = frozenset({"today", "deviceid", "username", "phonenumber", "email"})

_LANGUAGE = re.compile(r"\(([a-z]{2,3})\)$")


class InvalidSurvey(ValueError):
    """The survey is a valid XLSForm but asks for something the server cannot do."""


class FormBuilder:
    """Builds a `Form` once; holds what is known half-way."""

    def __init__(
        self, rows: list[Row], options: list[Row], *, binds: Mapping[str, Row], root: str
    ) -> None:
        self.rows = rows
        self.binds = binds
        self.root = f"/{root}"
        self.choices = _choice_lists(options)
        self.types: dict[str, str] = {}  # path of a question -> its type
        self.order: dict[str, int] = {}  # path of a question or a repeat -> its row
        self.names: dict[str, str] = {}  # path of a question -> its name
        self.roster = ""
        self.roster = self._survey_paths()

    def build(
        self,
        *,
        id: str,
        version: str,
        titles: Texts,
        languages: tuple[str, ...],
        xml: str,
        sheets: tuple[str, str, str],
    ) -> Form:
        """Return the form; raises `InvalidSurvey`."""
        groups: dict[str, Group] = {}
        questions: list[Question] = []
        for row, kind, path in self._walk():
            if kind in {"group", "repeat"}:
                groups[path] = self._group(row, path, groups)
            elif kind == "question":
                questions.append(self._question(row, path, groups))
        return Form(
            id=id,
            version=version,
            titles=titles,
            languages=languages,
            sections=self._sections(groups, questions),
            xml=xml,
            plan=self._plan(groups, questions),
            sheets=sheets,
        )

    def _walk(self) -> Iterator[tuple[Row, str, str]]:
        """Yield (row, kind, path) where kind is group, repeat, question or end."""
        path = self.root
        for row in self.rows:
            word = row.get("type", "")
            if word.startswith("begin_"):
                path = f"{path}/{row['name']}"
                yield row, word.removeprefix("begin_"), path
            elif word.startswith("end_"):
                path = path.rpartition("/")[0]
            elif word and word not in SHOWN_ONLY | METADATA:
                yield row, "question", f"{path}/{row['name']}"

    def _survey_paths(self) -> str:
        """Note every question's path and order; return the path of the roster."""
        repeats: list[str] = []
        for place, (row, kind, path) in enumerate(self._walk()):
            self.order[path] = place
            if kind == "repeat":
                repeats.append(path)
            if kind == "question":
                self._note(row, path)
        if len(repeats) != 1 or repeats[0].count("/") != 2:
            raise InvalidSurvey("one repeat at the top level is needed, no more and no less")
        return repeats[0]

    def _note(self, row: Row, path: str) -> None:
        name, type_ = row["name"], row["type"].split()[0]
        if type_ not in TYPES:
            raise InvalidSurvey(f"{name}: type {type_} is not supported")
        if name in self.names.values():
            raise InvalidSurvey(f"{name}: the name is used twice")
        if path.count("/") < 3:
            raise InvalidSurvey(f"{name}: a question must stand in a group")
        if "choice_filter" in row:
            raise InvalidSurvey(f"{name}: choice_filter is not supported")
        self.types[path], self.names[path] = type_, name

    def _group(self, row: Row, path: str, groups: Mapping[str, Group]) -> Group:
        return Group(
            name=row["name"],
            nodeset=path,
            labels=_texts(row, "label"),
            relevant=row.get("relevant", ""),
            logic=Logic(relevant=self._compile(path, "relevant")),
            within=groups.get(path.rpartition("/")[0]),
        )

    def _question(self, row: Row, path: str, groups: Mapping[str, Group]) -> Question:
        type_, _, list_name = row["type"].partition(" ")
        choices = self.choices.get(list_name.strip(), ())
        required = self.binds.get(path, {}).get("required", "")
        return Question(
            name=row["name"],
            type=type_,
            section=path.split("/")[2],
            nodeset=path,
            labels=_texts(row, "label"),
            hints=_texts(row, "hint"),
            messages=_texts(row, "constraint_message"),
            list_name=list_name.strip(),
            choices=choices,
            appearance=row.get("appearance", ""),
            required=constant(required) is True,
            required_if="" if constant(required) is not None else row.get("required", ""),
            relevant=row.get("relevant", ""),
            constraint=row.get("constraint", ""),
            calculation=row.get("calculation", ""),
            default=row.get("default", ""),
            source=row.get("source", ""),
            group=groups[path.rpartition("/")[0]],
            in_roster=self._in_roster(path),
            logic=self._logic(path),
            by_code={choice.code: place for place, choice in enumerate(choices)},
        )

    def _logic(self, path: str) -> Logic:
        return Logic(
            relevant=self._compile(path, "relevant"),
            required=self._compile(path, "required"),
            constraint=self._compile(path, "constraint"),
            calculate=self._compile(path, "calculate"),
        )

    def _compile(
        self, path: str, what: Literal["relevant", "required", "constraint", "calculate"]
    ) -> Expression | None:
        source = self.binds.get(path, {}).get(what, "")
        if not source or constant(source) is not None:
            return None
        try:
            found = compile_expression(
                source,
                path,
                result="string" if what == "calculate" else "boolean",
                refer=self._referrer(path),
                is_date=lambda asked: self.types.get(asked) == "date",
            )
        except UnknownFunction as error:
            raise InvalidSurvey(f"{path}: unknown function {error}()") from error
        except InvalidExpression as error:
            raise InvalidSurvey(f"{path}: {what}: {error}") from error
        if what in {"relevant", "calculate"}:
            self._must_look_back(path, found)
        return found

    def _referrer(self, path: str) -> Callable[[str], Reference | None]:
        inside = self._in_roster(path)

        def refer(asked: str) -> Reference | None:
            if asked == self.roster:
                return None if inside else Reference("count", asked)
            if asked not in self.names:
                return None
            if not self._in_roster(asked):
                return Reference("household", self.names[asked])
            return Reference("member" if inside else "column", self.names[asked])

        return refer

    def _must_look_back(self, path: str, found: Expression) -> None:
        """Relevance and calculations are settled in one pass, so they may only read what stands
        before them; raises `InvalidSurvey` otherwise."""
        paths = {name: where for where, name in self.names.items()} | {self.roster: self.roster}
        for reference in found.references or ():
            if self.order[paths[reference.question]] >= self.order[path]:
                raise InvalidSurvey(f"{path}: refers to {reference.question}, which comes later")

    def _in_roster(self, path: str) -> bool:
        return path.startswith(f"{self.roster}/")

    def _sections(
        self, groups: Mapping[str, Group], questions: list[Question]
    ) -> tuple[Section, ...]:
        return tuple(
            Section(
                name=group.name,
                labels=group.labels,
                is_roster=path == self.roster,
                questions=tuple(found for found in questions if found.section == group.name),
            )
            for path, group in groups.items()
            if group.within is None
        )

    def _plan(self, groups: Mapping[str, Group], questions: list[Question]) -> Plan:
        household = [found for found in questions if not found.in_roster]
        before = [found for found in household if self._early(found.nodeset)]
        after = [found for found in household if not self._early(found.nodeset)]
        paths = list(self.order)
        inside = [path for path in paths if path == self.roster or self._in_roster(path)]
        outside = [path for path in paths if path not in inside]
        return Plan(
            questions={found.name: found for found in questions},
            before=walk(before),
            member=walk([found for found in questions if found.in_roster]),
            after=walk(after),
            household=walk(household),
            roster=groups[self.roster],
            roster_name=self.roster.rpartition("/")[2],
            skeleton=_skeleton(self.root, outside),
            entry=_skeleton(self.roster, inside[1:]),
            household_paths=(self.root, *outside),
            member_paths=tuple(inside),
            entry_place=sum(1 for path in outside if path.count("/") == 2 and self._early(path)),
        )

    def _early(self, path: str) -> bool:
        return self.order[path] < self.order[self.roster]


def _skeleton(root: str, paths: list[str]) -> etree._Element:
    """Return empty nodes for `paths` (absolute, parents first) below a node for `root`."""
    nodes = {root: etree.Element(root.rpartition("/")[2])}
    for path in paths:
        parent, _, name = path.rpartition("/")
        nodes[path] = etree.SubElement(nodes[parent], name)
    return nodes[root]


def _texts(row: Row, column: str) -> Texts:
    """Return the texts of `column::Language (code)` by code."""
    found = {}
    for key, text in row.items():
        if key.startswith(f"{column}::"):
            match = _LANGUAGE.search(key)
            if match:
                found[match[1]] = text
    return found


def _choice_lists(options: list[Row]) -> dict[str, tuple[Choice, ...]]:
    lists: dict[str, list[Choice]] = {}
    for row in options:
        lists.setdefault(row["list_name"], []).append(Choice(row["name"], _texts(row, "label")))
    return {name: tuple(choices) for name, choices in lists.items()}
