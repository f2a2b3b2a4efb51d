"""The reader's language for reports that are made below the web."""

from flask_babel import gettext

from jps.reports.tables import Speech
from jps.web.formats import day, number, percent, rupiah
from jps.web.maps import POPULATION_SOURCES


def speech() -> Speech:
    """Return how texts, numbers, shares, rupiah, days and sources are said to the reader."""
    return Speech(gettext, number, percent, rupiah, day, _source)


def _source(key: str) -> str:
    return gettext(POPULATION_SOURCES.get(key, key))
