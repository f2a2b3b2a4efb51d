"""Names of areas, compared as people write them.

Official lists drift: between 2018 and 2025 23 of 729 names of Gorontalo changed their spelling
(Heluma/Helumo, Molosifat/Molosipat, Tuladengi/Tuladenggi, Huntulo Hulawa/Huntu Lo Hulawa, Deme
Satu/Deme I). A name never identifies an area; it only confirms or contradicts a code.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

SPELLING = 0.8  # share of letters that must agree for two names to be spellings of one
_WORDS = re.compile(r"[A-Z0-9]+")
_KINDS = {"KAB", "KABUPATEN", "KEC", "KECAMATAN", "KEL", "KELURAHAN", "DESA", "PROV", "PROVINSI"}
_NUMBERS = {
    "SATU": "1", "DUA": "2", "TIGA": "3", "EMPAT": "4", "LIMA": "5",
    "I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6",
}  # fmt: skip
_DRIFT = str.maketrans({"O": "A", "F": "P", "V": "P", "H": None, "'": None})
_DOUBLE = re.compile(r"(.)\1+")


class Agreement(IntEnum):
    """How well two names of one area agree."""

    DIFFERENT = 0
    SPELLING = 1
    SAME = 2


@lru_cache(maxsize=65536)
def comparable(name: str) -> str:
    """Return `name` without accents, kind words ("Desa", "Kec."), spaces and signs, in capitals.

    "Kota" stays: it tells Kota Gorontalo from Kabupaten Gorontalo. Number words and Roman numerals
    become digits. Applying it twice changes nothing.
    """
    plain = unicodedata.normalize("NFKD", name).replace("'", "").upper()
    words = _WORDS.findall(plain.encode("ascii", "ignore").decode())
    while len(words) > 1 and words[0] in _KINDS:
        words = words[1:]
    # The first word is never a number: "Lima" alone or first is a name.
    return "".join(words[:1] + [_NUMBERS.get(word, word) for word in words[1:]])


def compare(found: str, known: Iterable[str]) -> Agreement:
    """Return how well `found` agrees with the best of the `known` names of an area.

    An empty name agrees with nothing.
    """
    asked = comparable(found)
    if not asked:
        return Agreement.DIFFERENT
    return max((_agreement(asked, comparable(name)) for name in known), default=Agreement.DIFFERENT)


def _agreement(a: str, b: str) -> Agreement:
    if not b:
        return Agreement.DIFFERENT
    if a == b:
        return Agreement.SAME
    alike = Levenshtein.normalized_similarity(_sound(a), _sound(b)) >= SPELLING
    same_numbers = [c for c in a if c.isdigit()] == [c for c in b if c.isdigit()]
    return Agreement.SPELLING if alike and same_numbers else Agreement.DIFFERENT


def _sound(text: str) -> str:
    return _DOUBLE.sub(r"\1", text.translate(_DRIFT))
