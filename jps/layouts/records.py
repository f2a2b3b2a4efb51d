"""One row of a file read by a layout: answers, keys, what is kept, and what could not be read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from jps.layouts.ages import age_problems
from jps.layouts.cells import NOT_KNOWN, READERS, Reader, Unreadable, plain, shown
from jps.layouts.codes import Finding, Item, translate
from jps.layouts.layout import (
    AREA_NAMES,
    HOUSEHOLD_KEY,
    MEMBER_KEY,
    VERSION,
    Column,
    ColumnMapping,
    Kept,
    Layout,
    Row,
    RowProblem,
)
from jps.layouts.places import Places
from jps.text import N_

AREA = "area_code"
DESA_LENGTH = 13  # of a code with dots

NOT_DESA = N_("Bukan kode desa/kelurahan.")
CODE_UNDECLARED = N_(
    "Kode {code} berarti lain di PBDT 2015 dan di Regsosek 2022, "
    "dan berkas ini tidak menyebut yang mana."
)
OTHER_VERSION = N_(
    "Baris ini diisi dengan kuesioner versi lain, yang kodenya tidak dikenal di sini. "
    "Versi sekarang: {known}."
)
DECLARE = N_("Pilih sistem kode berkas ini pada pemetaan kolom.")


@dataclass(slots=True)
class Record:
    """What one row says of its household and of its member.

    `repeated` are the cells of the household's answers by place: another row that has the very same
    there says nothing new.
    """

    row: Row
    household: dict[str, object] = field(default_factory=dict)
    member: dict[str, object] = field(default_factory=dict)
    key: str = ""
    member_key: str = ""
    version: str = ""
    is_member: bool = False
    items: dict[str, str] = field(default_factory=dict)
    parts: dict[str, dict[int, str]] = field(default_factory=dict)
    area: dict[str, str] = field(default_factory=dict)
    ages: list[tuple[str, int, int]] = field(default_factory=list)
    repeated: dict[int, object] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """A column of the file on its way into a record; `item` when its codes are translated."""

    place: int
    header: str
    column: Column
    item: Item | None
    read: Reader
    put: Callable[[Record, Column, object], None]
    repeats: bool  # each row of a household says the same


class RecordReader:
    """Reads rows; made once per file."""

    def __init__(self, layout: Layout, mapping: ColumnMapping, places: Places | None) -> None:
        self._layout, self._mapping, self._places = layout, mapping, places
        self._system = mapping.codes or layout.codes
        self._base = base_version(layout.version)
        self._headers = {
            table: dict(zip(targets, mapping.headers[table], strict=True))
            for table, targets in mapping.tables.items()
        }
        self._versions = {
            table: targets.index(VERSION)
            for table, targets in mapping.tables.items()
            if VERSION in targets
        }
        self._plans: dict[tuple[str, str], tuple[Step, ...]] = {}
        self._combined = frozenset(c.to for c in layout.columns if c.options.get("combine"))

    def combines(self, name: str) -> bool:
        """Whether a yes of any row counts for the household."""
        return name in self._combined

    def header(self, table: str, name: str) -> str:
        """Return the header of the column that fills `name`."""
        return self._headers[table].get(name, name)

    def _system_of(self, row: Row) -> tuple[str, str]:
        """Return the code system of a row, and the version that it names where none is known.

        A row that names an older version of our questionnaire has the codes of that version.
        """
        place = self._versions.get(row.table)
        version = plain(row.cells[place]) if place is not None and place < len(row.cells) else ""
        base = base_version(version)
        if not base or base == self._base:
            return self._system, ""
        return (base, "") if base in self._layout.systems else (self._system, version)

    def _plan(self, table: str, system: str) -> tuple[Step, ...]:
        if (table, system) not in self._plans:
            self._plans[table, system] = tuple(self._steps(table, system))
        return self._plans[table, system]

    def _steps(self, table: str, system: str) -> Iterator[Step]:
        codes = self._layout.systems.get(system)
        headers = self._mapping.headers[table]
        for place, to in enumerate(self._mapping.tables[table]):
            column = self._layout.column_for(to, headers[place]) if to else None
            if column is None:
                continue
            item = codes.items.get(column.to) if codes is not None else None
            read = READERS[column.reads](column)
            if item is not None:
                read = _only_words(read, NOT_KNOWN)
            elif not system and column.to in self._layout.ambiguous:
                read = _only_words(read, CODE_UNDECLARED, DECLARE)
            put = _put(column)
            # The area is settled of code and names together, so each row keeps its own.
            answer = put is _put_answer and item is None and column.to != AREA
            repeats = answer and column.scope != "member"
            yield Step(place, headers[place], column, item, read, put, repeats)

    def read(self, row: Row, *, like: Record | None = None) -> Record:
        """Return what the row says, less what `like`, a row of the same household, said already."""
        known = like.repeated if like is not None and like.row.table == row.table else {}
        record, cells = Record(row), row.cells
        width = len(cells)
        system, unknown = self._system_of(row)
        for step in self._plan(row.table, system):
            if step.place >= width:
                continue
            cell = cells[step.place]
            if cell is None or cell == "" or known.get(step.place) == cell:
                continue
            if step.item is not None and step.item.reads(text := plain(cell)):
                record.items[step.item.name] = text.lstrip("0") or "0"
                record.is_member = record.is_member or step.column.scope == "member"
                continue
            try:
                value = step.read(cell)
            except Unreadable as fault:
                record.is_member = record.is_member or step.column.scope == "member"
                record.problems.append(_unreadable(row, step, cell, fault))
                continue
            if value is not None:
                step.put(record, step.column, value)
                if step.repeats:
                    record.repeated[step.place] = cell
        if unknown:
            header = self.header(row.table, VERSION)
            reason, params = OTHER_VERSION, {"known": self._layout.version}
            record.problems.append(
                RowProblem(row.number, header, unknown[:40], reason, params=params, table=row.table)
            )
        self._finish(record, system)
        return record

    def _finish(self, record: Record, system: str) -> None:
        if record.items:
            for finding in translate(self._layout.systems[system], record.items):
                self._take(record, finding)
        for name, parts in record.parts.items():
            if {0, 1} <= parts.keys():
                point = " ".join(parts.get(place, "0") for place in range(4))
                record.household.setdefault(name, point)
        if record.ages:
            record.problems += age_problems(record.row, record.member, record.ages, self._mapping)
        if record.area or AREA in record.household:
            self._find_area(record)

    def _take(self, record: Record, finding: Finding) -> None:
        """Put a translated answer into the record, or say why there is none."""
        if finding.value is not None:
            is_member = self._layout.scopes.get(finding.question) == "member"
            target = record.member if is_member else record.household
            target[finding.question] = finding.value
        if finding.reasons:
            header = self._headers[record.row.table].get(finding.item, finding.item)
            record.problems.append(
                RowProblem(
                    record.row.number,
                    header,
                    finding.code,
                    finding.reasons["id"],
                    finding.likely,
                    finding.level,
                    translations=finding.reasons,
                    table=record.row.table,
                )
            )

    def _find_area(self, record: Record) -> None:
        """Settle the code of the desa, from the code of the file or from its names."""
        given = str(record.household.get(AREA, ""))
        column, value = AREA, given
        if self._places is None:
            if given:
                record.household[AREA] = _dotted(given)
            return
        place = self._places.by_code(given)
        if not given:
            names = tuple(record.area.get(name, "") for name in AREA_NAMES)
            column, value = AREA_NAMES[-1], ", ".join(filter(None, names))
            place = self._places.by_names(names)
        reason = place.reason or ("" if len(place.code) == DESA_LENGTH else NOT_DESA)
        record.household[AREA] = place.code
        if reason:
            header = self._headers[record.row.table].get(column, column)
            record.household.pop(AREA)
            record.problems.append(
                RowProblem(
                    record.row.number,
                    header,
                    value[:120],
                    reason,
                    place.suggestion,
                    table=record.row.table,
                )
            )


def _dotted(text: str) -> str:
    if len(text) == 10 and text.isdigit():
        return ".".join((text[:2], text[2:4], text[4:6], text[6:]))
    return text


def base_version(version: str) -> str:
    """Return a version of the questionnaire without the hash of its sheets: `2022.1`."""
    return version.partition("-")[0]


def _unreadable(row: Row, step: Step, cell: object, fault: Unreadable) -> RowProblem:
    return RowProblem(
        row.number,
        step.header,
        shown(cell),
        fault.reason,
        fault.suggestion,
        fault.level,
        fault.params,
        table=row.table,
    )


def _only_words(read: Reader, reason: str, suggestion: str = "") -> Reader:
    """Return a reader that takes words and refuses codes: they are of no system that is known."""

    def read_word(cell: object) -> object | None:
        text = plain(cell)
        if text.isdigit():
            raise Unreadable(reason, suggestion, code=text[:20], word=text[:20])
        return read(cell)

    return read_word


# Where what was read goes


def _put_answer(record: Record, column: Column, value: object) -> None:
    if column.scope == "member":
        record.is_member = True
        target = record.member
    else:
        target = record.household
    if isinstance(value, dict):
        target.update(value)
        return
    before = target.get(column.to)
    if before is None:
        target[column.to] = value
    elif isinstance(before, list) and isinstance(value, list):
        target[column.to] = [*before, *(code for code in value if code not in before)]
    elif column.options.get("combine"):
        target[column.to] = min(str(before), str(value))


def _put_area(record: Record, column: Column, value: object) -> None:
    record.area[column.to] = str(value)


def _put_part(record: Record, column: Column, value: object) -> None:
    record.parts.setdefault(column.to, {})[int(column.options["place"])] = str(value)


def _put_key(record: Record, column: Column, value: object) -> None:
    text = str(value)
    if column.to == HOUSEHOLD_KEY:
        record.key = text
    elif column.to == MEMBER_KEY:
        record.member_key = text
    else:
        record.version = text


def _put_age(record: Record, column: Column, value: object) -> None:
    if value == "1":
        record.ages.append(
            (column.headers[0], int(column.options["from"]), int(column.options["to"]))
        )


def _put_kept(record: Record, column: Column, value: object) -> None:
    record.kept.append(Kept(record.row.number, column.to, str(value)))


_BY_NAME: Mapping[str, Callable[[Record, Column, object], None]] = {
    HOUSEHOLD_KEY: _put_key,
    MEMBER_KEY: _put_key,
    VERSION: _put_key,
    **dict.fromkeys(AREA_NAMES, _put_area),
}
_BY_READER: Mapping[str, Callable[[Record, Column, object], None]] = {
    "part": _put_part,
    "keep": _put_kept,
    "age_group": _put_age,
}


def _put(column: Column) -> Callable[[Record, Column, object], None]:
    return _BY_NAME.get(column.to) or _BY_READER.get(column.reads) or _put_answer
