"""Settings: `JPS_*` in the environment or in the office folder's `.env`, declared here alone."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
PREFIX = "JPS_"

_TRUE, _FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
_POSTGRES = ("postgres://", "postgresql://")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(Exception):
    """Settings cannot be used: one line each, saying which, why, and what is accepted.

    Values are quoted, except of settings that may hold a password.
    """


def _about(
    effect: str,
    *,
    least: int | None = None,
    most: int | None = None,
    choices: tuple[str, ...] = (),
) -> dict[str, Any]:
    return {"effect": effect, "least": least, "most": most, "choices": choices}


@dataclass(frozen=True)
class Settings:
    """Every setting with its default, unit and effect. Raises `SettingsError` on bad values."""

    home: Path = field(
        default=Path("instance"),
        metadata=_about("Folder of all state: database, keys, uploads, maps, indexes."),
    )
    database_url: str = field(
        default="",
        repr=False,  # it may hold a password
        metadata=_about(
            "`postgresql://user:password@host/database`; empty means SQLite in the folder."
        ),
    )
    host: str = field(default="127.0.0.1", metadata=_about("Address that the server binds."))
    port: int = field(
        default=5000, metadata=_about("TCP port of the server.", least=1, most=65_535)
    )
    threads: int = field(
        default=8, metadata=_about("Request threads of the server.", least=1, most=256)
    )
    proxies: int = field(
        default=0,
        metadata=_about("Trusted reverse proxies in front of the server.", least=0, most=8),
    )
    https: bool = field(
        default=False, metadata=_about("Served over HTTPS: secure cookies and HSTS.")
    )
    worker: bool = field(default=True, metadata=_about("Run long work in a thread of the server."))
    province: str = field(
        default="75", metadata=_about("Kemendagri code of the province this office serves.")
    )
    timezone: str = field(
        default="Asia/Makassar", metadata=_about("Time zone in which times are shown.")
    )
    upload_mb: int = field(
        default=512, metadata=_about("Largest upload, in megabytes.", least=1, most=8_192)
    )
    idle_minutes: int = field(
        default=30,
        metadata=_about(
            "Minutes without a request until sign-in is asked again.", least=1, most=1_440
        ),
    )
    sign_in_attempts: int = field(
        default=8, metadata=_about("Wrong passwords until an account rests.", least=1, most=1_000)
    )
    lock_minutes: int = field(
        default=15,
        metadata=_about(
            "Minutes that an account rests after wrong passwords.", least=1, most=1_440
        ),
    )
    map_min_households: int = field(
        default=5,
        metadata=_about(
            "Households; areas with fewer are drawn grey and their figures hidden.",
            least=1,
            most=1_000,
        ),
    )
    match_engine: str = field(
        default="local",
        metadata=_about(
            "Where all members are matched: this machine, or Apache Spark.",
            choices=("local", "spark"),
        ),
    )
    spark_master: str = field(
        default="local[*]",
        metadata=_about("Address of the Spark that matches: `local[2]`, `spark://host:7077`."),
    )
    log_level: str = field(default="INFO", metadata=_about("How much is logged.", choices=_LEVELS))

    def __post_init__(self) -> None:
        """Refuse values that would fail later, all of them at once."""
        if problems := list(_problems(self)):
            raise SettingsError("\n".join(problems))

    @property
    def url(self) -> str:
        """The SQLAlchemy URL in force."""
        for prefix in _POSTGRES:  # as everybody writes it; the driver is ours to choose
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url or f"sqlite:///{self.home / 'jps.db'}"

    def folder(self, name: str) -> Path:
        """Return the office folder's `name`, made when missing, readable by its owner alone."""
        path = self.home / name
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path


@dataclass(frozen=True)
class Described:
    """One setting for people: variable, default, accepted values, effect."""

    variable: str
    default: str
    accepts: str
    effect: str


def describe_settings() -> tuple[Described, ...]:
    """Return all settings in the order of their declaration."""
    return tuple(
        Described(
            variable=PREFIX + item.name.upper(),
            default=str(item.default).lower() if item.type is bool else str(item.default),
            accepts=_accepts(item.type, item.metadata),
            effect=item.metadata["effect"],
        )
        for item in fields(Settings)
    )


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the environment and of `.env` in the folder `JPS_HOME`.

    The environment wins; empty variables count as missing. Raises `SettingsError`.
    """
    given = os.environ if environ is None else environ
    home = Path(given.get(f"{PREFIX}HOME") or "instance").resolve()
    written = dotenv_values(home / ".env", interpolate=False) if (home / ".env").is_file() else {}
    values: dict[str, Any] = {"home": home}
    problems = []
    for item in fields(Settings):
        variable = PREFIX + item.name.upper()
        text = (given.get(variable) or written.get(variable) or "").strip()
        if not text or item.name == "home":
            continue
        try:
            values[item.name] = _read(item.type, text)
        except ValueError:
            accepts = _accepts(item.type, item.metadata)
            problems.append(f"{variable}={text!r} cannot be used: give {accepts}.")
    if problems:
        raise SettingsError("\n".join(problems))
    return Settings(**values)


def unknown_variables(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """Return `JPS_*` names of the environment and of `.env` that mean nothing: mistypings."""
    path = settings.home / ".env"
    names = {*environ, *(dotenv_values(path, interpolate=False) if path.is_file() else ())}
    known = {described.variable for described in describe_settings()}
    return sorted(name for name in names if name.startswith(PREFIX) and name not in known)


def read_key(settings: Settings, name: str) -> str:
    """Return the secret `name` of this office, made on first use (0600, 32 random bytes as hex).

    When two processes make it at once, both get the one that was first.
    """
    path = settings.folder("keys") / name
    if not path.exists():
        draft = path.with_name(f".{name}-{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text().strip()


def _read(kind: object, text: str) -> str | int | bool:
    if kind is bool:
        if text.lower() not in _TRUE | _FALSE:
            raise ValueError(text)
        return text.lower() in _TRUE
    return int(text) if kind is int else text


def _accepts(kind: object, about: Mapping[str, Any]) -> str:
    if kind is bool:
        return "true or false"
    if kind is int:
        return f"a whole number from {about['least']} to {about['most']}"
    return ", ".join(about["choices"]) or ("a folder" if kind is Path else "text")


def _is_ours(url: str) -> bool:
    try:
        return make_url(url).drivername in {"sqlite", "postgresql+psycopg"}
    except (ArgumentError, ValueError):
        return False


def _problems(settings: Settings) -> Iterator[str]:
    for item in fields(settings):
        value, about = getattr(settings, item.name), item.metadata
        small = about["least"] is not None and value < about["least"]
        large = about["most"] is not None and value > about["most"]
        if small or large or (about["choices"] and value not in about["choices"]):
            variable, accepts = PREFIX + item.name.upper(), _accepts(item.type, about)
            yield f"{variable}={str(value)!r} cannot be used: give {accepts}."
    if not _is_ours(settings.url):
        yield "JPS_DATABASE_URL cannot be used: give postgresql://user:password@host/database."
    if not (len(settings.province) == 2 and settings.province.isdigit()):
        yield f"JPS_PROVINCE={settings.province!r} cannot be used: give two digits, as 75."
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f"JPS_TIMEZONE={settings.timezone!r} cannot be used: give one as Asia/Makassar."
