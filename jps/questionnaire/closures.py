"""XPath of the questionnaire as Python closures: what it means, without building XML.

An expression whose every path reads one answer is parsed once, by XPath 1.0's own precedence, and
becomes a closure over the answers' texts, which takes 0.1-2 microseconds instead of 6 for lxml on
an XML instance. Nothing is turned into program text. What is outside this grammar (predicates,
unions, functions of nodes) is left to lxml, which stays the reference: a test holds every result
against it to the last digit.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from jps.questionnaire.calls import call
from jps.questionnaire.numerals import number
from jps.questionnaire.operators import all_of, any_of, calculate, compare, negative
from jps.questionnaire.parts import (
    Closure,
    Part,
    Unsupported,
    Where,
    answer,
    as_text,
    as_truth,
    constant,
    part,
)

Token = tuple[str, str]  # kind and text, see `expressions.tokens`
Read = Callable[[str], tuple[Where, str] | None]

END: Token = ("end", "")
_EQUALITY = ("=", "!=")
_ORDER = ("<", "<=", ">", ">=")
_SUM = ("+", "-")
_PRODUCT = ("*", "div", "mod")


def compile_closure(
    tokens: Sequence[Token], result: Literal["boolean", "string"], read: Read
) -> Closure | None:
    """Return the closure of an expression's tokens; None when only lxml can evaluate it.

    `read` tells which answer a path is, None when it is not one answer or one column of them.
    """
    try:
        found = _Parser(tokens, read).parse()
        return as_truth(found).run if result == "boolean" else as_text(found).run
    except (Unsupported, RecursionError):
        return None


class _Parser:
    """One expression, read from left to right."""

    def __init__(self, tokens: Sequence[Token], read: Read) -> None:
        self.tokens = [*tokens, END]
        self.read = read
        self.place = 0

    def parse(self) -> Part:
        found = self._or()
        if self._next() != END:
            raise Unsupported("more than one expression")
        return found

    def _next(self) -> Token:
        return self.tokens[self.place]

    def _take(self, *signs: str) -> str | None:
        """Return the operator that stands here, if it is one of `signs`, and go past it."""
        kind, text = self._next()
        if kind not in {"operator", "name"} or text not in signs:
            return None
        self.place += 1
        return text

    def _must(self, sign: str) -> None:
        if self._take(sign) is None:
            raise Unsupported(f"no {sign}")

    def _or(self) -> Part:
        found = [self._and()]
        while self._take("or"):
            found.append(self._and())
        return any_of(found)

    def _and(self) -> Part:
        found = [self._equality()]
        while self._take("and"):
            found.append(self._equality())
        return all_of(found)

    def _equality(self) -> Part:
        found = self._order()
        while sign := self._take(*_EQUALITY):
            found = compare(sign, found, self._order())
        return found

    def _order(self) -> Part:
        found = self._sum()
        while sign := self._take(*_ORDER):
            found = compare(sign, found, self._sum())
        return found

    def _sum(self) -> Part:
        found = self._product()
        while sign := self._take(*_SUM):
            found = calculate(sign, found, self._product())
        return found

    def _product(self) -> Part:
        found = self._unary()
        while sign := self._take(*_PRODUCT):
            found = calculate(sign, found, self._unary())
        return found

    def _unary(self) -> Part:
        return negative(self._unary()) if self._take("-") else self._primary()

    def _primary(self) -> Part:
        kind, text = self._next()
        self.place += 1
        if kind == "literal":
            return constant(text[1:-1])
        if kind == "number":
            return constant(number(text))
        if kind == "path":
            return self._path(text)
        if kind == "today":
            self._must("(")
            self._must(")")
            return part("number", lambda h, m, a: a.today)
        if kind == "name":
            return self._call(text)
        if text != "(":
            raise Unsupported(text)
        found = self._or()
        self._must(")")
        return found

    def _path(self, text: str) -> Part:
        found = self.read(text)
        if found is None:
            raise Unsupported(text)
        return answer(*found)

    def _call(self, name: str) -> Part:
        self._must("(")
        arguments: list[Part] = []
        if self._take(")"):
            return call(name, arguments)
        arguments.append(self._or())
        while self._take(","):
            arguments.append(self._or())
        self._must(")")
        return call(name, arguments)
