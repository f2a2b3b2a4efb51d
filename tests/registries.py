"""Registry files of invented people, and their import, for tests."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from flask import Flask, has_app_context

from jps.db import EVERYWHERE, db, set_scope
from jps.jobs.models import Job
from jps.jobs.services import find_job, start_job
from jps.registry.columns import FileMapping
from jps.registry.services import start_import, take_file
from jps.worker import run_now
from tests.conftest import NOW

HEADER = (
    "NIK", "NO_KK", "NAMA_LGKP", "JENIS_KLMIN", "TGL_LHR", "TMPT_LHR", "NAMA_LGKP_IBU",
    "KODE_WILAYAH", "ALAMAT", "STATUS",
)  # fmt: skip
HASAN = (
    "7501010505809001", "7501012301159001", "HASAN CONTOH", "L", "1980-05-05", "LIMBOTO",
    "RAMLA CONTOH", "75.01.01.2001", "DUSUN CONTOH", "AKTIF",
)  # fmt: skip
FATMA = (
    "7501014909829002", "7501012301159001", "FATMA CONTOH", "P", "09-09-1982", "LIMBOTO",
    "SALMA CONTOH", "75.01.01.2001", "DUSUN CONTOH", "AKTIF",
)  # fmt: skip
NURUL = (
    "7501015101219003", "7501012301159001", "NURUL CONTOH", "P", "11 Januari 2021", "LIMBOTO",
    "FATMA CONTOH", "75.01.01.2001", "DUSUN CONTOH", "AKTIF",
)  # fmt: skip
FAMILY = (HASAN, FATMA, NURUL)

Import = Callable[..., Job]
RunJob = Callable[..., Job]


def changed(row: Sequence[str], **cells: str) -> tuple[str, ...]:
    """Return a row with some cells changed."""
    return tuple((dict(zip(HEADER, row, strict=True)) | cells).values())


def strangers(count: int) -> list[tuple[str, ...]]:
    """Return up to 950 people who have nothing to do with anybody else, one family each."""
    first = ("ADAM", "BUNGA", "CITRA", "DARWIS", "EKA", "FARID", "GINA", "HARUN", "INDAH", "JUFRI")
    last = ("LAHAY", "NAPU", "TULI", "ISA", "POHA", "KATILI", "OLII", "MUSA", "UNO", "BIKI")
    rows: list[tuple[str, ...]] = []
    for n in range(count):
        born = date.fromordinal(date(1950, 3, 7).toordinal() + n * 29)
        day = born.day + (40 if n % 2 else 0)
        rows.append(
            (
                f"750201{day:02}{born.month:02}{born.year % 100:02}{9000 + n % 1000}",
                f"7502010101109{n % 1000:03}",
                f"{first[n % 10]} {last[n // 10 % 10]}",
                "LP"[n % 2],
                born.isoformat(),
                "TILAMUTA",
                f"{first[(n + 3) % 10]} {last[(n + 7) % 10]}",
                "75.02.01.2001",
                "DUSUN LAIN",
                "AKTIF",
            )
        )
    return rows


def csv_bytes(
    rows: Sequence[Sequence[str]] = FAMILY,
    header: Sequence[str] = HEADER,
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> bytes:
    """Return a CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def end_reading() -> None:
    """Let go of what a test's own session holds: another one is about to write."""
    if has_app_context():
        db.session.rollback()


@pytest.fixture
def home(app: Flask) -> Path:
    """The office's folder."""
    folder: Path = app.config["JPS"].home
    return folder


@pytest.fixture
def import_file(app: Flask, areas: None, home: Path, tmp_path: Path) -> Import:
    """Import content as a registry file and return the ended job; ends what `session` read."""

    def run(
        content: bytes = b"",
        *,
        mapping: FileMapping | None = None,
        as_of: date | None = None,
        delta: bool = False,
    ) -> Job:
        end_reading()
        path = tmp_path / "registry.file"
        path.write_bytes(content or csv_bytes())
        today = NOW.date()
        delivery = take_file(
            path, home=home, today=today, as_of=as_of, mapping=mapping, delta=delta
        )
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            job = start_import(db.session(), delivery, by="tests", at=NOW).job
            db.session.commit()
            run_now(app, job)
            ended = find_job(db.session(), job.id)
            db.session.refresh(ended)
            db.session.expunge_all()
            return ended

    return run


@pytest.fixture
def match_all(app: Flask) -> RunJob:
    """Run the matching of all members and return the ended job; ends what `session` read.

    `match_all(full=True)`: with these parameters.
    """

    def run(**params: object) -> Job:
        end_reading()
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            job = start_job(db.session(), "match", params, by="tests", at=NOW)
            db.session.commit()
            run_now(app, job)
            ended = find_job(db.session(), job.id)
            db.session.refresh(ended)
            db.session.expunge_all()
            return ended

    return run
