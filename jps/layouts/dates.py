"""Birth dates as files write them. What is not known is left out: `1965` has no month."""

import re
from datetime import date, datetime

EARLIEST = 1880  # year; nobody older is in any registry

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "JAN JANUARI JANUARY", "FEB FEBRUARI PEBRUARI FEBRUARY", "MAR MRT MARET MARCH",
            "APR APRIL", "MEI MAY", "JUN JUNI JUNE", "JUL JULI JULY",
            "AGU AGT AGS AGUST AGUSTUS AUG AUGUST", "SEP SEPT SEPTEMBER",
            "OKT OKTOBER OCT OCTOBER", "NOV NOP NOVEMBER NOPEMBER", "DES DESEMBER DEC DECEMBER",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_WORDS = re.compile(r"(\d{1,2})[-/. ]*([A-Z]+)[-/. ]*(\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$")


def read_birth_date(value: object, *, latest: date, month_first: bool = False) -> str | None:
    """Return `YYYY-MM-DD`, `YYYY` where day or month is missing, "" for nothing, None if no date.

    Reads 1965-08-17, 17-08-1965, 17/8/1965, 17.08.1965, 19650817, 17081965, 17 Agustus 1965, 1965,
    00-00-1965, and cells that are dates; day before month unless `month_first`. Years of two
    digits, dates after `latest` and before 1880 are no dates.
    """
    if isinstance(value, datetime | date):
        return _partial(value.year, value.month, value.day, latest)
    text = _CLOCK.sub("", str(value).strip().upper())
    if not text.strip("-0/. "):
        return ""
    parts = _parts(text, month_first)
    return None if parts is None else _partial(*parts, latest)


def _parts(text: str, month_first: bool) -> tuple[int, int, int] | None:
    """Return year, month, day; 0 where one is not told."""
    if found := _YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _YEAR_LAST.fullmatch(text):
        day, month = (found[2], found[1]) if month_first else (found[1], found[2])
        return int(found[3]), int(month), int(day)
    if (found := _WORDS.fullmatch(text)) and found[2] in _MONTHS:
        return int(found[3]), _MONTHS[found[2]], int(found[1])
    if found := _YEAR_MONTH.fullmatch(text):
        return int(found[1]), int(found[2]), 0
    return _digits(text.removesuffix(".0"))


def _digits(text: str) -> tuple[int, int, int] | None:
    if not (text.isascii() and text.isdigit()):
        return None
    if len(text) == 4:
        return int(text), 0, 0
    if len(text) != 8:
        return None
    # 20101965 is 20 October 1965: a month of 19 tells that the year does not stand first.
    if int(text[4:6]) <= 12 and EARLIEST <= int(text[:4]) <= 2100:
        return int(text[:4]), int(text[4:6]), int(text[6:])
    return int(text[4:]), int(text[2:4]), int(text[:2])


def _partial(year: int, month: int, day: int, latest: date) -> str | None:
    if not EARLIEST <= year <= latest.year or month > 12 or day > 31:
        return None
    if not (month and day):
        return f"{year:04d}"
    try:
        whole = date(year, month, day)
    except ValueError:
        return None
    return whole.isoformat() if whole <= latest else None
