"""Store what a trial found good: new households in bulk, changed ones one by one; resumable.

A household that somebody changed since is not overwritten: what the list says is kept beside it, as
a difference for the operator. The trial's result stands, so nothing is checked twice.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from jps.audit.services import Event, record_many
from jps.bulk import write_ready
from jps.db import reading
from jps.deadlines.rules import Stage
from jps.deadlines.services import DeadlinePassed, all_windows
from jps.errors import JpsError
from jps.households import roster
from jps.households.documents import Document
from jps.households.models import Household
from jps.households.rules import Source, State
from jps.households.saving import Author, accept, keep, load_household
from jps.households.services import save_draft
from jps.intake.follow import queue_follow_up
from jps.intake.frozen import form_of, freeze, thaw
from jps.intake.models import IntakeBatch, IntakeOrigin, IntakeRecord
from jps.intake.pool import Pool
from jps.intake.preparing import New, Prepared, Setup, draft_in
from jps.intake.queries import batch_of, outcomes
from jps.intake.rules import OUTCOME_NAMES, STORED, BatchState, Fate, Outcome, Part
from jps.intake.timing import is_closed
from jps.jobs.runner import Step, Task
from jps.matching.parallel import cores
from jps.text import N_

HOUSEHOLDS_AT_ONCE = 200  # one task of a process, one transaction
IN_PROCESSES = 1_000  # households from which processes are worth their start of 1 s

TAKEN = N_("Daftar lain dari sumber ini sudah menyimpan rumah tangga ini. Periksa ulang daftarnya.")
LATE = N_("Batas waktu di wilayah ini sudah berakhir. Minta perpanjangan, lalu simpan lagi.")


def accept_work(task: Task) -> Iterator[Step]:
    """Store the households of the batch named by `task.params`; `part` says how many of them."""
    run = _Acceptance(task)
    yield run.step()
    yield from run.store()
    yield run.finish()


def wanted(batch_id: uuid.UUID, part: Part) -> list[Any]:
    """Return the conditions of the households that a part holds and that nobody stored yet."""
    one = IntakeRecord
    waits = or_(one.outcome.is_(None), one.outcome == Outcome.LATE)
    conditions = [one.batch_id == batch_id, one.fate.in_(STORED), waits]
    if part is Part.CLEAN:
        conditions += [one.warnings == 0, one.double_count == 0, one.fate != Fate.CONFLICT]
    return conditions


class _Acceptance:
    """One run. Plain values only: a commit after every step expires all rows."""

    def __init__(self, task: Task) -> None:
        self._session, self._task = task.session, task
        batch = batch_of(task.session, task.params["batch"])
        self._batch_id, self._kind, self._source = batch.id, batch.kind, batch.source
        self._by = Author(task.by, batch.scope, Source.IMPORT)
        self._at = datetime.fromisoformat(task.params["at"])
        self._windows = all_windows(task.session)
        self._wanted = wanted(batch.id, Part(task.params["part"]))
        self._last = int(task.cursor.get("last", -1))
        self._done = int(task.cursor.get("done", 0))
        left = select(func.count()).select_from(IntakeRecord).where(*self._wanted)
        self._total = self._done + (task.session.scalar(left) or 0)
        engine = task.session.get_bind()
        url = engine.engine.url.render_as_string(hide_password=True)
        self._setup = Setup(url, batch.kind, batch.source, batch.id, task.by, self._at)
        task.session.rollback()

    def step(self, result: dict[str, Any] | None = None, *, problems: bool = False) -> Step:
        """Return where the run stands: households stored, of those wanted."""
        cursor = {"last": self._last, "done": self._done}
        return Step(self._done, self._total, cursor, result, problems=problems)

    def store(self) -> Iterator[Step]:
        """Store chunk by chunk, in the order of the list."""
        ahead: list[list[New]] = []
        many = self._total - self._done >= IN_PROCESSES
        with Pool(self._setup.preparer(), cores() if many else 0) as pool:
            for prepared in pool.map(self._tasks(ahead)):
                self._write(ahead.pop(0), prepared)
                yield self.step()

    def _tasks(self, ahead: list[list[New]]) -> Iterator[Sequence[New]]:
        """Yield the new households of each chunk; the whole chunk waits in `ahead`."""
        last = self._last
        while True:
            with reading():
                self._session.rollback()
                one = IntakeRecord
                query = select(
                    one.place,
                    one.key,
                    one.digest,
                    one.area_code,
                    one.household_id,
                    one.form,
                    one.fate,
                    one.expected,
                ).where(*self._wanted, one.place > last)
                found = query.order_by(one.place).limit(HOUSEHOLDS_AT_ONCE)
                chunk = [New(*row) for row in self._session.execute(found)]
                self._session.rollback()
            if not chunk:
                return
            last = chunk[-1].place
            ahead.append(chunk)
            yield self._new_in(chunk)

    def _new_in(self, chunk: Sequence[New]) -> list[New]:
        """Return those to be inserted: new, and in time."""
        return [one for one in chunk if one.fate == Fate.NEW and not self._is_late(one)]

    def _is_late(self, one: New) -> bool:
        """Whether a new household comes too late; a draft of a list may wait for its visit."""
        closed = is_closed(self._windows, Stage.COLLECTION, one.area_code, at=self._at)
        return one.fate == Fate.NEW and closed and draft_in(one.form) is None

    def _write(self, chunk: Sequence[New], prepared: Prepared) -> None:
        results: list[dict[str, Any]] = []
        new = self._new_in(chunk)
        if self._are_free(new):
            for ready in prepared.tables:
                write_ready(self._session, ready)
            details = {"version": 1, "source": str(Source.IMPORT)}
            events = (
                Event(event, "household", str(key), area, details)
                for _, key, area, event in prepared.stored
            )
            record_many(self._session, events, by=self._by.username, at=self._at)
            results += [
                _result(place, Outcome.CREATED, household_id=key, version=1)
                for place, key, _, _ in prepared.stored
            ]
        else:  # somebody stored one of them meanwhile: rare, so all wait for another trial
            results += [_result(one.place, Outcome.REFUSED, note=TAKEN) for one in new]
        results += [_late(one) for one in chunk if self._is_late(one)]
        results += [self._store_one(one) for one in chunk if one.fate != Fate.NEW]
        _note(self._session, self._batch_id, results)
        self._done += len(chunk)
        self._last = chunk[-1].place

    def _are_free(self, new: Sequence[New]) -> bool:
        """Whether nobody has stored these keys or ids since the trial."""
        origin = IntakeOrigin
        keys = select(origin.id).where(
            origin.kind == self._kind,
            origin.source == self._source,
            origin.key.in_([one.key for one in new]),
        )
        ids = [one.household_id for one in new if one.household_id]
        taken = select(Household.id).where(Household.id.in_(ids))
        return self._session.scalar(keys.limit(1)) is None and (
            not ids or self._session.scalar(taken.limit(1)) is None
        )

    def _store_one(self, one: New) -> dict[str, Any]:
        """Store a household that is there already, and return what to note of it."""
        if one.household_id is None:
            return _result(one.place, Outcome.REFUSED, note=TAKEN)
        try:
            with self._session.begin_nested():
                household = load_household(self._session, one.household_id)
                if one.fate == Fate.CONFLICT or household.version != one.expected:
                    return self._keep(household, one)
                return self._change(household, one)
        except DeadlinePassed:
            return _late(one)
        except JpsError as refusal:
            return _result(one.place, Outcome.REFUSED, note=str(refusal))

    def _keep(self, household: Household, one: New) -> dict[str, Any]:
        """Keep what the list says beside a household that people changed."""
        draft = draft_in(one.form)
        document = draft if draft is not None else thaw(one.form).document()
        kept = keep(self._session, household, document, one.expected, by=self._by, at=self._at)
        return _result(
            one.place,
            Outcome.CONFLICT,
            before={"conflict": str(kept.id)},
            household_id=household.id,
            version=household.version,
        )

    def _change(self, household: Household, one: New) -> dict[str, Any]:
        """Store what the list says over what it said before."""
        origin = self._session.scalars(
            select(IntakeOrigin).where(
                IntakeOrigin.kind == self._kind,
                IntakeOrigin.source == self._source,
                IntakeOrigin.key == one.key,
            )
        ).one()
        before = {"digest": origin.digest, **_stored(self._session, household)}
        draft = draft_in(one.form)
        if (household.state == State.DRAFT) != (draft is not None):
            return self._keep(household, one)
        if draft is not None:
            save_draft(
                self._session,
                household.id,
                _with_ids(draft, household.draft or {}),
                version=household.version,
                by=self._by,
                at=self._at,
            )
        else:
            accept(self._session, household, thaw(one.form), by=self._by, at=self._at)
        origin.digest, origin.version, origin.batch_id = (
            one.digest,
            household.version,
            self._batch_id,
        )
        return _result(
            one.place,
            Outcome.UPDATED,
            before=before,
            household_id=household.id,
            version=household.version,
        )

    def finish(self) -> Step:
        """Say what was stored, and queue what follows."""
        batch = self._session.get_one(IntakeBatch, self._batch_id)
        batch.state = BatchState.ACCEPTED
        found = outcomes(self._session, self._batch_id)
        counts = {str(outcome): count for outcome, count in found.items()}
        batch.counts = {**batch.counts, "outcomes": counts}
        event = Event("intake-accepted", "intake-batch", str(batch.id), details=counts)
        record_many(self._session, [event], by=self._by.username, at=self._task.clock())
        queue_follow_up(
            self._session, self._task.params, by=self._by.username, at=self._task.clock()
        )
        result = {OUTCOME_NAMES[outcome]: count for outcome, count in found.items()}
        return self.step(result, problems=not {Outcome.REFUSED, Outcome.LATE}.isdisjoint(found))


def _stored(session: Session, household: Household) -> dict[str, Any]:
    """Return what brings back a household as it is: the draft, or the accepted form."""
    if household.state == State.DRAFT:
        return {"draft": household.draft}
    members = roster.all_members(session, household).values()
    form = form_of(household, [one for one in members if one.valid_to is None])
    return {"form": freeze(form)}


def _with_ids(draft: Document, stored: Document) -> Document:
    """Return a draft whose members keep the ids of those of the same place and name."""
    members = draft.get("members") or []
    known = stored.get("members") or []
    named = [
        {**entry, "id": other["id"]} if other and other.get("name") == entry.get("name") else entry
        for entry, other in zip(members, [*known, *[None] * len(members)], strict=False)
    ]
    return {**draft, "members": named} if members else draft


def _result(
    place: int,
    outcome: Outcome,
    *,
    household_id: uuid.UUID | None = None,
    version: int | None = None,
    note: str | None = None,
    before: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "place": place,
        "outcome": outcome,
        "household_id": household_id,
        "version": version,
        "note": note,
        "before": before,
    }


def _late(one: New) -> dict[str, Any]:
    """Return what leaves a household in the list as it is, to be stored once there is time."""
    return _result(one.place, Outcome.LATE, household_id=one.household_id, note=LATE)


def _note(session: Session, batch_id: uuid.UUID, results: Sequence[dict[str, Any]]) -> None:
    """Write down what became of each household."""
    if not results:
        return
    session.execute(
        update(IntakeRecord),
        [{"batch_id": batch_id, **result} for result in results],
    )
