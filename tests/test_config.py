"""Settings: read from the environment and the office's folder, refused with a reason, explained."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jps.config import (
    Settings,
    SettingsError,
    describe_settings,
    read_key,
    read_settings,
    unknown_variables,
)
from tests.repository import ROOT

PAGE = ROOT / "docs" / "settings.md"
BEGIN, END = "<!-- settings -->\n", "<!-- end -->\n"


def settings_table() -> str:
    """Return the table of docs/settings.md. To renew it: `python -m tests.test_config`."""
    rows = ["| variable | default | accepts | effect |", "|---|---|---|---|"]
    rows += [
        f"| `{one.variable}` | {f'`{one.default}`' if one.default else ''} | {one.accepts} "
        f"| {one.effect} |"
        for one in describe_settings()
    ]
    return "\n".join(rows) + "\n"


def test_every_setting_is_documented() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == settings_table()
    assert all(one.effect for one in describe_settings())


def test_environment_wins_over_the_folder_and_empty_is_missing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("JPS_PORT=6001\nJPS_THREADS=3\nJPS_HTTPS=yes\n")
    environ = {"JPS_HOME": str(tmp_path), "JPS_PORT": "6002", "JPS_TIMEZONE": ""}
    found = read_settings(environ)
    assert (found.port, found.threads, found.https) == (6002, 3, True)
    assert found.timezone == "Asia/Makassar"
    assert found.home == tmp_path


def test_reading_one_office_changes_nothing_for_another(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("JPS_PORT=6001\n")
    read_settings({"JPS_HOME": str(tmp_path)})
    assert "JPS_PORT" not in os.environ
    assert read_settings({"JPS_HOME": str(tmp_path / "other")}).port == 5000


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "abc", "a whole number from 1 to 65535"),
        ("PORT", "0", "a whole number from 1 to 65535"),
        ("THREADS", "1.5", "a whole number"),
        ("HTTPS", "perhaps", "true or false"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO"),
        ("PROVINCE", "Gorontalo", "two digits"),
        ("TIMEZONE", "Mars/Olympus", "Asia/Makassar"),
        ("TIMEZONE", "../../etc/passwd", "Asia/Makassar"),
    ],
)
def test_bad_values_are_refused_with_what_is_accepted(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        read_settings({f"JPS_{name}": value})
    assert f"JPS_{name}={value!r}" in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://a:geheim@b/c", "geheim", "postgresql://a:geheim@b:x/c"])
def test_a_bad_database_address_is_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="JPS_DATABASE_URL") as caught:
        read_settings({"JPS_DATABASE_URL": url})
    assert "geheim" not in str(caught.value)


def test_the_password_of_the_database_is_not_shown() -> None:
    settings = read_settings({"JPS_DATABASE_URL": "postgres://jps:geheim@localhost/jps"})
    assert settings.url == "postgresql+psycopg://jps:geheim@localhost/jps"
    assert "geheim" not in repr(settings)


def test_mistyped_names_are_found(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("JPS_PROT=6001\n")
    environ = {"JPS_HOME": str(tmp_path), "JPS_HTTP": "1", "PATH": ""}
    assert unknown_variables(read_settings(environ), environ) == ["JPS_HTTP", "JPS_PROT"]


def test_start_ends_with_all_problems_and_no_traceback(tmp_path: Path) -> None:
    environ = {**os.environ, "JPS_HOME": str(tmp_path), "JPS_PORT": "x", "JPS_WORKER": "y"}
    command = [sys.executable, "-c", "import wsgi"]
    run = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.count("cannot be used") == 2
    assert "Traceback" not in run.stderr


def test_keys_are_private_and_stay(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "office")
    key = read_key(settings, "session")
    path = tmp_path / "office" / "keys" / "session"
    assert len(key) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert read_key(settings, "session") == key
    assert read_key(settings, "queue") != key
    assert read_key(Settings(home=tmp_path / "second"), "session") != key


def test_who_makes_a_key_at_once_gets_the_same(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    found: list[str] = []
    makers = [
        threading.Thread(target=lambda: found.append(read_key(settings, "session")))
        for _ in range(8)
    ]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["session"]


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    PAGE.write_text(text[:start] + settings_table() + text[end:], encoding="utf-8")
