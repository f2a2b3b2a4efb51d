"""From rows of a file to the answers documents of its households."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence

from jps.layouts.cells import plain
from jps.layouts.layout import ColumnMapping, Grouped, Kept, Layout, Row, RowProblem
from jps.layouts.places import Places
from jps.layouts.records import Record, RecordReader
from jps.questionnaire.household_rules import HEAD
from jps.text import N_

IDENTITY = "identity"  # the transform of NIK and KK, which no key shows
MEMBERS = "members"
TOTALS = ("TOTAL", "JUMLAH", "GRAND TOTAL", "SUBTOTAL", "SUB TOTAL")  # how a row of totals begins

NO_KEY = N_("Baris ini tidak menyebut rumah tangganya.")
DIFFERENT = N_("Isian ini berbeda dari baris {row} pada rumah tangga yang sama dan tidak dipakai.")
NO_HOUSEHOLD = N_("Baris ini bukan data rumah tangga (jumlah atau judul) dan dilewati.")


def documents(
    layout: Layout, mapping: ColumnMapping, rows: Iterable[Row], *, places: Places | None = None
) -> Iterator[Grouped]:
    """Yield one document per household, in the order in which the households first appear.

    Rows of one household need not stand together, so all rows are kept until the last; who stages
    rows asks `HouseholdReader.key` and `HouseholdReader.household` instead, one by one.
    Totals, repeated headers and rows of column numbers come back without a document.
    """
    reader = HouseholdReader(layout, mapping, places=places)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if reader.is_blank(row):
            continue
        if reader.is_no_household(row):
            yield reader.passed_over(row)
            continue
        groups.setdefault(reader.key(row), []).append(row)
    for key, found in groups.items():
        yield reader.household(key, found)


class HouseholdReader:
    """Reads the rows of a file by a layout and a mapping. Picklable values, no state of rows."""

    def __init__(
        self, layout: Layout, mapping: ColumnMapping, *, places: Places | None = None
    ) -> None:
        self.layout, self.mapping = layout, mapping
        self._records = RecordReader(layout, mapping, places)
        self._groups = {table: self._group_places(table) for table in mapping.tables}
        self._hidden = frozenset(column.to for column in layout.columns if column.reads == IDENTITY)

    def _group_places(self, table: str) -> list[tuple[tuple[str, ...], tuple[int, ...]]]:
        targets = self.mapping.tables[table]
        return [
            (names, tuple(targets.index(name) for name in names))
            for names in self.layout.group
            if all(name in targets for name in names)
        ]

    def is_blank(self, row: Row) -> bool:
        """Whether the row holds nothing at all."""
        return not any(cell is not None and cell != "" and plain(cell) for cell in row.cells)

    def is_no_household(self, row: Row) -> bool:
        """Whether the row is a total, a repeated header, or numbers the columns (1) (2) (3)."""
        place, first = next(
            ((place, text) for place, cell in enumerate(row.cells) if (text := plain(cell))),
            (0, ""),
        )
        headers = self.mapping.headers[row.table]
        total = first.upper().startswith(TOTALS)
        header = first != "" and place < len(headers) and first == headers[place]
        # Nearly every row is told from its first cell.
        if not (total or header or first.strip("()") == "1"):
            return False
        cells = [plain(cell) for cell in row.cells]
        filled = [text for text in cells if text]
        if total:
            return 2 * len(filled) <= max(len(headers), 3)
        if header:
            return len(filled) > 1 and all(a == b for a, b in zip(cells, headers, strict=False))
        numbers = [text.strip("()") for text in filled]
        return len(numbers) > 2 and numbers == [str(n) for n in range(1, len(numbers) + 1)]

    def passed_over(self, row: Row) -> Grouped:
        """Return that the row holds no household."""
        value = next(plain(cell) for cell in row.cells if plain(cell))
        problem = RowProblem(
            row.number, "", value[:60], NO_HOUSEHOLD, level="suggestion", table=row.table
        )
        return Grouped("", (row.number,), {}, (problem,))

    def key(self, row: Row) -> str:
        """Return the key of the household that a row belongs to; a row without any is alone."""
        for names, places in self._groups[row.table]:
            parts = [plain(row.cells[p]) if p < len(row.cells) else "" for p in places]
            if all(parts):
                if len(parts) == 1 and names[0] not in self._hidden:
                    return parts[0][:100]
                text = "\x1f".join([self.layout.key, *(part.casefold() for part in parts)])
                return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
        return f"baris-{row.table}-{row.number}" if row.table else f"baris-{row.number}"

    def household(self, key: str, rows: Sequence[Row]) -> Grouped:
        """Return the document of the household whose rows these are."""
        records: list[Record] = []
        for row in rows:
            records.append(self._records.read(row, like=records[0] if records else None))
        if self.layout.head_first:
            records.sort(key=lambda record: record.member.get("relation") != HEAD)
        problems = [problem for record in records for problem in record.problems]
        household: dict[str, object] = {**self.layout.household, **self._given("household")}
        problems += self._merge(household, records)
        members = [self._member(record) for record in records if record.is_member]
        document = {**household, **({MEMBERS: members} if members else {})}
        own = _uuid(next((record.key for record in records if record.key), ""))
        if own and self.layout.carries_ids:
            document = {"id": own, **document}
        if key.startswith("baris-"):
            row = rows[0]
            problems.append(RowProblem(row.number, "", "", NO_KEY, "", "warning", table=row.table))
        kept = [kept for record in records for kept in record.kept]
        return Grouped(
            key, tuple(row.number for row in rows), document, tuple(problems), _once(kept)
        )

    def _given(self, scope: str) -> dict[str, str]:
        return {
            name: value
            for name, value in self.mapping.given.items()
            if self.layout.scopes.get(name) == scope
        }

    def _member(self, record: Record) -> dict[str, object]:
        found: dict[str, object] = {**self.layout.member, **self._given("member"), **record.member}
        if self.layout.carries_ids and (own := _uuid(record.member_key)):
            return {"id": own, **found}
        return found

    def _merge(self, household: dict[str, object], records: Sequence[Record]) -> list[RowProblem]:
        """Put the household's answers of all its rows together; the first row with one counts."""
        problems: list[RowProblem] = []
        origin: dict[str, int] = {}
        for record in records:
            for name, value in record.household.items():
                if name not in origin:
                    household[name], origin[name] = value, record.row.number
                elif household[name] != value:
                    if self._records.combines(name):
                        household[name] = min(str(household[name]), str(value))  # yes is 1, no 2
                        continue
                    problems.append(self._differs(record.row, name, origin[name]))
        return problems

    def _differs(self, row: Row, name: str, first: int) -> RowProblem:
        header = self._records.header(row.table, name)
        params = {"row": first}
        return RowProblem(
            row.number, header, "", DIFFERENT, level="warning", params=params, table=row.table
        )


def _once(kept: Sequence[Kept]) -> tuple[Kept, ...]:
    return tuple(dict.fromkeys(kept))


def _uuid(text: str) -> str:
    """Return `text` in the usual form when it is a UUID, else nothing."""
    try:
        return str(uuid.UUID(text)) if len(text) in (32, 36) else ""
    except ValueError:
        return ""
