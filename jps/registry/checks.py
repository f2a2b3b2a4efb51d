"""One row of a registry file, checked: a person, or the reasons why it cannot be one.

A row without a usable NIK or name is refused. Anything else that is wrong is left empty, because
unknown does no harm and wrong does, and is told in the problem file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from jps.layouts.dates import read_birth_date
from jps.registry.cells import NOTHING, read_number
from jps.registry.columns import FileMapping, header_key
from jps.registry.models import ADDRESS_MAX, NAME_MAX
from jps.registry.places import AreaBook, Place
from jps.registry.rules import RegistryStatus
from jps.tables.cells import plain
from jps.text import N_, mask_nik

EMPTY = N_("kosong")
TOO_LONG = N_("terlalu panjang")
NO_LETTERS = N_("tidak berisi huruf")
NO_DATE = N_("bukan tanggal lahir yang mungkin")
DATE_FORM = N_("tulis seperti 1965-08-17 atau 17-08-1965")
NO_SEX = N_("bukan jenis kelamin")
SEX_FORM = N_("tulis L atau P")
NO_STATUS = N_("kata status tidak dikenal")
STATUS_FORM = N_("tulis AKTIF, MENINGGAL, PINDAH, NONAKTIF atau GANDA, atau petakan kata ini")

# Columns that follow the address, and how each begins in it.
ADDRESS_PARTS = (("hamlet", "DUSUN"), ("rt", "RT"), ("rw", "RW"))
PART_MAX = 60  # characters

PERSONAL = frozenset({"nik", "kk", "name", "mother", "birth_date", "birth_place", "address"})
_AREA_NUMBERS = ("province_number", "regency_number", "district_number", "village_number")
_AREA_NAMES = ("province", "regency", "district", "village_name")
_SEXES = {
    word: code
    for code, words in (("1", "1 L LK LAKI LAKILAKI PRIA MALE M"), ("2", "2 P PR PEREMPUAN WANITA "
    "W FEMALE F"))
    for word in words.split()
}  # fmt: skip
_STATUSES = {
    word: status
    for status, words in (
        (RegistryStatus.ACTIVE, "ACTIVE AKTIF HIDUP ADA PADAN 0 00"),
        (RegistryStatus.DEAD, "DEAD MENINGGAL MENINGGALDUNIA MATI WAFAT 11"),
        (RegistryStatus.MOVED, "MOVED PINDAH PINDAHKELUAR KELUAR PINDAHDATANG"),
        (RegistryStatus.INACTIVE, "INACTIVE NONAKTIF TIDAKAKTIF 14"),
        (RegistryStatus.DUPLICATE, "DUPLICATE GANDA DUPLIKAT DATAGANDA 12"),
    )
    for word in words.split()
}


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell; `shown` is what may be shown of its value."""

    column: str
    reason: str
    suggestion: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Checked:
    """One row after the checks; `person` (values of `RegistryPerson`) is None when refused."""

    person: dict[str, object] | None
    problems: tuple[Problem, ...] = ()


class _Refused(Exception):
    """The row cannot be a person."""


def read_sex(value: object) -> str | None:
    """Return the code of the sex that a cell tells, "" for nothing, None for an unknown word."""
    word = header_key(plain(value))
    return _SEXES.get(word) if word else ""


class RowChecker:
    """Checks the rows of one file, whose columns are known."""

    def __init__(
        self, columns: Mapping[str, int], areas: AreaBook, mapping: FileMapping, *, latest: date
    ) -> None:
        self.columns = columns
        self._areas = areas
        self._statuses = _STATUSES | dict(mapping.status)
        self.read_date: Callable[[object], str | None] = lru_cache(maxsize=100_000)(
            lambda value: read_birth_date(value, latest=latest, month_first=mapping.month_first)
        )
        self._problems: list[Problem] = []

    def read_status(self, value: object) -> RegistryStatus | None:
        """Return the status that a cell tells, None for a word that is not known."""
        word = header_key(plain(value))
        return self._statuses.get(word) if word else RegistryStatus.ACTIVE

    @property
    def place_columns(self) -> tuple[str, ...]:
        """The columns that say where a person lives, as far as the file's best ones go."""
        if "area" in self.columns:
            return ("area",)
        return _AREA_NUMBERS if "province_number" in self.columns else _AREA_NAMES

    def read_place(self, words: tuple[str, ...]) -> Place:
        """Return the area that the words in `place_columns` mean."""
        if "area" in self.columns:
            return self._areas.by_code(words[0])
        if "province_number" in self.columns:
            return self._areas.by_numbers(words)
        return self._areas.by_names(words)

    def check(self, cells: Sequence[object]) -> Checked:
        """Return the person of one row, or why there is none. Missing cells are empty."""
        self._problems = []
        try:
            person = self._person(cells)
        except _Refused:
            person = None
        return Checked(person, tuple(self._problems))

    def _person(self, cells: Sequence[object]) -> dict[str, object]:
        nik = self._nik(self._cell(cells, "nik"))
        name = self._name(self._cell(cells, "name"))
        return {
            "nik": nik,
            "name": name,
            "kk": self._kk(self._cell(cells, "kk")),
            "sex": self._sex(self._cell(cells, "sex")),
            "birth_date": self._date(self._cell(cells, "birth_date")),
            "birth_place": self._text(cells, "birth_place", NAME_MAX),
            "mother_name": self._text(cells, "mother", NAME_MAX),
            "area_code": self._area(cells),
            "address": self._address(cells),
            "status": str(self._status_of(self._cell(cells, "status"))),
        }

    def _cell(self, cells: Sequence[object], column: str) -> object:
        place = self.columns.get(column)
        if place is None or place >= len(cells):
            return ""
        value = cells[place]
        return "" if value is None else value

    def _word(self, cells: Sequence[object], column: str) -> str:
        return plain(self._cell(cells, column))

    def _problem(self, column: str, reason: str, value: object, suggestion: str = "") -> None:
        shown = mask_nik(plain(value)[:40]) if column in PERSONAL else plain(value)[:40]
        self._problems.append(Problem(column, reason, suggestion, shown))

    def _refuse(self, column: str, reason: str, value: object, suggestion: str = "") -> _Refused:
        self._problem(column, reason, value, suggestion)
        return _Refused()

    def _nik(self, value: object) -> str:
        number, reason, suggestion = read_number(value)
        if reason or not number:
            raise self._refuse("nik", reason or EMPTY, value, suggestion)
        return number

    def _kk(self, value: object) -> str:
        number, reason, suggestion = read_number(value)
        if reason:
            self._problem("kk", reason, value, suggestion)
        return number

    def _name(self, value: object) -> str:
        name = plain(value)
        if not any(map(str.isalpha, name)):
            raise self._refuse("name", NO_LETTERS if name else EMPTY, value)
        if len(name) > NAME_MAX:
            raise self._refuse("name", TOO_LONG, value)
        return name

    def _text(self, cells: Sequence[object], column: str, most: int) -> str:
        text = self._word(cells, column)
        if text.upper() in NOTHING:
            return ""
        if len(text) > most:
            self._problem(column, TOO_LONG, text)
            return ""
        return text

    def _sex(self, value: object) -> str:
        sex = read_sex(value)
        if sex is None:
            self._problem("sex", NO_SEX, value, SEX_FORM)
        return sex or ""

    def _date(self, value: object) -> str:
        found = self.read_date(value)
        if found is None:
            self._problem("birth_date", NO_DATE, value, DATE_FORM)
        return found or ""

    def _area(self, cells: Sequence[object]) -> str:
        columns = self.place_columns
        place = self.read_place(tuple(self._word(cells, name) for name in columns))
        if place.reason:
            told = self._cell(cells, columns[-1])
            self._problem(columns[-1], place.reason, told, place.suggestion)
        return place.code

    def _address(self, cells: Sequence[object]) -> str:
        parts = [self._text(cells, "address", ADDRESS_MAX)]
        for column, prefix in ADDRESS_PARTS:
            if word := self._text(cells, column, PART_MAX).removesuffix(".0"):
                parts.append(word if word.upper().startswith(prefix) else f"{prefix} {word}")
        return " ".join(part for part in parts if part)[:ADDRESS_MAX]

    def _status_of(self, value: object) -> RegistryStatus:
        status = self.read_status(value)
        if status is None:
            raise self._refuse("status", NO_STATUS, value, STATUS_FORM)
        return status
