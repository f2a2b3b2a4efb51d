"""XPath's operators on parts: comparison, arithmetic, `and`, `or`."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

from jps.questionnaire.numerals import number
from jps.questionnaire.parts import (
    Closure,
    Part,
    Unsupported,
    Where,
    after,
    as_number,
    as_truth,
    part,
    value_number,
    value_truth,
)

Value = str | float


def any_of(parts: Sequence[Part]) -> Part:
    """Return `a or b or ...`; several equalities of one answer become one look-up."""
    if len(parts) == 1:
        return parts[0]
    joined: list[Part] = []
    for found in map(as_truth, parts):
        last = joined[-1].one_of if joined else None
        if last is not None and found.one_of is not None and last[0] == found.one_of[0]:
            joined[-1] = _one_of(last[0], (*last[1], *found.one_of[1]))
        else:
            joined.append(found)
    return reduce(_or, joined)


def _or(left: Part, right: Part) -> Part:
    one, other = left.run, right.run
    return part("boolean", lambda h, m, a: one(h, m, a) or other(h, m, a))


def all_of(parts: Sequence[Part]) -> Part:
    """Return `a and b and ...`."""
    return parts[0] if len(parts) == 1 else reduce(_and, map(as_truth, parts))


def _and(left: Part, right: Part) -> Part:
    one, other = left.run, right.run
    return part("boolean", lambda h, m, a: one(h, m, a) and other(h, m, a))


def compare(sign: str, one: Part, other: Part) -> Part:
    """Return a comparison; `sign` is one of = != < <= > >=."""
    if "column" in one.kinds | other.kinds:
        raise Unsupported("comparison with a column")
    if sign in {"=", "!="}:
        return _equality(sign, one, other)
    if "boolean" in one.kinds | other.kinds and "node" in one.kinds | other.kinds:
        raise Unsupported("order of a node and a truth value")
    return _numbers(_SIGNS[sign], one, other)


def _numbers(test: Callable[[Any, Any], bool], one: Part, other: Part) -> Part:
    """Return a comparison of two numbers; the usual ones, of an answer with a number, at once."""
    left, right = as_number(one).run, as_number(other)
    if not isinstance(right.fixed, float):
        return _pair(test, left, right.run)
    limit = right.fixed
    if one.reads is not None:
        where, name = one.reads
        runs: Mapping[Where, Closure] = {
            "household": lambda h, m, a: test(number(h.get(name, "")), limit),
            "member": lambda h, m, a: test(number(m.get(name, "")), limit),
        }
        return part("boolean", runs[where])
    return part("boolean", lambda h, m, a: test(left(h, m, a), limit))


def _equality(sign: str, one: Part, other: Part) -> Part:
    both, test = one.kinds | other.kinds, _SIGNS[sign]
    if both <= {"node", "string"}:
        return _same_text(sign, one, other)
    if one.is_only("boolean") or other.is_only("boolean"):
        return _pair(test, as_truth(one).run, as_truth(other).run)
    if "boolean" not in both and (one.is_only("number") or other.is_only("number")):
        return _numbers(test, one, other)
    if "boolean" in both and "node" in both:
        raise Unsupported("equality of what may be a node and a truth value")
    return _pair(lambda x, y: test(*_alike(x, y)), one.run, other.run)


def _same_text(sign: str, one: Part, other: Part) -> Part:
    if isinstance(one.fixed, str):
        one, other = other, one
    wanted, reads, run = other.fixed, one.reads, one.run
    if not isinstance(wanted, str):
        return _pair(_SIGNS[sign], run, other.run)
    if reads is not None and sign == "=":
        return _one_of(reads, (wanted,))
    if sign == "=":
        return part("boolean", lambda h, m, a: run(h, m, a) == wanted)
    return part("boolean", lambda h, m, a: run(h, m, a) != wanted)


def _one_of(reads: tuple[Where, str], texts: tuple[str, ...]) -> Part:
    """Return whether an answer is one of `texts`."""
    (where, name), wanted = reads, frozenset(texts)
    runs: Mapping[Where, Closure] = {
        "household": lambda h, m, a: h.get(name, "") in wanted,
        "member": lambda h, m, a: m.get(name, "") in wanted,
    }
    return Part(frozenset({"boolean"}), runs[where], one_of=(reads, texts))


def _pair(test: Callable[[Value, Value], bool], one: Closure, other: Closure) -> Part:
    return part("boolean", lambda h, m, a: test(one(h, m, a), other(h, m, a)))


def _alike(one: Value, other: Value) -> tuple[Value, Value]:
    """Return two values as `=` compares them: as truth values, else as numbers, else as texts."""
    if isinstance(one, bool) or isinstance(other, bool):
        return value_truth(one), value_truth(other)
    if isinstance(one, float) or isinstance(other, float):
        return value_number(one), value_number(other)
    return one, other


def calculate(sign: str, one: Part, other: Part) -> Part:
    """Return a sum, difference, product, quotient or remainder; `sign` is + - * div mod."""
    left, right, combine = as_number(one).run, as_number(other).run, _SIGNS[sign]
    return part("number", lambda h, m, a: combine(left(h, m, a), right(h, m, a)))


def negative(source: Part) -> Part:
    """Return `-a`."""
    return after(as_number(source), "number", operator.neg)


def _divide(one: float, other: float) -> float:
    if other:
        return one / other
    if not one or math.isnan(one) or math.isnan(other):
        return math.nan
    return math.copysign(math.inf, one) * math.copysign(1.0, other)


def _remainder(one: float, other: float) -> float:
    if math.isinf(one) or not other:
        return math.nan
    return math.fmod(one, other)


_SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": _divide,
    "mod": _remainder,
}
