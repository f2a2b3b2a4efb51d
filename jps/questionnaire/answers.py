"""The answers of one document while it is checked: as typed values, as texts, as XML."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from jps.questionnaire.expressions import Reference
from jps.questionnaire.functions import day_number
from jps.questionnaire.plan import Plan


@dataclass(slots=True)
class Record:
    """The household's own answers, or those of one member (`place` in the document, from 0).
    `asked` are the questions that apply to it."""

    place: int | None = None
    values: dict[str, object] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, etree._Element] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)


class Answers:
    """Implements `expressions.Instance`. The XML is built when an expression first needs it, and
    follows every later change."""

    def __init__(self, plan: Plan, today: date) -> None:
        self.plan = plan
        self.today = day_number(today)
        self.household = Record()
        self.members: list[Record] = []
        self.member: int | None = None  # the roster entry at hand, among those read
        self._built = False

    def record(self, member: int | None) -> Record:
        """Return the record of roster entry `member` (counted among those read), or of the
        household."""
        return self.household if member is None else self.members[member]

    def put(self, record: Record, question: str, text: str) -> None:
        """Set the text that expressions see; an empty text is no answer."""
        record.texts[question] = text
        if self._built:
            record.nodes[self.plan.questions[question].nodeset].text = text

    def read(self, reference: Reference, member: int | None) -> object:
        """See `expressions.Instance`."""
        name = reference.question
        if reference.where == "household":
            return self.household.texts.get(name, "")
        if reference.where == "member" and member is not None:
            return self.members[member].texts.get(name, "")
        if reference.where == "count":
            return self.count()
        return tuple(self.column(name))

    def column(self, question: str) -> list[str]:
        """See `expressions.Instance`."""
        return [record.texts.get(question, "") for record in self.members]

    def count(self) -> int:
        """See `expressions.Instance`."""
        return len(self.members)

    def node(self, nodeset: str, member: int | None) -> etree._Element:
        """See `expressions.Instance`."""
        if not self._built:
            self._build()
        found = self.record(member).nodes.get(nodeset)
        # The roster itself has no single node; its condition reads absolute paths.
        return self.household.nodes[self.plan.household_paths[0]] if found is None else found

    def forget_members(self) -> None:
        """Take all members out: the roster does not apply."""
        self.members.clear()
        self._built = False

    def _build(self) -> None:
        plan, root = self.plan, deepcopy(self.plan.skeleton)
        self.household.nodes = dict(zip(plan.household_paths, root.iter(), strict=True))
        for place, record in enumerate(self.members):
            entry = deepcopy(plan.entry)
            root.insert(plan.entry_place + place, entry)
            record.nodes = dict(zip(plan.member_paths, entry.iter(), strict=True))
        for record in (self.household, *self.members):
            for name, text in record.texts.items():
                record.nodes[plan.questions[name].nodeset].text = text
        self._built = True
