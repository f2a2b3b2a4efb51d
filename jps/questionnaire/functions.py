"""The OpenRosa functions that XPath 1.0 lacks, as lxml extension functions.

Meanings follow the ODK XForms specification (https://getodk.github.io/xforms-spec/#xpath-functions)
with dates as day numbers since 1970-01-01, which is what a date becomes there when it is compared.
Every function takes what lxml hands over (text, number, truth value or list of elements) and never
raises: a wrong argument gives NaN or an empty text, as in XPath.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

MAX_PLACES = 300  # decimals of round(); beyond, a float overflows
EPOCH = date(1970, 1, 1).toordinal()
CORE = frozenset(
    {
        "boolean",
        "ceiling",
        "concat",
        "contains",
        "count",
        "false",
        "floor",
        "last",
        "local-name",
        "name",
        "normalize-space",
        "not",
        "number",
        "position",
        "round",
        "starts-with",
        "string",
        "string-length",
        "substring",
        "substring-after",
        "substring-before",
        "sum",
        "translate",
        "true",
    }
)


def text_of(value: object) -> str:
    """Return an XPath value as XPath's string() would; a list of elements is its first one."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(float(value))
    if isinstance(value, list):
        return text_of(value[0]) if value else ""
    text = getattr(value, "text", None)
    return text if isinstance(text, str) else ""


def number_text(value: float) -> str:
    """Return a number without a needless fraction: 3.0 is `3`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value == int(value) else repr(value)


def number_of(value: object) -> float:
    """Return an XPath value as a number; NaN when it is none."""
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(text_of(value).strip() or "nan")
    except ValueError:
        return math.nan


def day_number(value: date) -> float:
    """Return the days from 1970-01-01 to `value`."""
    return float(value.toordinal() - EPOCH)


def date_of(value: object) -> date | None:
    """Return a day number or an ISO text as a date, None when it is neither."""
    try:
        if isinstance(value, int | float):
            return date.fromordinal(int(value) + EPOCH)
        return date.fromisoformat(text_of(value)[:10])
    except (ValueError, OverflowError):
        return None


def day_of(value: object) -> float:
    """Return a day number or an ISO text as a day number; NaN when it is neither."""
    found = date_of(value)
    return math.nan if found is None else day_number(found)


def _date(_: object, value: object) -> float:
    return day_of(value)


_DATE_PARTS: Mapping[str, str] = {
    "%Y": "{0.year:04d}",
    "%y": "{1:02d}",
    "%m": "{0.month:02d}",
    "%n": "{0.month}",
    "%d": "{0.day:02d}",
    "%e": "{0.day}",
}


@lru_cache(maxsize=64)
def date_writer(pattern: str) -> Callable[[date], str]:
    """Return what writes a date by a pattern of format-date(); unknown parts are left out."""
    literal = pattern.replace("{", "{{").replace("}", "}}")
    template = re.sub("%[A-Za-z]", lambda match: _DATE_PARTS.get(match[0], ""), literal)
    return lambda found: template.format(found, found.year % 100)


def _format_date(_: object, value: object, pattern: object) -> str:
    found = date_of(value)
    return "" if found is None else date_writer(text_of(pattern))(found)


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str] | None:
    """Return a regular expression, None when it is not one."""
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return None


_ANYWHERE = re.compile(r"\.\*(\[[^]\[\\]+\])\.\*")


def matcher(pattern: str) -> Callable[[str], object] | None:
    """Return what is true of the texts that regex() accepts; None when there is no such pattern.

    One of some characters anywhere (`.*[0-9].*`) is looked for without going back and forth.
    """
    anywhere = _ANYWHERE.fullmatch(pattern)
    found = compiled(anywhere[1] if anywhere else pattern)
    if found is None:
        return None
    return found.search if anywhere else found.fullmatch


def _regex(_: object, value: object, pattern: object) -> bool:
    found = compiled(text_of(pattern))
    return found is not None and found.fullmatch(text_of(value)) is not None


def _selected(_: object, value: object, code: object) -> bool:
    return text_of(code) in text_of(value).split()


def _selected_at(_: object, value: object, index: object) -> str:
    codes, place = text_of(value).split(), number_of(index)
    return codes[int(place)] if 0 <= place < len(codes) else ""


def _count_selected(_: object, value: object) -> float:
    return float(len(text_of(value).split()))


def _if(_: object, condition: object, yes: object, no: object) -> object:
    if isinstance(condition, float):
        return yes if condition and not math.isnan(condition) else no
    return yes if condition else no


def _coalesce(_: object, *values: object) -> object:
    return next((value for value in values if text_of(value) != ""), "")


def _int(_: object, value: object) -> float:
    number = number_of(value)
    return float(math.trunc(number)) if math.isfinite(number) else math.nan


def _round(_: object, value: object, places: object = 0.0) -> float:
    number, digits = number_of(value), number_of(places)
    if not (math.isfinite(number) and abs(digits) <= MAX_PLACES):
        return math.nan
    factor = 10.0 ** int(digits)
    if not math.isfinite(number * factor):
        return number
    return math.floor(number * factor + 0.5) / factor  # XPath rounds halves upwards


def _flat(values: tuple[object, ...]) -> list[object]:
    return [part for value in values for part in (value if isinstance(value, list) else [value])]


def _numbers(values: tuple[object, ...]) -> list[float]:
    return [number for number in map(number_of, _flat(values)) if not math.isnan(number)]


def _min(_: object, *values: object) -> float:
    return min(_numbers(values), default=math.nan)


def _max(_: object, *values: object) -> float:
    return max(_numbers(values), default=math.nan)


def _abs(_: object, value: object) -> float:
    return abs(number_of(value))


def _join(_: object, separator: object, *values: object) -> str:
    return text_of(separator).join(map(text_of, _flat(values)))


def _substr(_: object, value: object, start: object, end: object = None) -> str:
    first, text = number_of(start), text_of(value)
    last = len(text) if end is None else number_of(end)
    if not (math.isfinite(first) and math.isfinite(last)):
        return ""
    return text[int(first) : int(last)]


def _ends_with(_: object, value: object, tail: object) -> bool:
    return text_of(value).endswith(text_of(tail))


def _position_of(_: object, nodes: object) -> float:
    """ODK's position(..): which of its like the first node is, from 1."""
    if not isinstance(nodes, list) or not nodes:
        return math.nan
    return 1.0 + sum(1 for _ in nodes[0].itersiblings(nodes[0].tag, preceding=True))


def _indexed_repeat(_: object, nodes: object, repeats: object, index: object) -> str:
    place = number_of(index)
    if not (isinstance(nodes, list) and isinstance(repeats, list) and 1 <= place <= len(repeats)):
        return ""
    entry = repeats[int(place) - 1]
    return text_of([node for node in nodes if entry in node.iterancestors()])


FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "regex": _regex,
    "selected": _selected,
    "selected-at": _selected_at,
    "count-selected": _count_selected,
    "if": _if,
    "coalesce": _coalesce,
    "int": _int,
    "round-to": _round,  # round() with the number of decimals, which the core function lacks
    "min": _min,
    "max": _max,
    "abs": _abs,
    "date": _date,
    "decimal-date-time": _date,
    "format-date": _format_date,
    "join": _join,
    "substr": _substr,
    "ends-with": _ends_with,
    "position-of": _position_of,
    "indexed-repeat": _indexed_repeat,
}
