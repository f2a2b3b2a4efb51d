"""Functions of XPath and OpenRosa on parts. What is not in these tables is left to lxml."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from jps.questionnaire.functions import (
    FUNCTIONS,
    date_of,
    date_writer,
    day_of,
    matcher,
    text_of,
)
from jps.questionnaire.numerals import number
from jps.questionnaire.parts import (
    TEXT,
    Kind,
    Part,
    Unsupported,
    after,
    as_number,
    as_text,
    as_truth,
    constant,
    part,
)

_DATES = 1024  # that stay written: every member asks for the day of the interview


def call(name: str, arguments: Sequence[Part]) -> Part:
    """Return the call of a function; raises `Unsupported`."""
    try:
        if name in _SPECIAL:
            return _SPECIAL[name](*arguments)
        if name in _CORE:
            return _core(name, arguments)
    except TypeError:  # as the context node where an argument is left out
        raise Unsupported(name) from None
    if name in _OPENROSA:
        return _openrosa(name, arguments)
    raise Unsupported(name)


def _core(name: str, arguments: Sequence[Part]) -> Part:
    convert, kind, function = _CORE[name]
    runs = [convert(found).run for found in arguments]
    if len(runs) == 1:
        (one,) = runs
        return part(kind, lambda h, m, a: function(one(h, m, a)))
    if len(runs) != 2:
        raise Unsupported(name)
    one, other = runs
    return part(kind, lambda h, m, a: function(one(h, m, a), other(h, m, a)))


def _openrosa(name: str, arguments: Sequence[Part]) -> Part:
    """Return the call of one of our own functions, which take a text for a node."""
    function, runs = FUNCTIONS[name], tuple(found.run for found in arguments)
    return part(_OPENROSA[name], lambda h, m, a: function(None, *[run(h, m, a) for run in runs]))


def _if(condition: Part, yes: Part, no: Part) -> Part:
    test, one, other = as_truth(condition).run, yes.run, no.run
    return Part(
        yes.kinds | no.kinds, lambda h, m, a: one(h, m, a) if test(h, m, a) else other(h, m, a)
    )


def _coalesce(*values: Part) -> Part:
    kinds = TEXT.union(*(found.kinds for found in values))
    if "column" in kinds:
        raise Unsupported("the first of several columns")
    runs = tuple(found.run for found in values)

    def first(h: Any, m: Any, a: Any) -> Any:
        for run in runs:
            value = run(h, m, a)
            if text_of(value) != "":
                return value
        return ""

    return Part(kinds, first)


def _regex(value: Part, pattern: Part) -> Part:
    matches = matcher(pattern.fixed) if isinstance(pattern.fixed, str) else None
    if matches is None:
        return _openrosa("regex", (value, pattern))
    run = as_text(value).run
    return part("boolean", lambda h, m, a: matches(run(h, m, a)) is not None)


def _selected(value: Part, code: Part) -> Part:
    run, wanted = as_text(value).run, as_text(code).run
    return part("boolean", lambda h, m, a: wanted(h, m, a) in run(h, m, a).split())


def _date(value: Part) -> Part:
    return after(value, "number", day_of)


def _format_date(value: Part, pattern: Part) -> Part:
    if not isinstance(pattern.fixed, str):
        return _openrosa("format-date", (value, pattern))
    write = date_writer(pattern.fixed)

    def written(value: object) -> str:
        found = date_of(value)
        return "" if found is None else write(found)

    if "column" not in value.kinds:  # lists cannot be remembered
        written = lru_cache(maxsize=_DATES)(written)
    return after(value, "string", written)


def _sum(column: Part) -> Part:
    if column.is_only("node"):
        return as_number(column)
    if not column.is_only("column"):
        raise Unsupported("the sum of what is no answer")
    return after(column, "number", lambda texts: sum(map(number, texts), 0.0))


def _count(column: Part) -> Part:
    if column.is_only("node"):
        return constant(1.0)
    if not column.is_only("column"):
        raise Unsupported("the number of what is no answer")
    return after(column, "number", lambda texts: float(len(texts)))


def _not(value: Part) -> Part:
    return after(as_truth(value), "boolean", operator.not_)


def _concat(*values: Part) -> Part:
    runs = tuple(as_text(found).run for found in values)
    return part("string", lambda h, m, a: "".join([run(h, m, a) for run in runs]))


def _floor(value: float) -> float:
    return math.copysign(math.floor(value), value) if math.isfinite(value) else value


def _ceiling(value: float) -> float:
    return math.copysign(math.ceil(value), value) if math.isfinite(value) else value


_SPECIAL: Mapping[str, Callable[..., Part]] = {
    "true": lambda: constant(True),
    "false": lambda: constant(False),
    "not": _not,
    "boolean": as_truth,
    "number": as_number,
    "string": as_text,
    "concat": _concat,
    "if": _if,
    "coalesce": _coalesce,
    "regex": _regex,
    "selected": _selected,
    "date": _date,
    "decimal-date-time": _date,
    "format-date": _format_date,
    "sum": _sum,
    "count": _count,
}
_CORE: Mapping[str, tuple[Callable[[Part], Part], Kind, Callable[..., Any]]] = {
    "string-length": (as_text, "number", lambda text: float(len(text))),
    "contains": (as_text, "boolean", operator.contains),
    "starts-with": (as_text, "boolean", str.startswith),
    "floor": (as_number, "number", _floor),
    "ceiling": (as_number, "number", _ceiling),
}
_OPENROSA: Mapping[str, Kind] = {
    "regex": "boolean",
    "selected-at": "string",
    "count-selected": "number",
    "int": "number",
    "round-to": "number",
    "min": "number",
    "max": "number",
    "abs": "number",
    "format-date": "string",
    "join": "string",
    "substr": "string",
    "ends-with": "boolean",
}
