"""`flask doctor`: what the office's technician would forget."""

import json
import os
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from jps.access.models import User
from jps.access.rules import Role
from jps.areas.models import Area
from jps.commands.answers import PROBLEMS
from jps.config import PREFIX, Settings, describe_settings, unknown_variables
from jps.db import db, reading, sqlite_driver
from jps.migrations import is_up_to_date
from jps.worker import is_alive, utc_now

SAFE_SQLITE = (3, 51, 3)  # older ones can corrupt a WAL database when two connections checkpoint
FREE_DISK = 2 * 2**30  # bytes
BACKUP_AGE = timedelta(days=2)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what to do when it is not well."""

    name: str
    ok: bool
    seen: str
    advice: str = ""


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.option("--settings", "show_settings", is_flag=True, help="List every setting too.")
@with_appcontext
def doctor(as_json: bool, show_settings: bool) -> None:
    """Check database, accounts, keys, disk, worker, backup and HTTPS; exit code 1 on a problem."""
    settings: Settings = current_app.config["JPS"]
    findings = examine(settings)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        Console().print(_findings_table(findings))
        if show_settings:
            Console().print(_settings_table(settings))
    if not all(finding.ok for finding in findings):
        sys.exit(PROBLEMS)


def examine(settings: Settings) -> list[Finding]:
    """Return what every check found, in the order in which to put things right."""
    with reading():
        found = [_guarded(name, check, settings) for name, check in CHECKS.items()]
        db.session.rollback()
    return found


def _guarded(name: str, check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except SQLAlchemyError as error:
        db.session.rollback()
        return Finding(name, False, type(error).__name__, "Bring the database into order first.")


def _database(_settings: Settings) -> Finding:
    if db.engine.dialect.name != "sqlite":
        with db.engine.connect() as connection:
            seen = str(connection.exec_driver_sql("SHOW server_version").scalar())
        return Finding("database", True, f"PostgreSQL {seen}")
    seen = str(sqlite_driver.sqlite_version)
    safe = tuple(int(part) for part in seen.split(".")) >= SAFE_SQLITE
    advice = "Install pysqlite3, or use PostgreSQL: this SQLite can corrupt busy databases."
    return Finding("database", safe, f"SQLite {seen}", "" if safe else advice)


def _migrations(_settings: Settings) -> Finding:
    current = is_up_to_date()
    seen = "current" if current else "behind"
    return Finding("migrations", current, seen, "" if current else "flask db upgrade")


def _areas(settings: Settings) -> Finding:
    name = db.session.scalar(select(Area.name).where(Area.code == settings.province))
    advice = "" if name else "flask areas load data/areas/gorontalo.csv"
    return Finding("areas", bool(name), name or "none", advice)


def _accounts(_settings: Settings) -> Finding:
    wanted = select(User.username).where(User.role == Role.ADMINISTRATOR, User.active)
    count = len(db.session.scalars(wanted).all())
    advice = "" if count else "flask users create NAME --role administrator ..."
    return Finding("accounts", count > 0, f"{count} active administrators", advice)


def _private(settings: Settings) -> Finding:
    """What only the account that runs JPS may read: the folder, or else each secret in it."""
    paths = [settings.home, settings.home / ".env", *sorted((settings.home / "keys").glob("*"))]
    loose = [path for path in paths if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    seen = ", ".join(path.name for path in loose) or "private"
    advice = f"chmod -R go= {settings.home}" if loose else ""
    return Finding("files", not loose, seen, advice)


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.home).free
    advice = "" if free > FREE_DISK else "Free some space: writing stops when the disk is full."
    return Finding("disk", free > FREE_DISK, f"{free / 2**30:.1f} GiB free", advice)


def _worker(settings: Settings) -> Finding:
    alive = is_alive(settings, at=utc_now())
    seen = "running" if alive else "not running"
    own = "flask serve runs it" if settings.worker else "start flask worker beside the server"
    return Finding("worker", alive, seen, "" if alive else f"Long work waits: {own}.")


def _backup(settings: Settings) -> Finding:
    folder = settings.home / "backups"
    times = [path.stat().st_mtime for path in folder.glob("jps-*")] if folder.is_dir() else []
    if not times:
        return Finding("backup", False, "none", "flask backup, every night (docs/deployment.md)")
    latest = datetime.fromtimestamp(max(times), UTC)
    fresh = utc_now() - latest < BACKUP_AGE
    advice = "" if fresh else "The nightly flask backup does not run."
    return Finding("backup", fresh, f"{latest:%Y-%m-%d %H:%M} UTC", advice)


def _https(settings: Settings) -> Finding:
    local = settings.host in {"127.0.0.1", "localhost", "::1"}
    ok = settings.https or (local and not settings.proxies)
    seen = "on" if settings.https else "off, on this machine only" if ok else "off"
    return Finding("https", ok, seen, "" if ok else "Put TLS in front and set JPS_HTTPS=true")


def _names(settings: Settings) -> Finding:
    unknown = unknown_variables(settings, os.environ)
    advice = "No setting has this name: docs/settings.md lists them." if unknown else ""
    return Finding("settings", not unknown, ", ".join(unknown) or "known", advice)


CHECKS: dict[str, Callable[[Settings], Finding]] = {
    "settings": _names,
    "database": _database,
    "migrations": _migrations,
    "areas": _areas,
    "accounts": _accounts,
    "files": _private,
    "disk": _disk,
    "worker": _worker,
    "backup": _backup,
    "https": _https,
}


def _findings_table(findings: list[Finding]) -> Table:
    table = Table("", "Check", "Seen", "What to do")
    for finding in findings:
        mark = "[green]ok[/]" if finding.ok else "[red]problem[/]"
        table.add_row(mark, finding.name, finding.seen, finding.advice)
    return table


def _settings_table(settings: Settings) -> Table:
    """List the settings in force; a star marks what the environment sets."""
    table = Table("Setting", "In force", "Effect")
    for described in describe_settings():
        name = described.variable.removeprefix(PREFIX).lower()
        value = "(set)" if name == "database_url" and settings.database_url else None
        origin = " *" if described.variable in os.environ else ""
        shown = value or _short(str(getattr(settings, name)))
        table.add_row(described.variable + origin, shown, described.effect)
    return table


def _short(text: str) -> str:
    return text if len(text) < 60 else Path(text).name
