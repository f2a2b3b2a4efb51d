"""Import a list of deciles: rows to families, some thousand at a time; goes on where it was."""

import csv
import io
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps import filestore
from jps.areas.models import AreaPopulation
from jps.assessment.decile_rules import (
    OTHER_BEFORE,
    SHOWN,
    TWO_FAMILIES,
    UNKNOWN_FAMILY,
    DecileRow,
    Problem,
    read_row,
    too_many,
)
from jps.assessment.deciles import open_list
from jps.assessment.models import Decile
from jps.bulk import write_rows
from jps.db import within
from jps.households.models import Family, Household, Member
from jps.households.rules import IN_FORCE
from jps.jobs.runner import Step, Task
from jps.tables.files import Source
from jps.text import N_, csv_safe, mask_nik

CHUNK = 2_000  # rows in one transaction
_AT_ONCE = 900  # numbers in one statement
_COLUMNS = (
    "area_code", "household_id", "family_id", "source", "period", "decile", "batch_id",
    "loaded_by", "loaded_at",
)  # fmt: skip
HEADER = ("baris", "kolom", "alasan", "kk", "nik", "desil")

NAMES: Mapping[str, str] = {
    "rows": N_("Baris dibaca"),
    "stored": N_("Keluarga mendapat desil baru"),
    "unchanged": N_("Keluarga yang desilnya sama"),
    "repeated": N_("Baris anggota lain dari keluarga yang sama"),
    "not_ranked": N_("Keluarga belum diperingkat"),
    "unknown": N_("Baris yang keluarganya tidak dikenal"),
    "problems": N_("Baris bermasalah"),
    "doubtful": N_("Kabupaten/kota yang jumlahnya melebihi penduduk"),
}


@dataclass(frozen=True, slots=True)
class _Home:
    """A family and where it lives."""

    family: uuid.UUID
    household: uuid.UUID
    area: str


@dataclass
class _State:
    """What is known while a list is read; `tally` and `size` outlive a crash."""

    tally: Counter[str]
    families: Counter[str]  # by kabupaten as the numbers begin: 7501
    persons: Counter[str]
    size: int  # bytes of the problem file that were committed
    seen: dict[uuid.UUID, tuple[int | None, int]] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)
    problems: list[tuple[int, Problem, DecileRow | None]] = field(default_factory=list)


def decile_work(task: Task) -> Iterator[Step]:
    """Give every family that a list knows its decile, where that is new."""
    source = open_list(filestore.path_of(task.home, task.params["sha256"]))
    cursor = task.cursor
    state = _State(
        Counter(cursor.get("tally", {})),
        Counter(cursor.get("families", {})),
        Counter(cursor.get("persons", {})),
        cursor.get("size", 0),
    )
    path = Path("problems") / f"deciles-{task.job_id}.csv"
    rows = _pieces(source, state.tally["lines"])
    for piece in rows:
        _take(task, state, piece, source.columns)
        state.size = _write(task.home / path, state)
        state.problems.clear()
        done = state.tally["lines"]
        yield Step(done, max(source.total, done), _cursor(state), problem_file=_named(path, state))
    doubtful = _doubtful(task.session, state)
    result = {NAMES[name]: state.tally[name] for name in NAMES if name != "doubtful"}
    if doubtful:
        result[NAMES["doubtful"]] = len(doubtful)
    lines = state.tally["lines"]
    wrong = bool(state.tally["problems"] or doubtful)
    yield Step(lines, lines, _cursor(state), result, _named(path, state), problems=wrong)


def _pieces(source: Source, skip: int) -> Iterator[list[tuple[int, Any]]]:
    rows = iter(source.rows(skip))
    while piece := [(row.number, row.cells) for row in islice(rows, CHUNK)]:
        yield piece


def _cursor(state: _State) -> dict[str, Any]:
    counts = {"families": dict(state.families), "persons": dict(state.persons)}
    return {"tally": dict(state.tally), **counts, "size": state.size}


def _named(path: Path, state: _State) -> str | None:
    return str(path) if state.size else None


def _take(
    task: Task, state: _State, piece: Sequence[tuple[int, Any]], columns: Mapping[str, int]
) -> None:
    """Read one piece, find its families, and write what is new."""
    rows = []
    for number, cells in piece:
        state.tally["lines"] += 1
        if cells is not None and not any(cell not in ("", None) for cell in cells):
            continue
        state.tally["rows"] += 1
        row, problems = read_row(number, cells, columns)
        state.problems += [(number, problem, row) for problem in problems]
        if row is None:
            state.tally["problems"] += 1
        else:
            rows.append(row)
            _count(state, row)
    by_kk, by_nik = _homes(task, rows)
    wanted: dict[uuid.UUID, tuple[_Home, int | None]] = {}
    for row in rows:
        meant = _meant(state, row, by_kk.get(row.kk, []), by_nik.get(row.nik, []))
        said = (row.decile, row.row)
        first = [one for one in meant if state.seen.setdefault(one.family, said) == said]
        wanted |= {home.family: (home, row.decile) for home in first}
        if len(first) < len(meant):
            _again(state, row, [state.seen[home.family] for home in meant])
    _store(task, state, wanted)


def _count(state: _State, row: DecileRow) -> None:
    """Count families and their persons once, by the kabupaten where their number was given."""
    number = row.kk or row.nik
    if number in state.numbers:
        return
    state.numbers.add(number)
    kabupaten = number[:4]
    state.families[kabupaten] += 1
    if row.persons is not None:
        state.persons[kabupaten] += row.persons


def _meant(
    state: _State, row: DecileRow, by_kk: Sequence[_Home], by_nik: Sequence[_Home]
) -> Sequence[_Home]:
    """Return the families of ours that a row means; a card on two households means both."""
    if by_kk and by_nik and not {one.family for one in by_kk} & {one.family for one in by_nik}:
        state.problems.append((row.row, Problem(SHOWN["nik"], TWO_FAMILIES, {}), row))
        state.tally["problems"] += 1
        return ()
    found = by_kk or by_nik
    if not found:
        state.tally["unknown"] += 1
        column = SHOWN["kk"] if row.kk else SHOWN["nik"]
        state.problems.append((row.row, Problem(column, UNKNOWN_FAMILY, {}), row))
    return found


def _again(state: _State, row: DecileRow, before: Sequence[tuple[int | None, int]]) -> None:
    """Note a row about a family of which an earlier row spoke."""
    others = [number for decile, number in before if decile != row.decile]
    if others:
        problem = Problem(SHOWN["decile"], OTHER_BEFORE, {"row": others[0]})
        state.problems.append((row.row, problem, row))
        state.tally["problems"] += 1
    else:
        state.tally["repeated"] += 1


def _store(task: Task, state: _State, wanted: Mapping[uuid.UUID, tuple[_Home, int | None]]) -> None:
    source, period = task.params["source"], date.fromisoformat(task.params["period"])
    known = _known(task.session, source, period, list(wanted))
    fresh = []
    for family, (home, decile) in wanted.items():
        state.tally["not_ranked"] += decile is None
        if family in known and known[family] == decile:
            state.tally["unchanged"] += 1
            continue
        fresh.append(
            (home.area, home.household, family, source, period, decile, task.job_id, task.by,
             task.clock())
        )  # fmt: skip
    state.tally["stored"] += len(fresh)
    write_rows(task.session, Decile, _COLUMNS, fresh)


def _known(
    session: Session, source: str, period: date, families: Sequence[uuid.UUID]
) -> dict[uuid.UUID, int | None]:
    found: dict[uuid.UUID, int | None] = {}
    for place in range(0, len(families), _AT_ONCE):
        query = select(Decile.family_id, Decile.decile).where(
            Decile.family_id.in_(families[place : place + _AT_ONCE]),
            Decile.source == source,
            Decile.period == period,
        )
        found |= {row.family_id: row.decile for row in session.execute(query.order_by(Decile.id))}
    return found


def _homes(
    task: Task, rows: Sequence[DecileRow]
) -> tuple[dict[str, list[_Home]], dict[str, list[_Home]]]:
    """Return the families that hold now by KK and by the NIK of a member, in the areas given."""
    areas = task.params["areas"]
    by_kk: dict[str, list[_Home]] = {}
    by_nik: dict[str, list[_Home]] = {}
    families = (
        select(Family.kk, Family.id, Family.household_id, Household.area_code)
        .join(Household, Household.id == Family.household_id)
        .where(Family.valid_to.is_(None), Household.state.in_(IN_FORCE))
    )
    members = (
        select(Member.nik, Family.id, Family.household_id, Household.area_code)
        .join(Family, Family.id == Member.family_id)
        .join(Household, Household.id == Family.household_id)
        .where(Member.valid_to.is_(None), Family.valid_to.is_(None))
        .where(Household.state.in_(IN_FORCE))
    )
    for query, column, name, found in (
        (families, Family.kk, "kk", by_kk),
        (members, Member.nik, "nik", by_nik),
    ):
        if areas is not None:
            query = query.where(within(Household.area_code, areas))
        numbers = sorted({getattr(row, name) for row in rows} - {""})
        for place in range(0, len(numbers), _AT_ONCE):
            part = query.where(column.in_(numbers[place : place + _AT_ONCE]))
            for number, family, household, area in task.session.execute(part):
                found.setdefault(number, []).append(_Home(family, household, area))
    return by_kk, by_nik


def _doubtful(session: Session, state: _State) -> list[str]:
    """Return the kabupaten of which the list counts more than live there."""
    found = []
    for prefix, families in state.families.items():
        code = f"{prefix[:2]}.{prefix[2:]}"
        query = select(AreaPopulation.persons).where(AreaPopulation.area_code == code)
        population = session.scalars(query.order_by(AreaPopulation.as_of.desc())).first()
        persons = state.persons.get(prefix)
        if population is not None and too_many(families, persons, population):
            found.append(code)
    return found


def _write(path: Path, state: _State) -> int:
    """Write the problems behind the committed part; return the size. Numbers are masked."""
    if not state.problems:
        return state.size
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if not state.size:
        writer.writerow(HEADER)
    for number, problem, row in state.problems:
        reason = problem.reason.format(**problem.params)
        shown = ("", "", "") if row is None else _shown(row)
        writer.writerow([number, problem.column, *map(csv_safe, (reason, *shown))])
    content = text.getvalue().encode("utf-8-sig" if not state.size else "utf-8")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("r+b" if path.exists() else "w+b") as stream:
        stream.truncate(state.size)
        stream.seek(state.size)
        stream.write(content)
    return state.size + len(content)


def _shown(row: DecileRow) -> tuple[str, str, str]:
    decile = N_("belum diperingkat") if row.decile is None else str(row.decile)
    return mask_nik(row.kk), mask_nik(row.nik), decile
