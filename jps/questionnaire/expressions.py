"""XPath of the questionnaire, compiled once.

An expression as pyxform writes it is split into tokens to learn which questions it reads, then
compiled twice: by lxml, and where it only reads single answers as a closure over them
(`jps.questionnaire.closures`), which needs no XML. An expression that only lxml can evaluate is a
pure function of the values it reads and of the day, so its results are kept in a small table (a
look-up costs about 0.5 microseconds against 6 for an evaluation).
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

from lxml import etree

from jps.questionnaire.closures import Token, compile_closure
from jps.questionnaire.functions import CORE, FUNCTIONS, text_of
from jps.questionnaire.parts import Closure, Texts, Where

MEMORY = 4096  # results kept per expression; the table is emptied when it is full

_TOKENS = re.compile(
    r"""(?P<literal>'[^']*'|"[^"]*")
      | (?P<number>\d+(?:\.\d*)?|\.\d+)
      | (?P<path>(?:\.\.?|/[A-Za-z_][\w.-]*)(?:/(?:\.\.?|[A-Za-z_][\w.-]*))*)
      | (?P<name>[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)
      | (?P<operator><=|>=|!=|[-+*<>=(),|])
      | (?P<other>[^\s])
      | (?P<space>\s+)""",
    re.VERBOSE,
)
_PLAIN_PATH = re.compile(r"/?(?:\.\.?(?:/|$))*(?:[A-Za-z_][\w-]*(?:/|$))*")
_ARITHMETIC = frozenset({"<", "<=", ">", ">=", "+", "-"})
_WORDS = frozenset({"and", "or", "div", "mod"})
_EXTENSIONS = {(None, name): function for name, function in FUNCTIONS.items()}


class UnknownFunction(ValueError):
    """The expression calls a function that the server cannot evaluate."""


class InvalidExpression(ValueError):
    """The expression is not XPath."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A question that an expression reads, and where: of the household, of the same member, of
    all members (`column`), or how many members there are (`count`)."""

    where: Where
    question: str


class Instance(Protocol):
    """The answers while a document is checked; see `jps.questionnaire.checking`."""

    today: float
    member: int | None  # the roster entry at hand

    def column(self, question: str) -> list[str]:
        """Return the answers of all members."""

    def count(self) -> int:
        """Return how many members there are."""

    def read(self, reference: Reference, member: int | None) -> object:
        """Return a hashable value that changes whenever the answer read does."""

    def node(self, nodeset: str, member: int | None) -> etree._Element:
        """Return the XML node at `nodeset`, of roster entry `member`."""


@dataclass(slots=True)
class Expression:
    """A compiled expression of one node of the form. `known` are its results by what it read;
    `references` are None when they cannot be listed (predicates and the like), and then nothing is
    remembered. `closure` is the same without XML, None when only lxml can evaluate it."""

    nodeset: str
    source: str
    references: tuple[Reference, ...] | None
    uses_today: bool
    xpath: etree.XPath
    closure: Closure | None = None
    known: dict[tuple[object, ...], bool | str] = field(default_factory=dict)

    def run(self, household: Texts, record: Texts, instance: Instance) -> bool | str:
        """Return the result for the household or its roster entry `instance.member`, whose answers
        are `record`."""
        if self.closure is not None:
            found: bool | str = self.closure(household, record, instance)
            return found
        return self.value(instance, instance.member)

    def value(self, instance: Instance, member: int | None) -> bool | str:
        """Return what lxml finds (bool or text) for the node in roster entry `member`."""
        if self.references is None:
            return self._evaluate(instance, member)
        key = tuple([instance.read(reference, member) for reference in self.references])
        if self.uses_today:
            key = (instance.today, *key)
        known = self.known.get(key)
        if known is None:
            known = self._evaluate(instance, member)
            if len(self.known) >= MEMORY:
                self.known.clear()
            self.known[key] = known
        return known

    def _evaluate(self, instance: Instance, member: int | None) -> bool | str:
        result = self.xpath(instance.node(self.nodeset, member), today=instance.today)
        return result if isinstance(result, bool) else text_of(result)


def tokens(source: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) of each token that is not a space."""
    for match in _TOKENS.finditer(source):
        if match.lastgroup and match.lastgroup != "space":
            yield match.lastgroup, match[0]


def compile_expression(
    source: str,
    nodeset: str,
    *,
    result: Literal["boolean", "string"],
    refer: Callable[[str], Reference | None],
    is_date: Callable[[str], bool],
) -> Expression:
    """Compile `source`, the expression of the node at the absolute path `nodeset`.

    `refer` tells which question an absolute path reads, seen from this node; `is_date` whether it
    holds a date, which is compared as a number of days as ODK does. Raises `UnknownFunction` and
    `InvalidExpression`.
    """
    parts = list(tokens(source))
    references: dict[Reference, None] = {}
    listable = not any(kind == "other" for kind, _ in parts)
    written: list[Token] = []
    for place, (kind, text) in enumerate(parts):
        if kind == "path":
            path = posixpath.normpath(posixpath.join(nodeset, text))
            found = refer(path)
            listable = listable and found is not None
            if found is not None:
                references[found] = None
            if is_date(path) and _compared(parts, place):
                written += [("name", "date"), ("operator", "("), (kind, text), ("operator", ")")]
                continue
        elif kind == "name":
            text = _name(parts, place)
            kind = "today" if text == "$today" else kind
            listable = listable and (text == "$today" or text in _WORDS or _called(parts, place))
        written.append((kind, text))
    return Expression(
        nodeset=nodeset,
        source=source,
        references=tuple(references) if listable else None,
        uses_today=any(kind == "today" for kind, _ in written),
        xpath=_compiled(_joined([text for _, text in written]), result),
        closure=compile_closure(written, result, _reader(nodeset, refer)) if listable else None,
    )


def _reader(
    nodeset: str, refer: Callable[[str], Reference | None]
) -> Callable[[str], tuple[Where, str] | None]:
    """Return what tells which answer a path is, where it can only be that answer's node.

    An absolute path to a question of the roster is all members', and the roster itself has no
    single node from which a relative path could start.
    """
    own = refer(nodeset)
    depth = nodeset.count("/")

    def read(text: str) -> tuple[Where, str] | None:
        found = refer(posixpath.normpath(posixpath.join(nodeset, text)))
        plain = _PLAIN_PATH.fullmatch(text)
        if found is None or plain is None or text.split("/").count("..") >= depth:
            return None
        absolute = text.startswith("/")
        from_roster = own is not None and own.where == "count"
        if (absolute and found.where == "member") or (from_roster and not absolute):
            return None
        return found.where, found.question

    return read


def _compiled(source: str, result: str) -> etree.XPath:
    """Compile and try it once on nothing, so that a wrong number of arguments shows here."""
    try:
        xpath = etree.XPath(f"{result}({source})", extensions=_EXTENSIONS, smart_strings=False)
        xpath(etree.Element("nothing"), today=0.0)
    except (etree.XPathError, TypeError) as error:
        raise InvalidExpression(str(error)) from error
    return xpath


def _joined(written: list[str]) -> str:
    """Put the tokens together again; `today()` has become a variable, so its brackets go."""
    return " ".join(written).replace("$today ( )", "$today")


def _called(parts: list[tuple[str, str]], place: int) -> bool:
    return place + 1 < len(parts) and parts[place + 1][1] == "("


def _name(parts: list[tuple[str, str]], place: int) -> str:
    text = parts[place][1]
    if not _called(parts, place) or text in _WORDS:
        return text
    if text in {"today", "now"}:
        return "$today"
    if text == "round":
        return "round-to"
    if text == "position" and parts[place + 2 : place + 3] != [("operator", ")")]:
        return "position-of"
    if text not in CORE and text not in FUNCTIONS:
        raise UnknownFunction(text)
    return text


def _compared(parts: list[tuple[str, str]], place: int) -> bool:
    """Is the path at `place` an operand of a comparison or a sum of days?"""
    before = parts[place - 1][1] if place else ""
    after = parts[place + 1][1] if place + 1 < len(parts) else ""
    if before in _ARITHMETIC or after in _ARITHMETIC:
        return True
    other = parts[place + 2][1] if after in {"=", "!="} and place + 2 < len(parts) else ""
    return other in {"today", "date"}


def constant(source: str) -> bool | None:
    """Return the value of `true()` and `false()`, None for anything else."""
    return {"true()": True, "false()": False}.get(source.strip())
