"""Cells as files give them, as one line of text."""

from jps.text import one_line


def plain(value: object) -> str:
    """Return a cell as one line of text; a whole number without `.0`, None as empty."""
    if isinstance(value, str):
        return value if _is_plain(value) else one_line(value)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return one_line(str(value))


def _is_plain(text: str) -> bool:
    """Whether `one_line` would change nothing; ten times faster, and true of nearly every cell."""
    if not (text.isascii() and text.isprintable()):
        return not text
    return "  " not in text and text[:1] != " " and text[-1:] != " "
