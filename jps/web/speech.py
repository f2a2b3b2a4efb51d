"""The reader's language for reports that are made below the web."""

from flask_babel import gettext

from jps.reports.tables import Speech
from jps.web.formats import day, number, percent, rupiah


def speech() -> Speech:
    """Return how texts, numbers, shares, rupiah and days are said to the reader."""
    return Speech(gettext, number, percent, rupiah, day)
