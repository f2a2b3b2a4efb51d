"""Cells as files give them: text on one line, and numbers that must not have been a figure."""

from jps.tables.cells import plain
from jps.text import N_, mask_nik

NUMBER_CELL = N_(
    "tersimpan sebagai angka: Excel hanya menyimpan 15 angka, jadi angka terakhir sudah hilang"
)
AS_TEXT = N_("ekspor ulang dari sumbernya dengan kolom berformat Teks")
NOT_16 = N_("bukan 16 angka")
PLACEHOLDER = N_("bukan nomor asli")

NOTHING = frozenset({"", "-", "--", "NULL", "N/A", "#N/A", "NONE"})  # words that stand for no value
_LENGTH = 16  # digits of a NIK and of a KK number
_BETWEEN = str.maketrans("", "", " .-\u00a0'`")
_LOOKALIKES = str.maketrans("OoIl", "0011")


def read_number(value: object) -> tuple[str, str, str]:
    """Return a NIK or KK number, what is wrong with it, and a suggestion; each may be empty."""
    if isinstance(value, float):
        return "", NUMBER_CELL, AS_TEXT
    text = plain(value)
    bare = text if _is_number(text) else text.translate(_BETWEEN)
    if _is_number(bare):
        fake = bare.startswith("00") or bare == bare[0] * _LENGTH or bare == "1234567890123456"
        return ("", PLACEHOLDER, "") if fake else (bare, "", "")
    if text.upper() in NOTHING:
        return "", "", ""
    if "E+" in text.upper():
        return "", NUMBER_CELL, AS_TEXT
    guess = bare.translate(_LOOKALIKES)
    return "", NOT_16, mask_nik(guess) if _is_number(guess) else ""


def _is_number(text: str) -> bool:
    return len(text) == _LENGTH and text.isascii() and text.isdigit()
