"""Rows of a list through the mapping and the whole gate: pure, made to run in many processes."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any, TypeAlias

from jps.areas.rules import is_code
from jps.config import DATA
from jps.db import AreaScope
from jps.households.documents import MAX_ENTRIES, ROSTER
from jps.households.forms import HouseholdForm
from jps.households.saving import UNKNOWN_VILLAGE
from jps.households.schemas import HouseholdSchema, InvalidHousehold
from jps.intake.frozen import digest_of, freeze
from jps.intake.staging import read_cells
from jps.jsontext import dump
from jps.layouts import ColumnMapping, Grouped, HouseholdReader, Places, Row, RowProblem, layout_of
from jps.layouts import layouts as known_layouts
from jps.questionnaire import Form, Problem
from jps.text import N_, mask_nik, one_line

OUTSIDE = N_("Desa ini berada di luar wilayah Anda, jadi rumah tangga ini tidak diimpor.")
NO_VILLAGE = N_("Desa rumah tangga ini tidak diketahui.")
UNREADABLE = N_("Baris ini tidak dapat dibaca. Periksa tanda kutip yang tidak ditutup.")
TOO_WIDE = N_("Isi baris ini lebih banyak daripada judul kolom.")
QUOTE = N_("Apit isian yang memuat pemisah kolom dengan tanda kutip.")

# Table, row and cells (JSON) of every row of one household, and its key.
Rows: TypeAlias = tuple[str, Sequence[tuple[int, int, str]]]

_MEMBER_PATH = re.compile(rf"{ROSTER}\[(\d+)\](?:\.(.+))?")
_NUMBERS = frozenset({"nik", "kk"})
_SHOWN = 80  # characters of a value


@dataclass(frozen=True, slots=True)
class Setup:
    """What a list is checked by. `tables` names its tables; `today` is the office's day."""

    mapping: dict[str, Any]
    tables: tuple[str, ...]
    today: date
    regions: frozenset[str]
    villages: frozenset[str]
    scope: AreaScope
    places: Places = field(repr=False)
    form: Form = field(repr=False)

    def checker(self) -> Callable[[], Callable[[Sequence[Rows]], list["Judged"]]]:
        """Return what makes the checker, in whatever process."""
        return partial(_checker, self)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in one cell. `table` and `row` as staged; `reason` is a template."""

    table: int
    row: int
    column: str
    kind: str
    level: str
    value: str
    reason: str
    params: Mapping[str, object]
    suggestion: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One household of a list after the gate; `form` is empty when it was refused.

    `given_id` is the id that the file carried, `numbers` are its NIKs and KKs.
    """

    key: str
    rows: tuple[tuple[int, int], ...]
    area_code: str
    name: str
    form: str
    digest: str
    numbers: tuple[tuple[str, ...], tuple[str, ...]]
    given_id: uuid.UUID | None
    findings: tuple[Finding, ...]
    is_household: bool = True

    @property
    def warnings(self) -> int:
        """How many findings ask for a second look."""
        return sum(1 for one in self.findings if one.level == "warning")


def _checker(setup: Setup) -> Callable[[Sequence[Rows]], list[Judged]]:
    return Checker(setup).check


class Checker:
    """Checks households of one list."""

    def __init__(self, setup: Setup) -> None:
        self._setup, form = setup, setup.form
        mapping = ColumnMapping.from_json(setup.mapping)
        layout = layout_of(mapping.layout, known_layouts(form, DATA / "layouts"))
        self._reader = HouseholdReader(layout, mapping, places=setup.places)
        self._mapping = mapping
        self._drafts = mapping.arrives(layout) == "draft"
        self._gate = HouseholdSchema(form, today=setup.today, regions=setup.regions)
        self._place = {name: place for place, name in enumerate(setup.tables)}

    def check(self, groups: Sequence[Rows]) -> list[Judged]:
        """Return what the gate says of each household."""
        return [self._check(key, rows) for key, rows in groups]

    def _check(self, key: str, given: Sequence[tuple[int, int, str]]) -> Judged:
        rows: list[Row] = []
        findings: list[Finding] = []
        for table, number, text in given:
            cells, name = read_cells(text), self._setup.tables[table]
            width = len(self._mapping.headers[name])
            if cells is None:
                findings.append(_of_row(table, number, UNREADABLE))
            elif any(cell not in ("", None) for cell in cells[width:]):
                findings.append(_of_row(table, number, TOO_WIDE, QUOTE))
            else:
                rows.append(Row(number, cells, name))
        places = tuple((table, number) for table, number, _ in given)
        if not rows:
            return _nothing(key, places, findings)
        if len(rows) == 1 and self._reader.is_no_household(rows[0]):
            passed = self._reader.passed_over(rows[0]).problems
            return _nothing(key, places, [self._of_problem(one) for one in passed])
        return self._judge(self._reader.household(key, rows), rows, places, findings)

    def _judge(
        self,
        found: Grouped,
        rows: Sequence[Row],
        places: tuple[tuple[int, int], ...],
        findings: list[Finding],
    ) -> Judged:
        findings += [self._of_problem(problem) for problem in found.problems]
        form, problems = self._through_the_gate(found.document)
        told = {(one.row, one.column) for one in findings}
        for problem in problems:
            finding = self._of_answer(problem, found.document, rows)
            # What could not be read is missing too; once is enough.
            if problem.rule != "required" or (finding.row, finding.column) not in told:
                findings.append(finding)
        area = str(found.document.get("area_code") or "")
        if (reason := self._area_problem(area)) and not any(f.reason == reason for f in findings):
            column = self._column("area_code", rows[0].table)
            first = places[0]
            findings.append(Finding(*first, column, "area", "error", area[:_SHOWN], reason, {}, ""))
        refused = any(one.level == "error" for one in findings)
        members = [one for one in found.document.get(ROSTER, []) if isinstance(one, dict)]
        return Judged(
            key=found.key,
            rows=places,
            area_code=area if is_code(area) else "",
            name=_name(members),
            form="" if refused else self._frozen(form, found.document),
            digest="" if refused else digest_of(form.document() if form else found.document),
            numbers=(_numbers(members, "nik"), _numbers(members, "kk")),
            given_id=uuid.UUID(found.document["id"]) if "id" in found.document else None,
            findings=tuple(findings),
        )

    def _through_the_gate(
        self, document: dict[str, Any]
    ) -> tuple[HouseholdForm | None, Sequence[Problem]]:
        """Return the form, None for a draft or a refusal, and what was found.

        A draft waits for a visit: what only a visit can tell is not missing yet, and what is wrong
        is asked again at the door.
        """
        try:
            form = self._gate.load(document)
        except InvalidHousehold as refusal:
            if not self._drafts:
                return None, refusal.found
            found = [one for one in refusal.found if one.rule != "required"]
            return None, [replace(p, level="warning") if p.level == "error" else p for p in found]
        assert isinstance(form, HouseholdForm)
        return (None if self._drafts else form), form.warnings

    def _frozen(self, form: HouseholdForm | None, document: dict[str, Any]) -> str:
        if form is not None:
            return freeze(form)
        bare = {name: value for name, value in document.items() if name != "id"}
        return dump({"draft": bare})

    def _area_problem(self, area: str) -> str:
        if not area:
            return NO_VILLAGE
        if not self._setup.scope.covers(area):
            return OUTSIDE
        return "" if area in self._setup.villages else UNKNOWN_VILLAGE

    def _of_problem(self, problem: RowProblem) -> Finding:
        return Finding(
            self._place.get(problem.table, 0),
            problem.row,
            problem.column,
            "cell",
            problem.level,
            problem.value,
            problem.reason,
            dict(problem.params),
            problem.suggestion,
        )

    def _of_answer(
        self, problem: Problem, document: dict[str, Any], rows: Sequence[Row]
    ) -> Finding:
        """Return where in the file an answer stands that the gate speaks of."""
        member = _MEMBER_PATH.fullmatch(problem.path)
        entry: dict[str, Any] = document
        row = rows[0]
        if member is not None:
            entries = document.get(ROSTER) or [{}]
            entry = entries[min(int(member[1]), len(entries) - 1)]
            row = self._row_of(entry, rows)
        elif (better := self._row_with(problem.question, rows)) is not None:
            row = better
        value = entry.get(problem.question)
        return Finding(
            self._place.get(row.table, 0),
            row.number,
            self._column(problem.question, row.table),
            problem.rule,
            problem.level,
            _shown(problem.question, value),
            problem.message,
            dict(problem.params),
            _shown(problem.question, problem.suggested),
        )

    def _row_of(self, entry: Mapping[str, Any], rows: Sequence[Row]) -> Row:
        """Return the row that a member came from: of the same NIK, else of the same name."""
        for question in ("nik", "name"):
            wanted = one_line(str(entry.get(question) or ""))
            for row in rows if wanted else ():
                targets = self._mapping.tables[row.table]
                place = targets.index(question) if question in targets else len(row.cells)
                if place < len(row.cells) and one_line(str(row.cells[place] or "")) == wanted:
                    return row
        return next((r for r in rows if "name" in self._mapping.tables[r.table]), rows[0])

    def _row_with(self, question: str, rows: Sequence[Row]) -> Row | None:
        return next((r for r in rows if question in self._mapping.tables[r.table]), None)

    def _column(self, question: str, table: str) -> str:
        """Return the header over a question, its name where the file has no such column."""
        for name in (table, *self._mapping.tables):
            if question in (targets := self._mapping.tables[name]):
                return self._mapping.headers[name][targets.index(question)]
        return question


def _of_row(table: int, number: int, reason: str, suggestion: str = "") -> Finding:
    return Finding(table, number, "", "row", "error", "", reason, {}, suggestion)


def _nothing(key: str, places: tuple[tuple[int, int], ...], findings: Sequence[Finding]) -> Judged:
    """Return rows that are no household: unreadable, a total, a header in between."""
    refused = any(one.level == "error" for one in findings)
    return Judged(key, places, "", "", "", "", ((), ()), None, tuple(findings), refused)


def _name(members: Sequence[Mapping[str, Any]]) -> str:
    heads = [one for one in members if one.get("relation") == "1"] or members
    return one_line(str(heads[0].get("name") or ""))[:100] if heads else ""


def _numbers(members: Sequence[Mapping[str, Any]], question: str) -> tuple[str, ...]:
    found = (one.get(question) for one in members[:MAX_ENTRIES])
    return tuple(dict.fromkeys(text for text in found if isinstance(text, str) and len(text) == 16))


def _shown(question: str, value: object) -> str:
    if value is None:
        return ""
    text = one_line(str(value))[:_SHOWN]
    return mask_nik(text) if question in _NUMBERS else text
