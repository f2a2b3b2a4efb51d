"""From what arrived (form text, JSON, a spreadsheet cell) to a clean, typed answer.

Every type has one reader that returns the value or raises `Unclear` with a message for the person;
readers never let another exception out, whatever arrives.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from jps.questionnaire.problems import Rule
from jps.questionnaire.questions import Question
from jps.text import N_, one_line

MAX_TEXT = 10_000  # characters in one answer; more is a mistake or an attack
MAX_WHOLE = 10**15  # larger whole numbers lose digits in spreadsheets and in JavaScript

_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SEPARATORS = re.compile(r"[\s.\u00a0\u2010-\u2015-]+")
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+]?[0-9]+|[0-9]{9,}[.,]0+")
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PICTURE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.(?:jpg|jpeg|png)", re.IGNORECASE)
_LOCAL_DATE = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")

NOT_TEXT = N_("Isian ini harus berupa teks.")
NOT_WHOLE = N_("Isi dengan bilangan bulat, misalnya 36.")
NOT_NUMBER = N_("Isi dengan angka, misalnya 36,5.")
NOT_DATE = N_("Tanggal tidak ada di kalender atau bentuknya bukan TTTT-BB-HH, misalnya 1980-12-31.")
NOT_CHOICE = N_("Kode {code} tidak ada dalam daftar pilihan.")
NOT_POINT = N_("Titik GPS berbentuk lintang bujur ketinggian akurasi, misalnya 0.5435 123.0422.")
NOT_TIME = N_(
    "Waktu berbentuk TTTT-BB-HHTjj:mm:dd dengan zona, misalnya 2026-11-23T09:30:00+08:00."
)
NOT_PICTURE = N_("Foto dijawab dengan nama berkasnya, misalnya 1700000000000.jpg.")
NUMERIC_DIGITS = N_(
    "Nomor ini datang sebagai angka, sehingga digit dapat hilang. Kirim sebagai teks; "
    "di Excel, ubah format kolom menjadi Teks lalu isi kembali."
)
ROUNDED_DIGITS = N_(
    "Excel sudah mengubah nomor ini menjadi angka yang dibulatkan. Salin lagi dari kartu, "
    "bukan dari sel Excel."
)
CONTROL = N_("Isian memuat karakter kendali yang tidak dapat disimpan.")
TOO_LONG = N_("Isian terlalu panjang: {length} karakter, paling banyak {limit}.")


class Unclear(ValueError):
    """The answer cannot be read; `message` says why, `suggested` what was probably meant."""

    def __init__(
        self, message: str, *, rule: Rule = "type", suggested: str | None = None, **params: object
    ) -> None:
        super().__init__(message)
        self.message, self.rule, self.suggested, self.params = message, rule, suggested, params


def read_answer(question: Question, raw: object) -> object | None:
    """Return the typed answer to `question`, None when it is blank; raises `Unclear`.

    Text and codes are str, integers int, decimals float, dates and times ISO text, points `lat lon
    alt acc`, pictures the name of their file, multiple choices a list of codes in the order of the
    form.
    """
    if raw is None or raw == "" or raw == [] or raw == ():
        return None
    if isinstance(raw, str):
        if len(raw) > MAX_TEXT:
            raise Unclear(TOO_LONG, rule="size", length=len(raw), limit=MAX_TEXT)
        if not (raw.isascii() and raw.isprintable()) and _BAD.search(raw):
            raise Unclear(CONTROL)
        if not raw.strip():
            return None
    return READERS[question.type](question, raw)


def plain_codes(question: Question) -> frozenset[str]:
    """Return the codes that `read_answer` gives back as they are, alone or in a list."""
    return frozenset(
        code
        for code in question.by_code
        if code and code.split() == [code] and not _BAD.search(code)
    )


def plain_text(question: Question) -> Callable[[str], bool]:
    """Return what is true of most texts that `read_answer` gives back as they are.

    It is not asked of the others, which `read_answer` cleans, turns into something else or refuses.
    """
    if question.type == "select_one":
        return plain_codes(question).__contains__
    if question.type == "text" and question.is_digits:
        return _is_digits
    if question.type == "text":
        return _is_one_line
    if question.type == "date" and "month-year" not in question.appearance.split():
        return _is_date
    return _is_nothing


def _is_digits(text: str) -> bool:
    return text.isdigit() and text.isascii() and len(text) <= MAX_TEXT


def _is_one_line(text: str) -> bool:
    return (
        0 < len(text) <= MAX_TEXT
        and text.isascii()
        and text.isprintable()
        and " ".join(text.split()) == text
    )


def _is_date(text: str) -> bool:
    return _ISO_DATE.fullmatch(text) is not None and real_date(text)


def _is_nothing(_: str) -> bool:
    return False


def strip_separators(text: str) -> str:
    """Return a number that is a name (NIK, KK, RT, telephone) without spaces, dots and dashes."""
    if text.isalnum():  # nothing to take out: four times as fast
        return text
    return _SEPARATORS.sub("", text)


def answer_text(value: object | None) -> str:
    """Return a typed answer as it stands in an XML instance."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return value if isinstance(value, str) else str(value)


def _text(question: Question, raw: object) -> object | None:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        if question.is_digits and (isinstance(raw, float) or abs(raw) >= 10**9):
            raise Unclear(NUMERIC_DIGITS)
        return answer_text(_finite(raw, NOT_TEXT))
    if not isinstance(raw, str):
        raise Unclear(NOT_TEXT)
    if question.is_digits:
        if raw.isdigit() and raw.isascii():
            return raw
        if _ROUNDED.fullmatch(raw.strip()):
            raise Unclear(ROUNDED_DIGITS)
        return strip_separators(one_line(raw)) or None
    if "multiline" in question.appearance.split():
        return "\n".join(map(one_line, raw.splitlines())).strip() or None
    return one_line(raw) or None


def _finite(raw: float, message: str) -> float:
    """Return a number that can be kept exactly; `raw` is an int or a float."""
    if not abs(raw) < MAX_WHOLE:  # true of NaN as well
        raise Unclear(message)
    return raw


def _integer(_: Question, raw: object) -> int:
    if isinstance(raw, str) and _WHOLE.fullmatch(raw.strip()):
        return int(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        number = _finite(raw, NOT_WHOLE)
        if number == int(number):
            return int(number)
    raise Unclear(NOT_WHOLE)


def _decimal(_: Question, raw: object) -> float:
    if isinstance(raw, str) and _DECIMAL.fullmatch(raw.strip()):
        return float(raw.strip().replace(",", "."))
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(_finite(raw, NOT_NUMBER))
    raise Unclear(NOT_NUMBER)


def _date(question: Question, raw: object) -> str:
    if isinstance(raw, date):
        return raw.isoformat()[:10]
    if not isinstance(raw, str):
        raise Unclear(NOT_DATE)
    text = raw.strip()
    if "month-year" in question.appearance.split():
        text = text[:7] + "-01"
    if not (_ISO_DATE.fullmatch(text) and real_date(text)):
        raise Unclear(NOT_DATE, suggested=_iso_from_local(text))
    return text


def real_date(text: str) -> bool:
    """Is `text` (YYYY-MM-DD) a day of the calendar?"""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _iso_from_local(text: str) -> str | None:
    """Return 31/12/1980 as 1980-12-31 when such a day exists."""
    match = _LOCAL_DATE.fullmatch(text)
    if match is None:
        return None
    iso = f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}"
    return iso if real_date(iso) else None


def _code(question: Question, raw: object) -> str:
    text = raw.strip() if isinstance(raw, str) else ""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        text = answer_text(_finite(raw, NOT_TEXT))
    elif not isinstance(raw, str):
        raise Unclear(NOT_TEXT)
    if text in question.by_code:
        return text
    short = text.lstrip("0") or "0"
    raise Unclear(
        NOT_CHOICE,
        rule="choice",
        code=one_line(text[:20]),
        suggested=short if short in question.by_code else None,
    )


def _codes(question: Question, raw: object) -> list[str]:
    parts = raw.split() if isinstance(raw, str) else raw
    if isinstance(parts, int | float):
        parts = [parts]
    if not isinstance(parts, list | tuple):
        raise Unclear(NOT_TEXT)
    if len(parts) > MAX_TEXT:
        raise Unclear(TOO_LONG, rule="size", length=len(parts), limit=MAX_TEXT)
    known = question.by_code
    if all(part.__class__ is str and part in known for part in parts):
        found = set(parts)
    else:
        found = {_code(question, part) for part in parts}
    if len(found) == 1:
        return list(found)
    return sorted(found, key=question.by_code.__getitem__)


def _point(_: Question, raw: object) -> str:
    if not isinstance(raw, str):
        raise Unclear(NOT_POINT)
    parts = raw.replace(",", " ").split()
    if not 2 <= len(parts) <= 4:
        raise Unclear(NOT_POINT)
    try:
        numbers = [float(part) for part in parts] + [0.0] * (4 - len(parts))
    except ValueError:
        raise Unclear(NOT_POINT) from None
    latitude, longitude, altitude, accuracy = numbers
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise Unclear(NOT_POINT)
    if not (abs(altitude) <= 20_000 and 0 <= accuracy <= 10_000_000):  # metres
        raise Unclear(NOT_POINT)
    return f"{latitude:.7g} {longitude:.9g} {altitude:.6g} {accuracy:.6g}"


def _time(_: Question, raw: object) -> str:
    """Read an instant to the second; the zone stays as the device wrote it."""
    try:
        found = datetime.fromisoformat(raw.strip()) if isinstance(raw, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Unclear(NOT_TIME)
    return found.isoformat(timespec="seconds")


def _picture(_: Question, raw: object) -> str:
    """Read a file's name, as the phone (a UUID) or ODK Collect (milliseconds) makes it."""
    text = raw.strip() if isinstance(raw, str) else ""
    if not _PICTURE.fullmatch(text):
        raise Unclear(NOT_PICTURE)
    return text


READERS: Mapping[str, Callable[[Question, object], object | None]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "select_one": _code,
    "select_multiple": _codes,
    "geopoint": _point,
    "image": _picture,
    "start": _time,
    "end": _time,
}
