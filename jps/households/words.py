"""The words by which a household is found, and what a typed search asks for.

Every household has a row per word in `household_word(word, household_id)`, whose primary key is a
sorted index on both databases, so a typed beginning is a range of it: no full scan, no database
extension. The same words stand joined in `household.words`, for searches in a few villages.

Words of names and addresses are kept as they sound (`jps.matching.normalise`: DJOEMADI and JUMADI
are one). Numbers are kept backwards behind a mark, so that "the last four digits" is a beginning
too; a full NIK or KK number is only its longest case.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jps.households.documents import roster_of
from jps.matching.normalise import Normaliser, fold

NIK_MARK, KK_MARK = "1", "2"
MIN_LETTERS = 2
MIN_DIGITS = 4  # of a NIK or KK number; fewer would find half the village
MAX_LENGTH = 40  # characters of a stored word
MAX_WORDS = 200  # per household; a draft may hold anything
MAX_ASKED = 8  # words of one search

# Words that nearly every address has: they find nothing and would cost most.
_COMMON = "DUSUN DESA KELURAHAN KEL KECAMATAN KEC LINGKUNGAN JALAN JL JLN RT RW NO"
COMMON = frozenset(_COMMON.split())

_LETTERS = re.compile("[A-Z]+")
_NUMBER = re.compile(r"[0-9][0-9 .-]*[0-9]")


@dataclass(frozen=True, slots=True)
class Asked:
    """One word of a search: the beginnings, any of which a word of the household must have."""

    beginnings: tuple[str, ...]


def words_of(document: Mapping[str, Any], normaliser: Normaliser) -> frozenset[str]:
    """Return the words of a household's document, accepted or still a draft."""
    found: list[str] = []
    for field in ("address", "dusun", "kk_address"):
        found += _text_words(document.get(field), normaliser)
    found += _name_words(document.get("respondent_name"), normaliser)
    for member in roster_of(document):
        found += _name_words(member.get("name"), normaliser)
        found += _number_words(member.get("nik"), NIK_MARK)
        found += _number_words(member.get("kk"), KK_MARK)
    return frozenset([word[:MAX_LENGTH] for word in dict.fromkeys(found)][:MAX_WORDS])


def asked_words(text: str, normaliser: Normaliser) -> tuple[Asked, ...]:
    """Return what a typed search asks for; empty when it holds nothing to search by."""
    numbers = ["".join(filter(str.isdigit, match)) for match in _NUMBER.findall(text)]
    asked = [
        Asked((NIK_MARK + digits[::-1], KK_MARK + digits[::-1]))
        for digits in numbers
        if MIN_DIGITS <= len(digits) < MAX_LENGTH
    ]
    words = normaliser.name(_NUMBER.sub(" ", text)).words
    sounds = [word.sound for word in words if word.plain not in COMMON]
    found = [sound[:MAX_LENGTH] for sound in sounds if len(sound) >= MIN_LETTERS]
    asked += [Asked((sound,)) for sound in dict.fromkeys(found)]
    return tuple(asked[:MAX_ASKED])


def _name_words(text: object, normaliser: Normaliser) -> Iterator[str]:
    if not isinstance(text, str) or not text:
        return
    for word in normaliser.name(text[:500]).words:
        if len(word.sound) >= MIN_LETTERS:
            yield word.sound


def _text_words(text: object, normaliser: Normaliser) -> Iterable[str]:
    if not isinstance(text, str) or not text:
        return ()
    tokens = _LETTERS.findall(fold(text[:500]))
    return [
        normaliser.skeleton(token)
        for token in tokens
        if len(token) >= MIN_LETTERS and token not in COMMON
    ]


def _number_words(number: object, mark: str) -> Iterable[str]:
    if not isinstance(number, str):
        return ()
    digits = number[:MAX_LENGTH]
    if not digits.isdigit():
        digits = "".join(filter(str.isdigit, digits))
    return (mark + digits[::-1],) if len(digits) >= MIN_DIGITS else ()
