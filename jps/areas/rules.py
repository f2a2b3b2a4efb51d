"""Area codes: levels, parents, and the two code systems that look alike.

Kemendagri writes `75`, `75.01`, `75.01.01`, `75.01.01.2001` (dots are often left out); BPS writes
2, 4, 7 and 10 digits. Province and kabupaten codes of both have the same shape and often the same
values for *different* areas (7501 is Boalemo for BPS and Kabupaten Gorontalo for Kemendagri), and
so have the ten digits of a desa: only names and places tell them apart.
"""

import re
from enum import StrEnum
from functools import lru_cache

from jps.text import N_

_DOTTED = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?")
_LENGTHS = (2, 5, 8, 13)  # characters of a dotted code per level
_PARTS = (2, 4, 6, 10)  # digits of a code without dots per level
_BPS_DIGITS = {2: 0, 4: 1, 7: 2, 10: 3}
_FRACTION = re.compile(r"(\d+)\.0")  # 7501.0: a code that went through a number column


class Level(StrEnum):
    """The four levels of administration, from the province down."""

    PROVINSI = "provinsi"
    KABKOTA = "kabkota"
    KECAMATAN = "kecamatan"
    DESA = "desa"

    @property
    def depth(self) -> int:
        """0 for the province to 3 for desa."""
        return _ORDER.index(self)

    @property
    def label(self) -> str:
        """The name that people know the level by (Indonesian, to be translated)."""
        return _LABELS[self.depth]

    @property
    def code_length(self) -> int:
        """Characters of a dotted Kemendagri code of this level."""
        return _LENGTHS[self.depth]

    @property
    def above(self) -> "Level | None":
        """The level above, None for the province."""
        return _ORDER[self.depth - 1] if self.depth else None

    @property
    def below(self) -> "Level | None":
        """The level below, None for desa."""
        return _ORDER[self.depth + 1] if self.depth < 3 else None


_ORDER = tuple(Level)
_LABELS = (N_("Provinsi"), N_("Kabupaten/kota"), N_("Kecamatan"), N_("Desa/kelurahan"))


class CodeSystem(StrEnum):
    """Whose codes a file carries."""

    KEMENDAGRI = "kemendagri"
    BPS = "bps"

    @property
    def label(self) -> str:
        """The name that people know it by."""
        return "BPS" if self is CodeSystem.BPS else "Kemendagri"


def is_code(text: str) -> bool:
    """Whether `text` is a dotted Kemendagri code of any level."""
    return _DOTTED.fullmatch(text) is not None


@lru_cache(maxsize=2048)
def level_of(code: str) -> Level:
    """Return the level of a dotted Kemendagri `code`; ValueError when it is none."""
    if not is_code(code):
        raise ValueError(f"not an area code: {code!r}")
    return _ORDER[_LENGTHS.index(len(code))]


def parent_of(code: str) -> str | None:
    """Return the code one level up, None for a province."""
    return code.rpartition(".")[0] or None


def lineage(code: str) -> tuple[str, ...]:
    """Return the codes from the province down to `code` itself."""
    return tuple(code[:length] for length in _LENGTHS if length <= len(code))


def ancestor(code: str, level: Level) -> str:
    """Return the code at `level` (its own or an upper one) that `code` lies in."""
    return code[: level.code_length]


def dotted(text: str) -> str | None:
    """Return a Kemendagri code however it was written (`750101`, `75.01.01`), None if it is none.

    A code that a spreadsheet turned into a number (`7501.0`) is understood too.
    """
    digits = _digits(text)
    if len(digits) not in _PARTS or ("." in _whole(text) and not is_code(_whole(text))):
        return None
    ends = _PARTS[: _PARTS.index(len(digits)) + 1]
    starts = (0, *ends[:-1])
    return ".".join(digits[a:b] for a, b in zip(starts, ends, strict=True))


def bps_level(text: str) -> Level | None:
    """Return the level of a BPS code by its number of digits, None when it has another number."""
    depth = _BPS_DIGITS.get(len(_digits(text)))
    return None if depth is None else _ORDER[depth]


def bps_code(text: str) -> str | None:
    """Return a BPS code as bare digits, None when `text` is none."""
    return _digits(text) if bps_level(text) is not None else None


def _whole(text: str) -> str:
    """Return `text` trimmed, and without the `.0` that a number column added."""
    number = _FRACTION.fullmatch(text.strip())
    return number[1] if number else text.strip()


def _digits(text: str) -> str:
    """Return the digits of a code, empty when anything but dots and spaces stands between them."""
    bare = _whole(text).replace(".", "").replace(" ", "")
    return bare if bare.isascii() and bare.isdigit() else ""
