"""The import of a registry file as resumable work: rows, doubles, index, keys, in force.

A file of changes is loaded the same way; then those it does not name are taken over.

Every piece is committed together with the cursor. Until the last step the snapshot before stays in
force; an import that fails, is cancelled or is killed changes nothing that anybody sees.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import delete, select, update

from jps.areas.models import Area
from jps.db import reading
from jps.errors import InvalidFile
from jps.jobs.models import Job
from jps.jobs.runner import Step, Task
from jps.matching import RegistryIndex
from jps.registry.carrying import Given, carry
from jps.registry.checks import Problem, RowChecker
from jps.registry.columns import FileMapping
from jps.registry.doubles import find_doubles
from jps.registry.files import Source, open_source
from jps.registry.index import store_index, stored_index
from jps.registry.keytable import packed_slices, write_keys
from jps.registry.loaded import Loaded
from jps.registry.models import RegistryPerson, RegistrySnapshot
from jps.registry.pieces import PieceChecker, in_pieces, no_cycles
from jps.registry.places import AreaBook
from jps.registry.problems import ProblemFile
from jps.registry.queries import current_snapshot, frame_of
from jps.registry.rules import SnapshotState, is_acceptable
from jps.registry.services import begin_snapshot, forget, publish, stale_snapshots
from jps.text import N_

ROWS_AT_ONCE = 20_000  # rows of the file in one transaction

TWICE = N_("orang yang sama (NIK, nama, tanggal lahir) sudah ada pada baris lain")
SHARED = N_("NIK ini dipakai orang lain pada berkas yang sama")


@dataclass(frozen=True)
class Progress:
    """Where an import stands: the job's cursor. Counts are of rows of the file."""

    snapshot: int
    phase: str = "rows"  # rows, judge, carry (only of changes), keys, done
    read: int = 0
    blank: int = 0
    refused: int = 0
    flaws: int = 0  # cells that were left empty
    bytes: int = 0  # of the problem file
    slices: int = 0  # of the key table
    base: int = 0  # persons of the snapshot that changes stand on
    given: int = 0  # id of the last person of the file, when the others are carried
    seen: int = 0  # persons of the snapshot before that were looked at
    last: int = 0  # the last of them
    carried: int = 0  # those who stayed
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows that hold anything."""
        return self.read - self.blank

    @property
    def persons(self) -> int:
        """Rows taken, and people whom changes left as they were."""
        return self.rows - self.refused + self.carried

    def noted(self, problems: list[tuple[int, Problem]], refused: int) -> "Progress":
        """Return the progress with the problems of a piece counted."""
        reasons = dict(self.reasons)
        for _, problem in problems:
            name = f"{problem.column}: {problem.reason}"
            reasons[name] = reasons.get(name, 0) + 1
        flaws = self.flaws + len(problems) - refused
        return replace(self, reasons=reasons, refused=self.refused + refused, flaws=flaws)

    def result(self) -> dict[str, Any]:
        """Return what people are told."""
        most = sorted(self.reasons.items(), key=lambda item: -item[1])[:8]
        return {
            N_("Baris dibaca"): self.rows,
            N_("Orang diterima"): self.persons - self.carried,
            N_("Baris ditolak"): self.refused,
            N_("Isian bermasalah"): self.flaws,
            **(self._carried() if self.base else {}),
            **dict(most),
        }

    def _carried(self) -> dict[str, int]:
        return {
            N_("Orang yang digantikan"): self.seen - self.carried,
            N_("Orang tanpa perubahan"): self.carried,
        }


def import_registry_work(task: Task) -> Iterator[Step]:
    """Import the file of the job's parameters; see `jps.registry.services.start_import`."""
    run = _Import(task)
    yield from run.clear_away()
    if run.progress.phase == "rows":
        yield from run.load_rows()
        yield run.settle_doubles()
    if run.progress.phase == "judge":
        yield from run.judge()
    if run.progress.phase == "carry":
        yield from run.carry()
    if run.progress.phase == "keys":
        yield from run.write_keys()
        yield run.publish()


class _Import:
    """One import. Plain values only: a commit after every step expires all rows."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._session = task.session
        self._mapping = FileMapping.from_json(task.params["mapping"])
        self._path = task.home / "uploads" / Path(task.params["file"]).name
        self._problem_path = task.home / "problems" / f"{task.job_id}.csv"
        self._source: Source = open_source(self._path, self._mapping)
        self.progress = self._resume()
        self._people = Loaded(self.progress.snapshot, stored=self.progress.persons)

    def _resume(self) -> Progress:
        """Return the committed progress, or begin a snapshot when there is none to go on with."""
        cursor = self._task.cursor
        if cursor:
            snapshot = self._session.get(RegistrySnapshot, cursor["snapshot"])
            if snapshot is not None and snapshot.state == SnapshotState.LOADING:
                return Progress(**cursor)
        job = self._session.get_one(Job, self._task.job_id)
        snapshot = begin_snapshot(self._session, job, at=self._task.clock())
        if snapshot.base_id is None:
            return Progress(snapshot.id)
        base = self._session.get_one(RegistrySnapshot, snapshot.base_id)
        return Progress(snapshot.id, base=base.persons)

    def clear_away(self) -> Iterator[Step]:
        """Delete what earlier imports left that nobody can go on with."""
        yield self._step()
        for stale in stale_snapshots(self._session, replaced=False):
            for _ in forget(self._session, self._task.home, stale):
                yield self._step()

    def load_rows(self) -> Iterator[Step]:
        """Check and store the rows that are left, piece by piece."""
        with reading():
            areas = AreaBook(self._session.scalars(select(Area)))
            self._session.rollback()
        latest = self._task.clock().date()
        checker = RowChecker(self._source.columns, areas, self._mapping, latest=latest)
        pieces = PieceChecker(checker, width=len(self._source.headers))
        with no_cycles():
            for rows in in_pieces(self._source.rows(skip=self.progress.read), ROWS_AT_ONCE):
                piece = pieces.check(rows)
                self._people.add(self._session, piece.people)
                read, blank = self.progress.read + len(rows), self.progress.blank + piece.blank
                self.progress = replace(self.progress, read=read, blank=blank)
                self._note(piece.problems, refused=piece.refused)
                yield self._step()

    def settle_doubles(self) -> Step:
        """Take out rows given twice, and mark people who share their NIK."""
        doubles = find_doubles(self._people.table(self._session))
        self._people.drop(doubles.same)
        one = RegistryPerson
        for ids in doubles.pieces(doubles.same):
            self._session.execute(delete(one).where(one.id.in_(ids)))
        for ids in doubles.pieces(doubles.shared):
            self._session.execute(update(one).where(one.id.in_(ids)).values(nik_shared=True))
        problems = [(row, Problem("nik", TWICE)) for row in doubles.same.values()]
        self._note(problems, refused=len(doubles.same))
        shared = [(row, Problem("nik", SHARED)) for row in doubles.shared.values()]
        self._note(shared, refused=0)
        self.progress = replace(self.progress, phase="judge")
        return self._step()

    def judge(self) -> Iterator[Step]:
        """Go on, or refuse a file that lost most of its rows."""
        done = self.progress
        if is_acceptable(done.rows, done.refused):
            self.progress = replace(done, phase="carry" if done.base else "keys")
            yield self._step()
            return
        snapshot = self._snapshot()
        snapshot.state, snapshot.rows, snapshot.refused = (
            SnapshotState.REFUSED,
            done.rows,
            done.refused,
        )
        yield self._step()
        for _ in forget(self._session, self._task.home, done.snapshot):
            yield self._step()
        raise InvalidFile(
            N_(
                "{refused} dari {rows} baris tidak dapat dipakai, jadi berkas ini tidak "
                "diberlakukan; data yang lama tetap berlaku. Unduh berkas masalah, perbaiki "
                "kolomnya, lalu impor lagi."
            ),
            refused=done.refused,
            rows=done.rows,
        )

    def carry(self) -> Iterator[Step]:
        """Take over whom the changes do not name, piece by piece."""
        base, one = self._snapshot().base_id or 0, RegistryPerson
        people = self._people.table(self._session)
        ids = people.column("id").to_numpy()
        until = self.progress.given or int(ids.max(initial=0))
        given = Given(people.filter(pa.array(ids <= until)))
        while self.progress.phase == "carry":
            piece = carry(self._session, base, given, after=self.progress.last, limit=ROWS_AT_ONCE)
            self._people.add(self._session, piece.people, piece.shared)
            if piece.rivals:
                rivals = one.id.in_(piece.rivals)
                self._session.execute(update(one).where(rivals).values(nik_shared=True))
            self.progress = replace(
                self.progress,
                phase="carry" if piece.seen else "keys",
                given=until,
                seen=self.progress.seen + piece.seen,
                last=piece.last,
                carried=self.progress.carried + len(piece.people),
            )
            yield self._step()

    def write_keys(self) -> Iterator[Step]:
        """Build the index and fill the look-up table from it."""
        index = self._index()
        self._snapshot().normaliser = index.version
        for one in packed_slices(self.progress.snapshot, index, self.progress.slices):
            write_keys(self._session, one)
            self.progress = replace(self.progress, slices=one.number)
            yield self._step(share=one.number / one.slices)

    def _index(self) -> RegistryIndex:
        """Return the index of the persons; an interrupted import may have it already."""
        home, snapshot = self._task.home, self.progress.snapshot
        if self.progress.slices:
            return stored_index(self._session, home, snapshot)
        current = current_snapshot(self._session)
        before = None if current is None else current.id
        self._session.rollback()
        frame = frame_of(self._people.give_up(self._session))
        return store_index(home, snapshot, frame, before=before)

    def publish(self) -> Step:
        """Put the snapshot in force."""
        snapshot, done = self._snapshot(), self.progress
        snapshot.rows, snapshot.persons, snapshot.refused = done.rows, done.persons, done.refused
        publish(self._session, snapshot, by=self._task.by, at=self._task.clock())
        self.progress = replace(done, phase="done")
        return self._step(share=1.0)

    def _snapshot(self) -> RegistrySnapshot:
        return self._session.get_one(RegistrySnapshot, self.progress.snapshot)

    def _note(self, problems: list[tuple[int, Problem]], *, refused: int) -> None:
        if problems:
            file = ProblemFile(self._problem_path, self.progress.bytes).add(problems)
            self.progress = replace(self.progress, bytes=file.size)
        self.progress = self.progress.noted(problems, refused)

    def _step(self, *, share: float = 0.0) -> Step:
        """Return where the work stands: rows count once when read and once when indexed."""
        done, problems = self.progress, bool(self.progress.reasons)
        rows = max(self._source.total, done.read) if done.phase == "rows" else done.read
        rows += done.base
        path = self._problem_path.relative_to(self._task.home)
        return Step(
            done=done.read + done.seen + round(rows * share),
            total=2 * rows,
            cursor=asdict(done),
            result=done.result(),
            problem_file=str(path) if problems else None,
            problems=problems,
        )
