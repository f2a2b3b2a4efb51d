"""From the rows of a list to recipients who were looked up, as resumable work.

Rows become recipients chunk by chunk; who they are is found over all of them and written chunk by
chunk. A killed run goes on with the rows that are still missing; the search itself is done again.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select, update

from jps.areas.models import Area
from jps.bulk import write_rows
from jps.config import DATA
from jps.db import EVERYWHERE, chunks, everywhere, reading, set_scope
from jps.decrees.facts import Fact, facts_of
from jps.decrees.matching import NOBODY, Asked, Own, OwnList, Seen, same_people, search_registry
from jps.decrees.reading import Read, RecipientReader
from jps.decrees.report import counted
from jps.errors import Conflict
from jps.intake.models import IntakeBatch, IntakeProblem, IntakeRow
from jps.intake.rules import BatchState
from jps.intake.staging import read_cells
from jps.jobs.runner import Step, Task
from jps.layouts import ColumnMapping, Row, RowProblem, layout_of, recipient_layouts
from jps.programmes.models import Decree, Recipient
from jps.programmes.rules import DecreeState, Registered, Standing
from jps.programmes.stakes import follow_decree, look_aside
from jps.questionnaire import load_form
from jps.registry.places import AreaBook
from jps.text import N_

ROWS_AT_ONCE = 1_000
NOT_STAGED = N_("Daftar SK ini belum terbaca. Unggah lagi daftarnya.")

_RECIPIENT = (
    "id", "area_code", "decree_id", "row", "name", "nik", "kk", "sex", "birth_date", "birth_place",
    "mother_name", "address", "account", "component", "status", "amount", "standing", "problems",
    "evidence", "struck_reason", "struck_source",
)  # fmt: skip
_SAID = ("area_code", *_RECIPIENT[4:16], "problems")  # what a row itself says
_PROBLEM = (
    "batch_id", "record", "place", "number", "column", "kind", "level", "value", "reason",
    "params", "suggestion",
)  # fmt: skip


def decree_work(task: Task) -> Iterator[Step]:
    """Load and look up the recipients of the decree named by `task.params`; `today` is its day."""
    run = _Run(task)
    yield from run.read()
    yield from run.look_up()
    yield from run.finish()


class _Run:
    """One run. Plain values only: a commit after every step expires all rows."""

    def __init__(self, task: Task) -> None:
        self._task, self._session = task, task.session
        self._id = uuid.UUID(task.params["decree"])
        self._today = date.fromisoformat(task.params["today"])
        decree = self._decree
        batch = self._session.get(IntakeBatch, decree.batch_id) if decree.batch_id else None
        if batch is None or batch.state == BatchState.STAGING:
            raise Conflict(NOT_STAGED)
        self._area, self._batch_id, self._rows = decree.area_code, batch.id, batch.rows
        self._tables = [table["sheet"] for table in batch.tables]
        self._mapping = dict(batch.mapping or {})
        cursor = dict(task.cursor)
        self._place, self._number = int(cursor.get("place", 0)), int(cursor.get("number", 0))
        self._read, self._matched = int(cursor.get("read", 0)), int(cursor.get("matched", 0))
        self._looked = 0  # in our own list; a run that was killed looks again

    @property
    def _decree(self) -> Decree:
        return self._session.get_one(Decree, self._id)

    def _step(self, result: dict[str, Any] | None = None) -> Step:
        cursor = {
            "place": self._place, "number": self._number, "read": self._read,
            "matched": self._matched,
        }  # fmt: skip
        done = self._read + max(self._looked, self._matched) + self._matched
        return Step(done, max(1, 3 * self._rows), cursor, result)

    def read(self) -> Iterator[Step]:
        """Turn rows into recipients; those that are there say what the columns now say.

        A row is the same recipient in every run, so what people decided about one stays.
        """
        if not self._task.cursor:
            gone = delete(IntakeProblem).where(IntakeProblem.batch_id == self._batch_id)
            self._session.execute(gone, execution_options={"synchronize_session": False})
            yield self._step()
        reader = self._reader()
        while rows := self._next_rows():
            found = [(one, self._one(reader, one)) for one in rows]
            self._store(found)
            self._place, self._number = rows[-1].place, rows[-1].number
            self._read += len(rows)
            yield self._step()

    def _reader(self) -> RecipientReader:
        form = load_form(DATA / "questionnaire")
        mapping = ColumnMapping.from_json(self._mapping)
        layout = layout_of(mapping.layout, recipient_layouts(form, DATA / "layouts"))
        return RecipientReader(layout, mapping, AreaBook(self._session.scalars(select(Area)).all()))

    def _next_rows(self) -> Sequence[IntakeRow]:
        one = IntakeRow
        later = (one.place > self._place) | (
            (one.place == self._place) & (one.number > self._number)
        )
        query = select(one).where(one.batch_id == self._batch_id, later)
        return self._session.scalars(
            query.order_by(one.place, one.number).limit(ROWS_AT_ONCE)
        ).all()

    def _one(self, reader: RecipientReader, row: IntakeRow) -> Read | None:
        cells = read_cells(row.cells)
        if cells is None:
            return None
        return reader.read(Row(row.number, cells, self._tables[row.place]), area=self._area)

    def _store(self, found: Sequence[tuple[IntakeRow, Read | None]]) -> None:
        rows: list[tuple[object, ...]] = []
        problems: list[tuple[object, ...]] = []
        for row, read in found:
            values = dict(read.values) if read else {}
            area = values.pop("area_code", self._area)
            # Rows of further sheets follow those of the first.
            number = row.number + row.place * 10_000_000
            rows.append(
                (
                    uuid.uuid5(self._id, f"{row.place}:{row.number}"), area, self._id, number,
                    *(values.get(name, "") for name in _RECIPIENT[4:15]),
                    read.amount if read else None, Standing.LISTED,
                    list(read.codes) if read else ["row-unreadable"], {}, "", "",
                )
            )  # fmt: skip
            problems += [self._problem(row, one) for one in (read.problems if read else ())]
        self._put(rows)
        write_rows(self._session, IntakeProblem, _PROBLEM, problems)

    def _put(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Store recipients; of one who is there already, what the row says."""
        there = Recipient.id.in_([row[0] for row in rows])
        with everywhere(self._session):
            known = set(self._session.scalars(select(Recipient.id).where(there)))
            again = [dict(zip(_RECIPIENT, row, strict=True)) for row in rows if row[0] in known]
            if again:
                told = [{name: row[name] for name in ("id", *_SAID)} for row in again]
                self._session.execute(update(Recipient), told)
        write_rows(
            self._session, Recipient, _RECIPIENT, [row for row in rows if row[0] not in known]
        )

    def _problem(self, row: IntakeRow, one: RowProblem) -> tuple[object, ...]:
        return (
            self._batch_id, None, row.place, row.number, one.column, "recipient", one.level,
            one.value, one.reason, dict(one.params), one.suggestion,
        )  # fmt: skip

    def look_up(self) -> Iterator[Step]:
        """Find out who the recipients are, and write it chunk by chunk."""
        asked = self._asked()
        self._session.rollback()
        set_scope(self._session, EVERYWHERE)
        seen, matcher = search_registry(self._session, self._task.home, asked)
        yield self._step()
        with everywhere(self._session), reading():
            known = OwnList(self._session, matcher)
            self._session.rollback()
        own: dict[uuid.UUID, Own] = {}
        for piece in chunks(asked, ROWS_AT_ONCE):
            own |= self._look_in_own_list(known, piece, seen)
            self._looked += len(piece)
            yield self._step()
        same = same_people(asked, seen, own)
        for piece in chunks(asked[self._matched :], ROWS_AT_ONCE):
            self._write(piece, seen, own, same)
            self._matched += len(piece)
            yield self._step()
        decree = self._decree
        decree.snapshot_id, decree.matched_at = matcher.snapshot_id, self._task.clock()

    def _look_in_own_list(
        self, known: OwnList, piece: Sequence[Asked], seen: dict[uuid.UUID, Seen]
    ) -> dict[uuid.UUID, Own]:
        with everywhere(self._session), reading():  # others go on writing meanwhile
            found = {one.id: mine for one, mine in known.find(piece, seen)}
            self._session.rollback()
        return found

    def _asked(self) -> list[Asked]:
        one = Recipient
        query = select(
            one.id, one.row, one.nik, one.kk, one.name, one.birth_date, one.sex, one.mother_name,
            one.area_code,
        )  # fmt: skip
        with everywhere(self._session):
            found = self._session.execute(query.where(one.decree_id == self._id).order_by(one.row))
            return [Asked(*row) for row in found]

    def _write(
        self,
        piece: Sequence[Asked],
        seen: dict[uuid.UUID, Seen],
        own: dict[uuid.UUID, Own],
        same: dict[uuid.UUID, uuid.UUID],
    ) -> None:
        homes = {
            mine.household_id
            for one in piece
            if (mine := own.get(one.id, NOBODY)).registered is Registered.YES
        }
        ids = [home for home in homes if home is not None]
        facts = facts_of(self._session, self._decree, ids, on=self._today)
        values = []
        for one in piece:
            saw, mine = seen.get(one.id, Seen()), own.get(one.id, NOBODY)
            yes = mine.registered is Registered.YES
            fact = facts.get(mine.household_id, Fact()) if yes and mine.household_id else Fact()
            values.append(
                {
                    "id": one.id,
                    "link_state": saw.state,
                    "person_id": saw.person_id,
                    "candidate_id": saw.candidate_id,
                    "weight": saw.weight,
                    "evidence": dict(saw.evidence),
                    "same_as": same.get(one.id),
                    **asdict(mine),
                    **asdict(fact),
                }
            )
        with everywhere(self._session):
            self._session.execute(update(Recipient), values)

    def finish(self) -> Iterator[Step]:
        """Find what is wrong, and say what was found; the decree may come into force now."""
        decree = self._decree
        if decree.state == DecreeState.DRAFT:
            decree.state, decree.state_at = DecreeState.LOADED, self._task.clock()
        yield self._step()
        looked = look_aside(self._session, self._id, self._today)
        follow_decree(
            self._session, self._id, at=self._task.clock(), today=self._today, looked=looked
        )
        decree = self._decree
        with everywhere(self._session):
            decree.counts = {str(k): n for k, n in counted(self._session, self._id).items()}
            total = select(func.count()).where(Recipient.decree_id == self._id)
            size = self._session.scalar(total.select_from(Recipient)) or 0
        yield self._step({N_("Penerima"): size})
