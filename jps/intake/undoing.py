"""Undo a list: what it brought is archived, what it changed becomes again what it was; resumable.

A household on which somebody has worked since is left alone, and the list says which.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.errors import JpsError
from jps.households import storing
from jps.households.counting import renew_merges
from jps.households.models import Household, HouseholdConflict, Member, Merge
from jps.households.rules import Source
from jps.households.saving import Author, audit, load_household
from jps.households.services import save_draft
from jps.households.workflow import archive
from jps.identity.models import Decision
from jps.intake.follow import queue_follow_up
from jps.intake.frozen import thaw
from jps.intake.models import IntakeBatch, IntakeOrigin, IntakeRecord
from jps.intake.queries import batch_of, outcomes
from jps.intake.rules import OUTCOME_NAMES, BatchState, Outcome
from jps.jobs.runner import Step, Task
from jps.text import N_

HOUSEHOLDS_AT_ONCE = 50  # in one transaction

WORKED_ON = N_("Sudah diubah, diperiksa, atau digabung orang sejak disimpan.")
SETTLED = N_("Perbedaannya sudah diselesaikan orang.")
REASON = N_("Impor dibatalkan.")

_UNDOABLE = (Outcome.CREATED, Outcome.UPDATED, Outcome.CONFLICT)


def undo_work(task: Task) -> Iterator[Step]:
    """Undo the batch named by `task.params`."""
    run = _Undoing(task)
    yield run.step()
    yield from run.take_back()
    yield run.finish()


class _Undoing:
    """One run. Plain values only: a commit after every step expires all rows."""

    def __init__(self, task: Task) -> None:
        self._session, self._task = task.session, task
        batch = batch_of(task.session, task.params["batch"])
        self._batch_id = batch.id
        self._by = Author(task.by, batch.scope, Source.IMPORT)
        self._at = datetime.fromisoformat(task.params["at"])
        self._done = int(task.cursor.get("done", 0))
        left = select(func.count()).select_from(IntakeRecord).where(*self._conditions())
        self._total = self._done + (task.session.scalar(left) or 0)
        task.session.rollback()

    def _conditions(self) -> list[Any]:
        one = IntakeRecord
        return [one.batch_id == self._batch_id, one.outcome.in_(_UNDOABLE)]

    def step(self, result: dict[str, Any] | None = None, *, problems: bool = False) -> Step:
        """Return where the run stands."""
        return Step(self._done, self._total, {"done": self._done}, result, problems=problems)

    def take_back(self) -> Iterator[Step]:
        """Take household by household back; what is done leaves the query."""
        while True:
            query = select(IntakeRecord).where(*self._conditions()).order_by(IntakeRecord.place)
            chunk = self._session.scalars(query.limit(HOUSEHOLDS_AT_ONCE)).all()
            if not chunk:
                return
            for one in chunk:
                one.outcome, one.note = self._undo(one)
            self._session.flush()
            renew_merges(self._session, [one.household_id for one in chunk if one.household_id])
            self._done += len(chunk)
            yield self.step()

    def _undo(self, one: IntakeRecord) -> tuple[Outcome, str | None]:
        if one.household_id is None:
            return Outcome.KEPT, WORKED_ON
        try:
            with self._session.begin_nested():
                return self._undo_one(one, load_household(self._session, one.household_id))
        except JpsError as refusal:
            return Outcome.KEPT, refusal.message

    def _undo_one(self, one: IntakeRecord, household: Household) -> tuple[Outcome, str | None]:
        if one.outcome == Outcome.CONFLICT:
            return self._drop_conflict(one)
        if household.version != one.version or self._was_judged(household.id):
            return Outcome.KEPT, WORKED_ON
        if one.outcome == Outcome.CREATED:
            archive(
                self._session,
                household.id,
                REASON,
                version=household.version,
                by=self._by,
                at=self._at,
            )
            self._session.execute(
                delete(IntakeOrigin).where(IntakeOrigin.household_id == household.id)
            )
        else:
            self._restore(household, one.before or {})
        return Outcome.UNDONE, None

    def _restore(self, household: Household, before: dict[str, Any]) -> None:
        """Bring back what was there, as a new version."""
        if "draft" in before:
            save_draft(
                self._session,
                household.id,
                before["draft"],
                version=household.version,
                by=self._by,
                at=self._at,
            )
        else:
            form = thaw(before["form"])
            members = [one.id for one in form.members if one.id is not None]
            form = form.with_ids(household.id, iter(members))
            storing.overwrite(
                self._session,
                household,
                form,
                by=self._by.username,
                source=Source.IMPORT,
                at=self._at,
            )
            audit(self._session, household, storing.SENT, by=self._by, at=self._at)
        origin = self._session.scalars(
            select(IntakeOrigin).where(IntakeOrigin.household_id == household.id)
        ).first()
        if origin is not None:
            origin.digest, origin.version = before["digest"], household.version

    def _drop_conflict(self, one: IntakeRecord) -> tuple[Outcome, str | None]:
        key = uuid.UUID((one.before or {})["conflict"])
        conflict = self._session.get_one(HouseholdConflict, key)
        if conflict.resolved_at is not None:
            return Outcome.KEPT, SETTLED
        conflict.resolved_by, conflict.resolved_at = self._by.username, self._at
        conflict.choices = {}
        return Outcome.UNDONE, None

    def _was_judged(self, household_id: uuid.UUID) -> bool:
        """Whether somebody decided about its members or merged it since it was stored."""
        members = select(Member.id).where(Member.household_id == household_id)
        decided = select(Decision.id).where(
            or_(Decision.member_id.in_(members), Decision.other_id.in_(members)),
            Decision.undone_at.is_(None),
        )
        merged = select(Merge.id).where(
            or_(Merge.household_id == household_id, Merge.kept_household_id == household_id),
            Merge.undone_at.is_(None),
        )
        return any(self._session.scalar(query.limit(1)) is not None for query in (decided, merged))

    def finish(self) -> Step:
        """Say what was undone and what was not."""
        batch = self._session.get_one(IntakeBatch, self._batch_id)
        batch.state = BatchState.UNDONE
        found = outcomes(self._session, self._batch_id)
        counts = {str(outcome): count for outcome, count in found.items()}
        batch.counts = {**batch.counts, "outcomes": counts}
        now = self._task.clock()
        event = Event("intake-undone", "intake-batch", str(batch.id), details=counts)
        record(self._session, event, by=self._by.username, at=now)
        queue_follow_up(self._session, self._task.params, by=self._by.username, at=now)
        result = {OUTCOME_NAMES[outcome]: count for outcome, count in found.items()}
        return self.step(result, problems=Outcome.KEPT in found)


def undoable(session: Session, batch_id: uuid.UUID) -> int:
    """Return how many households of the list can be taken back at most."""
    one = IntakeRecord
    query = select(func.count()).where(one.batch_id == batch_id, one.outcome.in_(_UNDOABLE))
    return session.scalar(query) or 0
