"""Link all members as resumable work: search, links, keys, doubles, late changes, in force.

Only what changed since the last run is searched, and only links that say something else now are
written; the result is that of a run over everything. What was found is kept in a file, so that an
interrupted run goes on writing where it stopped. Every link is written with what people decided;
members saved or decided about meanwhile are linked one by one at the end.
"""

import uuid
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from jps.db import reading
from jps.engines import open_engine
from jps.errors import Conflict
from jps.households.frames import member_frame
from jps.households.models import Household
from jps.identity.batch import Run, forget_links, links_to_write, write_links
from jps.identity.cases import renew_cases
from jps.identity.double_search import doubles_in
from jps.identity.drift import HELD, check_snapshot, is_waiting
from jps.identity.duplicates import pair_verdicts, replace_pairs
from jps.identity.efforts import note_run, spoken_since_last_run
from jps.identity.linking import relink
from jps.identity.matchers import current_matcher, model_of, store_model, use_model
from jps.identity.member_keys import renew_all_keys, renew_some_keys, renews_all
from jps.identity.models import Decision, Link
from jps.identity.planning import Order, Plan, make_plan, why
from jps.identity.progress import Progress
from jps.identity.records import members_by_id
from jps.identity.run_rules import Why
from jps.identity.runs import RunKeys
from jps.identity.searching import Finder, Inputs, SaidOf, gone_of, read_said
from jps.identity.services import propose_links
from jps.identity.thresholds import thresholds_in_force
from jps.jobs.runner import Step, Task
from jps.matching import RegistryIndex
from jps.registry.index import stored_index
from jps.registry.keytable import renew_keys
from jps.registry.queries import needed_snapshot
from jps.registry.services import forget, stale_snapshots

LINKS_AT_ONCE = 2_000  # members in one transaction
LATE_AT_ONCE = 200  # members or households linked one by one in one transaction
_ATTEMPTS = 3  # at a piece whose links somebody else writes in the same moment


def match_work(task: Task) -> Iterator[Step]:
    """Link all members to the registry snapshot in force; NotFound before there is one."""
    run = _Match(task)
    if not run.resume():
        yield from run.search()
    yield from run.renew_registry_keys()
    for phase in (run.links, run.keys, run.doubles, run.late):
        yield from phase()
    yield run.finish()
    yield from run.forget_replaced()


class _Match:
    """One run. Plain values only: a commit after every step expires all rows."""

    progress: Progress
    table: pa.Table
    frame: pa.Table | None = None
    said: SaidOf | None = None

    def __init__(self, task: Task) -> None:
        self._task = task
        self._session: Session = task.session
        self._order = Order.read(task.params)
        folder = task.home / "indexes"
        self._found_file = folder / f"match-{task.job_id}.parquet"
        self._fresh_memory = folder / f"match-{task.job_id}.npz"
        self._memory = folder / "matching.npz"

    def resume(self) -> bool:
        """Take up what an interrupted run has found, if it is still there and of use."""
        cursor = self._task.cursor
        snapshot = needed_snapshot(self._session).id
        self._session.rollback()
        if not cursor or cursor["snapshot"] != snapshot or cursor["phase"] == "search":
            return False
        self.progress = Progress(**cursor)
        if self.progress.phase != "done":
            if not self._found_file.exists():
                return False
            self.table = pq.ParquetFile(self._found_file).read()
        return True

    def search(self) -> Iterator[Step]:
        """Find who is who: of every member, or of those who changed."""
        self._clear_away()
        began = self._task.clock()
        snapshot = needed_snapshot(self._session).id
        self._session.rollback()
        index = stored_index(self._session, self._task.home, snapshot)
        self.frame = self._read_members()
        inputs = Inputs.of(self.frame, index)
        with open_engine(self._order.engine, master=self._order.master) as engine:
            with reading():
                plan = make_plan(self._session, inputs, self._order)
                self.said = read_said(self._session, plan.matcher)
                full = self._order.full or plan.trained
                finder = Finder(inputs, plan.matcher, engine, self._memory, full=full)
                reason = why(self._session, plan, self._order, finder)
                self._session.rollback()
            self.progress = self._begun(snapshot, began, reason, finder)
            for done in finder.run():
                self.progress = replace(self.progress, done=done)
                yield self._step()
        self._store(plan, finder)
        check = check_snapshot(
            self._session, snapshot, self.table, self.frame, at=self._task.clock()
        )
        held = is_waiting(check)
        self._enter("search" if held else "links")
        yield self._step()
        if held:  # the step above kept what was found odd
            raise Conflict(HELD)

    def _begun(self, snapshot: int, began: datetime, reason: Why, finder: Finder) -> Progress:
        changes, remembered = finder.changes, finder.remembered
        return Progress(
            snapshot=snapshot,
            began=began.isoformat(),
            why=str(reason),
            engine=self._order.engine,
            members=len(finder.inputs.frame),
            searched=len(changes.whole),
            news=changes.news if remembered else 0,
            gone=changes.gone,
            came=changes.came if remembered else 0,
            went=changes.went,
        )

    def _store(self, plan: Plan, finder: Finder) -> None:
        """Keep the model and the findings; the files first, for they say nothing by themselves."""
        matcher, model_id = plan.matcher, plan.matcher.model_id
        again = matcher.again - matcher.thresholds.link
        if model_id is None:
            again = finder.again
            model_id = store_model(
                self._session,
                matcher.model,
                self.progress.snapshot,
                again=again,
                by=self._task.by,
                at=self._task.clock(),
            ).id
        assert self.said is not None
        self.table = finder.assign(self.said, model_id=model_id, again=again)
        draft = self._found_file.with_suffix(".new")
        pq.write_table(self.table, draft)
        draft.replace(self._found_file)
        finder.remember(self._fresh_memory)
        self.progress = replace(self.progress, model=model_id)

    def _clear_away(self) -> None:
        """Remove what runs left that nobody goes on with."""
        self._found_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in self._found_file.parent.glob("match-*.*"):
            old.unlink(missing_ok=True)

    def _read_members(self) -> pa.Table:
        with reading():
            frame = member_frame(self._session)
            self._session.rollback()
        return frame

    def renew_registry_keys(self) -> Iterator[Step]:
        """Let the look-up of single persons follow a change of the rules for names and keys."""
        if self.progress.phase == "done":
            return
        index = stored_index(self._session, self._task.home, self.progress.snapshot)
        if needed_snapshot(self._session).normaliser == index.version:
            self._session.rollback()
            return
        for _ in renew_keys(self._session, self.progress.snapshot, index):
            yield self._step()
        needed_snapshot(self._session).normaliser = index.version
        yield self._step()

    def links(self) -> Iterator[Step]:
        """Write the links that say something else now, then put their model in force."""
        if self.progress.phase != "links":
            return
        asked = self.progress.why == Why.ASKED
        with reading():
            todo = links_to_write(self._session, self.table, since=self._began, full=asked)
            run = self._run()
            self._session.rollback()
        self.progress = replace(self.progress, to_write=self.progress.written + len(todo.rows))
        for start in range(0, len(todo.rows), LINKS_AT_ONCE):
            piece = self.table.take(todo.rows[start : start + LINKS_AT_ONCE]).to_pylist()
            self._write(piece, run)
            self.progress = replace(self.progress, written=self.progress.written + len(piece))
            yield self._step()
        forget_links(self._session, todo.gone, since=self._began)
        use_model(self._session, self.progress.model)
        self._enter("keys")
        yield self._step()

    def _run(self) -> Run:
        matcher = current_matcher(self._session)
        if self.said is None:
            model = model_of(self._session, self.progress.model)
            self.said = read_said(self._session, replace(matcher, model=model))
        done = self.progress
        return Run(done.snapshot, done.model, self._began, self.said, matcher.thresholds.sure)

    def _write(self, piece: list[dict[str, Any]], run: Run) -> None:
        """Write a piece; again when somebody linked one of its members in the same moment."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                write_links(self._session, piece, run)
                return
            except (IntegrityError, OperationalError):
                self._session.rollback()
                if attempt == _ATTEMPTS:
                    raise

    def keys(self) -> Iterator[Step]:
        """Let the look-up table of our own list follow; from its beginning when interrupted."""
        if self.progress.phase != "keys":
            return
        changed = self.progress.news + self.progress.gone
        if self._is_full or renews_all(self.progress.members, changed):
            steps: Iterator[object] = renew_all_keys(self._session, self._members())
        else:
            fresh = self.table.filter(self.table.column("fresh")).column("record").to_pylist()
            ids = [uuid.UUID(one) for one in fresh]
            steps = renew_some_keys(self._session, ids, gone_of(self.table))
        for _ in steps:
            yield self._step()
        self._enter("doubles")
        yield self._step()

    def _members(self) -> RegistryIndex:
        """Return the members as they can be searched."""
        if self.frame is None:
            self.frame = self._read_members()
        return RegistryIndex.build(self.frame)

    def doubles(self) -> Iterator[Step]:
        """Find who is in our own list twice."""
        if self.progress.phase != "doubles":
            return
        if self._is_full or not self._is_quiet():
            members = self._members()
            model = model_of(self._session, self.progress.model)
            said = pair_verdicts(self._session)
            self._session.rollback()
            pairs, prior = doubles_in(members, self.table, model, said)
            replace_pairs(
                self._session,
                pairs,
                prior,
                model_id=self.progress.model,
                at=self._task.clock(),
            )
        self._enter("late")
        yield self._step()

    def _is_quiet(self) -> bool:
        """Whether nothing happened since the last run that could make or end a double."""
        done = self.progress
        changed = done.news + done.gone + done.written
        return not changed and not spoken_since_last_run(self._session)

    def late(self) -> Iterator[Step]:
        """Link who was saved or decided about since the members were read."""
        if self.progress.phase != "late":
            return
        for kind, ids in (("household", self._saved()), ("member", self._spoken_about())):
            for start in range(0, len(ids), LATE_AT_ONCE):
                piece = ids[start : start + LATE_AT_ONCE]
                if kind == "household":
                    propose_links(self._session, piece, at=self._task.clock())
                else:
                    members = list(members_by_id(self._session, piece).values())
                    matcher = current_matcher(self._session)
                    relink(self._session, members, matcher, at=self._task.clock())
                yield self._step()
        self._enter("finish")

    def _saved(self) -> list[uuid.UUID]:
        changed = select(Household.id).where(Household.changed_at >= self._began)
        return sorted(set(self._session.scalars(changed)))

    def _spoken_about(self) -> list[uuid.UUID]:
        one, since = Decision, self._began
        query = select(one.member_id).where(or_(one.at >= since, one.undone_at >= since))
        return sorted(set(self._session.scalars(query.where(one.person_nik.is_not(None)))))

    def finish(self) -> Step:
        """Order the queue anew, note the run, say what it found."""
        if self.progress.phase == "done":
            return self._step()
        now = self._task.clock()
        renew_cases(self._session, at=now)
        done = self.progress
        thresholds = thresholds_in_force(self._session)
        keys = RunKeys(self._task.job_id, done.snapshot, done.model, thresholds)
        result = note_run(self._session, keys, done.effort, by=self._task.by, at=now)
        self._enter("done")
        return self._step(result=result)

    def forget_replaced(self) -> Iterator[Step]:
        """Delete registry snapshots that no link refers to any more; the run is committed."""
        if self._fresh_memory.exists():
            self._fresh_memory.replace(self._memory)
        self._found_file.unlink(missing_ok=True)
        held = set(self._session.scalars(select(Link.snapshot_id).distinct()))
        for snapshot in stale_snapshots(self._session, replaced=True):
            if snapshot not in held | {self.progress.snapshot}:
                for _ in forget(self._session, self._task.home, snapshot):
                    yield self._step()

    @property
    def _began(self) -> datetime:
        return datetime.fromisoformat(self.progress.began)

    @property
    def _is_full(self) -> bool:
        return self.progress.why not in {Why.REGISTRY, Why.MEMBERS, Why.NOTHING}

    def _enter(self, phase: str) -> None:
        self.progress = replace(self.progress, phase=phase, done=0)

    def _step(self, *, result: dict[str, Any] | None = None) -> Step:
        """Return where the work stands: a member counts when searched and when written."""
        now = self.progress
        searching = now.phase == "search"
        done = now.done if searching else now.searched + now.written
        total = now.searched + (now.searched if searching else now.to_write)
        told = {"searched": done if searching else now.searched, "written": now.written}
        result = result or {**told, "members": now.members, "why": now.why}
        return Step(done, max(total, 1), asdict(now), result)
