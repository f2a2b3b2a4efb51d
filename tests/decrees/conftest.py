"""Fixtures of the tests of decrees: an office with a registry, a household, and programmes."""

import csv
import io
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import EVERYWHERE, db, set_scope
from jps.decrees import services
from jps.decrees.services import Head
from jps.intake.services import propose_mapping
from jps.jobs.models import Job
from jps.jobs.services import find_job
from jps.programmes.models import Decree, Programme, ProgrammeTerms, Recipient
from jps.programmes.rules import DecreeState, Frequency, ProgrammeKind, Unit
from jps.worker import run_now, run_waiting
from tests.conftest import NOW
from tests.offices import NewHousehold, areas, household, stored
from tests.registries import (
    FAMILY,
    Import,
    RunJob,
    changed,
    csv_bytes,
    home,
    import_file,
    match_all,
    strangers,
)

__all__ = ["areas", "home", "household", "import_file", "match_all", "stored"]

TODAY = date(2026, 11, 23)
HEADER = (
    "No", "Nama Penerima", "NIK", "No KK", "L/P", "Tanggal Lahir", "Kode Desa", "Status",
    "Jumlah (Rp)",
)  # fmt: skip
DEAD, ELSEWHERE = changed(strangers(3)[0], STATUS="MENINGGAL"), strangers(3)[1]
HASAN = ("1", "HASAN CONTOH", "7501010505809001", "7501012301159001", "L", "05/05/1980",
         "75.01.01.2001", "AKTIF", "200.000")  # fmt: skip
FATMA = ("2", "Fatma Contoh", "", "7501012301159001", "P", "09/09/1982", "75.01.01.2001",
         "NONAKTIF", "")  # fmt: skip
ROWS = (
    HASAN,
    FATMA,
    ("3", "Hasan Contoh", "7501010505809001", "", "L", "", "", "AKTIF", "Rp200.000,00"),
    ("4", DEAD[2], DEAD[0], DEAD[1], "L", DEAD[4], "75.02.01.2001", "AKTIF", "seratus"),
    ("5", ELSEWHERE[2], "75020117", "", "P", ELSEWHERE[4], "99.99", "", "200000"),
    ("6", "", "", "", "", "", "75.01.01.2002", "", "200000"),
)


def programme(
    session: Session,
    code: str,
    kind: ProgrammeKind = ProgrammeKind.AID,
    *,
    amount: int | None = 300_000,
    **terms: Any,
) -> Programme:
    """Store a programme with its terms of 2020."""
    made = Programme(
        code=code, name=code.upper(), kind=kind, unit=Unit.FAMILY, made_by="tests", made_at=NOW
    )
    session.add(made)
    session.flush()
    told: dict[str, Any] = {"frequency": Frequency.MONTHLY, "valid_from": date(2020, 1, 1), **terms}
    session.add(
        ProgrammeTerms(programme_id=made.id, amount=amount, made_by="tests", made_at=NOW, **told)
    )
    session.commit()
    return made


def head(code: str = "blt", **changes: Any) -> Head:
    """Return what a decree of this year says of itself."""
    told: dict[str, Any] = {
        "programme": code,
        "number": f"460/{code}/2026",
        "dated": date(2026, 1, 5),
        "period_from": date(2026, 1, 1),
        "period_to": date(2026, 12, 31),
        "area": "75",
    }
    return Head(**{**told, **changes})


def as_csv(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    """Return a list as a file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


@dataclass
class Office:
    """An office into which decrees are brought."""

    app: Flask
    session: Session
    home: Path
    folder: Path

    def bring(self, rows: Sequence[Sequence[str]] = ROWS, **changes: Any) -> uuid.UUID:
        """Bring a decree with its list, rows staged and not looked up; return its id."""
        path = self.folder / "list.file"
        path.write_bytes(as_csv(rows))
        delivery = services.take_recipients(path, home=self.home)
        decree = services.bring_decree(
            self.session, head(**changes), delivery, label="SK.csv", scope=EVERYWHERE,
            by="ani", at=NOW, today=TODAY,
        )  # fmt: skip
        key = decree.id
        self.session.commit()
        run_waiting(self.app)
        set_scope(self.session, EVERYWHERE)
        return key

    def ask(self, decree_id: uuid.UUID) -> Job:
        """Queue the look-up of a decree's recipients, the columns as they are proposed."""
        decree = self.decree(decree_id)
        batch = services.batch_of_decree(self.session, decree)
        mapping, _ = propose_mapping(self.session, batch, services.known_layouts())
        job = services.look_up(self.session, decree, mapping, by="ani", at=NOW, today=TODAY)
        self.session.commit()
        return job

    def look_up(self, decree_id: uuid.UUID) -> Job:
        """Look a decree's recipients up; return the ended job."""
        return self.run(self.ask(decree_id))

    def run(self, job: Job) -> Job:
        """Run a job to its end."""
        run_now(self.app, job)
        set_scope(self.session, EVERYWHERE)
        self.session.expire_all()
        return find_job(self.session, job.id)

    def load(self, rows: Sequence[Sequence[str]] = ROWS, **changes: Any) -> uuid.UUID:
        """Bring a decree and look its recipients up."""
        key = self.bring(rows, **changes)
        self.look_up(key)
        return key

    def in_force(self, decree_id: uuid.UUID) -> Job | None:
        """Put a decree in force; return the job that finds what is wrong, if it is one."""
        decree, to = self.decree(decree_id), DecreeState.IN_FORCE
        job = services.move_decree(self.session, decree, to, "", by="mira", at=NOW, today=TODAY)
        self.session.commit()
        return job

    def decree(self, decree_id: uuid.UUID) -> Decree:
        """Return a decree as it is now."""
        return services.get_decree(self.session, decree_id)

    def recipients(self, decree_id: uuid.UUID) -> dict[int, Recipient]:
        """Return the recipients of a decree by their number in the test's rows, from 1."""
        query = select(Recipient).where(Recipient.decree_id == decree_id)
        found = self.session.scalars(query.order_by(Recipient.row)).all()
        return dict(enumerate(found, start=1))


Prepare = Callable[[], None]


@pytest.fixture
def known(app: Flask, household: NewHousehold, import_file: Import, match_all: RunJob) -> Prepare:
    """Let the registry know Hasan's family and others, and our list the family alone."""

    def prepare() -> None:
        household("ani")
        import_file(csv_bytes([*FAMILY, DEAD, *strangers(60)[1:]]))
        match_all()

    return prepare


@pytest.fixture
def brought(session: Session, app: Flask, areas: None, home: Path, tmp_path: Path) -> Office:
    """An office with areas and the programme `blt`, and nothing else."""
    set_scope(db.session(), EVERYWHERE)
    programme(session, "blt")
    return Office(app, session, home, tmp_path)


@pytest.fixture
def filled(brought: Office, known: Prepare) -> Office:
    """The same office with a registry and Hasan's household."""
    brought.session.rollback()
    known()
    set_scope(brought.session, EVERYWHERE)
    return brought
