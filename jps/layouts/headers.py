"""Headers of files, compared as people write them; and the row in which they stand."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jps.text import one_line

SEARCHED = 25  # first rows of a table in which its header is looked for
MERGED = " / "  # between the two rows of a header
_OTHER = re.compile(r"[^A-Z0-9]+")
_PATH = re.compile(r"\s*[/:]\s*|(?<=\w)-(?=\w)")


def header_key(text: str) -> str:
    """Return a header as it is compared: letters and digits in capitals (`No. KK` -> `NOKK`)."""
    return _OTHER.sub("", text.upper())


def header_keys(text: str, *, paths: bool) -> tuple[str, ...]:
    """Return the keys under which a header may be known: whole, and the end of a path.

    With `paths`, `members/person/nik` and `person-nik` end in what the column holds, and
    `person/id_documents/4` in the choice that it holds; otherwise only a merged `Alamat / RT` does.
    """
    parts = _PATH.split(text) if paths else text.split(MERGED)
    keys = (header_key(text), *(header_key("".join(parts[-count:])) for count in (2, 1)))
    return tuple(dict.fromkeys(key for key in keys if key))


@dataclass(frozen=True, slots=True)
class Header:
    """The headers of a table; `rows` is how many rows end with them, before the first of data."""

    rows: int
    headers: tuple[str, ...]


def find_header(rows: Sequence[Sequence[object]], known: Callable[[str], bool]) -> Header | None:
    """Return the header among the first rows of a table, None when no row has a known column.

    Titles above it are passed over. A header over two rows, as merged cells make it, is read as
    `upper / lower`. Of rows that name the same columns the last is taken.
    """
    best, found = 0, None
    texts = [[_text(cell) for cell in row] for row in rows[:SEARCHED]]
    for place, row in enumerate(texts):
        candidates = [(1, row)]
        if place + 1 < len(texts):
            candidates.append((2, _joined(row, texts[place + 1])))
        for height, headers in candidates:
            count = sum(1 for header in headers if header and known(header))
            if count > best or (count and count == best and height == 1):
                best, found = count, Header(place + height, tuple(headers))
    return found


def _text(cell: object) -> str:
    return one_line(cell) if isinstance(cell, str) else ""


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return the headers of two rows; a merged cell of the upper one reaches to the next."""
    joined: list[str] = []
    reach = ""
    for place in range(max(len(upper), len(lower))):
        above = upper[place] if place < len(upper) else ""
        below = lower[place] if place < len(lower) else ""
        reach = above or reach
        joined.append(f"{reach}{MERGED}{below}" if below and reach else above or below)
    return joined
