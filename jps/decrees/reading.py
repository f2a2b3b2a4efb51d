"""One row of a decree's list as a recipient: what it says, and what is wrong with it. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jps.layouts import ColumnMapping, Layout, Places, Row, RowProblem
from jps.layouts.cells import READERS as CELL_READERS
from jps.layouts.cells import Unreadable, shown
from jps.layouts.layout import Column
from jps.layouts.records import Record, RecordReader
from jps.questionnaire.nik import STATE_MESSAGES, NumberState, clean_number, nik_state, number_state
from jps.text import N_, one_line

NO_NIK = N_("Baris ini tanpa NIK; orangnya dicari dari nama, tanggal lahir dan KK.")
NO_NAME = N_("Baris ini tanpa nama.")
NOBODY = N_("Baris ini tanpa nama dan tanpa NIK yang sah, jadi orangnya tidak dapat dicari.")
NO_VILLAGE = N_("Desa tidak diketahui; baris ini dihitung pada wilayah SK.")
OUTSIDE = N_("Desa ini di luar wilayah SK; baris ini dihitung pada wilayah SK.")
NO_AMOUNT = N_("Jumlah ini bukan bilangan rupiah; dipakai jumlah menurut program.")

_BORN = re.compile(
    r"^(?P<place>.*?)[,;/ ]+(?P<day>\d{1,2}[-/. ]+\w+[-/. ]+\d{4}|\d{4}-\d{2}-\d{2})$"
)
_RUPIAH = re.compile(r"^(?:RP\.?)?\s*(\d{1,3}(?:[.,]\d{3})+|\d+)(?:[.,]\d{1,2}|[.,]-)?$", re.I)
_MOST = 10**12  # rupiah; more is no amount of one recipient
_BIRTH = CELL_READERS["birth"](Column("birth_date", (), "member", "birth"))
_DESA = 13  # characters of a village's code
_LENGTHS: Mapping[str, int] = {"status": 60, "component": 60, "account": 60}


@dataclass(frozen=True, slots=True)
class Read:
    """What a row says, by column of `Recipient`, and what is wrong.

    `codes` are those of the problems, for `Recipient.problems`; `amount` None: not told.
    """

    values: Mapping[str, str]
    amount: int | None
    problems: tuple[RowProblem, ...]
    codes: tuple[str, ...]


class RecipientReader:
    """Reads the rows of one list; made once per file."""

    def __init__(self, layout: Layout, mapping: ColumnMapping, places: Places) -> None:
        self._records, self._mapping = RecordReader(layout, mapping, places), mapping

    def read(self, row: Row, *, area: str) -> Read:
        """Return what `row` says; `area` is the decree's."""
        return _Reading(self._records.read(row), area, self._header).read()

    def _header(self, row: Row, name: str) -> str:
        return self._records.header(row.table, name)


class _Reading:
    """One row being read."""

    def __init__(self, record: Record, area: str, header: Callable[[Row, str], str]) -> None:
        self._record, self._area, self._header = record, area, header
        self._problems = list(record.problems)
        self._codes: list[str] = []

    def read(self) -> Read:
        record = self._record
        kept = {one.name: one.value for one in record.kept}
        said = {name: _line(value) for name, value in record.member.items()}
        birth = said.get("birth_date") or said.get("birth_year") or ""
        place = said.get("birth_place", "")
        if not birth and (match := _BORN.match(one_line(kept.get("born", "")))):
            place, birth = place or match["place"].strip(" ,"), self._birth(match["day"])
        values = {
            "name": said.get("name", ""),
            "nik": self._number("nik", said.get("nik", ""), nik_state),
            "kk": self._number("kk", said.get("kk", ""), number_state),
            "sex": said.get("sex", ""),
            "birth_date": birth,
            "birth_place": place,
            "mother_name": said.get("mother_name", ""),
            "address": _line(record.household.get("address", "")),
            "area_code": self._village(),
            **{name: one_line(kept.get(name, ""))[:most] for name, most in _LENGTHS.items()},
        }
        amount = self._amount(kept.get("amount", ""))
        self._identity(values)
        self._codes += [self._code(problem) for problem in record.problems]
        codes = tuple(dict.fromkeys(self._codes))
        return Read(values, amount, tuple(self._problems), codes)

    def _identity(self, values: Mapping[str, str]) -> None:
        if not values["nik"]:
            self._tell("nik", "nik-missing", NO_NIK if values["name"] else NOBODY)
        if not values["name"]:
            self._tell("name", "name-missing", NO_NAME)

    def _number(self, name: str, text: str, state_of: Callable[[str], NumberState]) -> str:
        """Return a number; one that is none stays as given, with what is wrong."""
        if not text:
            return ""
        number = clean_number(text)
        state = state_of(number)
        if state is NumberState.VALID:
            return number
        self._tell(name, f"{name}-format", STATE_MESSAGES.get(state, NO_NIK), shown(text))
        return text[:40]

    def _birth(self, text: str) -> str:
        try:
            found = _BIRTH(text)
        except Unreadable as fault:
            self._tell("birth_date", "birth-unreadable", fault.reason, text[:40])
            return ""
        told = found if isinstance(found, dict) else {}
        return str(told.get("birth_date") or told.get("birth_year") or "")

    def _village(self) -> str:
        found = _line(self._record.household.get("area_code", ""))
        if len(found) != _DESA:
            self._tell("area_code", "area-unknown", NO_VILLAGE)
            return self._area
        if found != self._area and not found.startswith(self._area + "."):
            self._tell("area_code", "area-outside", OUTSIDE, found)
            return self._area
        return found

    def _amount(self, text: str) -> int | None:
        bare = one_line(text)
        if not bare or bare == "-":
            return None
        match = _RUPIAH.match(bare)
        amount = int(re.sub(r"\D", "", match[1])) if match else 0
        if not 0 < amount < _MOST:
            self._tell("amount", "amount-unreadable", NO_AMOUNT, bare[:40])
            return None
        return amount

    def _code(self, problem: RowProblem) -> str:
        """Return the code of a cell that could not be read: by its column."""
        row = self._record.row
        for name in ("nik", "kk", "birth_date", "sex", "area_code"):
            if self._header(row, name) == problem.column:
                return f"{name.partition('_')[0]}-unreadable"
        return "cell-unreadable"

    def _tell(self, name: str, code: str, reason: str, value: str = "") -> None:
        row = self._record.row
        header = self._header(row, name)
        self._codes.append(code)
        self._problems.append(
            RowProblem(row.number, header, value, reason, "", "warning", table=row.table)
        )


def _line(value: object) -> str:
    return one_line(str(value)) if value is not None else ""
