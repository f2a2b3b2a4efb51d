"""What separates the cells of a CSV file, and its records, also behind a stray quote. Pure."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

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


def read_records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield the records of a CSV file, each with the number of its last line.

    A quote that is never closed would take the lines after it into one cell. Such a line is told
    as None, as one with a cell of more than `csv.field_size_limit()` characters is, and the lines
    after it are read for themselves.
    """
    source, again, taken = iter(lines), deque[str](), list[str]()

    def feed() -> Iterator[str]:
        while True:
            line = again.popleft() if again else next(source, None)
            if line is None:
                return
            taken.append(line)
            yield line

    number = width = 0
    reader = csv.reader(feed(), delimiter=delimiter)
    while True:
        taken.clear()
        try:
            cells = next(reader, None)
        except csv.Error:
            cells = None
        if not taken:
            return
        if cells is None or (len(taken) > 1 and _swallowed(cells, taken, width, delimiter)):
            again.extendleft(reversed(taken[1:]))
            reader = csv.reader(feed(), delimiter=delimiter)
            number += 1
            yield number, None
        else:
            number += len(taken)
            width = max(width, len(cells))
            yield number, cells


def _swallowed(cells: Sequence[str], lines: Sequence[str], width: int, delimiter: str) -> bool:
    """Whether a record of several lines holds lines that are records themselves.

    It does when its quotes do not close where a cell ends, when a line within it has a whole row's
    cells, or when its last line has and it has not itself.
    """
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    if width <= 2:  # an address of two lines may look like a row of two cells
        return False
    inner = lines[1:-1] if len(cells) == width else lines[1:]
    return any(_width([line], delimiter) == width for line in inner)
