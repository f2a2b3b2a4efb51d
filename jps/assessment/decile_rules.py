"""Deciles as values: what a list's cells say, how two periods differ, what cannot be. Pure.

A decile is 1 (the poorest tenth of the country) to 10; None is "belum diperingkat": the source
knows the family and did not rank it. That is neither the tenth decile nor a family nobody knows.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from jps.errors import InvalidFile
from jps.registry.cells import read_number
from jps.registry.columns import header_key
from jps.tables.cells import plain
from jps.tables.files import Columns
from jps.text import N_

DECILES = range(1, 11)
_Key = TypeVar("_Key")
NOT_RANKED = 0  # what None is called in files, addresses and rows of a comparison

SHOWN: Mapping[str, str] = {"kk": "NO_KK", "nik": "NIK", "decile": "DESIL", "persons": "ANGGOTA"}
_HEADERS: Mapping[str, str] = {
    "kk": "NOKK KK NOMORKK NOMORKARTUKELUARGA NOKARTUKELUARGA KARTUKELUARGA",
    "nik": "NIK NONIK NOMORNIK NIKANGGOTA NIKKEPALAKELUARGA NIKKK",
    "decile": "DESIL DECILE DESILNASIONAL DESILKESEJAHTERAAN DESILDTSEN PERINGKATDESIL",
    "persons": "ANGGOTA JUMLAHANGGOTA JUMLAHANGGOTAKELUARGA JUMLAHART JMLART",
}
_KNOWN = {key: field for field, keys in _HEADERS.items() for key in keys.split()}
_DECILE = re.compile(r"(?:DESIL|D)?\s*0?(10|[1-9])(?:[.,]0+)?$")
_UNRANKED = re.compile(
    r"(?:BELUM|TIDAK|BLM)(?:\s+(?:ADA|MEMILIKI|PUNYA))?(?:\s*(?:DI)?PERINGKAT(?:KAN)?|\s+DESIL)?$"
)

NO_COLUMN = N_("Kolom {columns} tidak ada. Kolom pada berkas: {headers}. Ganti judul kolomnya.")
TWO_COLUMNS = N_("Dua kolom berisi {field}. Hapus salah satu.")
UNREADABLE = N_("baris tidak dapat dibaca")
NO_DECILE = N_("kosong: tulis 1 sampai 10, atau belum diperingkat")
BAD_DECILE = N_("bukan desil: tulis 1 sampai 10, atau belum diperingkat")
NO_NUMBER = N_("tidak ada KK maupun NIK")
BAD_PERSONS = N_("bukan jumlah orang")
UNKNOWN_FAMILY = N_("keluarga ini tidak ada di data kita")
TWO_FAMILIES = N_("KK dan NIK menunjuk keluarga yang berbeda di data kita")
OTHER_BEFORE = N_("keluarga ini bernilai lain di baris {row}; yang pertama dipakai")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one cell of a row: the column, why, and what helps."""

    column: str
    reason: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DecileRow:
    """One row of a list. Numbers that are none are empty; `decile` None: not ranked."""

    row: int
    kk: str
    nik: str
    decile: int | None
    persons: int | None = None


def find_columns(headers: Sequence[str]) -> Columns:
    """Return where the columns of a list are; raises InvalidFile when one is missing or double."""
    found: Columns = {}
    for place, header in enumerate(headers):
        field = _KNOWN.get(header_key(header))
        if field is None:
            continue
        if field in found:
            raise InvalidFile(TWO_COLUMNS, field=SHOWN[field])
        found[field] = place
    missing = [] if "decile" in found else [SHOWN["decile"]]
    if not {"kk", "nik"} & set(found):
        missing.append(f"{SHOWN['kk']} / {SHOWN['nik']}")
    if missing:
        seen = ", ".join(header[:30] for header in headers if header)[:400] or "-"
        raise InvalidFile(NO_COLUMN, columns=", ".join(missing), headers=seen)
    return found


def read_decile(value: object) -> int | None:
    """Return the decile that a cell means, None when it says "not ranked". Raises ValueError."""
    text = plain(value).upper().strip()
    if text == "-" or _UNRANKED.match(text):
        return None
    found = _DECILE.match(text)
    if found is None:
        raise ValueError(NO_DECILE if not text else BAD_DECILE)
    return int(found[1])


def read_row(
    number: int, cells: Sequence[object] | None, columns: Mapping[str, int]
) -> tuple[DecileRow | None, list[Problem]]:
    """Return a row as values with what is wrong in it; None: it cannot be used at all.

    A row whose KK is no number is still known by its NIK, and the other way round.
    """
    if cells is None:
        return None, [Problem("", UNREADABLE, {})]
    values = {name: cells[at] if at < len(cells) else None for name, at in columns.items()}
    problems, numbers = [], {"kk": "", "nik": ""}
    for name in numbers:
        numbers[name], wrong, _ = read_number(values.get(name))
        if wrong:
            problems.append(Problem(SHOWN[name], wrong, {}))
    try:
        decile = read_decile(values.get("decile"))
    except ValueError as error:
        return None, [*problems, Problem(SHOWN["decile"], str(error), {})]
    if not any(numbers.values()):
        return None, problems or [Problem(SHOWN["kk"], NO_NUMBER, {})]
    persons = plain(values.get("persons"))
    if persons and not (persons.isascii() and persons.isdigit() and int(persons[:4]) < 100):
        problems.append(Problem(SHOWN["persons"], BAD_PERSONS, {}))
        persons = ""
    count = int(persons) if persons else None
    return DecileRow(number, numbers["kk"], numbers["nik"], decile, count), problems


@dataclass(frozen=True)
class Moves:
    """How families moved between two periods; cells are (before, after), `NOT_RANKED` included.

    `only_before` and `only_after` are families that just one of the periods knows, by decile.
    """

    cells: Mapping[tuple[int, int], int]
    only_before: Mapping[int, int]
    only_after: Mapping[int, int]

    def count(self, direction: str) -> int:
        """Return how many are "poorer", "better", "same", "ranked" now or "unranked" now."""
        return sum(n for (old, new), n in self.cells.items() if _direction(old, new) == direction)


def _direction(old: int, new: int) -> str:
    if old == new:
        return "same"
    if NOT_RANKED in (old, new):
        return "ranked" if old == NOT_RANKED else "unranked"
    return "poorer" if new < old else "better"


def moves(before: Mapping[_Key, int | None], after: Mapping[_Key, int | None]) -> Moves:
    """Compare the deciles of families in two periods."""
    cells: dict[tuple[int, int], int] = {}
    gone: dict[int, int] = {}
    come: dict[int, int] = {}
    for family, decile in before.items():
        if family in after:
            pair = (decile or NOT_RANKED, after[family] or NOT_RANKED)
            cells[pair] = cells.get(pair, 0) + 1
        else:
            gone[decile or NOT_RANKED] = gone.get(decile or NOT_RANKED, 0) + 1
    for family, decile in after.items():
        if family not in before:
            come[decile or NOT_RANKED] = come.get(decile or NOT_RANKED, 0) + 1
    return Moves(cells, gone, come)


def lowest(deciles: Iterable[int | None]) -> int | None:
    """Return the decile of a household with several families: the poorest that is ranked."""
    return min((one for one in deciles if one is not None), default=None)


def too_many(families: int, persons: int | None, population: int) -> bool:
    """Whether a list counts more than can live in an area.

    Without persons a list is doubted when its families would have fewer than two people each.
    """
    return (persons if persons is not None else 2 * families) > population


def read_period(text: str) -> date:
    """Return the first day of a period 2026-07, 2026-07-15 or 2026-Q3. Raises ValueError."""
    found = re.fullmatch(r"(\d{4})-(?:(\d{2})(?:-\d{2})?|[QqTt]([1-4]))", text.strip())
    if found is None:
        raise ValueError(text)
    month = int(found[2]) if found[2] else 3 * int(found[3]) - 2
    day = date(int(found[1]), month, 1)
    if not 2005 <= day.year <= 2100:
        raise ValueError(text)
    return day
