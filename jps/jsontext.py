"""JSON as text: what the standard library writes, some eight times as fast (orjson).

Where orjson writes something else (NaN, numbers nearly zero) or refuses (halves of surrogate pairs,
numbers of more than 64 bits), the standard library writes it as ever.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import orjson

_NOT_A_NUMBER = b"null"  # also what None is written as
_TINY = b"0.0000"
_EXPONENT = re.compile(rb"e-[0-9]+(?:[,}\]]|$)")


def dump(value: Any) -> str:
    """Return `value` as JSON without spaces."""
    try:
        body = orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:
        body = _NOT_A_NUMBER
    if _NOT_A_NUMBER in body:
        return json.dumps(value, separators=(",", ":"))
    return body.decode()


def canonical(value: Any, default: Callable[[Any], str] | None = None) -> bytes:
    """Return `value` as JSON to be hashed: keys sorted, no spaces, UTF-8.

    `default` makes a text of what JSON does not know.
    """
    option = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_SORT_KEYS
    try:
        body = orjson.dumps(value, default, option)
    except TypeError:
        body = _NOT_A_NUMBER
    if _NOT_A_NUMBER in body or _TINY in body or _EXPONENT.search(body):
        text = json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=default
        )
        return text.encode("utf-8", "surrogatepass")
    return body
