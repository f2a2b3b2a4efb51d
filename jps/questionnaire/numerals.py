"""Numbers and texts turned into one another exactly as libxml2 does it.

Whole numbers go by Python; for anything else libxml2 itself is asked, so that both ways of
evaluating the questionnaire agree to the last digit.
"""

from functools import lru_cache

from lxml import etree

EXACT = 15  # digits of a whole number that every float holds
WHOLE = 2**31  # libxml2 writes whole numbers below this without rounding

_SMALL = {str(value): float(value) for value in range(1000)}  # codes, ages and counts
_NOTHING = etree.Element("nothing")
_NUMBER = etree.XPath("number($value)")
_STRING = etree.XPath("string($value)", smart_strings=False)


def number(text: str) -> float:
    """Return a text as XPath's number() reads it; NaN when it is none."""
    small = _SMALL.get(text)
    if small is not None:
        return small
    if text.isdigit() and text.isascii() and len(text) <= EXACT:
        return float(text)
    return _odd_number(text)


def number_string(value: float) -> str:
    """Return a number as XPath's string() writes it."""
    if -WHOLE < value < WHOLE and value == int(value):
        return str(int(value))
    return _odd_string(value)


@lru_cache(maxsize=1024)
def _odd_number(text: str) -> float:
    return float(_NUMBER(_NOTHING, value=text))


@lru_cache(maxsize=1024)
def _odd_string(value: float) -> str:
    return str(_STRING(_NOTHING, value=value))
