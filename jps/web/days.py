"""Days in an address: what a date field sends, as the moment the day begins in the office."""

from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jps.http import settings


def midnight(text: str) -> datetime | None:
    """Return the beginning of a day (YYYY-MM-DD) in the office's time zone; None for no date."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    if not MINYEAR < day.year < MAXYEAR:  # the day after, or UTC, would lie beyond time itself
        return None
    return datetime.combine(day, time(), ZoneInfo(settings().timezone))


def day_after(text: str) -> datetime | None:
    """Return the beginning of the day after `text`: the end of a span that includes it."""
    found = midnight(text)
    return found + timedelta(days=1) if found else None
