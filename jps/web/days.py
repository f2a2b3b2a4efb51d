"""Days of the office: of a moment, and of an address as the moment the day begins."""

from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jps.http import settings, today


def office_zone() -> ZoneInfo:
    """Return the office's time zone."""
    return ZoneInfo(settings().timezone)


def office_day(when: datetime) -> date:
    """Return the office's day of a moment."""
    return when.astimezone(office_zone()).date()


def days_since(when: datetime) -> int:
    """Return how many of the office's days ago a moment was: 0 today, 1 yesterday."""
    return (today() - office_day(when)).days


def midnight(text: str) -> datetime | None:
    """Return the beginning of a day (YYYY-MM-DD) in the office's time zone; None for no date."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    if not MINYEAR < day.year < MAXYEAR:  # the day after, or UTC, would lie beyond time itself
        return None
    return datetime.combine(day, time(), office_zone())


def day_after(text: str) -> datetime | None:
    """Return the beginning of the day after `text`: the end of a span that includes it."""
    found = midnight(text)
    return found + timedelta(days=1) if found else None
