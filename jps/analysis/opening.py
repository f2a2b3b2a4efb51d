"""Open an office for analysis: its folder on this machine, its server, or a snapshot of it.

This is an edge of its own: a notebook has no Flask. It decides who reads, reads in a transaction
that never waits for writers, and commits the record of the read before a row is handed out.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from jps.access.models import ApiToken
from jps.access.tokens import find_api_token, needs_note
from jps.analysis.frames import Frame
from jps.analysis.office import Office
from jps.analysis.remote import RemoteSource
from jps.analysis.rules import Ask
from jps.analysis.services import (
    Analyst,
    Reading,
    analyst_of,
    frames_for,
    read_frame,
    record_read,
)
from jps.analysis.snapshots import SnapshotSource
from jps.config import Settings, read_key, read_settings
from jps.db import drive_sqlite, engine_options, reading, set_scope
from jps.errors import NotAllowed, NotFound
from jps.text import N_

if TYPE_CHECKING:
    import pyarrow as pa

KEY = "analysis"  # the office's secret behind the keys of frames
NO_TOKEN = N_("Token tidak berlaku. Buat token di halaman Akun saya, lalu isi JPS_TOKEN.")
NO_OFFICE = N_("Tidak ada kantor JPS di folder {folder}.")


def open_office(token: str = "", home: Path | str = "") -> Office:
    """Open the office whose folder is on this machine.

    Without arguments the environment says it: `JPS_SNAPSHOT` (a folder) opens a snapshot,
    `JPS_URL` a server, else `JPS_HOME` names the office's folder; `JPS_TOKEN` is the token.
    Raises `NotAllowed` for a token that is not in force or whose person may not use frames.
    """
    given = os.environ
    if not home and given.get("JPS_SNAPSHOT"):
        return open_snapshot(given["JPS_SNAPSHOT"])
    token = token or given.get("JPS_TOKEN", "")
    if not home and given.get("JPS_URL"):
        return connect(given["JPS_URL"], token)
    settings = read_settings({**given, "JPS_HOME": str(home)} if home else None)
    source = LocalSource(settings, token)
    source.frames()  # a token that does not hold is told now, not at the first frame
    return Office(source)


def connect(url: str, token: str = "") -> Office:
    """Open the office whose server is at `url` (https, or this machine)."""
    source = RemoteSource(url, token or os.environ.get("JPS_TOKEN", ""))
    source.frames()
    return Office(source)


def open_snapshot(folder: Path | str) -> Office:
    """Open what `Office.snapshot` wrote, with the keys that it was written with."""
    return Office(SnapshotSource(Path(folder)))


class LocalSource:
    """Frames of the office of `settings`, read with a person's token."""

    def __init__(self, settings: Settings, token: str) -> None:
        self._settings, self._token = settings, token
        if not settings.database_url and not (settings.home / "jps.db").is_file():
            raise NotFound(NO_OFFICE, folder=settings.home.name)

    @cached_property
    def _engine(self) -> Engine:
        url = self._settings.url
        # Nothing stays open between two reads: a notebook waits for its person most of the time.
        engine = create_engine(url, poolclass=NullPool, **engine_options(url))
        drive_sqlite(engine)
        return engine

    def frames(self) -> tuple[Frame, ...]:
        """Return the frames that may be read."""
        with reading(), Session(self._engine) as session:
            analyst, _ = self._enter(session, _now())
            return tuple(frames_for(analyst))

    def fetch(self, asked: Mapping[Frame, Ask], *, purpose: str) -> dict[Frame, "pa.Table"]:
        """Return frames as of one moment, once their reading is recorded."""
        import pyarrow as pa

        now = _now()
        on = now.astimezone(ZoneInfo(self._settings.timezone)).date()
        readings: list[tuple[Reading, pa.Table]] = []
        with reading(), Session(self._engine) as session:
            if session.get_bind().dialect.name == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            analyst, _ = self._enter(session, now)
            for frame, ask in asked.items():
                one = read_frame(session, analyst, frame, ask, on=on, at=now)
                readings.append((one, pa.Table.from_batches(one.batches, schema=one.schema)))
        self._record(readings, purpose, now)
        return {one.frame: table for one, table in readings}

    def _record(
        self, readings: list[tuple[Reading, "pa.Table"]], purpose: str, now: datetime
    ) -> None:
        with Session(self._engine) as session:
            analyst, token = self._enter(session, now)
            if needs_note(token, at=now):
                token.last_used_at = now
            for one, table in readings:
                record_read(session, analyst, one, table.num_rows, purpose=purpose, at=now)
            session.commit()

    def _enter(self, session: Session, now: datetime) -> tuple[Analyst, ApiToken]:
        token = find_api_token(session, self._token.strip(), at=now)
        if token is None:
            raise NotAllowed(NO_TOKEN)
        set_scope(session, token.user.scope)
        secret = read_key(self._settings, KEY)
        return analyst_of(token.user, token.name, secret=secret), token


def _now() -> datetime:
    return datetime.now(UTC)
