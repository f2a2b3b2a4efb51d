"""Prepare a batch, do it piece by piece, take it back.

A batch freezes which households at which versions were meant when it was prepared: one that
changed since is refused like any late save, and touches no other.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.assessment.acceptance import follow_up
from jps.audit.services import Event, record
from jps.batches.models import Batch, BatchItem
from jps.batches.rules import KINDS, MOST, Act, Outcome
from jps.bulk import write_rows
from jps.errors import Conflict, InvalidData, JpsError, NotFound
from jps.households.models import Household
from jps.households.saving import Author, load_household, require_version
from jps.households.workflow import MAX_LETTER, MAX_REASON, Given, take_step
from jps.meetings.services import find_open, propose, strike
from jps.text import N_, one_line

PIECE = 50  # households of one transaction of a job


@dataclass(frozen=True, slots=True)
class Chosen:
    """A household as it was when it was chosen."""

    id: uuid.UUID
    version: int
    area_code: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one household, with what its list shows."""

    item: BatchItem
    head_name: str
    address: str


def choose(session: Session, ids: Iterable[tuple[uuid.UUID, int]]) -> list[Chosen]:
    """Return the households of these ids that the session may see, at the versions given."""
    versions = dict(ids)
    query = select(Household.id, Household.area_code).where(Household.id.in_(list(versions)))
    areas = {row.id: row.area_code for row in session.execute(query)}
    return [Chosen(key, version, areas[key]) for key, version in versions.items() if key in areas]


def prepare(
    session: Session,
    act: Act,
    chosen: Sequence[Chosen],
    *,
    by: str,
    at: datetime,
    undo_of: uuid.UUID | None = None,
) -> Batch:
    """Keep what was chosen; nothing happens to any household yet."""
    if not chosen:
        raise InvalidData(N_("Pilih paling sedikit satu rumah tangga."))
    if len(chosen) > MOST:
        raise InvalidData(N_("Paling banyak 20.000 rumah tangga sekaligus. Persempit pilihannya."))
    batch = Batch(
        id=uuid.uuid4(), act=act, asked_by=by, asked_at=at, total=len(chosen), undo_of=undo_of
    )
    session.add(batch)
    session.flush()
    names = ("batch_id", "place", "household_id", "area_code", "version", "outcome", "message")
    rows = (
        (batch.id, place, one.id, one.area_code, one.version, Outcome.WAITING, "")
        for place, one in enumerate(chosen)
    )
    write_rows(session, BatchItem, (*names, "params"), ((*row, {}) for row in rows))
    return batch


def get_batch(session: Session, batch_id: uuid.UUID, *, by: str) -> Batch:
    """Return a batch of the person `by`, or raise `NotFound`."""
    batch = session.scalars(select(Batch).where(Batch.id == batch_id).with_for_update()).first()
    if batch is None or batch.asked_by != by:
        raise NotFound()
    return batch


def start(session: Session, batch: Batch, given: Given, *, by: str, at: datetime) -> Batch:
    """Say that a prepared batch is to be done, with its reason or letter."""
    if batch.started_at is not None:
        raise Conflict(N_("Tindakan ini sudah dijalankan."))
    kind = KINDS[Act(batch.act)]
    reason, letter = one_line(given.reason), one_line(given.letter)
    problems: dict[str, list[str]] = {}
    if kind.needs_reason and not 0 < len(reason) <= MAX_REASON:
        problems["reason"] = [N_("Alasan wajib diisi, paling banyak 500 karakter.")]
    if kind.needs_letter and not 0 < len(letter) <= MAX_LETTER:
        problems["letter"] = [N_("Tuliskan nomor suratnya, paling banyak 120 karakter.")]
    if problems:
        raise InvalidData(next(iter(problems.values()))[0], problems)
    batch.reason, batch.letter, batch.started_at = reason, letter, at
    session.flush()
    details = {"kind": str(batch.act), "rows": batch.total}
    record(session, Event("batch-started", "batch", str(batch.id), None, details), by=by, at=at)
    return batch


def run_piece(
    session: Session, batch: Batch, *, by: Author, at: datetime, size: int = PIECE
) -> int:
    """Do the next `size` households of a started batch; return how many were left to do."""
    query = (
        select(BatchItem)
        .where(BatchItem.batch_id == batch.id, BatchItem.outcome == Outcome.WAITING)
        .order_by(BatchItem.place)
        .limit(size)
    )
    items = session.scalars(query).all()
    for item in items:
        _do(session, batch, item, by=by, at=at)
    if len(items) < size:
        batch.ended_at = at
    session.flush()
    return len(items)


def _do(session: Session, batch: Batch, item: BatchItem, *, by: Author, at: datetime) -> None:
    try:
        with session.begin_nested():
            item.version_after = _act(session, batch, item, by=by, at=at)
    except JpsError as error:
        item.outcome, item.message = Outcome.REFUSED, error.message
        item.params = {name: str(value) for name, value in error.params.items()}
        batch.refused += 1
    else:
        item.outcome = Outcome.DONE
        batch.done += 1
    session.flush()


def _act(session: Session, batch: Batch, item: BatchItem, *, by: Author, at: datetime) -> int:
    kind = KINDS[Act(batch.act)]
    if kind.action is None:
        return _list(session, Act(batch.act), item, by=by)
    given = Given(batch.reason, batch.letter)
    key = item.household_id
    household = take_step(session, kind.action, key, given, version=item.version, by=by, at=at)
    if kind.moves:
        follow_up(session, key, at=at)
    return household.version


def _list(session: Session, act: Act, item: BatchItem, *, by: Author) -> int:
    """Put a household on its village's list, or take it off."""
    household = load_household(session, item.household_id)
    require_version(household, item.version)
    if act is Act.PROPOSE:
        propose(session, household, by=by)
    elif (meeting := find_open(session, household.area_code)) is not None:
        strike(session, meeting.id, household.id)
    return household.version


def can_undo(session: Session, batch: Batch) -> bool:
    """Whether the batch did something that can be taken back, and nobody did so yet."""
    if batch.ended_at is None or not batch.done or KINDS[Act(batch.act)].undone_by is None:
        return False
    return session.scalar(select(Batch.id).where(Batch.undo_of == batch.id)) is None


def undo(session: Session, batch: Batch, *, by: str, at: datetime) -> Batch:
    """Prepare and start the batch that takes back what this one did."""
    act = KINDS[Act(batch.act)].undone_by
    if act is None or not can_undo(session, batch):
        raise Conflict(N_("Tindakan ini tidak dapat diurungkan."))
    query = select(BatchItem).where(
        BatchItem.batch_id == batch.id, BatchItem.outcome == Outcome.DONE
    )
    chosen = [
        Chosen(item.household_id, item.version_after or item.version, item.area_code)
        for item in session.scalars(query.order_by(BatchItem.place))
    ]
    undoing = prepare(session, act, chosen, by=by, at=at, undo_of=batch.id)
    return start(session, undoing, Given(), by=by, at=at)


def results(
    session: Session, batch: Batch, outcome: Outcome | None = None, *, limit: int
) -> list[Result]:
    """Return what became of the households of a batch, in the order of the list."""
    query = (
        select(BatchItem, Household.head_name, Household.address)
        .join(Household, Household.id == BatchItem.household_id)
        .where(BatchItem.batch_id == batch.id)
        .order_by(BatchItem.place)
        .limit(limit)
    )
    if outcome is not None:
        query = query.where(BatchItem.outcome == outcome)
    return [Result(*row) for row in session.execute(query)]


def refusals(session: Session, batch: Batch) -> list[tuple[str, dict[str, str], int]]:
    """Return why households were refused: message, its parameters, how many; the most first."""
    query = (
        select(BatchItem.message, func.count(), func.min(BatchItem.place))
        .where(BatchItem.batch_id == batch.id, BatchItem.outcome == Outcome.REFUSED)
        .group_by(BatchItem.message)
        .order_by(func.count().desc(), BatchItem.message)
    )
    found = []
    for message, number, place in session.execute(query):
        item = session.get(BatchItem, (batch.id, place))
        found.append((message, {} if item is None else dict(item.params), number))
    return found
