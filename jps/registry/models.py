"""Tables of registry snapshots, their persons and the keys by which persons are found."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from jps.db import AREA_CODE, Base, Scoped, UtcDateTime
from jps.registry.rules import RegistryStatus, SnapshotState

# SQLite only counts up a plain INTEGER key by itself, which has 64 bits there.
BIG_ID = BigInteger().with_variant(Integer(), "sqlite")

NAME_MAX = 120  # characters; the law allows 60, old records and titles more
ADDRESS_MAX = 300


class RegistrySnapshot(Base):
    """What the registry told us on one date. The file's own name is not kept: it may name people.

    `fingerprint` is SHA-256 over the file, its mapping and its date: the same import twice shows.
    A file of changes stands on the snapshot `base_id`; `rows` and `refused` are of the file alone.
    """

    __tablename__ = "registry_snapshot"
    __table_args__ = (
        Index(
            "uq_registry_snapshot_current",
            "state",
            unique=True,
            sqlite_where=text("state = 'current'"),
            postgresql_where=text("state = 'current'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    as_of: Mapped[date] = mapped_column(Date)
    format: Mapped[str] = mapped_column(String(10))
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[SnapshotState] = mapped_column(String(10))
    rows: Mapped[int] = mapped_column(default=0)  # read from the file
    persons: Mapped[int] = mapped_column(default=0)  # in the snapshot
    refused: Mapped[int] = mapped_column(default=0)  # rows that could not be taken
    job_id: Mapped[uuid.UUID] = mapped_column(index=True)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    current_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    base_id: Mapped[int | None] = mapped_column(ForeignKey("registry_snapshot.id"))
    normaliser: Mapped[str | None] = mapped_column(String(40))  # version under which keys were made


class RegistryPerson(Scoped, Base):
    """One person as the registry has them in one snapshot. Empty texts mean that it does not say.

    `birth_date` is `YYYY-MM-DD`, or `YYYY` where only the year is known. `area_code` is empty where
    the file names no area that we know. `nik_shared`: other people of the snapshot have this NIK.
    There is no index but the key: people are found through `RegistryKey`, which holds NIK and KK.
    """

    __tablename__ = "registry_person"
    __table_args__ = ({"sqlite_autoincrement": True},)  # ids are never used again

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("registry_snapshot.id"))
    row: Mapped[int]  # in the file; the header is row 1
    nik: Mapped[str] = mapped_column(String(16))
    kk: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    sex: Mapped[str] = mapped_column(String(1))  # 1 male, 2 female
    birth_date: Mapped[str] = mapped_column(String(10))
    birth_place: Mapped[str] = mapped_column(String(NAME_MAX))
    mother_name: Mapped[str] = mapped_column(String(NAME_MAX))
    area_code: Mapped[str] = mapped_column(AREA_CODE)
    address: Mapped[str] = mapped_column(String(ADDRESS_MAX))
    status: Mapped[RegistryStatus] = mapped_column(String(10))
    nik_shared: Mapped[bool] = mapped_column(default=False)


class RegistryKey(Base):
    """The keys of `jps.matching` of every person, packed: see `jps.registry.keytable`.

    `id` is the snapshot's number and a range of keys below it, so that a whole snapshot is dropped
    from one range.
    """

    __tablename__ = "registry_key"

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True, autoincrement=False)
    entries: Mapped[bytes] = mapped_column(LargeBinary)
