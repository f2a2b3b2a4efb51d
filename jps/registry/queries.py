"""Reads of the registry: snapshots, people by key, and all people as a frame for matching."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.bulk import read_rows
from jps.errors import NotFound
from jps.matching import COLUMNS, Person, record_keys
from jps.registry.keytable import holders
from jps.registry.models import RegistryPerson, RegistrySnapshot
from jps.registry.rules import RegistryStatus, SnapshotState
from jps.text import N_

_PAGE = 50_000  # persons read at once into a frame
PERSON_TABLE = pa.schema(
    [("id", pa.int64()), ("row", pa.int64())]
    + [(name, pa.string()) for name in ("nik", "kk", "name", "sex", "birth_date", "mother_name")]
    + [("area_code", pa.string())]
)
_IDS = 500  # ids in one statement


def current_snapshot(session: Session) -> RegistrySnapshot | None:
    """Return the snapshot in force, None before the first import."""
    return session.scalars(
        select(RegistrySnapshot).where(RegistrySnapshot.state == SnapshotState.CURRENT)
    ).one_or_none()


def needed_snapshot(session: Session) -> RegistrySnapshot:
    """Return the snapshot in force; NotFound before the first import."""
    snapshot = current_snapshot(session)
    if snapshot is None:
        raise NotFound(N_("Belum ada data kependudukan. Impor datanya dahulu."))
    return snapshot


def list_snapshots(session: Session) -> Sequence[RegistrySnapshot]:
    """Return all snapshots, newest first."""
    return session.scalars(select(RegistrySnapshot).order_by(RegistrySnapshot.id.desc())).all()


def persons(session: Session, ids: Iterable[int]) -> dict[int, RegistryPerson]:
    """Return the persons of the session's areas by id."""
    asked = sorted(set(ids))
    found: dict[int, RegistryPerson] = {}
    for start in range(0, len(asked), _IDS):
        query = select(RegistryPerson).where(RegistryPerson.id.in_(asked[start : start + _IDS]))
        found |= {person.id: person for person in session.scalars(query)}
    return found


class PersonRow(NamedTuple):
    """A row of `registry_person` as plain values."""

    id: int
    snapshot_id: int
    row: int
    nik: str
    kk: str
    name: str
    sex: str
    birth_date: str
    birth_place: str
    mother_name: str
    area_code: str
    address: str
    status: RegistryStatus
    nik_shared: bool

    def person(self) -> RegistryPerson:
        """Return the row as a person whom no session follows."""
        return RegistryPerson(**self._asdict())


def person_rows(session: Session, ids: Sequence[int]) -> list[PersonRow]:
    """Return persons by id, unordered; for look-ups by a session that sees all areas.

    Several times as fast as `persons`.
    """
    rows = read_rows(session, RegistryPerson, PersonRow._fields, "id", ids) if ids else []
    return list(map(PersonRow._make, rows))


def ids_by_key(session: Session, snapshot_id: int, keys: Iterable[int]) -> list[int]:
    """Return the ids of the persons of a snapshot that share one of the keys, ascending."""
    return sorted(set(map(int, holders(session, snapshot_id, keys))))


def find_by_nik(session: Session, snapshot_id: int, nik: str) -> Sequence[RegistryPerson]:
    """Return the persons with this NIK in the session's areas; usually one."""
    return _by_number(session, snapshot_id, "nik", nik)


def find_family(session: Session, snapshot_id: int, kk: str) -> Sequence[RegistryPerson]:
    """Return the persons on this KK in the session's areas, as the file orders them."""
    return _by_number(session, snapshot_id, "kk", kk)


def _by_number(
    session: Session, snapshot_id: int, column: str, number: str
) -> Sequence[RegistryPerson]:
    keys = record_keys(Person.read({column: number})).values() if number else ()
    found = persons(session, ids_by_key(session, snapshot_id, keys)).values()
    return sorted((one for one in found if getattr(one, column) == number), key=lambda one: one.row)


def record_of(person: RegistryPerson | PersonRow) -> Mapping[str, str]:
    """Return a person as a record of `jps.matching.COLUMNS`."""
    return {
        "id": str(person.id),
        "nik": person.nik,
        "kk": person.kk,
        "name": person.name,
        "birth_date": person.birth_date,
        "sex": person.sex,
        "mother": person.mother_name,
        "village": person.area_code if len(person.area_code) == 13 else "",
    }


def person_frame(session: Session, snapshot_id: int) -> pa.Table:
    """Return all persons of a snapshot in the session's areas as a frame for `jps.matching`."""
    return frame_of(person_table(session, snapshot_id))


def frame_of(people: pa.Table) -> pa.Table:
    """Return columns of `PERSON_TABLE` as a frame for `jps.matching`.

    `village` is empty where the registry knows only the kecamatan or less.
    """
    area = people.column("area_code")
    village = pc.if_else(pc.equal(pc.binary_length(area), pa.scalar(13)), area, pa.scalar(""))
    columns = {
        "id": people.column("id").cast(pa.string()),
        **{name: people.column(name) for name in ("nik", "kk", "name", "birth_date", "sex")},
        "mother": people.column("mother_name"),
        "village": village,
    }
    return pa.table({name: columns[name] for name in COLUMNS})


def person_table(session: Session, snapshot_id: int) -> pa.Table:
    """Return all persons of a snapshot in the session's areas with the columns of PERSON_TABLE."""
    columns = [getattr(RegistryPerson, name) for name in PERSON_TABLE.names]
    batches: list[pa.RecordBatch] = []
    last = 0
    while True:
        query = select(*columns).where(
            RegistryPerson.snapshot_id == snapshot_id, RegistryPerson.id > last
        )
        rows = session.execute(query.order_by(RegistryPerson.id).limit(_PAGE)).all()
        if not rows:
            return pa.Table.from_batches(batches, schema=PERSON_TABLE)
        last = rows[-1][0]
        arrays = [
            pa.array(values, field.type)
            for values, field in zip(zip(*rows, strict=True), PERSON_TABLE, strict=True)
        ]
        batches.append(pa.record_batch(arrays, schema=PERSON_TABLE))
