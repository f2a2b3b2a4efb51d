"""The dry run: every household of a list through the whole gate, beside what we have; resumable."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.rules import Level
from jps.bulk import write_rows
from jps.config import DATA
from jps.db import reading
from jps.intake.checking import Judged, Rows, Setup
from jps.intake.comparing import Verdict, compare
from jps.intake.models import IntakeBatch, IntakeProblem, IntakeRecord
from jps.intake.planning import Plan, Planner, rows_of
from jps.intake.pool import Pool
from jps.intake.queries import batch_of, fates, gone_count
from jps.intake.rules import FATE_NAMES, BatchState, Fate
from jps.intake.timing import deadlines_in_force
from jps.jobs.runner import Step, Task
from jps.layouts import ColumnMapping, layout_of, layouts
from jps.matching.parallel import cores
from jps.questionnaire import load_form
from jps.registry.places import AreaBook
from jps.text import N_

HOUSEHOLDS_AT_ONCE = 200  # one task of a process, one transaction
IN_PROCESSES = 400  # households from which processes are worth their start of 1 s

_RECORD = (
    "batch_id", "place", "key", "name", "fate", "warnings", "digest", "household_id", "expected",
    "outcome", "version", "note", "rows", "double_count", "doubles", "form", "before", "area_code",
)  # fmt: skip
_PROBLEM = (
    "batch_id", "record", "place", "number", "column", "kind", "level", "value", "reason",
    "params", "suggestion",
)  # fmt: skip


def trial_key(
    batch: IntakeBatch,
    *,
    version: str,
    today: date,
    villages: frozenset[str],
    deadlines: Sequence[str],
) -> str:
    """Return a digest of all that a trial rests on: file, mapping, questionnaire, areas, day,
    deadlines."""
    areas = hashlib.sha256("\n".join(sorted(villages)).encode()).hexdigest()
    parts = [batch.digest, batch.source, batch.mapping, batch.areas, version, str(today), areas]
    parts += deadlines
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def villages_of(session: Session) -> frozenset[str]:
    """Return the codes of all villages."""
    return frozenset(session.scalars(select(Area.code).where(Area.level == Level.DESA)))


def check_work(task: Task) -> Iterator[Step]:
    """Check the batch named by `task.params`; `today` is the office's day."""
    run = _Trial(task)
    yield run.step()
    yield from run.clear_away()
    yield from run.plan_rows()
    yield from run.check()
    yield run.finish()


class _Trial:
    """One dry run. Plain values only: a commit after every step expires all rows."""

    plan: Plan

    def __init__(self, task: Task) -> None:
        self._session, self._cursor = task.session, dict(task.cursor)
        batch = batch_of(task.session, task.params["batch"])
        self._batch_id, self._rows = batch.id, batch.rows
        self._province = str(task.params["province"])
        self._today = date.fromisoformat(task.params["today"])
        self._tables = tuple(table["sheet"] for table in batch.tables)
        self._mapping = dict(batch.mapping or {})
        self._form = load_form(DATA / "questionnaire")
        self._villages = villages_of(task.session)
        self._setup = self._read_setup(batch)
        self._key = trial_key(
            batch,
            version=self._form.version,
            today=self._today,
            villages=self._villages,
            deadlines=deadlines_in_force(task.session),
        )
        self._done, self._at = int(self._cursor.get("rows", 0)), task.clock()
        task.session.rollback()

    def _read_setup(self, batch: IntakeBatch) -> Setup:
        areas = self._session.scalars(select(Area)).all()
        districts = [one.code for one in areas if one.level == Level.KECAMATAN]
        return Setup(
            mapping=self._mapping,
            tables=self._tables,
            today=self._today,
            regions=frozenset(code.replace(".", "") for code in districts),
            villages=self._villages,
            scope=batch.scope,
            places=AreaBook(areas),
            form=self._form,
        )

    @property
    def _batch(self) -> IntakeBatch:
        return self._session.get_one(IntakeBatch, self._batch_id)

    def step(self, planned: int = 0, result: dict[str, Any] | None = None) -> Step:
        """Return where the trial stands: each row counts once when sorted, once when checked."""
        planned = planned or (self._rows if self._done else 0)
        return Step(self._done + planned, 2 * self._rows, dict(self._cursor), result)

    def clear_away(self) -> Iterator[Step]:
        """Forget the trial before."""
        if self._cursor:
            return
        for table in (IntakeProblem, IntakeRecord):
            gone = delete(table).where(table.batch_id == self._batch_id)
            self._session.execute(gone, execution_options={"synchronize_session": False})
        self._cursor = {"households": 0, "rows": 0}
        yield self.step()

    def plan_rows(self) -> Iterator[Step]:
        """Find out which rows make one household."""
        layout = layout_of(self._mapping["layout"], layouts(self._form, DATA / "layouts"))
        planner = Planner(layout, ColumnMapping.from_json(self._mapping), self._tables)
        for read in planner.read(self._session, self._batch):
            if not self._done:
                yield self.step(planned=read)
        self.plan = planner.plan()

    def check(self) -> Iterator[Step]:
        """Check household by household, in several processes when there are many."""
        first = int(self._cursor["households"])
        many = len(self.plan) - first >= IN_PROCESSES
        with Pool(self._setup.checker(), cores() if many else 0) as pool:
            for found in pool.map(self._tasks(first)):
                until = min(first + HOUSEHOLDS_AT_ONCE, len(self.plan))
                self._write(first, found)
                self._done = int(self.plan.bounds[until])
                self._cursor = {"households": until, "rows": self._done}
                first = until
                yield self.step()

    def _tasks(self, first: int) -> Iterator[Sequence[Rows]]:
        for start in range(first, len(self.plan), HOUSEHOLDS_AT_ONCE):
            until = min(start + HOUSEHOLDS_AT_ONCE, len(self.plan))
            with reading():
                rows = rows_of(self._session, self._batch, self.plan, start, until)
                self._session.rollback()
            yield rows

    def _write(self, first: int, found: Sequence[Judged]) -> None:
        batch = self._batch
        fallback = next(iter(batch.scope.codes), self._province)
        verdicts = compare(self._session, batch, found, self.plan.twice, at=self._at)
        households = [(first + n, one) for n, one in enumerate(verdicts) if one.judged.is_household]
        records = (self._record(place, one, fallback) for place, one in households)
        write_rows(self._session, IntakeRecord, _RECORD, records)
        problems = (row for n, one in enumerate(verdicts) for row in self._problems(first + n, one))
        write_rows(self._session, IntakeProblem, _PROBLEM, problems)

    def _record(self, place: int, one: Verdict, fallback: str) -> tuple[object, ...]:
        found = one.judged
        return (
            self._batch_id, place, found.key, found.name, one.fate, found.warnings, found.digest,
            one.household_id, one.expected, None, None, None, [list(row) for row in found.rows],
            len(one.doubles), [str(key) for key in one.doubles], found.form, None,
            found.area_code or fallback,
        )  # fmt: skip

    def _problems(self, place: int, one: Verdict) -> Iterator[tuple[object, ...]]:
        record = place if one.judged.is_household else None
        for found in one.judged.findings:
            yield (
                self._batch_id, record, found.table, found.row, found.column, found.kind,
                found.level, found.value, found.reason, dict(found.params), found.suggestion,
            )  # fmt: skip

    def finish(self) -> Step:
        """Say what was found, and wait for somebody to accept it."""
        batch = self._batch
        counts = fates(self._session, self._batch_id)
        problems = select(func.count()).where(IntakeProblem.batch_id == self._batch_id)
        batch.state, batch.trial, batch.trial_on = BatchState.CHECKED, self._key, self._today
        batch.counts = {
            **{str(fate): count for fate, count in counts.items()},
            "gone": gone_count(self._session, batch),
            "households": sum(counts.values()),
            "problems": self._session.scalar(problems) or 0,
        }
        result = {FATE_NAMES[fate]: counts[fate] for fate in Fate}
        result[N_("Tidak ada lagi di daftar")] = batch.counts["gone"]
        return self.step(result=result)
