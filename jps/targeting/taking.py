"""Freeze the households that count, with their members and scores, as resumable work."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from jps.assessment.models import Assessment
from jps.assessment.services import NOT_COUNTED, current_scorecard, find_model
from jps.audit.services import Event, record
from jps.config import DATA
from jps.db import EVERYWHERE, reading, set_scope
from jps.errors import NotFound
from jps.households.counting import household_counts, member_counts
from jps.households.models import Household, Member
from jps.households.rows import MEMBER_COLUMNS
from jps.jobs.runner import Step, Task
from jps.questionnaire import load_form
from jps.targeting.catalogue import catalogue
from jps.targeting.facts import Unit
from jps.targeting.models import TargetSnapshot
from jps.targeting.snapshots import Entry, SnapshotWriter, snapshot_file
from jps.text import N_

SNAPSHOT_KIND = "target-snapshot"
FOLDER = "targeting"
AT_ONCE = 2_000  # households read at a time
NOT_SCORED = N_("Belum ada rumah tangga yang dinilai. Jalankan penilaian terlebih dahulu.")


def snapshot_work(task: Task) -> Iterator[Step]:
    """Take a snapshot; the same households as before give the snapshot that is there.

    Files are written beside and named when whole; a killed process begins again.
    """
    session = task.session
    model = find_model(session, current_scorecard())
    if model is None:
        raise NotFound(NOT_SCORED)
    model_id, form = model.id, load_form(DATA / "questionnaire")
    writer = SnapshotWriter(task.home / FOLDER, catalogue(form))
    session.rollback()
    done = members = 0
    with Session(session.get_bind()) as frozen:
        total, changed = _begin(frozen)
        for entries in _entries(frozen, model_id):
            done = writer.add(entries)
            members += sum(len(one.members) for one in entries)
            yield Step(done, max(total, done), {}, {"households": done, "members": members})
    digest = writer.finish()
    known = session.scalars(
        select(TargetSnapshot).where(TargetSnapshot.content_hash == digest)
    ).one_or_none()
    if known is None:
        known = TargetSnapshot(
            content_hash=digest,
            households=done,
            members=members,
            questionnaire_version=form.version,
            score_model_id=model_id,
            data_changed_at=changed,
            taken_by=task.by,
            taken_at=task.clock(),
        )
        session.add(known)
        session.flush()
        event = Event(
            "target-snapshot", "target-snapshot", str(known.id), details={"households": done}
        )
        record(session, event, by=task.by, at=task.clock())
    result = {"households": done, "members": members, "snapshot": known.id}
    yield Step(done, max(done, 1), {}, result)


def _begin(frozen: Session) -> tuple[int, datetime | None]:
    """Begin to read everything as of one moment; return how many there are and the newest change.

    A reader never waits for a writer, and sees nothing of what is written meanwhile.
    """
    set_scope(frozen, EVERYWHERE)
    with reading():
        if frozen.get_bind().dialect.name == "postgresql":
            frozen.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        counts = select(func.count(), func.max(Household.changed_at)).where(*_counted())
        total, changed = frozen.execute(counts).one()
    return total, changed


def _counted() -> tuple[Any, ...]:
    return Household.state.not_in(NOT_COUNTED), household_counts()


def _entries(session: Session, model_id: int) -> Iterator[list[Entry]]:
    """Yield the households with their members, by area and id."""
    last: tuple[str, uuid.UUID] | None = None
    while rows := _households(session, model_id, last):
        last = rows[-1].area_code, rows[-1].id
        people = _people(session, [row.id for row in rows])
        yield [
            Entry(
                str(row.id),
                row.area_code,
                {**row.answers, **row.calculated, "npl100": row.npl100},
                people.get(row.id, ()),
            )
            for row in rows
        ]


def _households(
    session: Session, model_id: int, last: tuple[str, uuid.UUID] | None
) -> Sequence[Any]:
    mine = and_(Assessment.household_id == Household.id, Assessment.model_id == model_id)
    query = (
        select(
            Household.id,
            Household.area_code,
            Household.answers,
            Household.calculated,
            Assessment.npl100,
        )
        .outerjoin(Assessment, mine)
        .where(*_counted())
        .order_by(Household.area_code, Household.id)
        .limit(AT_ONCE)
    )
    if last is not None:
        area, key = last
        after = and_(Household.area_code == area, Household.id > key)
        query = query.where(or_(Household.area_code > area, after))
    return session.execute(query).all()


def _people(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    columns = (getattr(Member, name) for name in MEMBER_COLUMNS)
    query = (
        select(Member.household_id, Member.answers, Member.calculated, *columns)
        .where(Member.household_id.in_(ids), Member.valid_to.is_(None), member_counts())
        .order_by(Member.household_id, Member.position, Member.id)
    )
    found: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for household_id, answers, calculated, *values in session.execute(query):
        own = dict(zip(MEMBER_COLUMNS, values, strict=True))
        found.setdefault(household_id, []).append({**own, **answers, **calculated})
    return found


def has_files(home: Path, digest: str) -> bool:
    """Whether the files of a snapshot are there."""
    return all(snapshot_file(home / FOLDER, digest, unit).exists() for unit in Unit)
