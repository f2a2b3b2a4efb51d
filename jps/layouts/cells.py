"""Cells of files to answers: a small vocabulary of transforms, each for one kind of column.

A transform takes the cell as the file gave it and returns the answer, None for nothing, or raises
`Unreadable` with the reason. What an answer may be is the questionnaire's business; here it is only
brought into the shape in which the gate reads it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from jps.layouts.dates import read_birth_date
from jps.layouts.layout import Column, Level
from jps.text import N_, mask_nik, one_line

Reader = Callable[[object], object | None]

LATEST = date(2100, 1, 1)  # the gate knows today
NOTHING = frozenset(
    {"", "-", "--", "NULL", "N/A", "#N/A", "NONE", "NAN", "KOSONG", "TIDAK ADA DATA"}
)
DIGITS = 16  # of a NIK and of a KK number
_EPOCH = date(1899, 12, 30)  # day 0 of Excel's calendar, its wrong 29 Feb 1900 included
_SERIALS = (367, 73_050)  # Excel's numbers of 1 Jan 1901 and 31 Dec 2099
_BETWEEN = str.maketrans("", "", " .-\u00a0'`\u2019")
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+]?[0-9]+|[0-9]{9,}[.,]0+")
_FORMULA = frozenset("=+-@")
_WORD = re.compile(r"[^A-Z0-9]+")
_CODE_LABEL = re.compile(r"\s*([^\s=]+)\s*(?:[-=.:)]|\u2013)\s+\S")

NUMERIC = N_(
    "Nomor ini tersimpan sebagai angka. Excel hanya menyimpan 15 angka, jadi angka terakhirnya "
    "sudah hilang."
)
AS_TEXT = N_("Ekspor ulang dari sumbernya dengan kolom berformat Teks, atau salin dari kartu.")
MASKED = N_("Nomor ini disamarkan, jadi bukan nomor yang sebenarnya.")
UNMASKED = N_("Pakai berkas dengan nomor utuh, atau kosongkan dan pilih alasannya.")
NOT_DATE = N_("Tanggal ini tidak dapat dibaca.")
DATE_FORMS = N_("Tulis seperti 1980-12-31 atau 31/12/1980.")
NOT_KNOWN = N_("{word} tidak ada dalam daftar pilihan.")
NOT_YES_NO = N_("{word} bukan ya atau tidak.")
NOT_FLAG = N_("{word} bukan 1 atau 0.")
NOT_RT_RW = N_("{word} bukan dua nomor RT dan RW.")


class Unreadable(ValueError):
    """The cell cannot be read; `reason` is a template for `params`."""

    def __init__(
        self, reason: str, suggestion: str = "", level: Level = "error", **params: object
    ) -> None:
        super().__init__(reason)
        self.reason, self.suggestion, self.level, self.params = reason, suggestion, level, params


def plain(value: object) -> str:
    """Return a cell as one line of text; a whole number without `.0`, None as empty."""
    if isinstance(value, str):
        return one_line(value)
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != datetime.min.time() else str(value.date())
    return one_line(str(value))


def word_key(text: str) -> str:
    """Return a word as choices are compared: letters and digits in capitals."""
    return _WORD.sub("", text.upper())


def shown(value: object) -> str:
    """Return a cell as a problem may show it: short, NIK and KK masked."""
    text = plain(value)[:60]
    bare = text.translate(_BETWEEN)
    return mask_nik(bare) if bare.isdigit() and len(bare) > DIGITS - 4 else text


def _text(value: object) -> object | None:
    if isinstance(value, str) and value[:1] == "'" and value[1:2] in _FORMULA:
        value = value[1:]  # what `csv_safe` put before it
    if isinstance(value, str) and "\n" in value:
        return value.strip() or None
    text = plain(value)
    return None if text in ("", "-") else text


def _identity(value: object) -> object | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value == 0 or value != value:
            return None
        raise Unreadable(NUMERIC, AS_TEXT)
    text = plain(value)
    bare = text.translate(_BETWEEN)
    if bare.isdigit() and len(bare) == DIGITS:
        return bare
    if text.upper() in NOTHING or not bare.strip("0"):
        return None
    if _ROUNDED.fullmatch(text):
        raise Unreadable(NUMERIC, AS_TEXT)
    if "*" in text or "\u2022" in text:
        raise Unreadable(MASKED, UNMASKED)
    return bare  # whatever is wrong with it, the gate says so and offers what was probably meant


def _date(value: object) -> object | None:
    found = _birth_text(value)
    if found is None or len(found) == 10:
        return found
    raise Unreadable(NOT_DATE, DATE_FORMS)


def _month(value: object) -> object | None:
    text = plain(value)
    if match := re.fullmatch(r"(\d{1,2})[-/. ](\d{4})", text):
        return f"{match[2]}-{int(match[1]):02d}-01"
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return f"{text}-01"
    return _date(value)


def _birth_text(value: object) -> str | None:
    """Return `YYYY-MM-DD` or `YYYY`; None for nothing."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if _SERIALS[0] <= value <= _SERIALS[1] and not 1880 <= value <= LATEST.year:
            value = _EPOCH + timedelta(days=int(value))
        else:
            value = plain(value)
    text = plain(value) if not isinstance(value, date) else value
    if isinstance(text, str) and text.upper() in NOTHING:
        return None
    if isinstance(text, str) and text.isdigit() and len(text) == 5:
        text = _EPOCH + timedelta(days=int(text))
    found = read_birth_date(text, latest=LATEST)
    if found is None:
        raise Unreadable(NOT_DATE, DATE_FORMS)
    return found or None


def _birth(value: object) -> object | None:
    """Return the answers that say when somebody was born, as precisely as the cell does."""
    found = _birth_text(value)
    if found is None:
        return None
    if len(found) == 4:
        return {"birth_precision": "year", "birth_year": found}
    return {"birth_precision": "full", "birth_date": found}


def _number(value: object) -> object | None:
    if isinstance(value, float) and value == value:
        return int(value) if value.is_integer() else value
    if isinstance(value, int):
        return value
    text = plain(value)
    return None if text in ("", "-") else text


class _Words(dict[object, object | None]):
    """What cells of a column of choices mean; every different cell is looked up once."""

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, value: object) -> object | None:
        text = plain(value)
        found = None
        if text.upper() not in NOTHING:
            found = self._code(text)
        if len(self) < 10_000:
            self[value] = found
        return found

    def _code(self, text: str) -> str:
        known = self._words.get(text) or self._words.get(word_key(text))
        if known is None and (match := _CODE_LABEL.match(text)):
            known = self._words.get(match[1])
        if known is None and text.isdigit():
            known = self._words.get(text.lstrip("0") or "0")
        if known is None:
            raise Unreadable(NOT_KNOWN, word=text[:40])
        return known


def _choice(column: Column) -> Reader:
    return _Words(column.options).__getitem__


def _choices(column: Column) -> Reader:
    words = _Words(column.options)

    def read(value: object) -> object | None:
        if isinstance(value, list | tuple):
            return [words[part] for part in value] or None
        text = plain(value)
        if not text or text == "-":
            return None
        parts = text.split()
        if all(part.strip(",;") in column.options for part in parts):
            return [words[part.strip(",;")] for part in parts]
        cut = ";" if ";" in text else "," if text.count(",") else "\n"
        return [words[part.strip()] for part in text.split(cut) if part.strip()]

    return read


_YES = frozenset({"1", "3", "YA", "Y", "YES", "TRUE", "ADA", "MENERIMA", "PENERIMA", "PADAN", "V"})
_NO = frozenset(
    {"2", "4", "TIDAK", "T", "N", "NO", "FALSE", "TDK", "TIDAKADA", "TIDAKMENERIMA", "BUKAN"}
    | {"TIDAKPADAN", "BUKANPENERIMA", "BELUM"}
)


def _yes_no(column: Column) -> Reader:
    """1/2, 3/4 (PBDT 2015 alternates) and words; 0 is no where the list says so."""
    zero = "zero" in column.options
    # Whether a list says that somebody received aid keeps nobody out.
    level: Level = "warning" if "combine" in column.options else "error"

    def read(value: object) -> object | None:
        word = word_key(plain(value))
        if word in _YES:
            return "1"
        if word in _NO or (word == "0" and zero):
            return "2"
        if plain(value).upper() in NOTHING:
            return None
        raise Unreadable(NOT_YES_NO, level=level, word=plain(value)[:40])

    return read


def _split(column: Column) -> Reader:
    """One column per choice, 1 where it was chosen (Kobo, ODK Central)."""
    chosen = [column.options["code"]]

    def read(value: object) -> object | None:
        word = word_key(plain(value))
        if word in {"1", "TRUE"}:
            return list(chosen)
        if word in {"", "0", "FALSE"}:
            return None
        raise Unreadable(NOT_FLAG, word=plain(value)[:40])

    return read


def _flag(column: Column) -> Reader:
    """A list that names whom it covers: a yes is one choice of several, a no says nothing."""
    chosen, read_word = [column.options["code"]], _yes_no(replace(column, options={"zero": "no"}))
    return lambda value: list(chosen) if read_word(value) == "1" else None


def _rt_rw(value: object) -> object | None:
    """Return both numbers of a cell such as `001/002`."""
    numbers = re.findall(r"[0-9]{1,3}", plain(value))
    if len(numbers) == 2:
        return {"rt": numbers[0], "rw": numbers[1]}
    if not numbers:
        return None
    raise Unreadable(NOT_RT_RW, level="warning", word=plain(value)[:40])


def _keep(column: Column) -> Reader:
    def read(value: object) -> object | None:
        text = plain(value)
        return column.options.get(word_key(text), text) or None

    return read


def _plainly(read: Reader, _column: Column) -> Reader:
    return read


READERS: Mapping[str, Callable[[Column], Reader]] = {
    "text": partial(_plainly, _text),
    "identity": partial(_plainly, _identity),
    "date": partial(_plainly, _date),
    "month": partial(_plainly, _month),
    "birth": partial(_plainly, _birth),
    "number": partial(_plainly, _number),
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
    "split": _split,
    "flag": _flag,
    "rt_rw": partial(_plainly, _rt_rw),
    "item": partial(_plainly, _text),
    "part": partial(_plainly, _text),
    "age_group": _yes_no,
    "keep": _keep,
}
