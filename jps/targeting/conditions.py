"""Rules as data: a condition is a small tree, read from JSON, judged on whole columns. Pure.

Nothing of a rule is ever run as code. A condition is true, false or unknown for a household:
unknown where a fact that decides is not known (Kleene's three values), or where one would divide by
zero. Who is unknown does not get in by the rule, and is counted apart.

    {"all": [C, ...]}  {"any": [C, ...]}  {"not": C}
    {"area": ["75.01", ...]}                          the areas, children included
    {"fact": NAME, "is": OP, "value": V}              OP: = != < <= > >= in
    {"term": T, "is": OP, "value": NUMBER}            T: NAME, NUMBER, {"add"|"subtract"|
                                                      "multiply"|"divide": [T, T]}
    {"members": C, "is": OP, "value": NUMBER}         how many members meet C
    {"families": C, "is": OP, "value": NUMBER}        how many families meet C
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np

from jps.areas.rules import is_code
from jps.targeting.facts import Fact, Kind, Mask, Numbers, Population, Unit

DEEPEST = 12  # conditions within each other
MOST = 300  # conditions in one rule

Operator: TypeAlias = str
_NUMERIC: Mapping[Operator, Callable[[Any, float], Any]] = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_ARITHMETIC: Mapping[str, Callable[[Numbers, Numbers], Numbers]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
}


@dataclass(frozen=True, slots=True)
class Truth:
    """For each row whether a condition surely holds and surely does not; neither is unknown."""

    yes: Mask
    no: Mask

    @property
    def unknown(self) -> Mask:
        """Rows that cannot be judged."""
        unknown: Mask = ~(self.yes | self.no)
        return unknown


class Condition(Protocol):
    """A rule or a part of one."""

    def judge(self, people: Population) -> Truth:
        """Return the truth for each household; inside `members` or `families` for each of them."""


@dataclass(frozen=True, slots=True)
class All:
    """Every part must hold; no parts hold always."""

    parts: tuple[Condition, ...]
    unit: Unit = Unit.HOUSEHOLD

    def judge(self, people: Population) -> Truth:
        """Return Kleene's conjunction."""
        yes, no = _constant(people, self.unit, value=True), _constant(people, self.unit)
        for truth in (part.judge(people) for part in self.parts):
            yes, no = yes & truth.yes, no | truth.no
        return Truth(yes, no)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part must hold; no parts hold never."""

    parts: tuple[Condition, ...]
    unit: Unit = Unit.HOUSEHOLD

    def judge(self, people: Population) -> Truth:
        """Return Kleene's disjunction."""
        yes, no = _constant(people, self.unit), _constant(people, self.unit, value=True)
        for truth in (part.judge(people) for part in self.parts):
            yes, no = yes | truth.yes, no & truth.no
        return Truth(yes, no)


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold; what is unknown stays unknown."""

    part: Condition

    def judge(self, people: Population) -> Truth:
        """Return the negation."""
        truth = self.part.judge(people)
        return Truth(truth.no, truth.yes)


@dataclass(frozen=True, slots=True)
class InArea:
    """The household lies in one of the areas or in a child of one."""

    codes: tuple[str, ...]

    def judge(self, people: Population) -> Truth:
        """Return whether; an area is always known."""
        yes = _constant(people, Unit.HOUSEHOLD)
        for code in self.codes:
            yes[people.within(code)] = True
        return Truth(yes, ~yes)


@dataclass(frozen=True, slots=True)
class HasCode:
    """A coded fact is (or contains) one of the codes."""

    fact: Fact
    codes: tuple[str, ...]

    def judge(self, people: Population) -> Truth:
        """Return whether; no answer is unknown."""
        column = people.column(self.fact)
        places = {self.fact.place(code) for code in self.codes}
        if self.fact.kind is Kind.CODE:
            known, yes = column >= 0, np.isin(column, list(places))
        else:
            asked = np.uint64(sum(1 << place for place in places))
            known, yes = column != 0, (column & asked) != 0
        return Truth(yes, ~yes & known)


@dataclass(frozen=True, slots=True)
class Term:
    """A number made of facts: a fact, a constant, or two terms put together."""

    operation: str = ""
    parts: tuple["Term", ...] = ()
    fact: Fact | None = None
    constant: float = 0.0

    def values(self, people: Population) -> Numbers:
        """Return the numbers, NaN where one is unknown or would be divided by zero."""
        if self.fact is not None:
            return np.asarray(people.column(self.fact), dtype=np.float64)
        if not self.operation:
            return np.float64(self.constant) * np.ones(1)
        left, right = (part.values(people) for part in self.parts)
        with np.errstate(all="ignore"):
            found = _ARITHMETIC[self.operation](left, right)
        return np.where(np.isfinite(found), found, np.nan)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts it is made of."""
        own = () if self.fact is None else (self.fact,)
        return own + tuple(fact for part in self.parts for fact in part.facts)


@dataclass(frozen=True, slots=True)
class Compare:
    """A term stands to a number as the operator says."""

    term: Term
    operator: Operator
    value: float

    def judge(self, people: Population) -> Truth:
        """Return whether; NaN is unknown."""
        values = self.term.values(people)
        known = ~np.isnan(values)
        with np.errstate(invalid="ignore"):
            yes = _NUMERIC[self.operator](values, self.value)
        return Truth(yes & known, ~yes & known)


@dataclass(frozen=True, slots=True)
class Members:
    """How many members (or families) of the household meet a condition."""

    condition: Condition
    operator: Operator
    value: float
    unit: Unit = Unit.MEMBER

    def judge(self, people: Population) -> Truth:
        """Return whether the count surely is as asked, or surely not.

        Members of whom it is unknown may count or not: the count lies between two bounds.
        """
        truth = self.condition.judge(people)
        home = people.homes(self.unit)
        least, most = (
            np.bincount(home[mask], minlength=len(people)) for mask in (truth.yes, ~truth.no)
        )
        operator, value = self.operator, self.value
        if operator in {"=", "!="}:
            is_so = (least == value) & (most == value)
            is_not = (least > value) | (most < value)
            return Truth(is_so, is_not) if operator == "=" else Truth(is_not, is_so)
        rising = operator in {">", ">="}
        sure, possible = (least, most) if rising else (most, least)
        compare = _NUMERIC[operator]
        return Truth(compare(sure, value), ~compare(possible, value))


def _constant(people: Population, unit: Unit, *, value: bool = False) -> Mask:
    return np.full(people.rows(unit), value, dtype=bool)


class InvalidRule(ValueError):
    """A rule cannot be read. `path` says where ("all[2].members"), `message` why, with `params`."""

    def __init__(self, path: str, message: str, **params: object) -> None:
        super().__init__(message)
        self.path, self.message, self.params = path, message, params


def facts_of(condition: Condition) -> tuple[Fact, ...]:
    """Return the facts that a condition reads, each once, in the order of the rule."""
    return tuple(dict.fromkeys(_facts(condition)))


def _facts(condition: Condition) -> Sequence[Fact]:
    match condition:
        case All(parts=parts) | AnyOf(parts=parts):
            return [fact for part in parts for fact in _facts(part)]
        case Not(part=part) | Members(condition=part):
            return _facts(part)
        case HasCode(fact=fact):
            return [fact]
        case Compare(term=term):
            return term.facts
    return []


def is_area_code(text: object) -> bool:
    """Whether `text` is a Kemendagri code that a rule may name."""
    return isinstance(text, str) and is_code(text)
