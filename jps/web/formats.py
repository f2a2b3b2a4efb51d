"""How figures, dates and masked numbers are written on pages."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import (
    format_date,
    format_datetime,
    format_decimal,
    format_timedelta,
    gettext,
    to_user_timezone,
)

from jps.text import mask_nik
from jps.web.days import days_since

NONE = "–"  # what stands where there is no value


def number(value: float | None, digits: int = 0) -> str:
    """Return `1.234.567,5`; a dash for None."""
    if value is None:
        return NONE
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern)


def percent(value: float | None, digits: int = 1) -> str:
    """Return a share (0-1) as `12,3 %`; a dash for None."""
    return NONE if value is None else f"{number(value * 100, digits)} %"


def rupiah(value: int | None) -> str:
    """Return whole rupiah: `Rp300.000`; a dash for None."""
    return NONE if value is None else f"Rp{number(value)}"


def day(value: date | None) -> str:
    """Return `23 Nov 2026`; a dash for None."""
    return NONE if value is None else format_date(value, "d MMM yyyy")


def month(value: date | None) -> str:
    """Return `Jul 2026`; a dash for None."""
    return NONE if value is None else format_date(value, "MMM yyyy")


def iso_day(text: str) -> str:
    """Return an ISO date text as `23 Nov 2026`; a year or what is no date stays as it is."""
    try:
        return day(date.fromisoformat(text)) if len(text) == 10 else text
    except ValueError:
        return text


def moment(value: datetime | None) -> str:
    """Return `23 Nov 2026 14.05 WITA` in the office's time zone; a dash for None."""
    if value is None:
        return NONE
    zone = to_user_timezone(value).tzname()  # `WITA`; Babel only knows it in Indonesian
    return f"{day(value)} {clock(value)} {zone}"


def iso_moment(text: str) -> str:
    """Return an ISO instant with its zone as `moment` writes it; anything else as it is."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if found.tzinfo is None else moment(found)


def clock(value: datetime) -> str:
    """Return the time of the day in the office's time zone: `14.05`."""
    return format_datetime(value, gettext("HH.mm"))


def duration(seconds: float) -> str:
    """Return a length of time in the largest unit that fits: `12 detik`, `3 menit`."""
    return format_timedelta(timedelta(seconds=round(seconds)), threshold=1.2)


def translated(text: str) -> str:
    """Return a text that was marked in a lower layer in the reader's language."""
    return gettext(text)


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "percent": percent,
    "rupiah": rupiah,
    "day": day,
    "month": month,
    "iso_day": iso_day,
    "iso_moment": iso_moment,
    "moment": moment,
    "days_since": days_since,
    "mask": mask_nik,
    "duration": duration,
    "t": translated,
}
