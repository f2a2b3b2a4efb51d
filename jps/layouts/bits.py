"""Answers with several codes that a form stores as their sum (1 + 4 = 5)."""

from collections.abc import Collection


def bits_of(total: str, known: Collection[str]) -> list[str] | None:
    """Return the codes whose sum is `total`, None when no sum of the known codes is.

    Codes are powers of two; a code that is none (0, 99) stands for itself.
    """
    if not total.isdigit():
        return None
    number = int(total)
    if total in known and number & (number - 1 if number else 0):
        return [total]
    if number == 0:
        return ["0"] if "0" in known else None
    codes = [code for code in sorted(known, key=int) if _is_bit(int(code)) and number & int(code)]
    return codes if sum(map(int, codes)) == number else None


def _is_bit(number: int) -> bool:
    return number > 0 and not number & (number - 1)
