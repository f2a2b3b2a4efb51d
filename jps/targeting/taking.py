"""Freeze the households that count, with their members and scores, as resumable work."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from jps.assessment.consumption import as_model, model_in_force
from jps.assessment.features import features_of
from jps.assessment.models import Assessment
from jps.assessment.services import NOT_COUNTED, current_scorecard, find_model
from jps.audit.services import Event, record
from jps.config import DATA
from jps.db import EVERYWHERE, reading, set_scope
from jps.errors import InvalidData, NotFound
from jps.households.counting import household_counts, member_counts
from jps.households.models import Household, Member
from jps.households.rows import MEMBER_COLUMNS
from jps.jobs.runner import Step, Task
from jps.questionnaire import load_form
from jps.targeting.catalogue import MOST_CODES, catalogue
from jps.targeting.facts import Unit
from jps.targeting.gathering import Gathered, families_of, gather, programmes_of
from jps.targeting.models import TargetSnapshot
from jps.targeting.snapshots import Entry, SnapshotWriter, snapshot_file
from jps.text import N_
from jps.welfare.pmt import Missing, Model

SNAPSHOT_KIND = "target-snapshot"
FOLDER = "targeting"
AT_ONCE = 2_000  # households read at a time
NOT_SCORED = N_("Belum ada rumah tangga yang dinilai. Jalankan penilaian terlebih dahulu.")
TOO_MANY = N_("Potret data memuat paling banyak {limit} program dari satu jenis.")


@dataclass(frozen=True)
class _Source:
    """What scores the households that are frozen, and on which day their lists are read."""

    model_id: int
    model: Model | None
    trained_id: int | None
    on: date


@dataclass(frozen=True)
class _Person:
    """A member with what is known of them."""

    key: uuid.UUID
    family: uuid.UUID
    facts: dict[str, Any]


def snapshot_work(task: Task) -> Iterator[Step]:
    """Take a snapshot; the same households as before give the snapshot that is there.

    Files are written beside and named when whole; a killed process begins again.
    """
    session = task.session
    model = find_model(session, current_scorecard())
    if model is None:
        raise NotFound(NOT_SCORED)
    form, trained = load_form(DATA / "questionnaire"), model_in_force(session)
    source = _Source(
        model.id,
        None if trained is None else as_model(trained),
        None if trained is None else trained.id,
        _day(task),
    )
    programmes = programmes_of(session)
    if any(len(own) >= MOST_CODES for own in programmes.values()):
        raise InvalidData(TOO_MANY, limit=MOST_CODES - 1)
    writer = SnapshotWriter(task.home / FOLDER, catalogue(form, programmes=programmes))
    session.rollback()
    done = members = 0
    with Session(session.get_bind()) as frozen:
        total, changed = _begin(frozen)
        for entries in _entries(frozen, source):
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
            score_model_id=source.model_id,
            pmt_model_id=source.trained_id,
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


def _day(task: Task) -> date:
    """Return the day of the office on which the snapshot is taken."""
    return task.clock().astimezone(ZoneInfo(task.params.get("zone", "UTC"))).date()


def _entries(session: Session, source: _Source) -> Iterator[list[Entry]]:
    """Yield the households with their members and families, by area and id."""
    last: tuple[str, uuid.UUID] | None = None
    while rows := _households(session, source.model_id, last):
        last = rows[-1].area_code, rows[-1].id
        yield _made(session, rows, source)


def some_entries(session: Session, ids: Sequence[uuid.UUID], *, on: date) -> list[Entry]:
    """Return some of the households as a snapshot of a day would hold them, by area and id."""
    model, trained = find_model(session, current_scorecard()), model_in_force(session)
    source = _Source(
        0 if model is None else model.id, None if trained is None else as_model(trained), None, on
    )
    query = _query(source.model_id).where(Household.id.in_(ids))
    return _made(session, session.execute(query).all(), source)


def _made(session: Session, rows: Sequence[Any], source: _Source) -> list[Entry]:
    ids = [row.id for row in rows]
    people, known = _people(session, ids), gather(session, ids, source.on)
    return [_entry(row, people.get(row.id, ()), known, source.model) for row in rows]


def _entry(row: Any, people: Sequence[_Person], known: Gathered, model: Model | None) -> Entry:
    families = families_of((one.family, one.facts) for one in people)
    members = [one.facts | known.on_lists(Unit.MEMBER, one.key) for one in people]
    answers = {**row.answers, **row.calculated}
    scores = {"npl100": row.npl100, "pmt": _chance(model, answers, members, row.area_code)}
    return Entry(
        str(row.id),
        row.area_code,
        {**answers, **scores, **known.of_household(row.id, families)},
        members,
        [facts | known.of_family(key) for key, facts in families.items()],
    )


def _chance(
    model: Model | None, answers: dict[str, Any], members: Sequence[dict[str, Any]], area: str
) -> float | None:
    """Return the probability of being poor by a trained model; six decimals, so that machines
    agree."""
    if model is None:
        return None
    try:
        return round(model.predict(features_of(answers, members), area).chance, 6)
    except Missing:
        return None


def _households(
    session: Session, model_id: int, last: tuple[str, uuid.UUID] | None
) -> Sequence[Any]:
    query = _query(model_id).limit(AT_ONCE)
    if last is not None:
        area, key = last
        after = and_(Household.area_code == area, Household.id > key)
        query = query.where(or_(Household.area_code > area, after))
    return session.execute(query).all()


def _query(model_id: int) -> Select[*tuple[Any, ...]]:
    mine = and_(Assessment.household_id == Household.id, Assessment.model_id == model_id)
    return (
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
    )


def _people(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[_Person]]:
    columns = (getattr(Member, name) for name in MEMBER_COLUMNS)
    keys = (Member.household_id, Member.family_id, Member.id)
    query = (
        select(*keys, Member.answers, Member.calculated, *columns)
        .where(Member.household_id.in_(ids), Member.valid_to.is_(None), member_counts())
        .order_by(Member.household_id, Member.position, Member.id)
    )
    found: dict[uuid.UUID, list[_Person]] = {}
    for household, family, key, answers, calculated, *values in session.execute(query):
        own = dict(zip(MEMBER_COLUMNS, values, strict=True))
        person = _Person(key, family, {**own, **answers, **calculated})
        found.setdefault(household, []).append(person)
    return found


def has_files(home: Path, digest: str) -> bool:
    """Whether the files of a snapshot are there; those of before had none of families."""
    needed = (Unit.HOUSEHOLD, Unit.MEMBER)
    return all(snapshot_file(home / FOLDER, digest, unit).exists() for unit in needed)
