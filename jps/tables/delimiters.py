"""What separates the cells of a CSV file, told from its first lines. Pure."""

import csv
import re
from collections.abc import Sequence

_USUAL = ",;\t|"
_RARE = "~^"  # tried after the usual ones
_TIME = re.compile(r"(?<!\d)\d{1,2}(?::\d{2}){1,2}(?!\d)")


def likely_delimiters(lines: Sequence[str]) -> list[str]:
    """Return what may separate cells, likeliest first: what cuts all first lines into as many.

    Where nothing does (a title above, lines in quotes), what is frequent in the longest line. A
    colon also stands in times, so it counts only where it cuts all lines alike and is no time.
    """
    found = [one for one in lines if one.strip()]
    longest = max(found, key=len, default="")
    usual = sorted(_USUAL, key=longest.count, reverse=True)
    likely = [*usual, *_RARE]
    if all(":" in _TIME.sub("", line) for line in found) and _width(found, ":") > 1:
        likely.append(":")
    return sorted(likely, key=lambda one: _width(found, one), reverse=True)


def _width(lines: Sequence[str], delimiter: str) -> int:
    """Return into how many cells `delimiter` cuts every line, 0 when not all alike or into one."""
    try:
        widths = {len(cells) for cells in csv.reader(lines, delimiter=delimiter)}
    except csv.Error:
        return 0
    return width if len(widths) == 1 and (width := widths.pop()) > 1 else 0
