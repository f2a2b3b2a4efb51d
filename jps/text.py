"""Words: what is shown to people, and cleaning of what they typed."""

import re
import unicodedata

# Tabs and line breaks are kept by callers that want them; everything else unseen is dropped.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_SPACES = re.compile(r"\s+")


def N_(text: str) -> str:
    """Mark `text` (Indonesian) for the translation catalogue and return it unchanged.

    Used where there is no request yet; the edge translates it when it is shown.
    """
    return text


def one_line(text: str) -> str:
    """Return `text` as one line: NFC, no control or direction marks, single spaces, trimmed.

    Halves of surrogate pairs, which JSON can carry and no database can store, go too.
    """
    if text.isascii() and text.isprintable():  # nothing to drop or to compose: four times as fast
        return " ".join(text.split())
    return _SPACES.sub(" ", _UNSEEN.sub("", unicodedata.normalize("NFC", text))).strip()


def mask_nik(nik: str | None) -> str:
    """Return a NIK or KK number with only its first four and last two digits: `7501**********01`.

    Anything shorter than eight characters is hidden whole; None and empty give an empty text.
    """
    if not nik:
        return ""
    if len(nik) < 8:
        return "*" * len(nik)
    return nik[:4] + "*" * (len(nik) - 6) + nik[-2:]


def csv_safe(text: str) -> str:
    """Return `text` such that a spreadsheet shows it and never runs it as a formula.

    Source: OWASP, CSV Injection.
    """
    return "'" + text if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
