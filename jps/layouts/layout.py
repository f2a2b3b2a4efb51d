"""What a layout of an outside file is: its columns, what they mean, and what it cannot tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from jps.layouts.codes import CodeTable
from jps.layouts.headers import header_key, header_keys

Level = Literal["error", "warning", "suggestion"]
Scope = Literal["household", "member"]

# Columns that are no question. `area_*` are names, which lead to `area_code`.
HOUSEHOLD_KEY, MEMBER_KEY, VERSION = "household_id", "member_id", "questionnaire_version"
AREA_NAMES = ("area_province", "area_kabupaten", "area_kecamatan", "area_desa")
VISIT = frozenset({"consent", "interview_date", "visit_result"})  # what only a visit can answer
CANONICAL = "jps"  # the code system of our own questionnaire (Regsosek 2022)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file as it stands there.

    `number` is what people see in Excel (the first line is 1); `table` the sheet or the part of an
    archive, empty for a file with one table.
    """

    number: int
    cells: Sequence[object]
    table: str = ""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in one cell, in the words of the file.

    `row` 0 speaks of the whole file. `reason` and `suggestion` are Indonesian; `reason` is a
    template for `params`, in the catalogue unless `translations` brings the other languages.
    `value` is the cell as given, NIK and KK masked. An `error` keeps the household out of the gate.
    """

    row: int
    column: str
    value: str
    reason: str
    suggestion: str = ""
    level: Level = "error"
    params: Mapping[str, object] = field(default_factory=dict)
    translations: Mapping[str, str] = field(default_factory=dict)
    table: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that no question asks for, kept under the name the layout gives it (`desil`)."""

    row: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Grouped:
    """The rows of one household as one answers document, the head first.

    `key` is the same whenever the same household is imported from the same source; `document` holds
    an `id` only where the file carried ours.
    """

    key: str
    rows: tuple[int, ...]
    document: dict[str, Any]
    problems: tuple[RowProblem, ...] = ()
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a layout knows.

    `to` is a question, one of the names above, or with `reads` "keep" the name under which the
    value is kept. `reads` names the transform (`jps.layouts.cells.READERS`), `options` are its
    words and settings. `headers` are spellings seen, the first is shown. `reason` says why a column
    has no question.
    """

    to: str
    headers: tuple[str, ...]
    scope: Scope
    reads: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    reason: str = ""

    @property
    def keys(self) -> frozenset[str]:
        """The spellings of its header as they are compared."""
        return frozenset(header_key(text) for text in (*self.headers, self.to))


@dataclass(frozen=True, slots=True)
class Layout:
    """A make of file.

    `group` lists keys of a household, each one or several columns; the first whose columns are all
    filled counts. `codes` names the system of its coded answers, "" when a person must say it.
    `household` and `member` are answers that are true of every row by the make of the list.
    `systems` translate the codes of other systems; `ambiguous` are questions whose bare codes mean
    another thing in one of them. `head_first` puts the head before the others, `carries_ids` says
    that UUIDs in the keys are ours, `paths` that headers may be paths of groups, and `keys` are
    pairs of headers that join a table of members to its parent. `required` columns tell the layout
    (`a|b`: either). `scopes` says of every question whose it is.
    """

    key: str
    title: str
    source: str
    columns: tuple[Column, ...]
    group: tuple[tuple[str, ...], ...]
    codes: str = CANONICAL
    household: Mapping[str, str] = field(default_factory=dict)
    member: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    head_first: bool = False
    carries_ids: bool = False
    paths: bool = False
    keys: tuple[tuple[str, ...], ...] = ()
    ambiguous: frozenset[str] = frozenset()
    systems: Mapping[str, CodeTable] = field(default_factory=dict, repr=False)
    required: tuple[str, ...] = ()
    scopes: Mapping[str, Scope] = field(default_factory=dict, repr=False)

    @property
    def lacks(self) -> tuple[str, ...]:
        """The answers of a visit that no column can give; see `ColumnMapping.arrives`."""
        told = {column.to for column in self.columns} | self.household.keys()
        return tuple(sorted(VISIT - told))

    def column(self, to: str) -> Column | None:
        """Return the column that fills `to`, None when the layout has none."""
        return next((column for column in self.columns if column.to == to), None)

    def column_for(self, to: str, header: str) -> Column | None:
        """Return the column that fills `to` under this header: several may, each in its way."""
        keys = header_keys(header, paths=self.paths)
        same = [column for column in self.columns if column.to == to]
        named = (column for column in same if any(k in column.keys for k in keys))
        return next(named, same[0] if same else None)


Arrival = Literal["gate", "draft"]


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column of a file is which of a layout; made by `recognise`, corrected by a person.

    `tables` holds for every table of the file what each of its columns fills (`Column.to`), "" for
    a column that is not mapped; `headers` their headers. `codes` is the declared code system,
    `given` what the person declares about every household of the file (`interview_date`, `consent`,
    `visit_result`, `area_code`), `as_of` the day of the list (YYYY-MM-DD, may be empty).
    """

    layout: str
    tables: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, tuple[str, ...]]
    codes: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    as_of: str = ""

    def not_mapped(self) -> tuple[tuple[str, str], ...]:
        """Return table and header of the columns that fill nothing; they are kept as given."""
        return tuple(
            (table, header)
            for table, targets in self.tables.items()
            for target, header in zip(targets, self.headers[table], strict=True)
            if not target and header
        )

    def arrives(self, layout: Layout) -> Arrival:
        """Return how the households come in: through the gate, or as drafts to be visited.

        Nobody was asked for consent by a list, and no visit of ours has a date: unless the person
        declares these for the file, its households are drafts that wait for an enumerator.
        """
        told = {to for targets in self.tables.values() for to in targets}
        told |= self.given.keys() | layout.household.keys()
        return "gate" if told >= VISIT else "draft"

    def as_json(self) -> dict[str, Any]:
        """Return the mapping as plain JSON, to be saved; `from_json` reads it back."""
        return {
            "layout": self.layout,
            "tables": {name: list(targets) for name, targets in self.tables.items()},
            "headers": {name: list(headers) for name, headers in self.headers.items()},
            "codes": self.codes,
            "given": dict(self.given),
            "as_of": self.as_of,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ColumnMapping":
        """Return what `as_json` wrote."""
        return cls(
            layout=data["layout"],
            tables={name: tuple(targets) for name, targets in data["tables"].items()},
            headers={name: tuple(headers) for name, headers in data["headers"].items()},
            codes=data.get("codes", ""),
            given=dict(data.get("given", {})),
            as_of=data.get("as_of", ""),
        )
