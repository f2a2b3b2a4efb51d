"""`flask backup`: a copy of the database that was checked, and every file that it names."""

import os
import shutil
import subprocess
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.engine.url import make_url

from jps.commands.answers import fail_on_problems
from jps.config import Settings
from jps.db import sqlite_driver
from jps.worker import utc_now

# Folders of files that rows name. Each file is written whole under a name of its own and never
# changed, so a file that was copied once needs no second copy.
FILES = ("files", "uploads", "targeting")


class BackupFailed(OSError):
    """The copy could not be made or is not whole; nothing was kept of it."""


@click.command("backup")
@click.option(
    "--keep", default=14, show_default=True, type=click.IntRange(1), help="Copies that stay."
)
@with_appcontext
@fail_on_problems
def backup(keep: int) -> None:
    """Copy the database and all files into `backups/` of the office's folder, while in use.

    SQLite is copied as a whole and checked; PostgreSQL through pg_dump, which must be installed.
    Photos, papers, lists and frozen data are added to the copies of before. Carry `backups/` to
    another machine, and the keys to a third place.
    """
    settings: Settings = current_app.config["JPS"]
    path = make_backup(settings, at=utc_now())
    files = copy_files(settings)  # after the database: whatever it names is there
    dropped = _drop_old(path.parent, path.suffix, keep)
    size = path.stat().st_size / 2**20
    click.echo(f"{path} ({size:.1f} MiB), {files} new files, {dropped} older ones removed")


def make_backup(settings: Settings, *, at: datetime) -> Path:
    """Write a checked copy of the database and return its path. Raises `BackupFailed`."""
    is_sqlite = make_url(settings.url).get_backend_name() == "sqlite"
    name = f"jps-{at:%Y%m%d-%H%M%S}" + (".db" if is_sqlite else ".dump")
    target = settings.folder("backups") / name
    draft = target.with_name(f".{name}")
    draft.unlink(missing_ok=True)
    try:
        (_copy_sqlite if is_sqlite else _dump_postgres)(settings.url, draft)
        draft.chmod(0o600)
        return draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def copy_files(settings: Settings) -> int:
    """Add the files that `backups/` does not have yet; return how many.

    On one disk they are second names of the same file and take no room.
    """
    copied = 0
    for name in FILES:
        folder = settings.home / name
        for path in sorted(folder.rglob("*")):
            target = settings.folder("backups") / name / path.relative_to(folder)
            if path.name.startswith(".") or not path.is_file() or target.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with suppress(FileNotFoundError):  # a list that was discarded meanwhile
                _second(path, target)
                copied += 1
    return copied


def _second(path: Path, target: Path) -> None:
    try:
        target.hardlink_to(path)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without links
        draft = target.with_name(f".{target.name}")
        shutil.copy2(path, draft)
        draft.replace(target)


def _copy_sqlite(url: str, draft: Path) -> None:
    with closing(sqlite_driver.connect(make_url(url).database)) as source:
        source.execute("VACUUM INTO ?", (str(draft),))
    with closing(sqlite_driver.connect(draft)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupFailed("the copy is not whole: check the disk and the database")


def _dump_postgres(url: str, draft: Path) -> None:
    server = make_url(url).set(drivername="postgresql")
    secret = {"PGPASSWORD": server.password} if server.password else {}
    address = server.set(password=None).render_as_string()
    command = ["pg_dump", "--format=custom", "--no-owner", f"--file={draft}", address]
    try:
        run = subprocess.run(
            command, env={**os.environ, **secret}, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise BackupFailed("pg_dump is missing: install PostgreSQL's client programs") from error
    if run.returncode != 0:
        raise BackupFailed(f"pg_dump failed: {run.stderr.strip().splitlines()[-1]}")


def _drop_old(folder: Path, suffix: str, keep: int) -> int:
    old = sorted(folder.glob(f"jps-*{suffix}"))[:-keep]
    for path in old:
        path.unlink()
    return len(old)
