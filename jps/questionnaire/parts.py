"""Parts of a compiled expression: what they read, what they can be, and XPath's conversions."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from jps.questionnaire.functions import text_of
from jps.questionnaire.numerals import number, number_string

Kind = Literal["node", "column", "string", "number", "boolean"]
Where = Literal["household", "member", "column", "count"]
Texts = Mapping[str, str]

TEXT: frozenset[Kind] = frozenset({"string"})


class Surroundings(Protocol):
    """What a closure reads beside the answers of the household and of the record at hand."""

    today: float

    def column(self, question: str) -> list[str]:
        """Return the answers of all members."""

    def count(self) -> int:
        """Return how many members there are."""


# Takes the household's texts, those of the record at hand, and the surroundings.
Closure = Callable[[Texts, Texts, Surroundings], Any]


class Unsupported(ValueError):
    """Only lxml can evaluate this expression."""


@dataclass(frozen=True, slots=True)
class Part:
    """A compiled part and the kinds of value it can have: a `node` is the text of one answer, a
    `column` the list of all members' texts.

    `reads` names the one answer that it is, `fixed` its value where it has only one; `one_of` says
    that it is true exactly where the answer is one of these texts.
    """

    kinds: frozenset[Kind]
    run: Closure
    reads: tuple[Where, str] | None = None
    fixed: str | float | None = None
    one_of: tuple[tuple[Where, str], tuple[str, ...]] | None = None

    def is_only(self, *kinds: Kind) -> bool:
        """Can it be nothing but `kinds`?"""
        return self.kinds <= frozenset(kinds)


def part(kind: Kind, run: Closure) -> Part:
    """Return the part that is always of one kind."""
    return Part(frozenset({kind}), run)


def constant(value: str | float) -> Part:
    """Return the part that is always `value` (text, number or truth value)."""
    kind: Kind = "string" if isinstance(value, str) else "number"
    kind = "boolean" if isinstance(value, bool) else kind
    return Part(frozenset({kind}), lambda h, m, a: value, fixed=value)


def answer(where: Where, name: str) -> Part:
    """Return the part that reads one answer or a column of them."""
    kind: Kind = "node" if where in {"household", "member"} else "column"
    runs: Mapping[Where, Closure] = {
        "household": lambda h, m, a: h.get(name, ""),
        "member": lambda h, m, a: m.get(name, ""),
        "column": lambda h, m, a: a.column(name),
        "count": lambda h, m, a: [""] * a.count(),
    }
    return Part(frozenset({kind}), runs[where], reads=(where, name))


def after(source: Part, kind: Kind, change: Callable[[Any], Any]) -> Part:
    """Return `source` changed by a pure function into a value of `kind`."""
    if source.fixed is not None:
        return constant(change(source.fixed))
    run = source.run
    return part(kind, lambda h, m, a: change(run(h, m, a)))


def as_text(source: Part) -> Part:
    """Return string() of a part."""
    if source.is_only("node", "string"):
        return replace(source, kinds=TEXT)
    if source.is_only("column"):
        return after(source, "string", text_of)
    if "column" in source.kinds:
        raise Unsupported("a text or a column")
    return after(source, "string", value_text)


def as_number(source: Part) -> Part:
    """Return number() of a part."""
    if source.is_only("number"):
        return source
    if source.is_only("node", "string"):
        return after(source, "number", number)
    if "column" in source.kinds:
        return as_number(as_text(source))
    return after(source, "number", value_number)


def as_truth(source: Part) -> Part:
    """Return boolean() of a part. A node that exists is true, whatever it holds."""
    if source.is_only("boolean"):
        return source
    if source.is_only("node"):
        return constant(True)
    if source.is_only("column"):
        return after(source, "boolean", bool)
    if source.kinds & {"node", "column"}:
        raise Unsupported("a text or a node")
    return after(source, "boolean", value_truth)


def value_text(value: str | float) -> str:
    """Return string() of a value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_string(value)


def value_number(value: str | float) -> float:
    """Return number() of a value."""
    return number(value) if isinstance(value, str) else float(value)


def value_truth(value: str | float) -> bool:
    """Return boolean() of a value."""
    return bool(value) and not (isinstance(value, float) and math.isnan(value))
